import { renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { AttuneError } from '../errors.ts'
import { makeFolder, readJson, writeWhole } from './durable.ts'
import { foldersOf } from './folders.ts'
import { detectedIssue, notAssessedHead, notAssessedLine, openOutput, type Written, worklistHead, worklistLine } from './outputs.ts'
import { digestOf, type Plan } from './plan.ts'
import type { PartCounts } from './screen-part.ts'
import { mergeSorted } from './sorted-lines.ts'
import type { FileCounts } from './spread-file.ts'
import type { NotAssessed, WorklistRow } from './worklist.ts'

export type Summary = {
  readonly run: string
  readonly now: string
  readonly versions: Plan['versions']
  readonly options: Plan['options']
  /** Drugs that were looked at although nobody takes them. */
  readonly watched: readonly string[]
  readonly patients: number
  /** Add up to `patients`. */
  readonly states: { readonly worklist: number; readonly 'nothing-to-say': number; readonly 'not-assessed': number }
  /** The same by reason. */
  readonly reasons: Readonly<Record<string, number>>
  readonly rows: number
  readonly notAssessed: number
  readonly problems: number
  readonly lines: { readonly read: number; readonly kept: number; readonly unread: Readonly<Record<string, number>> }
  /** Types that the export holds no line of, although the services ask for them. */
  readonly absentTypes: readonly string[]
  readonly pairs: readonly {
    readonly when: string
    readonly drug: string
    readonly genes: string
    readonly consequence: string
    readonly patients: number
  }[]
  readonly models: Readonly<Record<string, Readonly<Record<string, number>>>>
  readonly files: readonly Written[]
}

const addAll = (into: Map<string, number>, counts: Readonly<Record<string, number>>): void => {
  for (const [key, count] of Object.entries(counts)) into.set(key, (into.get(key) ?? 0) + count)
}

const asRecord = (map: ReadonlyMap<string, number>): Record<string, number> =>
  Object.fromEntries([...map].sort(([a], [b]) => (a < b ? -1 : 1)))

const sum = <T>(all: readonly T[], read: (one: T) => number): number => all.reduce((total, one) => total + read(one), 0)

const modelsOf = (parts: readonly PartCounts[]): Summary['models'] => {
  const models = new Map<string, Map<string, number>>()
  for (const part of parts)
    for (const [name, counts] of Object.entries(part.models)) {
      const own = models.get(name) ?? new Map<string, number>()
      models.set(name, own)
      addAll(own, counts)
    }
  return Object.fromEntries([...models].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, counts]) => [name, asRecord(counts)]))
}

const pairsOf = (parts: readonly PartCounts[]): Summary['pairs'] => {
  const pairs = new Map<string, number>()
  for (const part of parts) addAll(pairs, part.pairs)
  return [...pairs]
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .map(([key, patients]) => {
      const [when = '', drug = '', genes = '', consequence = ''] = key.split('\t')
      return { when, drug, genes, consequence, patients }
    })
}

const STATES = ['worklist', 'nothing-to-say', 'not-assessed'] as const

const statesOf = (reasons: ReadonlyMap<string, number>): Summary['states'] => {
  const of = (state: string): number => sum([...reasons], ([key, count]) => (key.startsWith(`${state}/`) ? count : 0))
  return { worklist: of(STATES[0]), 'nothing-to-say': of(STATES[1]), 'not-assessed': of(STATES[2]) }
}

/** One order over all parts, and the files that people and programs read. */
const writeFiles = (plan: Plan, out: string, folder: string): Written[] => {
  const folders = foldersOf(out)
  const parts = Array.from({ length: plan.parts }, (_, part) => folders.part(part))
  const merge = (kind: string, onLine: (text: string) => void): void =>
    mergeSorted(
      parts.map((part) => join(part, kind)),
      folders.merging,
      (_key, text) => onLine(text),
    )
  const open = (name: string) => openOutput(join(folder, name), name)
  const copy = (kind: string, name: string): Written => {
    const file = open(name)
    merge(kind, (text) => file.line(`${text}\n`))
    return file.end()
  }

  const [rows, table, issues] = [open('worklist.ndjson'), open('worklist.csv'), open('detected-issues.ndjson')]
  table.line(worklistHead(), false)
  merge('rows', (text) => {
    const row = JSON.parse(text) as WorklistRow // written by this program
    rows.line(`${text}\n`)
    table.line(worklistLine(row))
    if (row.when === 'now') issues.line(`${JSON.stringify(detectedIssue(row, plan.now))}\n`)
  })
  const [missed, missedTable] = [open('not-assessed.ndjson'), open('not-assessed.csv')]
  missedTable.line(notAssessedHead(), false)
  merge('not-assessed', (text) => {
    missed.line(`${text}\n`)
    missedTable.line(notAssessedLine(JSON.parse(text) as NotAssessed)) // written by this program
  })
  const problems = open('problems.ndjson')
  mergeSorted(
    [...plan.files.keys()].map((file) => join(folders.spread(file), 'problems')).concat(parts.map((part) => join(part, 'problems'))),
    folders.merging,
    (_key, text) => problems.line(`${text}\n`),
  )
  return [
    ...[rows, table, issues, missed, missedTable, problems].map((file) => file.end()),
    copy('patients', 'patients.ndjson'),
    copy('estimates', 'estimates.ndjson'),
  ]
}

const summarise = (plan: Plan, out: string, files: readonly Written[], extra: Pick<Summary, 'watched' | 'absentTypes'>): Summary => {
  const folders = foldersOf(out)
  const spreads = [...plan.files.keys()].map((file) => readJson<FileCounts>(join(folders.spread(file), 'counts.json')))
  const parts = Array.from({ length: plan.parts }, (_, part) => readJson<PartCounts>(join(folders.part(part), 'counts.json')))
  const [reasons, unread] = [new Map<string, number>(), new Map<string, number>()]
  for (const part of parts) addAll(reasons, part.states)
  for (const spread of spreads) addAll(unread, spread.unread)
  return {
    run: digestOf(plan),
    now: plan.now,
    versions: plan.versions,
    options: plan.options,
    watched: extra.watched,
    patients: sum(parts, ({ patients }) => patients),
    states: statesOf(reasons),
    reasons: asRecord(reasons),
    rows: sum(parts, ({ rows }) => rows),
    notAssessed: sum(parts, ({ notAssessed }) => notAssessed),
    problems: sum(parts, ({ problems }) => problems) + sum(spreads, ({ problems }) => problems),
    lines: { read: sum(spreads, ({ lines }) => lines), kept: sum(spreads, ({ kept }) => kept), unread: asRecord(unread) },
    absentTypes: extra.absentTypes,
    pairs: pairsOf(parts),
    models: modelsOf(parts),
    files,
  }
}

/** Every count said twice must be the same twice; a screening whose sums do not hold is no result. */
const checkSums = ({ patients, states, rows, notAssessed, problems, files }: Summary): void => {
  const lines = Object.fromEntries(files.map((file) => [file.name, file.lines]))
  const wrong = [
    patients === states.worklist + states['nothing-to-say'] + states['not-assessed'] ? null : 'patients and their states',
    lines['patients.ndjson'] === patients ? null : 'patients.ndjson',
    lines['worklist.ndjson'] === rows && lines['worklist.csv'] === rows ? null : 'worklist',
    lines['not-assessed.ndjson'] === notAssessed ? null : 'not-assessed.ndjson',
    lines['problems.ndjson'] === problems ? null : 'problems.ndjson',
  ].filter((one) => one !== null)
  if (wrong.length > 0) throw new AttuneError('screening-failed', `the sums do not hold: ${wrong.join(', ')}`)
}

/**
 * Writes the results in one order, whoever did the parts; `summary.json` last, so that it stands only beside whole files. The work folder
 * goes then, the plan before all else.
 * @throws AttuneError `screening-failed` when the counts do not add up
 */
export const finishScreening = (plan: Plan, out: string, extra: Pick<Summary, 'watched' | 'absentTypes'>): Summary => {
  const folders = foldersOf(out)
  makeFolder(folders.merging)
  const files = writeFiles(plan, out, folders.merging)
  const summary = summarise(plan, out, files, extra)
  checkSums(summary)
  for (const { name } of files) renameSync(join(folders.merging, name), join(out, name))
  writeWhole(join(out, 'summary.json'), `${JSON.stringify(summary, null, 2)}\n`)
  rmSync(folders.plan) // first: without it the folder holds a finished run, however little of the work has gone when we are killed
  rmSync(folders.work, { recursive: true, force: true })
  return summary
}
