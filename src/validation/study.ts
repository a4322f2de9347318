import { AttuneError } from '../errors.ts'
import { encodeBatch, runMany } from '../risk/inference/batch-run.ts'
import { intervalFor } from '../risk/interval.ts'
import { bandOf, type Output } from '../risk/run-variant.ts'
import type { Pair } from './doses.ts'
import { LEVELS } from './levels.ts'
import type { Case, CaseReader, LeftOut } from './read-cases.ts'
import type { Table } from './read-table.ts'
import type { Target } from './target.ts'

/** One row that was scored. */
export type Scored = {
  /** Probability or points; the model's number where the outcome is one. */
  readonly score: number
  /** Level of the score; 0 where the outcome is a number. */
  readonly key: number
  readonly outcome: number
  /** Place of the band that the output falls into; null when it has none. */
  readonly band: number | null
  /** Place of the patient among all; null without patient ids. */
  readonly patient: number | null
  /** Which half of the patients the row is in, by a hash. */
  readonly half: 0 | 1
  readonly groups: Readonly<Record<string, string>>
  readonly interval: Pair['interval']
}

/** A labelled table after the model has run over it. */
export type Study = {
  readonly scored: readonly Scored[]
  readonly rows: number
  readonly leftOut: readonly (LeftOut & { readonly rows: number })[]
  /** Different patients among the scored rows; null without patient ids. */
  readonly patients: number | null
  readonly months: { readonly from: string; readonly to: string } | null
  readonly divisions: readonly string[]
  readonly dataSha256: string
}

const CHUNK = 2048
/** A division is a handful of groups; a column with more values is something else, perhaps a name. */
const MOST_GROUPS = 50

type Running = {
  readonly scored: Scored[]
  readonly leftOut: Map<string, LeftOut & { rows: number }>
  readonly patients: Map<string, { readonly place: number; readonly half: 0 | 1 }>
  readonly seen: Set<string>
  readonly groups: Map<string, Set<string>>
  from: string | null
  to: string | null
}

const leave = (running: Running, { about, code }: LeftOut): void => {
  const key = `${about} ${code}`
  const entry = running.leftOut.get(key) ?? { about, code, rows: 0 }
  entry.rows += 1
  running.leftOut.set(key, entry)
}

/** The target's output for each case; null where the model gives no number. */
const runCases = async ({ variant, output }: Target, cases: readonly Case[]): Promise<(Output | null)[]> => {
  const { outputs, problems, execution } = await runMany(
    variant,
    encodeBatch(
      variant,
      cases.map(({ values }) => values),
    ),
  )
  const numbers = outputs[output.spec.id]
  const [place = 'cpu'] = execution
  return cases.map((_, n) => {
    const [raw, value] = [numbers?.raw[n], numbers?.value[n]]
    return problems.has(n) || raw === undefined || value === undefined ? null : { output, raw, value, execution: place }
  })
}

const scoreOf = (target: Target, output: Output | null | undefined): number | null => {
  if (!output || !Number.isFinite(output.value)) return null
  const { rawAbove } = output.output.spec
  if (rawAbove !== undefined && output.raw <= rawAbove) return null
  const score = output.value * target.factor
  return target.scale === 'probability' && (score < 0 || score > 1) ? null : score
}

/** The output's own number decides, not its level. */
const bandPlace = (output: Output): number | null => {
  const band = bandOf(output)
  return band === null ? null : (output.output.spec.bands ?? []).indexOf(band)
}

const noteGroups = ({ groups: known }: Running, groups: Case['groups']): void => {
  for (const [division, group] of Object.entries(groups)) {
    const names = known.get(division) ?? new Set()
    known.set(division, names.add(group))
    if (names.size > MOST_GROUPS)
      throw new AttuneError('input-unreadable', `the column ${division} has more than ${MOST_GROUPS} values; it does not name groups`)
  }
}

const patientOf = ({ patients }: Running, id: string | null, halfOf: (text: string) => 0 | 1) => {
  if (id === null) return null
  const known = patients.get(id) ?? { place: patients.size, half: halfOf(id) }
  patients.set(id, known)
  return known
}

const take = async (running: Running, target: Target, cases: readonly Case[], halfOf: (text: string) => 0 | 1): Promise<void> => {
  const outputs = await runCases(target, cases)
  for (const [n, one] of cases.entries()) {
    const output = outputs[n]
    const score = scoreOf(target, output)
    if (score === null || !output) {
      leave(running, { about: target.output.spec.id, code: 'not-computed' })
      continue
    }
    noteGroups(running, one.groups)
    const patient = patientOf(running, one.patient, halfOf)
    running.scored.push({
      score,
      key: target.scale === 'number' ? 0 : LEVELS[target.scale].keyOf(score),
      outcome: one.outcome,
      band: bandPlace(output),
      patient: patient?.place ?? null,
      half: patient?.half ?? halfOf(JSON.stringify([one.values, one.outcome, running.scored.length])),
      groups: one.groups,
      interval: target.scale === 'number' ? intervalFor(target.model.manifest, target.variant.spec.id, one.values, output) : null,
    })
    if (one.month !== null && (running.from === null || one.month < running.from)) running.from = one.month
    if (one.month !== null && (running.to === null || one.month > running.to)) running.to = one.month
  }
}

/** The same row of the same patient again is one observation written twice. */
const isRepeated = ({ seen }: Running, reader: CaseReader, fields: Readonly<Record<string, unknown>>): boolean => {
  if (!reader.hasPatients) return false
  const content = JSON.stringify(fields)
  if (seen.has(content)) return true
  seen.add(content)
  return false
}

type Task = { readonly table: Table; readonly reader: CaseReader; readonly target: Target }

/**
 * Runs a target over all rows of a table. Rows that cannot be used are counted by reason.
 * @throws AttuneError `input-unreadable`
 */
export const runStudy = async (
  { table, reader, target }: Task,
  halfOf: (text: string) => 0 | 1,
  tell: (rows: number) => void,
): Promise<Study> => {
  const running: Running = {
    scored: [],
    leftOut: new Map(),
    patients: new Map(),
    seen: new Set(),
    groups: new Map(),
    from: null,
    to: null,
  }
  let rows = 0
  let waiting: Case[] = []
  const flush = async () => {
    await take(running, target, waiting, halfOf)
    waiting = []
    tell(rows)
  }
  for await (const row of table.rows) {
    rows += 1
    if ('problem' in row) {
      leave(running, { about: 'row', code: row.problem })
      continue
    }
    if (isRepeated(running, reader, row.fields)) {
      leave(running, { about: 'row', code: 'repeated' })
      continue
    }
    const read = reader.read(row.fields)
    if ('code' in read) leave(running, read)
    else if (waiting.push(read) >= CHUNK) await flush()
  }
  if (waiting.length > 0) await flush()
  const { from, to } = running
  return {
    scored: running.scored,
    rows,
    leftOut: [...running.leftOut.values()].sort((a, b) => b.rows - a.rows || a.about.localeCompare(b.about)),
    patients: reader.hasPatients ? running.patients.size : null,
    months: from !== null && to !== null ? { from, to } : null,
    divisions: reader.divisions,
    dataSha256: table.digest(),
  }
}
