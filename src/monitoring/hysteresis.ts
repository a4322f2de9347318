import type { WatchState } from '../contract/monitoring.ts'

const RANK: Readonly<Partial<Record<WatchState, number>>> = { ok: 0, watch: 1, act: 2 }

/**
 * A state with hysteresis: it becomes more serious at its limit, and less serious only below a part of it (`eased`: the state by those
 * lower limits), so that a figure that lies on a limit does not tell its change at each look. What was at watch or act stays there while
 * there is too little to say otherwise.
 */
export const holdState = (before: string | undefined, strict: WatchState, eased: WatchState): WatchState => {
  const was = before === 'watch' || before === 'act' ? before : null
  if (was === null) return strict
  const [old, now, low] = [RANK[was], RANK[strict], RANK[eased]]
  if (now === undefined) return strict === 'not-enough-data' ? was : strict
  if (old === undefined || low === undefined || now >= old) return strict
  return low >= old ? was : low > now ? eased : strict
}
