import type { EnzymeModifier } from '../contract/genes.ts'
import type { Gap } from '../contract/lineage.ts'
import type { Kit } from './advise.ts'
import { seriousness, weighActions } from './consequence.ts'
import type { GeneReadout } from './gene-options.ts'
import type { RowGroup } from './prepare.ts'

const DRUG_CHANGES = new WeakMap<RowGroup, boolean>()

/** Whether the source names another drug, or none, for any genotype of the group. Kept with the group, which never changes. */
const mayChangeDrug = (group: RowGroup, { prepared, knowledge }: Kit): boolean => {
  const known =
    DRUG_CHANGES.get(group) ??
    group.rows.some((row) => seriousness(weighActions(knowledge.actions, prepared.actions.get(row.id) ?? [])) <= seriousness('alternative'))
  DRUG_CHANGES.set(group, known)
  return known
}

const words = ({ drug, kind, strength, ordered, stopped, stoppedUndated, unsure }: EnzymeModifier, gene: string): string => {
  const what = `${drug} (${strength} ${kind}${ordered ? ', being ordered' : ''})`
  if (stopped !== undefined) return `${what} was stopped on ${stopped.slice(0, 10)} and may still act on ${gene}`
  if (stoppedUndated) return `${what} was stopped, the record does not say when, and may still act on ${gene}`
  if (unsure) return `the record does not say whether ${what} is taken, which would act on ${gene}`
  return `${what} may change how ${gene} acts, and no rule says by how much`
}

/**
 * Medicines that change an enzyme where no rule turns it into a number: the genotype stands, and that is said. A strong one, taken or
 * lately stopped, leaves open what the genotype means wherever the source names another drug for some genotype.
 */
export const changeGaps = (group: RowGroup, readouts: ReadonlyMap<string, GeneReadout>, kit: Kit): Gap[] =>
  [...readouts].flatMap(([gene, { options }]): Gap[] => {
    const caution = options.map((option) => option.phenoconversion).find((one) => one?.state === 'caution')
    if (caution?.state !== 'caution') return []
    const grave = caution.by.some(({ strength, unsure }) => strength === 'strong' && !unsure) && mayChangeDrug(group, kit)
    return [{ about: gene, code: grave ? 'indeterminate' : 'undecided', because: caution.by.map((one) => words(one, gene)).join('; ') }]
  })
