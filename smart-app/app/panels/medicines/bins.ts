import type { Medicine, PatientFacts } from '../../../../src/contract/facts.ts'
import type { Assessment, Consequence, DrugAssessment } from '../../../../src/contract/findings.ts'
import type { EnzymeModifier, GeneCall } from '../../../../src/contract/genes.ts'
import type { PanelWords } from '../../../../src/contract/profile.ts'
import type { Level } from '../../../ui/Severity.tsx'
import { type Head, headOf } from '../../words/severity.ts'

export type Bin = 'replace' | 'dose' | 'care' | 'unassessed' | 'fine' | 'nothing'

/** Most pressing first. */
export const BINS: readonly Bin[] = ['replace', 'dose', 'care', 'unassessed', 'fine', 'nothing']

export const BIN_LEVELS: { readonly [bin in Bin]: Level } = {
  replace: 'warning',
  dose: 'warning',
  care: 'caution',
  unassessed: 'unknown',
  fine: 'ok',
  nothing: 'none',
}

const CONSEQUENCE_BINS: { readonly [consequence in Consequence]: Bin } = {
  contraindicated: 'replace',
  avoid: 'replace',
  alternative: 'replace',
  dose: 'dose',
  caution: 'care',
  monitor: 'care',
  standard: 'fine',
  none: 'fine',
}

const CHANGES: ReadonlySet<Bin> = new Set(['replace', 'dose', 'care'])

/** A gene that this medicine inhibits or induces in this patient. */
export type Role = { readonly gene: string; readonly modifier: EnzymeModifier }

export type MedicineEntry = {
  readonly medicine: Medicine
  readonly bin: Bin
  readonly drugs: readonly DrugAssessment[]
  readonly roles: readonly Role[]
}

const CONCERN_BINS: { readonly [concern in Exclude<Head['concern'], 'guidance'>]: Bin } = {
  conflict: 'unassessed',
  'not-assessed': 'unassessed',
  'test-first': 'unassessed',
}

/** A head speaks for its finding. */
const headBin = (head: Head, drug: DrugAssessment): Bin => {
  if (head.concern !== 'guidance') return CONCERN_BINS[head.concern]
  const finding = drug.findings.find((candidate) => candidate.id === head.finding)
  return finding ? CONSEQUENCE_BINS[finding.consequence] : 'unassessed'
}

const binOf = (drug: DrugAssessment, words: PanelWords): Bin => {
  const head = headOf(drug, words)
  if (head) return headBin(head, drug)
  if (drug.state === 'not-assessed') return 'unassessed'
  if (drug.state === 'no-guidance') return 'nothing'
  const first = drug.findings.find((candidate) => candidate.kind === 'guidance' && candidate.population?.state !== 'undecided')
  // Advice that is too weak for a card still asks for care; without any finding nothing was assessed.
  if (!first) return drug.findings.length > 0 ? 'fine' : 'unassessed'
  return CHANGES.has(CONSEQUENCE_BINS[first.consequence]) ? 'care' : 'fine'
}

const mostPressing = (bins: readonly Bin[]): Bin | undefined => BINS.find((bin) => bins.includes(bin))

const rolesOf = (medicine: Medicine, calls: readonly GeneCall[]): Role[] =>
  calls.flatMap((call) => {
    if (!('phenoconversion' in call) || call.phenoconversion.state === 'none') return []
    const own = call.phenoconversion.by.filter((modifier) => modifier.lineage.resource === medicine.ref)
    return own.map((modifier) => ({ gene: call.gene, modifier }))
  })

/** Medicines that are taken now, each in the bin of its most pressing drug. A drug that was not recognised is not assessed. */
export const medicineEntries = (facts: PatientFacts, assessment: Assessment, words: PanelWords): MedicineEntry[] =>
  facts.medicines
    .filter((medicine) => medicine.state === 'active')
    .map((medicine) => {
      const drugs = assessment.medicines.filter((drug) => drug.ref === medicine.ref)
      const silent: Bin = medicine.drug.ingredients.length === 0 ? 'unassessed' : 'nothing'
      const bin = mostPressing(drugs.map((drug) => binOf(drug, words))) ?? silent
      return { medicine, bin, drugs, roles: rolesOf(medicine, assessment.geneCalls) }
    })
