import type { Finding, GeneBasis } from '../../../../src/contract/findings.ts'
import type { Genotype } from '../../../../src/contract/genes.ts'
import { TEXT } from '../../text.ts'
import { Facts } from '../Facts.tsx'
import styles from './Basis.module.css'

const phenotypeOf = (genotype: Genotype | null, key: string | null): string => genotype?.phenotype?.term ?? key ?? TEXT.genome.notStated

const detailOf = (genotype: Genotype | null): string =>
  [genotype?.diplotype, genotype?.activityScore ? TEXT.order.score(genotype.activityScore.text) : null].filter(Boolean).join(', ')

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
      <p>
        <span className={styles.term}>{TEXT.order.risk}</span> {finding.risk}
      </p>
    ) : null}
    {finding.population?.state === 'matches' ? (
      <p className={styles.note}>{TEXT.order.applies(finding.population.label, finding.population.because)}</p>
    ) : null}
    {finding.facts.length > 0 ? (
      <div>
        <h3 className={styles.term}>{TEXT.order.facts}</h3>
        <Facts facts={finding.facts} />
      </div>
    ) : null}
  </>
)

const Gene = ({ basis }: { readonly basis: GeneBasis }) => {
  if (basis.state === 'no-result')
    return (
      <p>
        <strong className={styles.gene}>{basis.gene}</strong> {TEXT.order.noResult}
      </p>
    )
  return (
    <>
      <p>
        <strong className={styles.gene}>{basis.gene}</strong> <strong>{phenotypeOf(basis.clinical ?? basis.genetic, basis.key)}</strong>
        {basis.state === 'candidate' ? ` (${TEXT.order.candidate})` : null}{' '}
        <span className={styles.detail}>{detailOf(basis.converted ? basis.clinical : basis.genetic)}</span>
      </p>
      {basis.converted ? (
        <p className={styles.note}>
          {TEXT.order.geneticOnly}: {phenotypeOf(basis.genetic, null)}
          {detailOf(basis.genetic) === '' ? null : ` (${detailOf(basis.genetic)})`}
        </p>
      ) : null}
      {basis.facts.length > 0 ? <Facts facts={basis.facts} /> : <p className={styles.note}>{TEXT.order.noFacts}</p>}
    </>
  )
}
