import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { AttuneError } from '../errors.ts'
import type { Crew } from './crew-here.ts'
import { makeFolder, readJson, writeWhole } from './durable.ts'
import { finishScreening, type Summary } from './finish.ts'
import { foldersOf } from './folders.ts'
import { digestOf, type Plan } from './plan.ts'
import { countsOf, spreadOf, type Unit } from './unit-of-work.ts'

/** Where a run is. `patients` are counted as far as parts are done. */
export type Progress = {
  readonly stage: 'spread' | 'screen' | 'merge'
  readonly done: number
  readonly of: number
  readonly patients: number
}

/** What stays the same when a run is taken up again: everything but the instant at which it was begun, unless that was asked for. */
const sameRun = (a: Plan, b: Plan): boolean => JSON.stringify({ ...a, now: '' }) === JSON.stringify({ ...b, now: '' })

/**
 * The plan of a run: the one that was begun in this folder, or this one.
 * @throws AttuneError `input-unreadable` when the folder holds a finished or another run
 */
export const beginRun = (plan: Plan, out: string, keepNow: boolean): { readonly plan: Plan; readonly resumed: boolean } => {
  const folders = foldersOf(out)
  if (existsSync(join(out, 'summary.json')) && !existsSync(folders.plan)) {
    rmSync(folders.work, { recursive: true, force: true }) // of one that was killed while it took that away
    throw new AttuneError('input-unreadable', `${out} holds a finished screening: name another folder, or --restart`)
  }
  if (existsSync(folders.plan)) {
    const begun = readJson<Plan>(folders.plan)
    if (!sameRun(begun, plan) || (keepNow && begun.now !== plan.now))
      throw new AttuneError(
        'input-unreadable',
        `${out} holds a screening of other files, options, settings or versions: name another folder, or --restart`,
      )
    return { plan: begun, resumed: true }
  }
  for (const folder of [out, folders.work, folders.spreads, folders.parts]) makeFolder(folder)
  writeWhole(folders.plan, `${JSON.stringify(plan)}\n`)
  return { plan, resumed: false }
}

/** Takes away what a run left in a folder. */
export const forgetRun = (out: string): void => {
  rmSync(foldersOf(out).work, { recursive: true, force: true })
  rmSync(join(out, 'summary.json'), { force: true })
}

/** What workers that were killed left behind; only where no other worker is at it. */
export const clearLeavings = (out: string): void => {
  const { spreads, parts } = foldersOf(out)
  for (const folder of [spreads, parts])
    for (const name of readdirSync(folder)) if (name.endsWith('.tmp')) rmSync(join(folder, name), { recursive: true, force: true })
}

const numbersOf = (count: number): number[] => Array.from({ length: count }, (_, n) => n)

type Setting = {
  readonly plan: Plan
  readonly out: string
  readonly crew: Crew
  readonly watched: readonly string[]
  /** Types that the services ask for. */
  readonly wanted: readonly string[]
  readonly onProgress: (progress: Progress) => void
}

/**
 * The whole of a run: every file spread, every part screened, the results in one order. What was done before is not done again.
 * @throws AttuneError `screening-failed`; `input-unreadable` when the export holds no patient
 */
export const runScreening = async ({ plan, out, crew, watched, wanted, onProgress }: Setting): Promise<Summary> => {
  const folders = foldersOf(out)
  const run = digestOf(plan)
  let patients = 0
  const doAll = async (
    stage: 'spread' | 'screen',
    kind: Unit['kind'],
    count: number,
    isDone: (number: number) => boolean,
  ): Promise<void> => {
    const open = numbersOf(count).filter((number) => !isDone(number))
    let done = count - open.length
    onProgress({ stage, done, of: count, patients })
    await crew.run(
      open.map((number) => ({ out, run, kind, number })),
      ({ number }) => {
        done += 1
        if (kind === 'part') patients += readJson<{ patients: number }>(join(folders.part(number), 'counts.json')).patients
        onProgress({ stage, done, of: count, patients })
      },
    )
  }
  await doAll('spread', 'spread', plan.files.length, (file) => existsSync(folders.spread(file)))
  if (!countsOf(plan, out).some(({ types }) => (types.Patient ?? 0) > 0))
    throw new AttuneError('input-unreadable', `${plan.input}: there is no Patient in these files`)
  await doAll('screen', 'part', plan.parts, (part) => existsSync(folders.part(part)))
  onProgress({ stage: 'merge', done: 0, of: 1, patients })
  const { types } = spreadOf(plan, out)
  return finishScreening(plan, out, { watched, absentTypes: wanted.filter((type) => !types.has(type)) })
}
