import { join } from 'node:path'
import type { FhirResource, PatientRecord, Question } from '../contract/facts.ts'
import { type Score, scoreMany } from '../risk/inference/score-many.ts'
import type { Model } from '../risk/load-model.ts'
import { openText, writeJson } from './durable.ts'
import { type Folders, foldersOf } from './folders.ts'
import type { ScreeningKit } from './kit.ts'
import { makeLookAhead } from './look-ahead.ts'
import type { Plan } from './plan.ts'
import { SHARED_PARTS } from './plan.ts'
import { type Doubt, type Judged, judgePatient, type Outcome } from './screen-patient.ts'
import { openShared } from './shared-resources.ts'
import { keyed, keyOfProblem } from './sorted-lines.ts'
import { readSpill, type Spilled } from './spill.ts'
import type { Problem, ProblemCode } from './spread-file.ts'
import { type EstimateLine, keyOfRow, type NotAssessed, type PatientLine } from './worklist.ts'

/** Patients whose rows go through the models together. */
const TOGETHER = 64
/** And the bytes of their records, at most. */
const TOGETHER_BYTES = 4_000_000

/** What the lines of all files came to, as the parts need it. */
export type Spread = {
  /** Types of which lines were kept. */
  readonly types: ReadonlySet<string>
  /** Types of which a file was cut or is not there: of every patient something may be missing. */
  readonly cut: ReadonlySet<string>
}

/** What the patients of a part came to. */
export type PartCounts = {
  readonly patients: number
  readonly states: Readonly<Record<string, number>>
  readonly rows: number
  readonly notAssessed: number
  readonly problems: number
  readonly pairs: Readonly<Record<string, number>>
  readonly models: Readonly<Record<string, Readonly<Record<string, number>>>>
}

type Pile = { lines: Spilled[]; bytes: number; tooLarge: boolean }

/** The lines of a part by patient, in the order of their ids. A record that is too large is let go and said. */
const pilesOf = (plan: Plan, folders: Folders, part: number): [string, Pile][] => {
  const piles = new Map<string, Pile>()
  for (const file of plan.files.keys())
    readSpill(folders.spread(file), plan.parts + SHARED_PARTS, part, (line) => {
      const pile = piles.get(line.key) ?? { lines: [], bytes: 0, tooLarge: false }
      piles.set(line.key, pile)
      pile.bytes += line.bytes.length
      if (pile.bytes > plan.options.maxPatientBytes) pile.tooLarge = true
      if (pile.tooLarge) pile.lines = []
      else pile.lines.push(line)
    })
  return [...piles].sort(([a], [b]) => (a < b ? -1 : 1))
}

/** `Observation?patient=…` asks for Observations. */
const typeOf = (query: string): string => /^[A-Za-z]+/.exec(query)?.[0] ?? ''

/** Where one type stands for another in exports. */
const INSTEAD: Readonly<Record<string, readonly string[]>> = { MedicationRequest: ['MedicationStatement'] }

const isDoubted = (type: string, { doubted }: Plan): boolean => doubted === 'all' || doubted.includes(type)

const CUT = 'A file of the export was cut or is not there.'
const ERRORS = 'The export reported errors.'

const stateOf = (type: string, plan: Plan, { types, cut }: Spread): Pick<Question, 'state' | 'because'> => {
  const own = [type, ...(INSTEAD[type] ?? [])]
  if (own.some((one) => cut.has(one))) return { state: 'partial', because: CUT }
  if (own.some((one) => types.has(one)))
    return own.some((one) => isDoubted(one, plan)) ? { state: 'partial', because: ERRORS } : { state: 'answered' }
  return { state: own.some((one) => plan.types?.includes(one)) ? 'empty' : 'not-asked' }
}

/** Types that are read and of which something may be missing of every patient, by why; to be said of each. */
const doubtsOf = (plan: Plan, { cut }: Spread, { questions }: ScreeningKit): Doubt[] => {
  const read = [...new Set(Object.values(questions).map(typeOf))].flatMap((type) => [type, ...(INSTEAD[type] ?? [])]).sort()
  const incomplete = read.filter((type) => cut.has(type))
  const doubted = read.filter((type) => isDoubted(type, plan) && !cut.has(type))
  return [
    ...(incomplete.length === 0 ? [] : [{ about: incomplete.join(', '), code: 'export-cut', because: CUT }]),
    ...(doubted.length === 0
      ? []
      : [{ about: doubted.join(', '), code: 'export-errors', because: `${ERRORS} Some of this may be missing.` }]),
  ]
}

const makeQuestions = (plan: Plan, spread: Spread, kit: ScreeningKit) => {
  const asked = Object.entries(kit.questions).map(([key, query]) => ({
    key,
    query,
    type: typeOf(query),
    ...stateOf(typeOf(query), plan, spread),
  }))
  return (resources: readonly FhirResource[]): Question[] => {
    const counts = new Map<string, number>()
    for (const { resourceType } of resources) counts.set(resourceType, (counts.get(resourceType) ?? 0) + 1)
    return asked.map(({ key, query, type, state, because }) => {
      const found = counts.get(type) ?? 0
      const own = state === 'answered' && found === 0 ? 'empty' : state
      return { key, query, from: 'prefetch', state: own, resources: found, ...(because === undefined ? {} : { because }) }
    })
  }
}

const problemOf = (plan: Plan, { file, line }: Spilled, code: ProblemCode): Problem => ({ file: plan.files[file]?.name ?? '', line, code })

const notAssessed = (patient: string, code: string, because: string): Outcome => ({
  line: { patient, state: 'not-assessed', code, because, rows: 0, notAssessed: 1 },
  rows: [],
  notAssessed: [{ patient, drug: null, medicines: [], about: 'record', code, because }],
})

const NO_PATIENT = 'The export holds entries of this patient and no Patient resource.'
const TOO_LARGE = 'The record is larger than the screening reads (--max-record-mb).'
const FAULT = 'The record could not be assessed: a fault of this program, which is in its log.'

/** The resources of one patient; whether the Patient itself is among them. */
const read = (pile: Pile): FhirResource[] =>
  pile.lines.map(({ bytes }) => JSON.parse(bytes.toString('utf8').replace(/^\uFEFF/, '')) as FhirResource) // parsed once before

type Screened = { readonly outcome: Outcome; readonly scores: readonly Score[] }

/** Thinking over the patients of a part, some at a time. */
export const makeScreening = (
  plan: Plan,
  spread: Spread,
  kit: ScreeningKit,
  spreads: readonly string[],
  reportFault: (fault: unknown) => void,
) => {
  const resolve = openShared(spreads, plan.parts)
  const questionsFor = makeQuestions(plan, spread, kit)
  const doubts = doubtsOf(plan, spread, kit)
  const lookAhead = makeLookAhead(plan.options.ahead, kit)
  const { models: wanted } = plan.options
  const general = kit.models.all.filter(({ manifest, ref }) => manifest.drugs.length === 0 && (wanted === 'all' || wanted.includes(ref.id)))

  const modelsFor = ({ assessment }: Judged): Model[] => [
    ...new Set([...general, ...assessment.medicines.flatMap(({ drug }) => kit.models.forDrug(drug))]),
  ]

  const judge = async (id: string, pile: Pile): Promise<Judged | Outcome> => {
    const patient = `Patient/${id}`
    if (pile.tooLarge) return notAssessed(patient, 'record-too-large', TOO_LARGE)
    try {
      const own = read(pile)
      if (!own.some(({ resourceType }) => resourceType === 'Patient')) return notAssessed(patient, 'no-patient-resource', NO_PATIENT)
      const record: PatientRecord = {
        patientId: id,
        now: plan.now,
        resources: [...own, ...resolve(own)],
        questions: questionsFor(own),
        draftOrders: [],
        selections: null,
        adviceOnly: true,
      }
      const facts = await kit.understand(record)
      const assessment = await kit.consult(facts)
      return { patient, facts, assessment, ahead: lookAhead(facts, assessment), doubts }
    } catch (fault) {
      reportFault(fault)
      return notAssessed(patient, 'fault', FAULT)
    }
  }

  const finish = (judged: Judged, scores: readonly Score[]): Screened => {
    try {
      return { outcome: judgePatient(judged, scores, kit), scores }
    } catch (fault) {
      reportFault(fault)
      return { outcome: notAssessed(judged.patient, 'fault', FAULT), scores: [] }
    }
  }

  /** Patients in, the same number of outcomes out, in the same order. */
  return async (patients: readonly (readonly [string, Pile])[]): Promise<Screened[]> => {
    const judged: (Judged | Outcome)[] = []
    for (const [id, pile] of patients) {
      judged.push(await judge(id, pile))
      await new Promise(setImmediate) // a worker that never looks up is taken for dead by its queue
    }
    const able = judged.filter((one): one is Judged => 'facts' in one)
    const people = able.map((one) => ({ facts: one.facts, calls: one.assessment.geneCalls, models: modelsFor(one) }))
    const scores = new Map((await scoreMany(kit.models, people)).map((own, n) => [able[n], own]))
    return judged.map((one) => ('facts' in one ? finish(one, scores.get(one) ?? []) : { outcome: one, scores: [] }))
  }
}

const inBatches = (piles: readonly [string, Pile][]): [string, Pile][][] => {
  const batches: [string, Pile][][] = []
  let bytes = Number.POSITIVE_INFINITY
  for (const one of piles) {
    const last = batches.at(-1)
    if (last && last.length < TOGETHER && bytes + one[1].bytes <= TOGETHER_BYTES) {
      last.push(one)
      bytes += one[1].bytes
    } else {
      batches.push([one])
      bytes = one[1].bytes
    }
  }
  return batches
}

const add = (map: Map<string, number>, key: string, more = 1): void => void map.set(key, (map.get(key) ?? 0) + more)

const sorted = (map: ReadonlyMap<string, number>): Record<string, number> =>
  Object.fromEntries([...map].sort(([a], [b]) => (a < b ? -1 : 1)))

/** Screens one part and fills a folder with its sorted lines and counts. */
export const screenPart = async (
  plan: Plan,
  out: string,
  part: number,
  folder: string,
  screen: ReturnType<typeof makeScreening>,
): Promise<void> => {
  const piles = pilesOf(plan, foldersOf(out), part)
  const rows: { readonly key: string; readonly text: string }[] = []
  const foreign: Spilled[] = []
  const patients = openText(join(folder, 'patients'))
  const blocked = openText(join(folder, 'not-assessed'))
  const estimates = openText(join(folder, 'estimates'))
  const [states, pairs] = [new Map<string, number>(), new Map<string, number>()]
  const models = new Map<string, Map<string, number>>()
  let notAssessedLines = 0

  const write = ({ outcome: { line, rows: own, notAssessed: missed }, scores }: Screened): void => {
    patients.line(keyed(line.patient, JSON.stringify(line satisfies PatientLine)))
    add(states, `${line.state}/${line.code}`)
    for (const one of missed) blocked.line(keyed(line.patient, JSON.stringify(one satisfies NotAssessed)))
    notAssessedLines += missed.length
    for (const row of own) {
      rows.push({ key: keyOfRow(row), text: JSON.stringify(row) })
      add(pairs, [row.when, row.drug, row.genes.join('+'), row.consequence].join('\t'))
    }
    for (const score of scores) {
      const counts = models.get(`${score.model}/${score.question}`) ?? new Map<string, number>()
      models.set(`${score.model}/${score.question}`, counts)
      add(counts, score.state === 'estimated' ? 'estimated' : `refused/${score.code}`)
      if (score.state === 'estimated')
        estimates.line(keyed(line.patient, JSON.stringify({ patient: line.patient, ...score } satisfies EstimateLine)))
    }
  }

  for (const batch of inBatches(piles)) {
    const screened = await screen(batch)
    for (const [n, one] of screened.entries()) {
      write(one)
      if (one.outcome.line.code === 'no-patient-resource') foreign.push(...(batch[n]?.[1].lines ?? []))
      const pile = batch[n]?.[1]
      if (pile) pile.lines = [] // done with: its text may go
    }
  }
  patients.end()
  blocked.end()
  estimates.end()
  const worklist = openText(join(folder, 'rows'))
  for (const { key, text } of rows.sort((a, b) => (a.key < b.key ? -1 : 1))) worklist.line(keyed(key, text))
  worklist.end()
  const problems = openText(join(folder, 'problems'))
  for (const line of foreign.sort((a, b) => a.file - b.file || a.line - b.line))
    problems.line(keyed(keyOfProblem(line.file, line.line), JSON.stringify(problemOf(plan, line, 'foreign-patient'))))
  problems.end()
  writeJson(join(folder, 'counts.json'), {
    patients: piles.length,
    states: sorted(states),
    rows: rows.length,
    notAssessed: notAssessedLines,
    problems: foreign.length,
    pairs: sorted(pairs),
    models: Object.fromEntries([...models].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, counts]) => [name, sorted(counts)])),
  } satisfies PartCounts)
}
