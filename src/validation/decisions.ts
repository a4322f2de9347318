import type { Figure } from './figures.ts'
import type { About, BandCounts, Part } from './material.ts'
import type { Interval } from './resample.ts'
import { wilson } from './wilson.ts'

/** What happened in one band of the output. */
export type Band = {
  readonly id: string
  readonly label: string
  readonly people: number
  readonly events: number
  readonly observed: Interval | null
}

/** Figures of a conformal prediction, by the name that reports carry. */
export const DECISION_FIGURES = ['coverageEvents', 'coverageOthers', 'abstention'] as const
export type DecisionFigures = Readonly<Partial<Record<(typeof DECISION_FIGURES)[number], Figure>>>

const share = (count: number, of: number): Figure =>
  of === 0 ? { value: null, because: 'Nobody has this outcome.' } : { value: count / of, interval: wilson(count, of) }

const sumOf = (bands: BandCounts, side: 0 | 1): number => bands.reduce((sum, band) => sum + band[side], 0)

/**
 * How often a class is not decided against: people with the event outside the lowest band, people without it outside the highest.
 * Both should be at least 1 - alpha. With them the share for whom the model decides for neither.
 */
export const decisionFigures = ({ bands, conformal }: About, part: Part): DecisionFigures => {
  if (!conformal || !bands || 'sums' in part) return {}
  const [first, last] = [part.bands[0], part.bands.at(-1)]
  const abstain = part.bands[bands.findIndex(({ id }) => id === conformal.abstain)]
  if (!first || !last || !abstain) return {}
  const [others, events] = [sumOf(part.bands, 0), sumOf(part.bands, 1)]
  return {
    coverageEvents: share(events - first[1], events),
    coverageOthers: share(others - last[0], others),
    abstention: share(abstain[0] + abstain[1], others + events),
  }
}

/** What happened per band; null when a band would show a few people, or there are no bands. */
export const bandsOf = ({ bands }: About, part: Part, minGroup: number): readonly Band[] | null => {
  if (!bands || 'sums' in part) return null
  const few = (count: number): boolean => count > 0 && count < minGroup
  if (part.bands.some(([others, events]) => few(others) || few(events))) return null
  return bands.map(({ id, label }, n) => {
    const [others = 0, events = 0] = part.bands[n] ?? []
    return { id, label, people: others + events, events, observed: others + events === 0 ? null : wilson(events, others + events) }
  })
}
