import { z } from 'zod'
import type { FhirResource, Medicine, Order, PatientFacts, PatientRecord } from '../contract/facts.ts'
import { AttuneError } from '../errors.ts'
import { type FactsTerms, readFacts } from '../facts/read-facts.ts'

/** One order as `expected.json` states it. What an entry leaves out is not compared. */
const orderSchema = z.object({
  ref: z.string(),
  drug: z.string(),
  rxnormIngredient: z.string().optional(),
  rxnorm: z.string().optional(),
  atc: z.string().optional(),
  snomed: z.string().optional(),
  dose: z.string().nullable().optional(),
  flags: z.array(z.string()).optional(),
  candidates: z.array(z.string()).optional(),
  orderState: z.string().optional(),
  use: z.string().optional(),
})

const fileSchema = z.object({ contextPatient: z.string().nullish(), medications: z.array(orderSchema).optional() })
const expectedSchema = z.object({ files: z.record(z.string(), fileSchema) })

type ExpectedOrder = z.output<typeof orderSchema>

/** How one order came out. `named`: the drug is not in the rules' tables, so only its name could be compared. */
export type OrderResult = {
  readonly file: string
  readonly ref: string
  readonly passed: boolean
  readonly named: boolean
  readonly differences: readonly string[]
}

type Drug = { readonly order: Order | null; readonly medicine: Medicine | null }

const entryOf = ({ order, medicine }: Drug): Order | Medicine | null => order ?? medicine

/** An example is a hook request, a Bundle or one resource; its entries are read as drafts and once more as chart entries. */
const recordOf = (content: unknown, patientId: string): PatientRecord => {
  const hook = z.object({ context: z.object({ draftOrders: z.unknown(), selections: z.array(z.string()).optional() }) }).safeParse(content)
  const entries = [hook.success ? hook.data.context.draftOrders : content] as FhirResource[] // readFacts takes anything
  const selections = hook.success ? (hook.data.context.selections ?? null) : null
  return { patientId, now: '2026-01-01T00:00:00Z', resources: [], questions: [], draftOrders: entries, selections }
}

const words = (text: string): string[] => text.toLowerCase().match(/[a-z0-9]+/g) ?? []

const namesDrug = (text: string, drug: string): boolean => {
  const have = new Set(words(text))
  return words(drug).every((word) => have.has(word))
}

const plainNames = (expected: ExpectedOrder): string[] =>
  (expected.candidates ?? expected.drug.split(' + ')).map((name) => name.replace(/\s*\(.*\)$/, '').trim())

const compareDrug = (expected: ExpectedOrder, entry: Order | Medicine): string[] => {
  const { drug } = entry
  const known = drug.ingredients.map((ingredient) => ingredient.name)
  const missing = plainNames(expected).filter((name) => !(known.length > 0 ? known.includes(name) : namesDrug(drug.text, name)))
  const differences = missing.map((name) => `drug ${name}: not among ${known.join(', ') || drug.text}`)
  const { rxnormIngredient } = expected
  if (rxnormIngredient && !drug.ingredients.some((one) => one.rxcui === rxnormIngredient))
    differences.push(`RxNorm ingredient ${rxnormIngredient}: not found`)
  for (const code of [expected.rxnorm, expected.atc, expected.snomed])
    if (code && !drug.codings.some((coding) => coding.code === code)) differences.push(`code ${code}: not kept`)
  return differences
}

type DoseCheck = (dose: Order['dose'], match: RegExpExecArray) => boolean

/** Wordings of an expected dose, and what each asks of the reading. First that fits; a wording that none fits is a difference. */
const DOSES: readonly (readonly [RegExp, DoseCheck])[] = [
  [
    /^(\d+ to \d+) mg\/day/,
    (dose, [, range = '']) => dose.mgPerDay === null && dose.flags.includes('range') && (dose.because ?? '').includes(range),
  ],
  [/mg\/m2 twice a day/, (dose) => dose.mgPerDay === null && dose.timesPerDay === 2 && (dose.because ?? '').includes('body surface')],
  [
    /^as needed, at most (\d+) tablets a day/,
    (dose, [, most = '']) => dose.prn && (dose.because ?? '').includes(`at most ${most} tablets a day`),
  ],
  [/^infusion/, (dose) => dose.mgPerDay === null],
  [/\((\d+(?:\.\d+)?) mg\) a day/, (dose, [, mg]) => dose.mgPerDay === Number(mg)],
  [/(?:^|first step |step 1: |= )(\d+(?:\.\d+)?) mg\/day/, (dose, [, mg]) => dose.mgPerDay === Number(mg)],
]

const compareDose = (expected: string | null | undefined, dose: Order['dose']): string[] => {
  if (expected === undefined) return []
  const got = dose.mgPerDay === null ? `no number (${dose.because ?? ''})` : `${dose.mgPerDay} mg/day`
  if (expected === null) return dose.mgPerDay === null && dose.mgPerDose === null ? [] : [`dose: expected no number, got ${got}`]
  for (const [wording, check] of DOSES) {
    const match = wording.exec(expected)
    if (match) return check(dose, match) ? [] : [`dose: expected ${expected}, got ${got}`]
  }
  return [`dose: this wording cannot be checked: ${expected}`]
}

const FLAGS: Readonly<Record<string, (entry: Order | Medicine) => boolean>> = {
  combination: (entry) => entry.drug.flags.includes('combination'),
  'medication-conflict': (entry) => entry.drug.flags.includes('medication-conflict'),
  prn: (entry) => entry.dose.flags.includes('prn'),
  'dose-text-only': (entry) => entry.dose.flags.includes('dose-text-only'),
  'text-only': (entry) => entry.drug.how === 'text' || (entry.drug.how === 'none' && entry.drug.codings.length === 0),
  // Both are seen in that the entry is no order, which `use` and `orderState` ask for.
  cancelled: () => true,
  'do-not-perform': () => true,
}

const compareFlags = (flags: readonly string[], entry: Order | Medicine): string[] =>
  flags.flatMap((flag) => {
    const check = FLAGS[flag]
    if (!check) return [`flag ${flag}: cannot be checked`]
    return check(entry) ? [] : [`flag ${flag}: not set`]
  })

const isOrdered = (expected: ExpectedOrder): boolean =>
  expected.use !== 'ignore' && !/^(completed|cancelled|stopped)/.test(expected.orderState ?? '')

const compareOrder = (expected: ExpectedOrder, found: Drug): { readonly differences: string[]; readonly named: boolean } => {
  const entry = entryOf(found)
  if (!entry) return { differences: ['the order was not read'], named: false }
  const state = (found.order !== null) === isOrdered(expected) ? [] : [isOrdered(expected) ? 'not taken as an order' : 'taken as an order']
  const selected = expected.orderState?.includes('selected') && found.order?.selected !== true ? ['not selected'] : []
  return {
    differences: [
      ...state,
      ...selected,
      ...compareDrug(expected, entry),
      ...compareDose(expected.dose, entry.dose),
      ...compareFlags(expected.flags ?? [], entry),
    ],
    named: entry.drug.ingredients.length === 0,
  }
}

const tail = (ref: string): string => ref.replace(/^.*\//, '')

const find = (ref: string, asOrders: PatientFacts, asChart: PatientFacts): Drug => ({
  order: asOrders.orders.find((order) => tail(order.ref) === tail(ref)) ?? null,
  medicine: asChart.medicines.find((medicine) => tail(medicine.ref) === tail(ref)) ?? null,
})

/**
 * Checks the orders of a file of expected readings against what the readers make of the files beside it.
 * @param read gives the parsed content of a file named in `expected`, relative to it; throws AttuneError `input-unreadable`
 * @throws AttuneError `input-unreadable` when `expected` does not have that layout
 */
export const verifyOrders = (expected: unknown, read: (path: string) => unknown, terms: FactsTerms): OrderResult[] => {
  const parsed = expectedSchema.safeParse(expected)
  if (!parsed.success) throw new AttuneError('input-unreadable', 'this is not a file of expected readings')
  return Object.entries(parsed.data.files).flatMap(([file, { contextPatient, medications = [] }]) => {
    if (medications.length === 0) return []
    const record = recordOf(read(file), contextPatient ?? '')
    const asOrders = readFacts(record, terms)
    const asChart = readFacts({ ...record, resources: record.draftOrders, draftOrders: [] }, terms)
    return medications.map((one): OrderResult => {
      const { differences, named } = compareOrder(one, find(one.ref, asOrders, asChart))
      return { file, ref: one.ref, passed: differences.length === 0, named, differences }
    })
  })
}
