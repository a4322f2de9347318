import type { Finding, GeneBasis } from '../../../../src/contract/findings.ts'
import type { EnzymeModifier, Genotype } from '../../../../src/contract/genes.ts'
import { dateWords } from '../../words/dates.ts'
import { Said } from '../../words/Said.tsx'
import { Facts } from '../Facts.tsx'
import styles from './Basis.module.css'
import { TEXT } from './texts.ts'

const phenotypeOf = (genotype: Genotype | null, key: string | null): string => genotype?.phenotype?.term ?? key ?? TEXT.notStated

const detailOf = (genotype: Genotype | null): string =>
  [genotype?.diplotype, genotype?.activityScore ? TEXT.score(genotype.activityScore.text) : null].filter(Boolean).join(', ')

/** The genes a finding rests on, as the genes alone say and as they act today, each traced to the record. */
export const Basis = ({ finding, bases }: { readonly finding: Finding; readonly bases: readonly GeneBasis[] }) => (
  <>
    <ul className={styles.list}>
      {bases.map((basis) => (
        <li key={`${basis.gene} ${basis.genetic?.diplotype ?? basis.key}`}>
          <Gene basis={basis} />
        </li>
      ))}
    </ul>
    {finding.risk ? (
      <p className={styles.line}>
        <span className={styles.term}>{TEXT.risk}</span> <Said>{finding.risk}</Said>
      </p>
    ) : null}
    {finding.population?.state === 'matches' ? (
      <p className={styles.line}>
        <span className={styles.term}>{TEXT.applies}</span> <Said>{finding.population.label}</Said>
      </p>
    ) : null}
    {finding.facts.length > 0 ? (
      <details className={styles.line}>
        <summary className={styles.term}>
          {TEXT.facts} ({finding.facts.length})
        </summary>
        {finding.population ? (
          <p className={styles.note}>
            <Said>{finding.population.because}</Said>
          </p>
        ) : null}
        <Facts facts={finding.facts} />
      </details>
    ) : null}
  </>
)

/** `paroxetine, strong inhibitor, since 12 Jan 2026`. */
const modifierWords = ({ drug, kind, strength, ordered, lineage }: EnzymeModifier): string =>
  [
    drug,
    `${TEXT.strengths[strength]} ${TEXT.kinds[kind]}`,
    ordered ? TEXT.beingOrdered : lineage.date ? TEXT.since(dateWords(lineage.date)) : null,
  ]
    .filter(Boolean)
    .join(', ')

const Gene = ({ basis }: { readonly basis: GeneBasis }) => {
  if (basis.state === 'no-result')
    return (
      <p>
        <strong className={styles.gene}>{basis.gene}</strong> {TEXT.noResult}
      </p>
    )
  const changes = basis.phenoconversion?.by ?? []
  return (
    <>
      <p>
        <strong className={styles.gene}>{basis.gene}</strong> <strong>{phenotypeOf(basis.clinical ?? basis.genetic, basis.key)}</strong>
        {basis.state === 'candidate' ? ` (${TEXT.candidate})` : null}{' '}
        <span className={styles.detail}>{detailOf(basis.converted ? basis.clinical : basis.genetic)}</span>
      </p>
      {basis.converted ? (
        <p className={styles.note}>
          {TEXT.geneticOnly}: {phenotypeOf(basis.genetic, null)}
          {detailOf(basis.genetic) === '' ? null : ` (${detailOf(basis.genetic)})`}
        </p>
      ) : null}
      {changes.map((modifier) => (
        <p key={`${modifier.drug} ${modifier.kind}`} className={styles.modifier}>
          <span aria-hidden="true">{modifier.kind === 'inhibitor' ? '▼' : '▲'}</span> {modifierWords(modifier)}
        </p>
      ))}
      {basis.facts.length > 0 ? <Facts facts={basis.facts} /> : <p className={styles.note}>{TEXT.noFacts}</p>}
    </>
  )
}
