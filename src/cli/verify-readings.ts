import { readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { z } from 'zod'
import type { FhirResource, PatientFacts, PatientRecord } from '../contract/facts.ts'
import type { GeneCall, GeneReading } from '../contract/genes.ts'
import { AttuneError } from '../errors.ts'
import { readGenomics } from '../facts/genomics/read-genomics.ts'
import type { Knowledge } from '../guidance/rules.ts'
import { callGenes } from '../pgx/gene-calls.ts'

const score = z.union([z.number(), z.string()])

/** One reading as it should be. A member that is left out is not compared, but for `flags`, which is always compared whole. */
const expectedReading = z.looseObject({
  ref: z.string(),
  gene: z.string().nullable(),
  diplotype: z.string().nullable(),
  phenotype: z.string().nullable(),
  activityScore: score.optional(),
  date: z.string().nullable(),
  dateSource: z.string().nullable(),
  status: z.string().nullable(),
  confidence: z.string(),
  use: z.string(),
  flags: z.array(z.string()),
  alsoAcceptable: z.array(z.string()).optional(),
  mergedWith: z.string().optional(),
})

const expectedCall = z.looseObject({
  gene: z.string(),
  use: z.enum(['act', 'candidates']),
  diplotype: z.string().optional(),
  phenotype: z.string().optional(),
  flags: z.array(z.string()).optional(),
  sources: z.number().optional(),
})

const expectedFile = z.looseObject({
  contextPatient: z.string().nullable(),
  readings: z.array(expectedReading).default([]),
  merged: z.array(expectedCall).default([]),
})

const schema = z.looseObject({ files: z.record(z.string(), expectedFile) })

type ExpectedReading = z.output<typeof expectedReading>

export type ReadingResult = {
  readonly file: string
  readonly name: string
  readonly passed: boolean
  readonly differences: readonly string[]
}
export type ReadingsReport = {
  /** One per expected reading. */
  readonly readings: readonly ReadingResult[]
  /** One per expected call of several readings together. */
  readonly calls: readonly ReadingResult[]
  /** Readings that would be acted on though no expectation names them, and files that could not be read. */
  readonly unexpected: readonly ReadingResult[]
}

/** A file of expected readings beside its FHIR files: `{ "files": { "path.json": { contextPatient, readings } } }`. Layout: docs/verify.md. */
export const isReadingsFile = (content: unknown): boolean =>
  typeof content === 'object' &&
  content !== null &&
  'files' in content &&
  typeof content.files === 'object' &&
  content.files !== null &&
  !Array.isArray(content.files)

/** The record that one file makes: everything in it, for one patient. */
const recordOf = (resource: FhirResource, patient: string | null): PatientRecord => ({
  patientId: patient ?? '',
  now: '2026-01-01T00:00:00Z',
  resources: [resource],
  questions: [],
  draftOrders: [],
  selections: null,
})

const text = (value: unknown): string => JSON.stringify(value)

const isReference = (ref: string): boolean => ref.includes('/')

/** Files whose resources have no id name their readings by gene; bare ids stand for Observations. */
const isAbout = (expected: ExpectedReading, reading: GeneReading): boolean => {
  const refs = [expected.ref, ...(expected.mergedWith === undefined ? [] : [expected.mergedWith])]
  if (refs.some((ref) => reading.ref === ref)) return true
  return !isReference(expected.ref) && (reading.ref.endsWith(`/${expected.ref}`) || expected.ref === reading.gene)
}

const sameWords = (left: string | null, right: string | null): boolean => left?.toLowerCase() === right?.toLowerCase()

/** A typed gene answers for several alleles; the expectation names one of them. */
const hasPhenotype = (expected: string | null, reading: GeneReading): boolean => {
  const { phenotype, keys } = reading.genotype
  if (sameWords(expected, phenotype?.term ?? null)) return true
  return expected !== null && reading.gene !== null && keys.some((key) => `${reading.gene}${key}` === expected)
}

const isDate = (expected: string | null, date: string | undefined): boolean =>
  expected === null ? date === undefined : date?.startsWith(expected) === true

const isScore = (expected: number | string | undefined, reading: GeneReading): boolean => {
  if (expected === undefined) return true
  const own = reading.genotype.activityScore
  return own !== null && (typeof expected === 'number' ? own.value === expected && !own.atLeast : own.text === expected)
}

const sameSet = (left: readonly string[], right: readonly string[]): boolean =>
  [...new Set(left)].sort().join() === [...new Set(right)].sort().join()

const startsAcceptable = (expected: ExpectedReading, value: string | null): boolean =>
  value !== null && (expected.alsoAcceptable ?? []).some((each) => each.toLowerCase().startsWith(value.toLowerCase()))

/** Flags that an alternative reading names with the words `with flag`. */
const acceptableFlags = (expected: ExpectedReading): string[] =>
  (expected.alsoAcceptable ?? []).flatMap((each) => /with flag ([a-z-]+)/.exec(each)?.[1] ?? [])

const compareReading = (expected: ExpectedReading, reading: GeneReading): string[] => {
  const { genotype, lineage } = reading
  const flags =
    sameSet(expected.flags, reading.flags) ||
    (acceptableFlags(expected).length > 0 && acceptableFlags(expected).every((flag) => reading.flags.includes(flag)))
  const checks: readonly (readonly [string, boolean, unknown, unknown])[] = [
    ['gene', expected.gene === reading.gene, expected.gene, reading.gene],
    [
      'diplotype',
      expected.diplotype === genotype.diplotype || startsAcceptable(expected, genotype.diplotype),
      expected.diplotype,
      genotype.diplotype,
    ],
    [
      'phenotype',
      hasPhenotype(expected.phenotype, reading) || startsAcceptable(expected, genotype.phenotype?.term ?? null),
      expected.phenotype,
      genotype.phenotype?.term ?? null,
    ],
    ['activityScore', isScore(expected.activityScore, reading), expected.activityScore, genotype.activityScore?.text ?? null],
    ['date', isDate(expected.date, lineage.date), expected.date, lineage.date ?? null],
    ['dateSource', expected.dateSource === (lineage.dateSource ?? null), expected.dateSource, lineage.dateSource ?? null],
    ['status', expected.status === reading.status, expected.status, reading.status],
    ['confidence', expected.confidence === reading.confidence, expected.confidence, reading.confidence],
    ['use', expected.use === reading.use, expected.use, reading.use],
    ['flags', flags, [...expected.flags].sort(), reading.flags],
  ]
  return checks.flatMap(([member, passed, wanted, found]) => (passed ? [] : [`${member}: expected ${text(wanted)}, read ${text(found)}`]))
}

const verifyReading = (file: string, expected: ExpectedReading, readings: readonly GeneReading[]): ReadingResult => {
  const found = readings.filter((reading) => isAbout(expected, reading))
  const compared = found.map((reading) => compareReading(expected, reading)).sort((left, right) => left.length - right.length)
  const differences = compared[0] ?? ['nothing was read']
  return { file, name: expected.ref, passed: differences.length === 0, differences }
}

const stateOf = (call: GeneCall | undefined): string => (call?.state === 'called' ? 'act' : (call?.state ?? 'nothing'))

const verifyCall = (file: string, expected: z.output<typeof expectedCall>, calls: readonly GeneCall[]): ReadingResult => {
  const call = calls.find((each) => each.gene === expected.gene)
  const genetic = call?.state === 'called' ? call.genetic : null
  const flags = call !== undefined && 'flags' in call ? call.flags : []
  const differences = [
    ...(stateOf(call) === expected.use ? [] : [`use: expected ${expected.use}, called ${stateOf(call)}`]),
    ...(expected.diplotype === undefined || genetic?.diplotype === expected.diplotype
      ? []
      : [`diplotype: expected ${expected.diplotype}, called ${text(genetic?.diplotype)}`]),
    ...(expected.phenotype === undefined || genetic?.phenotype?.term === expected.phenotype
      ? []
      : [`phenotype: expected ${expected.phenotype}, called ${text(genetic?.phenotype?.term)}`]),
    ...(expected.flags ?? []).filter((flag) => !flags.includes(flag)).map((flag) => `flag missing: ${flag}`),
  ]
  return { file, name: `${expected.gene} (all results together)`, passed: differences.length === 0, differences }
}

const factsOf = (record: PatientRecord, readings: readonly GeneReading[], gaps: PatientFacts['gaps']): PatientFacts => ({
  now: record.now,
  patient: null,
  readings,
  orders: [],
  medicines: [],
  labs: [],
  vitals: [],
  lifestyle: [],
  conditions: [],
  requests: [],
  procedures: [],
  allergies: [],
  imaging: [],
  devices: [],
  family: [],
  documents: [],
  questions: [],
  gaps,
})

const isActedOn = (reading: GeneReading): boolean => reading.use === 'act' || reading.use === 'candidates'

const unexpectedIn = (file: string, expected: readonly ExpectedReading[], readings: readonly GeneReading[]): ReadingResult[] =>
  readings
    .filter((reading) => isActedOn(reading) && !expected.some((each) => isAbout(each, reading)))
    .map((reading) => ({
      file,
      name: reading.ref,
      passed: false,
      differences: [
        `not expected, but would be acted on: ${text(reading.gene)} ${text(reading.genotype.diplotype)} ${text(reading.genotype.phenotype?.term)}`,
      ],
    }))

const verifyFile = (folder: string, file: string, expected: z.output<typeof expectedFile>, knowledge: Knowledge): ReadingsReport => {
  let resource: FhirResource
  try {
    resource = JSON.parse(readFileSync(join(folder, file), 'utf8')) as FhirResource // read tolerantly from here on
  } catch {
    return { readings: [], calls: [], unexpected: [{ file, name: file, passed: false, differences: ['the file could not be read'] }] }
  }
  const record = recordOf(resource, expected.contextPatient)
  const { readings, gaps } = readGenomics(record, knowledge)
  const calls = callGenes(factsOf(record, readings, gaps), knowledge.genes, [])
  return {
    readings: expected.readings.map((each) => verifyReading(file, each, readings)),
    calls: expected.merged.map((each) => verifyCall(file, each, calls)),
    unexpected: unexpectedIn(file, expected.readings, readings),
  }
}

/**
 * Reads every FHIR file that the content names, from the folder of `path`, and compares the readings.
 * @throws AttuneError `input-unreadable` when the content does not have that layout
 */
export const verifyReadings = (content: unknown, path: string, knowledge: Knowledge): ReadingsReport => {
  const parsed = schema.safeParse(content)
  if (!parsed.success)
    throw new AttuneError('input-unreadable', `this is not a file of expected readings: ${z.prettifyError(parsed.error)}`)
  const folder = dirname(resolve(path))
  const reports = Object.entries(parsed.data.files).map(([file, expected]) => verifyFile(folder, file, expected, knowledge))
  return {
    readings: reports.flatMap((report) => report.readings),
    calls: reports.flatMap((report) => report.calls),
    unexpected: reports.flatMap((report) => report.unexpected),
  }
}
