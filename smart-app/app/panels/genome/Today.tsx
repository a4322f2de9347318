import type { EnzymeModifier, Genotype } from '../../../../src/contract/genes.ts'
import { Severity } from '../../../ui/Severity.tsx'
import { Said } from '../../words/Said.tsx'
import styles from './genome.module.css'
import type { ResultCall } from './relevance.ts'
import { TEXT } from './texts.ts'

const T = TEXT.genes

export const modifierWords = ({ drug, strength, kind }: EnzymeModifier): string => `${drug} (${T.strengths[strength]} ${T.kinds[kind]})`

const phenotypeWords = (genotypes: readonly Genotype[]): string =>
  [...new Set(genotypes.map(({ phenotype }) => phenotype?.term ?? T.noPhenotype))].join(` ${T.or} `)

export const phenotypesOf = (call: ResultCall): { readonly genetic: string; readonly clinical: string } | null => {
  if (call.state === 'indeterminate') return null
  const genotypes = call.state === 'called' ? [call] : call.candidates
  return {
    genetic: phenotypeWords(genotypes.map(({ genetic }) => genetic)),
    clinical: phenotypeWords(genotypes.map(({ clinical }) => clinical)),
  }
}

/** Results that differ, against one result that leaves possibilities open. */
export const isConflict = (flags: readonly string[]): boolean => flags.some((flag) => flag.startsWith('conflict'))

/** How the gene's product works today: by the genes, changed by medicines where a published factor says so, a caution where none does. */
export const Today = ({ call }: { readonly call: ResultCall }) => {
  const phenotypes = phenotypesOf(call)
  if (phenotypes === null || call.state === 'indeterminate') return <Severity level="unknown">{T.notUsable}</Severity>
  const { phenoconversion } = call
  const { genetic, clinical } = phenotypes
  const changed = genetic !== clinical
  return (
    <>
      {call.state === 'candidates' ? <Severity level="caution">{isConflict(call.flags) ? T.differ : T.open}</Severity> : null}
      {changed ? (
        <Severity level="warning">
          <Said>{clinical}</Said>
        </Severity>
      ) : (
        <span className={styles.phenotype}>
          <Said>{clinical}</Said>
        </span>
      )}
      {changed ? <span className={styles.note}>{T.byGenes(genetic)}</span> : null}
      {phenoconversion.state === 'none' ? null : (
        <span className={styles.note}>
          {phenoconversion.state === 'caution' ? `${T.mayDiffer} ${T.because} ` : changed ? `${T.because} ` : ''}
          {phenoconversion.by.map(modifierWords).join(', ')}
          {phenoconversion.state === 'converted' && !changed ? `: ${T.sameAnyway}` : ''}
        </span>
      )}
    </>
  )
}
