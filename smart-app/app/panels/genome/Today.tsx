import type { EnzymeModifier } from '../../../../src/contract/genes.ts'
import { Severity } from '../../../ui/Severity.tsx'
import { TEXT } from '../../text.ts'
import styles from './GenomeTable.module.css'
import type { ResultCall } from './GenomeTable.tsx'

const modifierWords = (modifier: EnzymeModifier): string => `${modifier.drug} (${modifier.strength} ${TEXT.genome.kinds[modifier.kind]})`

const phenotypesToday = (call: ResultCall): string => {
  if (call.state === 'indeterminate') return ''
  const genotypes = call.state === 'called' ? [call.clinical] : call.candidates.map((candidate) => candidate.clinical)
  const words = genotypes.map((genotype) =>
    [genotype.phenotype?.term ?? TEXT.genome.notStated, genotype.activityScore ? TEXT.order.score(genotype.activityScore.text) : null]
      .filter(Boolean)
      .join(', '),
  )
  return [...new Set(words)].join(` ${TEXT.genome.or} `)
}

/** What today's medicines make of a gene: computed by a published factor, or a caution where no numeric rule exists. */
export const Today = ({ call }: { readonly call: ResultCall }) => {
  if (call.state === 'indeterminate') return null
  if (call.phenoconversion.state === 'none') return <span className={styles.note}>{TEXT.genome.unchanged}</span>
  const { phenoconversion } = call
  const converted = phenoconversion.state === 'converted'
  return (
    <>
      {converted ? (
        <Severity level="warning">{phenotypesToday(call)}</Severity>
      ) : (
        <Severity level="caution">{TEXT.genome.mayDiffer}</Severity>
      )}
      <p className={styles.note}>
        {TEXT.genome.because} {phenoconversion.by.map(modifierWords).join(', ')}
      </p>
      <p className={styles.note}>{phenoconversion.note}</p>
    </>
  )
}
