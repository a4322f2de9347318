import type { Medicine, PatientFacts } from '../../../../src/contract/facts.ts'
import type { Assessment, Bin, DrugAssessment } from '../../../../src/contract/findings.ts'
import type { EnzymeModifier, GeneCall } from '../../../../src/contract/genes.ts'
import type { PanelWords } from '../../../../src/contract/profile.ts'
import type { Level } from '../../../ui/Severity.tsx'
import { BIN_LEVELS } from './bin-words.ts'

/** The four named bins, and what was not assessed apart from them: most pressing first. */
export type Shelf = 'change' | 'care' | 'unassessed' | 'directed' | 'nothing'

export const SHELVES: readonly Shelf[] = ['change', 'care', 'unassessed', 'directed', 'nothing']

const SHELF_OF: { readonly [bin in Bin]: Shelf } = {
  'change-drug': 'change',
  'change-dose': 'change',
  care: 'care',
  unassessed: 'unassessed',
  directed: 'directed',
  nothing: 'nothing',
}

/** No two shelves share a shape. */
export const SHELF_LEVELS: { readonly [shelf in Shelf]: Level } = {
  change: BIN_LEVELS['change-drug'],
  care: BIN_LEVELS.care,
  unassessed: BIN_LEVELS.unassessed,
  directed: BIN_LEVELS.directed,
  nothing: BIN_LEVELS.nothing,
}

/** A gene that this medicine inhibits or induces in this patient. */
export type Role = { readonly gene: string; readonly modifier: EnzymeModifier }

export type MedicineEntry = {
  readonly medicine: Medicine
  readonly shelf: Shelf
  readonly drugs: readonly DrugAssessment[]
  readonly roles: readonly Role[]
}

const mostPressing = (shelves: readonly Shelf[]): Shelf | undefined => SHELVES.find((shelf) => shelves.includes(shelf))

type Roles = ReadonlyMap<string, readonly Role[]>

/** Roles by the resource that they come from, found once: a list of thousands stays quick. */
export const rolesByResource = (calls: readonly GeneCall[]): Roles => {
  const roles = new Map<string, Role[]>()
  for (const call of calls) {
    if (!('phenoconversion' in call)) continue
    for (const modifier of call.phenoconversion.by ?? []) {
      const known = roles.get(modifier.lineage.resource)
      if (known) known.push({ gene: call.gene, modifier })
      else roles.set(modifier.lineage.resource, [{ gene: call.gene, modifier }])
    }
  }
  return roles
}

/** Medicines that are taken now, each on the shelf of its most pressing drug. A drug that was not recognised is not assessed. */
export const medicineEntries = (facts: PatientFacts, assessment: Assessment, words: PanelWords): MedicineEntry[] => {
  const roles = rolesByResource(assessment.geneCalls)
  const byRef = new Map<string, DrugAssessment[]>()
  for (const drug of assessment.medicines) byRef.set(drug.ref, [...(byRef.get(drug.ref) ?? []), drug])
  const bins = new Map((words.bins ?? []).map(({ ref, drug, bin }) => [`${ref} ${drug}`, bin]))
  /** The server decides the bin of a drug; one that it did not name was not assessed. */
  const binOf = ({ ref, drug }: DrugAssessment): Bin => bins.get(`${ref} ${drug.name}`) ?? 'unassessed'
  return facts.medicines
    .filter((medicine) => medicine.state === 'active')
    .map((medicine) => {
      const drugs = byRef.get(medicine.ref) ?? []
      // Known by name and yet without an assessment: nobody looked, which is not the same as no guidance.
      const shelf = mostPressing(drugs.map((drug) => SHELF_OF[binOf(drug)])) ?? 'unassessed'
      return { medicine, shelf, drugs, roles: roles.get(medicine.ref) ?? [] }
    })
}
