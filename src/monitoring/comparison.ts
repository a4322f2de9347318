import type { TallyCell, WatchedComparison } from '../contract/monitoring.ts'
import type { RiskEstimate } from '../contract/risk.ts'
import { binNames, DIFFERENCES, indexIn, sayRange } from './bins.ts'
import { countsIn, nOf, totalOf } from './counts.ts'
import type { Frame } from './frame.ts'

type Estimated = Extract<RiskEstimate, { state: 'estimated' }>

const PAIR = { 'true true': 'both', 'true false': 'only-champion', 'false true': 'only-challenger', 'false false': 'neither' } as const

/** Percentage points, or per cent of the champion's number. Null where the two do not speak of the same unit. */
const difference = (champion: Estimated, challenger: Estimated): number | null => {
  if (champion.unit !== challenger.unit) return null
  const apart = challenger.value - champion.value
  if (champion.unit === '%') return apart
  return champion.value === 0 ? null : (apart / Math.abs(champion.value)) * 100
}

/** One question of the champion beside the challenger's answer to it. */
const pairCells = (champion: RiskEstimate, challenger: RiskEstimate): TallyCell[] => {
  const about = champion.model.id
  const [first, second] = [champion.state === 'estimated', challenger.state === 'estimated']
  const cells: TallyCell[] = [[about, 'pair', PAIR[`${first} ${second}`]]]
  if (champion.state !== 'estimated' || challenger.state !== 'estimated') return cells
  const apart = difference(champion, challenger)
  if (apart === null) return [[about, 'pair', 'not-comparable']]
  const bands: TallyCell[] =
    champion.band === undefined || challenger.band === undefined
      ? []
      : [[about, 'agree', champion.band === challenger.band ? 'same-band' : 'other-band']]
  return [...cells, ...bands, [about, 'difference', String(indexIn(DIFFERENCES, apart)), apart]]
}

/** Answers are paired by the order of the questions; a question that only one of them has is not compared. */
export const compareAnswers = (champion: readonly RiskEstimate[], challenger: readonly RiskEstimate[]): TallyCell[] =>
  champion.flatMap((one, n) => {
    const other = challenger[n]
    return other ? pairCells(one, other) : []
  })

/** What a page shows of a challenger against its champion; null for models that challenge none. */
export const comparisonOf = ({ view, now, model }: Frame, champion: string | null): WatchedComparison | null => {
  if (champion === null) return null
  const pairs = view.bins(champion, 'pair', now)
  const agree = view.bins(champion, 'agree', now)
  const differences = view.bins(champion, 'difference', now)
  const counts = countsIn(differences, binNames({ kind: 'numbers', edges: DIFFERENCES }))
  const n = totalOf(differences)
  const sum = [...differences.values()].reduce((total, bin) => total + bin.total, 0)
  const percent = model.variants[0]?.outputs[0].spec.unit === '%'
  return {
    champion,
    both: nOf(pairs, 'both'),
    onlyChampion: nOf(pairs, 'only-champion'),
    onlyChallenger: nOf(pairs, 'only-challenger'),
    neither: nOf(pairs, 'neither'),
    sameBand: totalOf(agree) === 0 ? null : nOf(agree, 'same-band') / totalOf(agree),
    differences: {
      unit: percent ? 'percentage points' : '% of the champion',
      bins: counts.map((_, at) => sayRange(DIFFERENCES, at, at)),
      shares: counts.map((count) => (n === 0 ? 0 : count / n)),
    },
    meanDifference: n === 0 ? null : sum / n,
  }
}
