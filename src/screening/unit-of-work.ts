import { join } from 'node:path'
import type { DecisionRecord } from '../contract/decision.ts'
import { AttuneError } from '../errors.ts'
import { makeWhole, readJson } from './durable.ts'
import { foldersOf } from './folders.ts'
import type { ScreeningKit } from './kit.ts'
import { digestOf, type Plan } from './plan.ts'
import { makeScreening, type Spread, screenPart } from './screen-part.ts'
import { type FileCounts, spreadFile } from './spread-file.ts'

/** What is given to a worker: a file to spread or a part to screen, of the run whose results go to `out`. Holds nothing of a patient. */
export type Unit = { readonly out: string; readonly run: string; readonly kind: 'spread' | 'part'; readonly number: number }

/** Does a unit, once: what is there already stands. Same result on whichever machine, as often as it is tried. */
export type DoUnit = (unit: Unit) => Promise<void>

export const countsOf = (plan: Plan, out: string): FileCounts[] =>
  [...plan.files.keys()].map((file) => readJson<FileCounts>(join(foldersOf(out).spread(file), 'counts.json')))

/** Types of which lines were kept, and types of which a file was cut or is not there. */
export const spreadOf = (plan: Plan, out: string): Spread => {
  const counts = countsOf(plan, out)
  const kept = counts.flatMap(({ types }) => Object.keys(types))
  const cut = counts.flatMap((one, file) => {
    const type = plan.files[file]?.type ?? null
    return one.cut ? (type === null ? Object.keys(one.types) : [type]) : []
  })
  return { types: new Set(kept), cut: new Set([...cut, ...plan.lacking]) }
}

type Engine = { readonly kit: ScreeningKit; readonly versions: DecisionRecord['versions']; readonly settings: string }

/** Rules or models that differ between machines would make one list of two kinds of lines. */
const checkVersions = (plan: Plan, { versions, settings }: Engine): void => {
  if (JSON.stringify(versions) !== JSON.stringify(plan.versions))
    throw new AttuneError('screening-failed', 'this worker has other rules, models or another release than the run was begun with')
  if (settings !== plan.settings)
    throw new AttuneError('screening-failed', 'this worker has another configuration than the run was begun with')
}

/**
 * The same for workers of this machine and of others.
 * @param engine loaded when the first part is screened
 */
export const makeDoUnit = (engine: () => Promise<Engine>, reportFault: (fault: unknown) => void): DoUnit => {
  let open: { readonly run: string; readonly plan: Plan; screen?: Promise<ReturnType<typeof makeScreening>> } | null = null

  const planOf = (unit: Unit): NonNullable<typeof open> => {
    if (open?.run === unit.run) return open
    const plan = readJson<Plan>(foldersOf(unit.out).plan)
    if (digestOf(plan) !== unit.run) throw new AttuneError('screening-failed', 'the plan in the folder is of another run')
    open = { run: unit.run, plan }
    return open
  }

  const screeningFor = async (plan: Plan, out: string): Promise<ReturnType<typeof makeScreening>> => {
    const loaded = await engine()
    checkVersions(plan, loaded)
    const spreads = [...plan.files.keys()].map((file) => foldersOf(out).spread(file))
    return makeScreening(plan, spreadOf(plan, out), loaded.kit, spreads, reportFault)
  }

  return async (unit) => {
    const { out, kind, number } = unit
    const own = planOf(unit)
    if (kind === 'spread') return makeWhole(foldersOf(out).spread(number), (folder) => spreadFile(own.plan, number, folder))
    own.screen ??= screeningFor(own.plan, out)
    const screen = await own.screen
    return makeWhole(foldersOf(out).part(number), (folder) => screenPart(own.plan, out, number, folder, screen))
  }
}
