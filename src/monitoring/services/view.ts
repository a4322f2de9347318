import type { WatchedKind, WatchedService } from '../../contract/service-watch.ts'
import type { ServiceCount } from '../../ledger/service-counts.ts'

const DAY_MS = 86_400_000
export const shiftDay = (day: string, by: number): string => new Date(Date.parse(day) + by * DAY_MS).toISOString().slice(0, 10)

/** Counts of one service at one tenant, by what was counted and day; shown and in the shadow together. */
export type View = {
  /** Calls of a day that were answered in the shadow. */
  readonly unseen: (day: string) => number
  readonly of: (kind: WatchedKind, subject: string, measure: string, day: string) => number
  readonly subjects: readonly Subject[]
}
export type Subject = { readonly kind: WatchedKind; readonly subject: string }

export const makeView = (counts: readonly ServiceCount[]): View => {
  const byKey = new Map<string, number>()
  const subjects = new Map<string, Subject>()
  const unseen = new Map<string, number>()
  for (const { kind, subject, measure, day, n, mode } of counts) {
    if (mode === 'shadow' && kind === 'service' && measure === 'calls') unseen.set(day, n)
    const key = `${kind}\n${subject}\n${measure}\n${day}`
    byKey.set(key, (byKey.get(key) ?? 0) + n)
    subjects.set(`${kind}\n${subject}`, { kind, subject })
  }
  return {
    unseen: (day) => unseen.get(day) ?? 0,
    of: (kind, subject, measure, day) => byKey.get(`${kind}\n${subject}\n${measure}\n${day}`) ?? 0,
    subjects: [...subjects.values()],
  }
}

/** Which rules answer now, since when, and which did before; days of a release that did not say count as the same. */
export const releaseOf = (view: View, days: readonly string[]): WatchedService['release'] => {
  const versions = view.subjects.flatMap(({ kind, subject }) => (kind === 'release' ? [subject] : []))
  const calls = (version: string, day: string): number => view.of('release', version, 'calls', day)
  const newest = days.findLast((day) => versions.some((version) => calls(version, day) > 0))
  if (newest === undefined || versions.length < 2) return null
  const most = (day: string): string => versions.reduce((one, other) => (calls(other, day) > calls(one, day) ? other : one))
  const version = most(newest)
  const last = days.findLast((day) => most(day) !== version && calls(most(day), day) > 0)
  if (last === undefined) return null
  const since = days.find((day) => day >= last && calls(version, day) > 0)
  return since === undefined ? null : { version, since, before: most(last) }
}
