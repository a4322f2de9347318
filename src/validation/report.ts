import { type CalibrationGroup, calibrationGroups } from './calibration.ts'
import { type Band, bandsOf, type DecisionFigures, decisionFigures } from './decisions.ts'
import { type Cut, cutsOf } from './discrimination.ts'
import { type NumberFigures, numberFigures } from './doses.ts'
import { type CurveFigures, type Draws, type Figures, figuresOf, joinLevels, MEASURES, type Sample } from './figures.ts'
import { expit, logit } from './levels.ts'
import type { About, Material, Part, Source } from './material.ts'
import type { Recalibration } from './recalibrate.ts'
import type { Interval } from './resample.ts'
import type { Scored } from './study.ts'
import { eachLevel, sizeOf, type Tally, tallyOf } from './tally.ts'
import { wilson } from './wilson.ts'

/** Vergouwe 2005, Collins 2016 (doi:10.1002/sim.6787): at least 100 events and 100 others; 200 are better. */
export const LEAST_EVENTS = 100
const GOOD_EVENTS = 200
/** Fewer people than this say little about a number either. */
const LEAST_PEOPLE = 100

export type GroupReport = {
  readonly by: string
  readonly group: string
  /** How many sites shared the group. */
  readonly sites: number
  readonly people: number
  readonly events: number | null
  readonly figures: (Figures & DecisionFigures) | NumberFigures
}

type Bar = { readonly from: number; readonly to: number; readonly events: number; readonly others: number; readonly observed: Interval }

export type Curves = CurveFigures & {
  /** Cuts between levels that hold at least `minGroup` people. */
  readonly cuts: readonly Cut[]
  readonly calibration: readonly (CalibrationGroup & { readonly interval: Interval })[]
  readonly distribution: readonly Bar[]
}

/** A figure from the unrounded scores beside the one from the levels. */
export type Rounding = Readonly<Record<string, { readonly levels: number | null; readonly unrounded: number | null }>>

/** Version 1 of the layout; docs/validation.md says what each member means. */
export type Report = {
  readonly kind: 'attune-validation-report'
  readonly layout: 1
  readonly madeAt: string
  readonly mode: 'one-site' | 'combined'
  readonly about: About
  readonly citation: string | null
  /** What the maker of the report says of the data. */
  readonly note: string | null
  readonly sources: readonly Source[]
  readonly settings: Draws & { readonly minGroup: number; readonly thresholds: readonly number[]; readonly byPatient: boolean }
  readonly people: number
  readonly events: number | null
  readonly warnings: readonly string[]
  readonly figures: (Figures & DecisionFigures) | NumberFigures
  readonly rounding: Rounding | null
  readonly curves: Curves | null
  /** What happened in each band of the output; null without bands, or when one would show a few people. */
  readonly bands: readonly Band[] | null
  readonly groups: readonly GroupReport[]
  readonly withheld: readonly string[]
  readonly recalibration: Recalibration | null
}

export type ReportOptions = {
  readonly draws: Draws
  /** Probabilities whose net benefit the table shows. */
  readonly thresholds: readonly number[]
  readonly madeAt: string
  readonly citation: string | null
  readonly note: string | null
  readonly tell: (done: string) => void
}

/** Why there are too few people for figures; null when there are enough. */
export const tooFew = ({ about, overall }: Material): string | null => {
  const size = sizesOf(about, overall.part)
  if (size.events === null) return size.people < LEAST_PEOPLE ? `${size.people} people, and at least ${LEAST_PEOPLE} are needed` : null
  const others = size.people - size.events
  return size.events < LEAST_EVENTS || others < LEAST_EVENTS
    ? `${size.events} people with the event and ${others} without, and at least ${LEAST_EVENTS} of each are needed`
    : null
}

const sizesOf = (about: About, part: Part): { people: number; events: number | null } => {
  if ('sums' in part || about.scale === 'number') return { people: 'sums' in part ? part.sums.people : 0, events: null }
  const { people, events } = sizeOf(tallyOf(about.scale, part.counts))
  return { people, events }
}

const CURVE_POINTS = 41

/** Log-odds-spaced probabilities between those of the lowest and highest hundredth of people. */
const spreadOf = (tally: Tally): number[] => {
  const { people } = sizeOf(tally)
  let before = 0
  let [low, high] = [Number.NaN, Number.NaN]
  eachLevel(tally, (p, e, o) => {
    if (Number.isNaN(low) && before + e + o >= 0.01 * people) low = p
    if (before <= 0.99 * people) high = p
    before += e + o
  })
  if (!(high > low)) return []
  return Array.from({ length: CURVE_POINTS }, (_, n) => expit(logit(low) + ((logit(high) - logit(low)) * n) / (CURVE_POINTS - 1)))
}

/** Round steps for bars: 24 or fewer between the smallest and the largest score. */
const barWidth = (low: number, high: number): number => {
  const rough = Math.max(high - low, 1e-6) / 24
  const power = 10 ** Math.floor(Math.log10(rough))
  return ([1, 2, 5, 10].find((step) => step * power >= rough) ?? 10) * power
}

/** How scores lie, in bars of at least `least` people. */
const barsOf = (tally: Tally, least: number): Bar[] => {
  const low = tally.levels[0] ?? 0
  const high = tally.levels.at(-1) ?? 0
  const width = barWidth(low, high)
  const start = Math.floor(low / width)
  const bars: { from: number; to: number; events: number; others: number }[] = []
  let open = { from: start * width, to: start * width, events: 0, others: 0 }
  eachLevel(tally, (level, e, o) => {
    const to = (Math.floor(level / width) + 1) * width
    if (to > open.to && open.events + open.others >= least) {
      bars.push(open)
      open = { from: to - width, to, events: 0, others: 0 }
    }
    open = { ...open, to, events: open.events + e, others: open.others + o }
  })
  const last = bars.at(-1)
  if (last && open.events + open.others < least)
    bars.splice(-1, 1, { ...last, to: open.to, events: last.events + open.events, others: last.others + open.others })
  else bars.push(open)
  return bars.map((bar) => ({ ...bar, observed: wilson(bar.events, bar.events + bar.others) }))
}

const WHOLE_PERCENTS = Array.from({ length: 99 }, (_, n) => (n + 1) / 100)

/** Signs that a column is not what it is taken for. */
const doubtsOf = ({ sources }: Material, figures: Report['figures']): string[] => {
  const { auroc, eo } = figures as Figures
  const wrongWay = auroc && auroc.value !== null && auroc.interval !== null && auroc.interval.high < 0.5
  const far = eo && eo.value !== null && (eo.value > 3 || eo.value < 1 / 3)
  const outside = sources.flatMap(({ leftOut, rows }) =>
    leftOut.filter((one) => one.code === 'out-of-range' && one.rows > 0.2 * rows).map(({ label }) => label),
  )
  return [
    ...(wrongWay ? ['Higher scores go with fewer events. Is the outcome coded the other way round?'] : []),
    ...(far
      ? ['Expected and observed events differ more than threefold. Do outcome and output speak of the same event and the same time?']
      : []),
    ...[...new Set(outside)].map((label) => `${label} is out of range in more than a fifth of the rows. Is it in the unit of the model?`),
  ]
}

const warningsOf = (material: Material, size: { people: number; events: number | null }): string[] => {
  const { about, sources, overall } = material
  const few = tooFew(material)
  const smaller = size.events === null ? null : Math.min(size.events, size.people - size.events)
  const used = sources.reduce((sum, one) => sum + one.used, 0)
  const rows = sources.reduce((sum, one) => sum + one.rows, 0)
  const unknown = sources.flatMap(({ leftOut }) => leftOut).filter(({ about: of, code }) => of === about.outcome && code === 'missing')
  const unknownRows = unknown.reduce((sum, one) => sum + one.rows, 0)
  const repeated = sources.some(({ patients, used: own }) => patients !== null && patients < own)
  return [
    ...(few ? [`Too few people for figures to lean on: ${few}. They are shown because that was asked for.`] : []),
    ...(!few && smaller !== null && smaller < GOOD_EVENTS
      ? [`${smaller} people with the rarer outcome are enough to begin with; ${GOOD_EVENTS} or more give steadier figures.`]
      : []),
    ...(used < 0.8 * rows
      ? [`Only ${used} of ${rows} rows could be used. The figures are about those, who may differ from the others.`]
      : []),
    ...(unknownRows > 0.05 * rows
      ? [
          `${unknownRows} rows have no known outcome and are left out. Where people were lost before the end, the share with the event is not that of all people.`,
        ]
      : []),
    ...(repeated && !overall.cells && about.scale !== 'number'
      ? ['Some patients have several rows. Combined intervals take each row as a person of its own and are too narrow for that.']
      : []),
    ...(repeated && about.scale === 'number'
      ? ['Some patients have several rows; the intervals take each row as a person of its own and are too narrow.']
      : []),
    ...(sources.length > 1
      ? ['Sites differ in their people and in how outcomes are found. One figure for all does not say how the model does at one of them.']
      : []),
  ]
}

const figuresOfPart = (about: About, part: Part, cells: Sample['cells'], draws: Draws, name: string): GroupReport['figures'] => {
  if ('sums' in part) return numberFigures(part.sums)
  const scale = about.scale === 'number' ? 'score' : about.scale
  const { figures } = figuresOf({ scale, tally: tallyOf(scale, part.counts), ...(cells ? { cells } : {}) }, draws, name)
  return { ...figures, ...decisionFigures(about, part) }
}

const curvesOf = (tally: Tally, curves: CurveFigures, minGroup: number, isProbability: boolean): Curves => ({
  ...curves,
  cuts: cutsOf(joinLevels(tally, minGroup)),
  calibration: isProbability ? calibrationGroups(tally).map((group) => ({ ...group, interval: wilson(group.events, group.people) })) : [],
  distribution: barsOf(tally, minGroup),
})

/** Figures, curves and groups of a material. */
export const reportOf = (material: Material, options: ReportOptions): Report => {
  const { about, sources, minGroup, overall, groups, withheld } = material
  const { draws, thresholds, madeAt, citation, note, tell } = options
  const size = sizesOf(about, overall.part)
  let figures: Report['figures']
  let curves: Curves | null = null
  tell('everyone')
  if ('sums' in overall.part || about.scale === 'number') figures = figuresOfPart(about, overall.part, undefined, draws, 'everyone')
  else {
    const tally = tallyOf(about.scale, overall.part.counts)
    const isProbability = about.scale === 'probability'
    const asked = isProbability
      ? { thresholds: [...new Set([...WHOLE_PERCENTS, ...thresholds])].sort((a, b) => a - b), smoothAt: spreadOf(tally) }
      : { thresholds: [], smoothAt: [] }
    const all = figuresOf({ scale: about.scale, tally, ...(overall.cells ? { cells: overall.cells } : {}) }, draws, 'everyone', asked)
    figures = { ...all.figures, ...decisionFigures(about, overall.part) }
    curves = curvesOf(tally, all.curves, minGroup, isProbability)
  }
  return {
    kind: 'attune-validation-report',
    layout: 1,
    madeAt,
    mode: sources.length > 1 ? 'combined' : 'one-site',
    about,
    citation,
    note,
    sources,
    settings: { ...draws, minGroup, thresholds, byPatient: overall.cells !== undefined },
    ...size,
    warnings: [...doubtsOf(material, figures), ...warningsOf(material, size)],
    figures,
    rounding: null,
    curves,
    bands: bandsOf(about, overall.part, minGroup),
    groups: groups.map(({ by, group, part, cells, sites }) => {
      tell(`${by}: ${group}`)
      return { by, group, sites, ...sizesOf(about, part), figures: figuresOfPart(about, part, cells, draws, `${by}/${group}`) }
    }),
    withheld,
    recalibration: null,
  }
}

/** The overall figures from unrounded scores, so that a reader sees what the levels cost. Not in a combined report: sites do not share scores. */
export const roundingOf = (about: About, scored: readonly Scored[], figures: Report['figures']): Rounding | null => {
  if (about.scale !== 'probability') return null
  const sorted = scored.map(({ score, outcome }) => ({ p: Math.min(1 - 1e-9, Math.max(1e-9, score)), outcome })).sort((a, b) => a.p - b.p)
  const cells: { p: number; events: number; others: number }[] = []
  for (const { p, outcome } of sorted) {
    const last = cells.at(-1)
    if (last?.p === p) last[outcome === 1 ? 'events' : 'others'] += 1
    else cells.push({ p, events: outcome, others: 1 - outcome })
  }
  const tally: Tally = {
    levels: Float64Array.from(cells, ({ p }) => p),
    events: Float64Array.from(cells, ({ events }) => events),
    others: Float64Array.from(cells, ({ others }) => others),
  }
  return Object.fromEntries(
    Object.entries(MEASURES.probability).map(([name, measure]) => [
      name,
      { levels: (figures as Figures)[name as keyof Figures]?.value ?? null, unrounded: measure(tally) },
    ]),
  )
}
