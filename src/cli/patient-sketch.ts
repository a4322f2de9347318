import { z } from 'zod'
import type {
  Dose,
  DrugIdentity,
  Encounter,
  FamilyMember,
  MeasuredValue,
  Measurement,
  Medicine,
  Order,
  PatientFacts,
} from '../contract/facts.ts'
import type { GeneReading, Genotype } from '../contract/genes.ts'
import type { Coding, Lineage } from '../contract/lineage.ts'
import { AttuneError } from '../errors.ts'
import type { Knowledge } from '../guidance/rules.ts'
import { NO_GENOTYPE } from '../pgx/genotype.ts'
import { isLocal } from '../pgx/local-use.ts'
import { parseGeneValue } from './gene-value.ts'

const SNOMED = 'http://snomed.info/sct'

const coded = z.union([
  z.string(),
  z.strictObject({ name: z.string(), snomed: z.string().optional(), icd10: z.string().optional(), date: z.string().optional() }),
])
const drugTaken = z.union([
  z.string(),
  z.strictObject({
    drug: z.string(),
    start: z.string().optional(),
    end: z.string().optional(),
    stopped: z.boolean().optional(),
    /** The record does not say whether it is taken still. */
    unclear: z.boolean().optional(),
    mgPerDay: z.number().positive().optional(),
  }),
])
const measurement = z.strictObject({
  name: z.string(),
  loinc: z.string(),
  value: z.number(),
  unit: z.string(),
  date: z.string().default('2026-11-01'),
})
const answer = { name: z.string(), snomed: z.string(), date: z.string().default('2026-11-01') }
const answered = z.union([
  z.strictObject({ ...answer, loinc: z.string() }),
  z.strictObject({ ...answer, question: z.string().describe('What was looked for, as a code of SNOMED CT.') }),
])
const relative = z.strictObject({
  relationship: z.string().describe('Code of HL7 v3-RoleCode: MTH, SIS, DAUC, AUNT.'),
  status: z.enum(['partial', 'completed', 'health-unknown']).default('completed'),
  conditions: z.array(coded).default([]),
  date: z.string().default('2026-11-01'),
})
const score = z.strictObject({
  pgs: z.string().describe('Id in the PGS Catalog: PGS000001.'),
  value: z.number(),
  date: z.string().default('2026-11-01'),
})
const stay = z.strictObject({
  id: z.string(),
  class: z.string().describe('Code of HL7 v3-ActCode: IMP, EMER, AMB.'),
  start: z.string(),
  end: z.string().optional(),
  priority: z.string().optional().describe('Code of HL7 v3-ActPriority: EM, UR, EL.'),
  service: z.string().optional(),
})

/** A patient in a few words, as guidance cases and `attune recommend` describe one. */
export const sketchSchema = z.strictObject({
  now: z.string().default('2026-11-01T09:00:00Z').describe('Instant of the order.'),
  age: z.number().int().min(0).optional().describe('Completed years.'),
  sex: z.enum(['male', 'female', 'other', 'unknown']).optional(),
  race: z.string().optional().describe('Code of the CDC list of race and ethnicity: 2106-3.'),
  weightKg: z.number().positive().optional(),
  egfr: z.number().positive().optional().describe('mL/min/1.73 m2'),
  genes: z
    .record(z.string(), z.union([z.string(), z.array(z.string()).min(2)]))
    .default({})
    .describe('Result per gene; a list = labs that contradict each other; `unreadable` = a result that cannot be used.'),
  conditions: z.array(coded).default([]),
  procedures: z.array(coded).default([]),
  medicines: z.array(drugTaken).default([]),
  allergies: z.array(z.string()).default([]),
  unread: z
    .array(z.enum(['medications', 'conditions', 'allergies', 'procedures', 'requests', 'encounters', 'observations', 'family']))
    .default([])
    .describe('Parts of the record that could not be read.'),
  labs: z.array(measurement).default([]).describe('Laboratory results by LOINC, in UCUM units.'),
  vitals: z.array(measurement).default([]),
  lifestyle: z.array(answered).default([]).describe('Coded answers, for example smoking.'),
  family: z.array(relative).default([]).describe('Family history, one entry for each relative.'),
  scores: z.array(score).default([]).describe('Polygenic scores that a laboratory reported.'),
  requests: z.array(coded).default([]).describe('What is ordered and not done yet.'),
  stays: z.array(stay).default([]),
  stay: z.string().optional().describe('Id of the stay that is ending.'),
  order: z.strictObject({
    drug: z.string(),
    mgPerDay: z.number().positive().optional(),
    text: z.string().optional(),
    product: z.string().optional().describe('Product as the order words it.'),
    reasons: z.array(coded).default([]),
  }),
})

/** The same for a call that is about no order: a discharge, an opened chart. */
export const momentSketchSchema = sketchSchema.extend({ order: sketchSchema.shape.order.optional() })

export type Sketch = z.output<typeof sketchSchema>
export type MomentSketch = z.output<typeof momentSketchSchema>
type Coded = z.output<typeof coded>

const lineage = (resource: string, date?: string): Lineage => ({ resource, ...(date === undefined ? {} : { date }) })

const codesOf = (one: Coded): Coding[] =>
  typeof one === 'string'
    ? []
    : [
        ...(one.snomed === undefined ? [] : [{ system: SNOMED, code: one.snomed }]),
        ...(one.icd10 === undefined ? [] : [{ system: 'http://hl7.org/fhir/sid/icd-10-cm', code: one.icd10 }]),
      ]
const nameOf = (one: Coded): string => (typeof one === 'string' ? one : one.name)
const dateOf = (one: Coded): string | null => (typeof one === 'string' ? null : (one.date ?? null))

const identify = (drug: string, knowledge: Knowledge): DrugIdentity => {
  const product = /^\d+$/.test(drug) ? knowledge.drugs.product(drug) : null
  const ingredient = product ? null : knowledge.drugs.ingredient(drug)
  const name = product?.name ?? ingredient?.name ?? drug
  const coding = product ? [{ system: 'http://www.nlm.nih.gov/research/umls/rxnorm', code: drug, display: product.name }] : []
  return knowledge.drugs.identify({ codings: coding, text: name })
}

const dose = (mgPerDay: number | undefined, text: string | undefined): Dose => ({
  mgPerDay: mgPerDay ?? null,
  mgPerDose: null,
  timesPerDay: null,
  prn: false,
  text: text ?? null,
  route: null,
  flags: [],
})

const reading = (gene: string, index: number, genotype: Genotype, use: GeneReading['use']): GeneReading => ({
  ref: `Observation/${gene}-${index}`,
  gene,
  genotype,
  candidates: [],
  reported: {},
  status: 'final',
  confidence: use === 'act' ? 'high' : 'none',
  use,
  flags: [],
  notes: use === 'act' ? [] : ['the result cannot be read'],
  lineage: lineage(`Observation/${gene}-${index}`, '2026-01-15'),
  supports: [],
  coverage: null,
})

const readingsOf = (sketch: MomentSketch, knowledge: Knowledge): GeneReading[] =>
  Object.entries(sketch.genes).flatMap(([gene, value]) => {
    const table = knowledge.genes.get(gene)
    if (!table) throw new AttuneError('input-unreadable', `${gene} is not a gene of the rules`)
    return (Array.isArray(value) ? value : [value]).map((one, index) => {
      if (one === 'unreadable') return reading(gene, index, NO_GENOTYPE, 'inform')
      const genotype = parseGeneValue(table, one)
      if (!genotype) throw new AttuneError('input-unreadable', `"${one}" is not a ${gene} result that the tables know`)
      return reading(gene, index, genotype, 'act')
    })
  })

const medicineOf = (taken: z.output<typeof drugTaken>, index: number, knowledge: Knowledge): Medicine => {
  const { drug, start, end, stopped, unclear, mgPerDay } =
    typeof taken === 'string'
      ? { drug: taken, start: undefined, end: undefined, stopped: false, unclear: false, mgPerDay: undefined }
      : taken
  return {
    ref: `MedicationRequest/m${index}`,
    drug: identify(drug, knowledge),
    dose: dose(mgPerDay, undefined),
    state: stopped || end !== undefined ? 'stopped' : unclear ? 'unknown' : 'active',
    start: start ?? null,
    end: end ?? null,
    lineage: lineage(`MedicationRequest/m${index}`, start),
  }
}

const observed = (ref: string, name: string, code: Coding, value: MeasuredValue, date: string): Measurement => ({
  ref,
  name,
  codes: [code],
  value,
  range: null,
  interpretation: [],
  status: 'final',
  lineage: lineage(ref, date),
})

const LOINC = 'http://loinc.org'

const measured = (ref: string, name: string, loinc: string, value: number, unit: string, date = '2026-10-01'): Measurement =>
  observed(ref, name, { system: LOINC, code: loinc }, { kind: 'quantity', value, unit }, date)

const measuredAll = (room: string, all: readonly z.output<typeof measurement>[]): Measurement[] =>
  all.map(({ name, loinc, value, unit, date }, index) => measured(`Observation/${room}-${index}`, name, loinc, value, unit, date))

const answeredAll = (all: readonly z.output<typeof answered>[]): Measurement[] =>
  all.map(({ name, snomed, date, ...asked }, index) =>
    observed(
      `Observation/answer-${index}`,
      name,
      'loinc' in asked ? { system: LOINC, code: asked.loinc } : { system: SNOMED, code: asked.question },
      { kind: 'text', text: name, codings: [{ system: SNOMED, code: snomed }] },
      date,
    ),
  )

const V3 = 'http://terminology.hl7.org/CodeSystem'
const RACE = 'urn:oid:2.16.840.1.113883.6.238'
const PGS = 'https://www.pgscatalog.org/score'

const scored = ({ pgs, value, date }: z.output<typeof score>): Measurement => ({
  ...measured(`Observation/${pgs}`, pgs, '', value, '{score}', date),
  codes: [{ system: PGS, code: pgs }],
})

const relativeOf = ({ relationship, status, conditions, date }: z.output<typeof relative>, index: number): FamilyMember => ({
  ref: `FamilyMemberHistory/f${index}`,
  relationship,
  relationshipCodes: [{ system: `${V3}/v3-RoleCode`, code: relationship }],
  status,
  conditions: conditions.map((one) => ({ name: nameOf(one), codes: codesOf(one) })),
  lineage: lineage(`FamilyMemberHistory/f${index}`, date),
})

const stayOf = ({ id, class: kind, start, end, priority, service }: z.output<typeof stay>): Encounter => ({
  ref: `Encounter/${id}`,
  status: end === undefined ? 'in-progress' : 'finished',
  kinds: [{ system: `${V3}/v3-ActCode`, code: kind }],
  urgency: priority === undefined ? [] : [{ system: `${V3}/v3-ActPriority`, code: priority }],
  service: { codes: [], words: service === undefined ? [] : [service] },
  discharge: [],
  start,
  end: end ?? null,
  lineage: lineage(`Encounter/${id}`, start),
})

/** Parts of the record, with the query that asks for each. */
const PARTS = {
  medications: 'MedicationRequest?patient=p',
  conditions: 'Condition?patient=p',
  allergies: 'AllergyIntolerance?patient=p',
  procedures: 'Procedure?patient=p',
  requests: 'ServiceRequest?patient=p',
  encounters: 'Encounter?patient=p',
  family: 'FamilyMemberHistory?patient=p',
  observations: 'Observation?patient=p',
} as const

const drugOf = ({ drug, product }: Sketch['order'], knowledge: Knowledge): DrugIdentity => ({
  ...identify(drug, knowledge),
  ...(product === undefined ? {} : { text: product }),
})

const orderOf = (ordered: Sketch['order'], knowledge: Knowledge): Order => ({
  ref: 'MedicationRequest/order',
  hasId: true,
  drug: drugOf(ordered, knowledge),
  dose: dose(ordered.mgPerDay, ordered.text),
  ...(isLocal({ drug: drugOf(ordered, knowledge), dose: dose(ordered.mgPerDay, ordered.text) }) ? { local: true as const } : {}),
  status: 'draft',
  intent: 'order',
  selected: true,
  subject: 'Patient/p',
  encounter: null,
  requester: null,
  authoredOn: null,
  priority: null,
  reasons: ordered.reasons.map((one) => ({ text: nameOf(one), codings: codesOf(one) })),
})

/**
 * The facts that a sketch stands for.
 * @throws AttuneError `input-unreadable` for a gene, result or drug that the rules do not know
 */
export const drawPatient = (sketch: MomentSketch, knowledge: Knowledge): PatientFacts => ({
  now: sketch.now,
  patient: {
    id: 'p',
    name: null,
    birthDate: null,
    ageYears: sketch.age ?? null,
    sex: sketch.sex ?? null,
    deceased: false,
    race: sketch.race === undefined ? null : { text: sketch.race, codes: [{ system: RACE, code: sketch.race }] },
    lineage: lineage('Patient/p'),
  },
  readings: readingsOf(sketch, knowledge),
  orders: sketch.order === undefined ? [] : [orderOf(sketch.order, knowledge)],
  medicines: sketch.medicines.map((taken, index) => medicineOf(taken, index, knowledge)),
  labs: [
    ...(sketch.egfr === undefined ? [] : [measured('Observation/egfr', 'eGFR', '98979-8', sketch.egfr, 'mL/min/{1.73_m2}')]),
    ...measuredAll('lab', sketch.labs),
    ...sketch.scores.map(scored),
  ],
  vitals: [
    ...(sketch.weightKg === undefined ? [] : [measured('Observation/weight', 'Body weight', '29463-7', sketch.weightKg, 'kg')]),
    ...measuredAll('vital', sketch.vitals),
  ],
  lifestyle: answeredAll(sketch.lifestyle),
  conditions: sketch.conditions.map((one, index) => ({
    ref: `Condition/c${index}`,
    name: nameOf(one),
    codes: codesOf(one),
    clinicalStatus: 'active',
    verificationStatus: 'confirmed',
    onset: dateOf(one),
    abatement: null,
    lineage: lineage(`Condition/c${index}`, dateOf(one) ?? undefined),
  })),
  requests: sketch.requests.map((one, index) => ({
    ref: `ServiceRequest/s${index}`,
    name: nameOf(one),
    codes: codesOf(one),
    status: 'active',
  })),
  encounters: sketch.stays.map(stayOf),
  encounter: sketch.stay === undefined ? null : `Encounter/${sketch.stay}`,
  procedures: sketch.procedures.map((one, index) => ({
    ref: `Procedure/p${index}`,
    name: nameOf(one),
    codes: codesOf(one),
    status: 'completed',
    date: dateOf(one),
    lineage: lineage(`Procedure/p${index}`),
  })),
  allergies: sketch.allergies.map((drug, index) => ({
    ref: `AllergyIntolerance/a${index}`,
    name: drug,
    codes: [],
    ingredients: identify(drug, knowledge).ingredients,
    verificationStatus: 'confirmed',
    clinicalStatus: 'active',
    reactions: [],
    lineage: lineage(`AllergyIntolerance/a${index}`),
  })),
  imaging: [],
  devices: [],
  family: sketch.family.map(relativeOf),
  documents: [],
  questions: Object.entries(PARTS).map(([key, query]) => ({
    key,
    query,
    from: 'none' as const,
    state: sketch.unread.some((one) => one === key) ? ('failed' as const) : ('answered' as const),
    resources: 0,
  })),
  gaps: [],
})
