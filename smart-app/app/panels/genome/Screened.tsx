import type { ScreenedGene, VariantFacts } from '../../../../src/contract/variants.ts'
import styles from './genome.module.css'
import { Origin } from './Origin.tsx'
import { TEXT } from './texts.ts'

const T = TEXT.screened

/** Genes of one study under its laboratory, so that a panel is told once and not gene by gene. */
const byStudy = (genes: readonly ScreenedGene[]): readonly (readonly ScreenedGene[])[] => {
  const studies = new Map<string, ScreenedGene[]>()
  for (const gene of genes) studies.set(gene.lineage.resource, [...(studies.get(gene.lineage.resource) ?? []), gene])
  return [...studies.values()]
}

const Studies = ({ title, lead, genes }: { readonly title: string; readonly lead?: string; readonly genes: readonly ScreenedGene[] }) =>
  genes.length === 0 ? null : (
    <div className={styles.part}>
      <h3>{title}</h3>
      {lead ? <p className={styles.note}>{lead}</p> : null}
      {byStudy(genes).map((study) => {
        const [first] = study
        return first ? (
          <div key={first.lineage.resource}>
            <ul className={styles.chips}>
              {study.map(({ gene }) => (
                <li key={gene} className={styles.tested}>
                  {gene}
                </li>
              ))}
            </ul>
            <Origin lineage={first.lineage} method={first.method} />
          </div>
        ) : null
      })}
    </div>
  )

/** Tested without a finding, tested and not usable, and not tested: three things that never share a shape. */
export const Screened = ({ variants }: { readonly variants: VariantFacts }) => {
  const { screened, notScreened, list } = variants
  return (
    <>
      {screened.length === 0 ? <p className={styles.quiet}>{T.nothing}</p> : null}
      <Studies title={T.noneReported} lead={T.noneReportedLead} genes={screened.filter(({ result }) => result === 'none-reported')} />
      <Studies title={T.notUsable} genes={screened.filter(({ result }) => result === 'not-usable')} />
      <details className={styles.fold}>
        <summary>{T.notTested(notScreened.length, list.version)}</summary>
        <p className={styles.note}>{T.notTestedLead}</p>
        <ul className={styles.chips}>
          {notScreened.map((gene) => (
            <li key={gene}>{gene}</li>
          ))}
        </ul>
        <p className={styles.note}>
          <a href={list.url} target="_blank" rel="noreferrer noopener">
            {T.list(list.version, list.year)}, PMID {list.pmid}
            <span className="visually-hidden"> ({TEXT.newTab})</span>
          </a>
        </p>
      </details>
    </>
  )
}
