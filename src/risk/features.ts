import type { Gap } from '../contract/lineage.ts'
import { refuseValue } from './encode.ts'
import { absent, type InputReading, type InputReadings, known, type RecordView, unusable } from './input-reading.ts'
import type { InputSpec, InputSpecOf, InputValue } from './model-folder.ts'
import { readAggregate } from './read-aggregate.ts'
import { readAnswer } from './read-answer.ts'
import { readCondition, readOnlyWithCondition } from './read-condition.ts'
import { readAgreed, readAny, readBeyond, readLater, readPoints } from './read-derived.ts'
import { readEncountersBefore, readStayCoded, readStayDays, readStayProcedure } from './read-encounter.ts'
import { readRelatives } from './read-family.ts'
import { readGenotype } from './read-genotype.ts'
import { readGrade } from './read-grade.ts'
import { readMeasurement } from './read-measurement.ts'
import { readMedicine, readMedicineCount, readOnlyWith } from './read-medicine.ts'
import { readOrigin } from './read-origin.ts'
import { readAge, readRace, readSex } from './read-person.ts'
import { readProcedures } from './read-procedure.ts'

/** `earlier`: the inputs of the file that were read before. */
type Reader<K extends InputSpec['kind']> = (
  spec: InputSpecOf<K>,
  record: RecordView,
  earlier: InputReadings,
) => InputReading | Promise<InputReading>

const SAME = new WeakMap<InputSpec, InputReading>()

/** What no record holds is the same reading for everybody: made once, since models of many places have hundreds of them. */
const sameForAll = (spec: InputSpec, gap: Omit<Gap, 'about'>): InputReading => {
  const reading = SAME.get(spec) ?? maskUnusable(spec, absent(spec, { about: spec.name, ...gap }))
  SAME.set(spec, reading)
  return reading
}

/** One reader per kind of input; no model has reading code of its own. */
const READERS: { readonly [K in InputSpec['kind']]: Reader<K> } = {
  age: (spec, { facts }) => readAge(spec, facts),
  sex: (spec, { facts }) => readSex(spec, facts),
  race: (spec, { facts }) => readRace(spec, facts),
  measurement: (spec, { facts }) => (spec.aggregate === 'latest' ? readMeasurement(spec, facts) : readAggregate(spec, facts)),
  answer: (spec, { facts }) => readAnswer(spec, facts),
  condition: (spec, { facts }) => readCondition(spec, facts),
  'only-with-condition': (spec, { facts }) => readOnlyWithCondition(spec, facts),
  relatives: (spec, { facts }) => readRelatives(spec, facts),
  procedures: (spec, { facts }) => readProcedures(spec, facts),
  origin: (spec, { facts }) => readOrigin(spec, facts),
  grade: (spec, { facts }) => readGrade(spec, facts),
  later: (spec, _, earlier) => readLater(spec, earlier),
  agreed: (spec, _, earlier) => readAgreed(spec, earlier),
  medicine: (spec, { facts }) => readMedicine(spec, facts),
  'medicine-count': (spec, { facts }) => readMedicineCount(spec, facts),
  'only-with': (spec, { facts }) => readOnlyWith(spec, facts),
  any: (spec, _, earlier) => readAny(spec, earlier),
  beyond: (spec, _, earlier) => readBeyond(spec, earlier),
  points: (spec, { facts }) => readPoints(spec, facts),
  'stay-days': (spec, { facts }) => readStayDays(spec, facts),
  'stay-coded': (spec, { facts }) => readStayCoded(spec, facts),
  'stay-procedure': (spec, { facts }) => readStayProcedure(spec, facts),
  'encounters-before': (spec, { facts }) => readEncountersBefore(spec, facts),
  genotype: (spec, { facts, calls }) => readGenotype(spec, facts, calls),
  computed: (spec, { compute }) => compute(spec),
  dosage: (spec) => sameForAll(spec, { code: 'not-found', because: `${spec.label}: records hold no genotypes of single places.` }),
  asked: (spec) => sameForAll(spec, { code: 'not-asked', because: spec.because }),
}

/** What cannot be used is not known to a model that was trained to do without it; why it cannot be used is said. */
const maskUnusable = (spec: InputSpec, reading: InputReading): InputReading => {
  if (reading.state !== 'unusable' || spec.missing.do !== 'mask') return reading
  const effect = `${reading.gap.because} ${spec.missing.effect}`
  return { state: 'default', value: null, effect, input: { ...reading.input, origin: 'default', note: effect } }
}

/** Inputs of a model from a patient's facts and gene calls, as `features.json` declares them. */
export const readInputs = async (specs: readonly InputSpec[], record: RecordView): Promise<InputReadings> => {
  const readings = new Map<string, InputReading>()
  for (const spec of specs) {
    const given = (READERS[spec.kind] as Reader<InputSpec['kind']>)(spec as never, record, readings) // table and union walk together
    const reading = given instanceof Promise ? await given : given // few inputs wait for anything
    readings.set(spec.name, maskUnusable(spec, reading))
  }
  return readings
}

/** JSON has true and false where an input is 1 or 0. */
const plain = (value: unknown): unknown => (typeof value === 'boolean' ? Number(value) : value)
const isValue = (value: unknown): value is InputValue => value === null || typeof value === 'number' || typeof value === 'string'

const YES_OR_NO: ReadonlySet<string> = new Set<InputSpec['kind']>([
  'medicine',
  'condition',
  'any',
  'beyond',
  'only-with',
  'only-with-condition',
  'stay-coded',
  'stay-procedure',
])

const isBit = (value: InputValue): boolean => value === 0 || value === 1

const shownAs = (spec: InputSpec, value: InputValue): { shown?: string } => {
  if (YES_OR_NO.has(spec.kind) || (spec.kind === 'asked' && spec.values?.every(isBit)))
    return isBit(value) ? { shown: value === 1 ? 'yes' : 'no' } : {}
  if (spec.kind === 'sex') return { shown: value === spec.values.female ? 'female' : 'male' }
  return {}
}

const takeInput = (spec: InputSpec, given: unknown): InputReading => {
  const value = plain(given ?? null)
  const about = spec.name
  if (value === null) return absent(spec, { about, code: 'not-found', because: `${spec.label} (${spec.name}) is not given.` })
  if (!isValue(value)) return unusable(spec, { about, code: 'out-of-range', because: `${spec.label} is neither a number nor a word.` })
  const because = refuseValue(spec, value)
  return because === null ? known(spec, { value, ...shownAs(spec, value) }) : unusable(spec, { about, code: 'out-of-range', because })
}

/** Inputs given by name (test vectors, `attune predict`), held to the same ranges and missing rules as those from a record. */
export const takeInputs = (specs: readonly InputSpec[], given: Readonly<Record<string, unknown>>): InputReadings =>
  new Map(specs.map((spec) => [spec.name, takeInput(spec, Object.hasOwn(given, spec.name) ? given[spec.name] : null)]))
