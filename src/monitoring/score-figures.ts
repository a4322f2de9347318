import type { WatchDistribution, WatchFigure } from '../contract/monitoring.ts'
import type { LoadedVariant } from '../risk/load-model.ts'
import { binNames, binsOfScore } from './bins.ts'
import { expectedAuroc, expectedBrier, type ScoreBin } from './cbpe.ts'
import { type ByBin, totalOf } from './counts.ts'
import { compareDistribution } from './distributions.ts'
import type { Frame } from './frame.ts'
import { type Against, judgeErrors, notApplicable } from './judge.ts'

/** Factor to a probability; null for points, rates and doses. */
export const probabilityFactor = (unit: string): number | null => (unit === '%' ? 0.01 : unit === '1' ? 1 : null)

/** Of the output that is the estimate. */
export const unitOf = ({ outputs: [main] }: LoadedVariant): string => main.spec.unit

const asScores = (bins: ByBin, names: readonly string[], factor: number): ScoreBin[] =>
  names.flatMap((name) => {
    const bin = bins.get(name)
    return bin ? [{ n: bin.n, total: bin.total * factor, squares: bin.squares * factor * factor }] : []
  })

/** What the model states of itself on people it had not seen, with half its interval as two standard errors. */
export const stated = ({ model }: Pick<Frame, 'model'>, figure: string): Against | null => {
  const row = model.manifest.performance?.find(({ by, figures }) => by === 'all' && figures[figure] !== undefined)
  const one = row?.figures[figure]
  if (!one) return null
  return { value: one.value, ...(one.low !== undefined && one.high !== undefined ? { error: (one.high - one.low) / 3.92 } : {}) }
}

const ESTIMATED = [
  { figure: 'estimated-auroc', label: 'Expected discrimination (AUROC)', of: expectedAuroc, worse: 'lower', name: 'auroc' },
  { figure: 'estimated-brier', label: 'Expected Brier score', of: expectedBrier, worse: 'higher', name: 'brier' },
] as const

/** Without outcomes: only for models whose numbers are calibrated probabilities by their own manifest. */
const expected = (variant: LoadedVariant, names: readonly string[], now: ByBin, early: ByBin, frame: Frame): WatchFigure[] => {
  const factor = probabilityFactor(unitOf(variant))
  const calibrated = frame.model.manifest.training?.calibration !== undefined || variant.outputs[0].spec.recalibration !== undefined
  const subject = variant.spec.id
  return ESTIMATED.map(({ figure, label, of, worse, name }) => {
    const named = { figure, subject, label: `${label}: ${sayVariant(variant, frame.model)}` }
    if (factor === null) return notApplicable(named, 'The estimate is no probability.')
    if (!calibrated) return notApplicable(named, 'The model does not state that its probabilities were calibrated.')
    const measured = of(asScores(now, names, factor))
    const first = of(asScores(early, names, factor))
    const against = stated(frame, name) ?? (first ? { value: first.value, error: first.error } : null)
    return judgeErrors(named, measured, against, { worse }, frame.thresholds)
  })
}

/** A variant answers one question of perhaps several, with the same name for each. */
export const sayVariant = ({ spec }: Pick<LoadedVariant, 'spec'>, { manifest: { questions } }: Frame['model']): string => {
  const asked = questions.length > 1 ? questions.find(({ id }) => id === spec.question)?.title : undefined
  return asked === undefined ? spec.label : `${asked}, ${spec.label}`
}

type Watched = { readonly figures: readonly WatchFigure[]; readonly drawn: WatchDistribution }

const ofVariant = (variant: LoadedVariant, frame: Frame): Watched | null => {
  const { view, early, now, before, model, thresholds } = frame
  const { id } = variant.spec
  const at = (take: typeof now) => view.bins(id, 'score', take)
  if (totalOf(at(now)) + totalOf(at(early)) === 0) return null
  const bins = binsOfScore(id, unitOf(variant), model.manifest)
  const reference = model.manifest.monitoring
  const shares = reference?.scores[id]?.shares
  const { figure, drawn } = compareDistribution(
    {
      figure: 'score-psi',
      subject: id,
      label: sayVariant(variant, model),
      unit: unitOf(variant),
      bins,
      stated: reference && shares ? { shares, n: reference.n } : null,
      early: at(early),
      now: at(now),
      before: before.map(at),
    },
    thresholds,
  )
  return { figures: [figure, ...expected(variant, binNames(bins), at(now), at(early), frame)], drawn }
}

/** Figures and drawings of the estimates of every variant that gave any. */
export const scoreFigures = (frame: Frame): readonly Watched[] =>
  frame.model.variants.flatMap((variant) => {
    const one = ofVariant(variant, frame)
    return one ? [one] : []
  })
