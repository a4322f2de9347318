import type { Condition, DrugIdentity, Measurement, Medicine, Order, PatientFacts, Question } from '../../src/contract/facts.ts'
import type { GeneCall, GeneReading, Genotype } from '../../src/contract/genes.ts'

/** Builds facts in the words of the clinic: `patient({ age: 67 }).height(170, 'cm')`. */
export const NOW = '2026-06-01T09:00:00Z'

const rxnorm = (rxcui: string, name: string): DrugIdentity => ({
  text: name,
  codings: [{ system: 'http://www.nlm.nih.gov/research/umls/rxnorm', code: rxcui }],
  ingredients: [{ name, rxcui }],
  how: 'rxnorm-ingredient',
  flags: [],
})

const NO_DOSE = { mgPerDay: null, mgPerDose: null, timesPerDay: null, prn: false, text: null, route: null, flags: [] } as const

export const WARFARIN = { name: 'warfarin', rxcui: '11289' } as const

export const measured = (
  loinc: string,
  value: number,
  unit: string,
  date: string | null = '2026-05-01',
  more: Partial<Measurement> = {},
): Measurement => ({
  ref: `Observation/${loinc}-${date}-${value}`,
  name: loinc,
  codes: [{ system: 'http://loinc.org', code: loinc }],
  value: { kind: 'quantity', value, unit },
  range: null,
  interpretation: [],
  status: 'final',
  lineage: { resource: `Observation/${loinc}-${date}-${value}`, ...(date === null ? {} : { date, dateSource: 'effective' as const }) },
  ...more,
})

export const HEIGHT = '8302-2'
export const WEIGHT = '29463-7'

export const taking = (rxcui: string, name: string, state: Medicine['state'] = 'active'): Medicine => ({
  ref: `MedicationRequest/${rxcui}`,
  drug: rxnorm(rxcui, name),
  dose: NO_DOSE,
  state,
  start: '2026-01-01',
  end: null,
  lineage: { resource: `MedicationRequest/${rxcui}` },
})

export const unrecognised = (name: string): Medicine => {
  const one = taking('', name)
  return { ...one, drug: { ...one.drug, codings: [], ingredients: [] } }
}

export const ordering = (rxcui: string, name: string): Order => ({
  ref: `MedicationRequest/draft-${rxcui}`,
  hasId: true,
  drug: rxnorm(rxcui, name),
  dose: NO_DOSE,
  status: 'draft',
  intent: 'order',
  selected: true,
  subject: 'Patient/p',
  encounter: null,
  requester: null,
  authoredOn: null,
  priority: null,
  reasons: [],
})

export const medicinesRead: Question = {
  key: 'medications',
  query: 'MedicationRequest?patient=p',
  from: 'prefetch',
  state: 'answered',
  resources: 0,
}

export const conditionsRead: Question = { ...medicinesRead, key: 'conditions', query: 'Condition?patient=p' }

export const condition = (snomed: string, name: string, more: Partial<Condition> = {}): Condition => ({
  ref: `Condition/${snomed}`,
  name,
  codes: [{ system: 'http://snomed.info/sct', code: snomed }],
  clinicalStatus: 'active',
  verificationStatus: 'confirmed',
  onset: null,
  abatement: null,
  lineage: { resource: `Condition/${snomed}` },
  ...more,
})

/** Smoking status with a SNOMED CT answer. */
export const smoking = (answer: string, text: string): Measurement => ({
  ...measured('72166-2', 0, ''),
  value: { kind: 'text', text, codings: [{ system: 'http://snomed.info/sct', code: answer }] },
})

export type Person = {
  readonly age?: number | null
  readonly race?: { readonly text: string; readonly codes?: readonly string[] } | null
  readonly sex?: NonNullable<PatientFacts['patient']>['sex']
  readonly vitals?: readonly Measurement[]
  readonly labs?: readonly Measurement[]
  readonly lifestyle?: readonly Measurement[]
  readonly conditions?: readonly Condition[]
  readonly medicines?: readonly Medicine[]
  readonly orders?: readonly Order[]
  readonly questions?: readonly Question[]
}

const RACE_SYSTEM = 'urn:oid:2.16.840.1.113883.6.238'
const BODY = [measured(HEIGHT, 170, 'cm'), measured(WEIGHT, 80, 'kg')]

/** A person of 67 years, 170 cm, 80 kg, White, on no medicine that the equations know, unless told otherwise. */
export const patient = (person: Person = {}): PatientFacts => {
  const {
    age = 67,
    race = { text: 'White', codes: ['2106-3'] },
    sex = 'female',
    vitals = BODY,
    labs = [],
    lifestyle = [],
    conditions = [],
    medicines = [],
    orders = [],
    questions = [medicinesRead],
  } = person
  return {
    now: NOW,
    patient: {
      id: 'p',
      name: null,
      birthDate: null,
      ageYears: age,
      sex,
      deceased: false,
      race: race && { text: race.text, codes: (race.codes ?? []).map((code) => ({ system: RACE_SYSTEM, code })) },
      lineage: { resource: 'Patient/p' },
    },
    readings: [],
    orders,
    medicines,
    labs,
    vitals,
    lifestyle,
    conditions,
    requests: [],
    procedures: [],
    allergies: [],
    imaging: [],
    devices: [],
    family: [],
    documents: [],
    questions,
    gaps: [],
  }
}

const genotype = (diplotype: string | null): Genotype => ({ diplotype, activityScore: null, phenotype: null, keys: [] })

const reading = (gene: string, diplotype: string | null, coverage: string | null): GeneReading => ({
  ref: `Observation/${gene}`,
  gene,
  genotype: genotype(diplotype),
  candidates: [],
  reported: {},
  status: 'final',
  confidence: 'high',
  use: 'act',
  flags: [],
  notes: [],
  lineage: { resource: `Observation/${gene}`, date: '2025-02-03' },
  supports: [],
  coverage: coverage === null ? null : { text: coverage, narrow: false },
})

export const called = (gene: string, diplotype: string | null, coverage: string | null = null): GeneCall => ({
  state: 'called',
  gene,
  genetic: genotype(diplotype),
  clinical: genotype(diplotype),
  phenoconversion: { state: 'none' },
  confidence: 'high',
  flags: [],
  readings: [reading(gene, diplotype, coverage)],
})

export const openBetween = (gene: string, ...diplotypes: readonly string[]): GeneCall => ({
  state: 'candidates',
  gene,
  candidates: diplotypes.map((one) => ({ genetic: genotype(one), clinical: genotype(one), readings: [] })),
  phenoconversion: { state: 'none' },
  because: 'phase is not known',
  flags: [],
  readings: [reading(gene, null, null)],
})

export const indeterminate = (gene: string): GeneCall => ({ state: 'indeterminate', gene, because: 'no call', flags: [], readings: [] })
export const notTested = (gene: string): GeneCall => ({ state: 'not-tested', gene })
