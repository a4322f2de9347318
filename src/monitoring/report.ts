import type { ModelSwitch, MonitoringReport, Standing, WatchedModel, WatchFigure, WatchReference } from '../contract/monitoring.ts'
import type { Counted, FirstDay, Judged } from '../ledger/model-store.ts'
import type { Model } from '../risk/load-model.ts'
import { callCounts, callFigures } from './call-figures.ts'
import { comparisonOf } from './comparison.ts'
import { makeView, type Take, totalOf } from './counts.ts'
import type { Frame } from './frame.ts'
import { inputFigures } from './input-figures.ts'
import { worst } from './judge.ts'
import { performanceFigures } from './performance.ts'
import { scoreFigures } from './score-figures.ts'
import { releaseOf } from './tally.ts'
import type { Thresholds } from './thresholds.ts'

/** Everything a report is made from; the making is pure. */
export type Material = {
  /** Last day, `YYYY-MM-DD` (UTC). */
  readonly today: string
  readonly days: number
  readonly windows: number
  readonly baselineDays: number
  readonly sandbox: boolean
  readonly tenants: readonly string[]
  readonly models: readonly Model[]
  readonly standing: (model: string, tenant: string) => Standing
  readonly switches: readonly ModelSwitch[]
  readonly counts: readonly Counted[]
  readonly firstDays: readonly FirstDay[]
  readonly judged: readonly Judged[]
  readonly thresholds: Thresholds
}

const DAY_MS = 86_400_000
export const addDays = (day: string, n: number): string => new Date(Date.parse(day) + n * DAY_MS).toISOString().slice(0, 10)
const daysBetween = (from: string, to: string): number => Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS)

/** Rows of the release that is served; those of a model in the shadow are counted apart from what was shown. */
const modeOf = (standing: Standing): Counted['mode'] => (standing.use === 'shadow' ? 'shadow' : 'shown')

const isOf = (tenant: string, model: Model, mode: string) => {
  const release = releaseOf(model.ref)
  return (row: { readonly tenant: string; readonly model: string; readonly release: string; readonly mode: string }): boolean =>
    row.tenant === tenant && row.model === model.ref.id && row.release === release && row.mode === mode
}

const referenceOf = (model: Model, first: string | null, n: number, { today, baselineDays }: Material): WatchReference => {
  const { monitoring } = model.manifest
  if (monitoring) return { kind: 'training', on: monitoring.on, n: monitoring.n }
  if (first === null) return { kind: 'collecting', from: null, day: 0, days: baselineDays, n: 0 }
  const day = daysBetween(first, today) + 1
  return day > baselineDays
    ? { kind: 'site', from: first, to: addDays(first, baselineDays - 1), n }
    : { kind: 'collecting', from: first, day, days: baselineDays, n }
}

/** While the first days are being collected there is nothing to compare with, whatever the figures say. */
const collecting = (figure: WatchFigure, { day, days }: Extract<WatchReference, { kind: 'collecting' }>): WatchFigure =>
  figure.state === 'not-applicable' || JUDGED_ALONE.has(figure.figure)
    ? figure
    : { ...figure, reference: null, state: 'not-enough-data', because: `The first days are being collected: day ${day} of ${days}.` }

/** Figures with outcomes are held against the model's own claims, not against the site's first days. */
const JUDGED_ALONE = new Set<WatchFigure['figure']>([
  'auroc',
  'brier',
  'calibration-slope',
  'expected-observed',
  'mean-error',
  'mean-absolute-error',
])

const early: Take = (row) => row.early
/** What the manifest does not state of the people it was made with has no reference before the first days are over. */
const none: Take = () => false

/** First days are left out of later windows, so that a window is never compared with itself. */
const windowsOf = (reference: WatchReference, windows: number): { readonly now: Take; readonly before: readonly Take[] } => {
  const at =
    (age: number): Take =>
    (row) =>
      row.age === age && (reference.kind !== 'site' || !row.early)
  return { now: at(0), before: Array.from({ length: windows - 1 }, (_, n) => at(windows - 1 - n)) }
}

const watchModel = (tenant: string, model: Model, material: Material): WatchedModel => {
  const { ref } = model
  const standing = material.standing(ref.id, tenant)
  const own = isOf(tenant, model, modeOf(standing))
  const view = makeView(material.counts.filter(own))
  const first = material.firstDays.find(own)?.day ?? null
  const reference = referenceOf(model, first, totalOf(view.bins('', 'asked', early)), material)
  const isSettled = first !== null && daysBetween(first, material.today) >= material.baselineDays
  const frame: Frame = {
    model,
    view,
    judged: material.judged.filter(own),
    thresholds: material.thresholds,
    early: reference.kind === 'training' && !isSettled ? none : early,
    ...windowsOf(reference, material.windows),
  }
  const [inputs, scores] = [inputFigures(frame), scoreFigures(frame)]
  const all =
    first === null
      ? performanceFigures(frame)
      : [...callFigures(frame), ...[...scores, ...inputs].flatMap(({ figures }) => figures), ...performanceFigures(frame)]
  const figures = reference.kind === 'collecting' ? all.map((figure) => collecting(figure, reference)) : all
  return {
    tenant,
    id: ref.id,
    version: ref.version,
    sha256: ref.sha256,
    name: ref.name,
    standing,
    state: worst(figures.map(({ state }) => state)),
    reference,
    calls: callCounts(frame),
    figures,
    inputs: inputs.flatMap(({ drawn }) => (drawn ? [drawn] : [])),
    scores: scores.map(({ drawn }) => drawn),
    comparison: comparisonOf(frame, standing.use === 'shadow' ? standing.challengerOf : null),
    switches: material.switches.filter((one) => one.model === ref.id && (one.tenant === null || one.tenant === tenant)),
  }
}

/** The figures of every served model at every tenant, judged. */
export const makeReport = (material: Material): MonitoringReport => {
  const { today, days, sandbox, thresholds, tenants, models } = material
  return {
    asOf: today,
    window: { from: addDays(today, 1 - days), to: today, days },
    sandbox,
    thresholds: thresholds.rows.map(({ figure, watch, act, says, source }) => ({ figure, watch, act, says, source })),
    models: tenants.flatMap((tenant) => models.map((model) => watchModel(tenant, model, material))),
  }
}
