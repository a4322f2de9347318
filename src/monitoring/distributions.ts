import type { FigureId, WatchDistribution, WatchFigure } from '../contract/monitoring.ts'
import { type Bins, binNames, sayRange } from './bins.ts'
import { type ByBin, countsIn } from './counts.ts'
import { judgeDistribution } from './judge.ts'
import { psi, regroup, sum, tenths } from './psi.ts'
import type { Thresholds } from './thresholds.ts'

/** Shares that a model states for the people it was made with, with their number. */
export type Stated = { readonly shares: readonly number[]; readonly n: number } | null

export type Compared = {
  readonly figure: FigureId
  readonly subject: string
  readonly label: string
  readonly unit: string
  readonly bins: Bins
  /** Words of a fixed list as people read them. */
  readonly say?: (word: string) => string
  /** Of the model; null where its first days at the site are the reference. */
  readonly stated: Stated
  readonly early: ByBin
  readonly now: ByBin
  /** Windows before, oldest first. */
  readonly before: readonly ByBin[]
}

const shares = (counts: readonly number[]): number[] => {
  const total = sum(counts)
  return counts.map((count) => (total > 0 ? count / total : 0))
}

/** Fewer in a window say nothing of its index. */
const LEAST_FOR_TREND = 50

/** Bins worth comparing, as runs of stored ones, with their words. */
const partsOf = ({ bins, stated, say = (word) => word }: Compared, reference: readonly number[], all: readonly number[]) => {
  if (bins.kind === 'words') {
    const filled = binNames(bins).flatMap((word, n) => ((all[n] ?? 0) > 0 ? [{ word, run: [n, n] as const }] : []))
    return { runs: filled.map(({ run }) => run), words: filled.map(({ word }) => say(word)) }
  }
  const runs = stated ? reference.map((_, n) => [n, n] as const) : tenths(reference)
  return { runs, words: runs.map(([first, last]) => sayRange(bins.edges, first, last)) }
}

/** One distribution against its reference: the judgement, and what a page draws. */
export const compareDistribution = (
  one: Compared,
  thresholds: Thresholds,
): { readonly figure: WatchFigure; readonly drawn: WatchDistribution } => {
  const { figure, subject, label, unit, bins, stated } = one
  const names = binNames(bins)
  const reference = stated ? stated.shares.map((part) => part * stated.n) : countsIn(one.early, names)
  const now = countsIn(one.now, names)
  const { runs, words } = partsOf(
    one,
    reference,
    now.map((count, n) => count + (reference[n] ?? 0)),
  )
  const two = { reference: regroup(reference, runs), now: regroup(now, runs) }
  const trend = one.before.map((window) => {
    const then = regroup(countsIn(window, names), runs)
    return sum(then) >= LEAST_FOR_TREND ? psi({ reference: two.reference, now: then }) : null
  })
  return {
    figure: judgeDistribution({ figure, subject, label }, two, thresholds),
    drawn: {
      subject,
      label,
      unit,
      bins: words,
      reference: shares(two.reference),
      now: shares(two.now),
      n: sum(two.now),
      trend: [...trend, sum(two.now) >= LEAST_FOR_TREND ? psi(two) : null],
    },
  }
}
