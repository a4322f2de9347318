import type { PatientFacts } from '../contract/facts.ts'
import type { GeneCall } from '../contract/genes.ts'
import type { RiskEstimate, RiskTrend, TrendPoint } from '../contract/risk.ts'
import { factsAsOf } from './as-of.ts'
import { estimateQuestion } from './estimate.ts'
import { candidates } from './latest.ts'
import type { InputSpecOf } from './model-folder.ts'
import type { Models } from './registry.ts'

/** Earlier days per question. Each costs one run of the model, on the thread that answers calls. */
export const MOST_DAYS = 8

const SAYS =
  'Computed again today, by the present model, for days on which one of its inputs was measured, from what the record dates at or before each day. It is not what anybody was told then: what was recorded later under an earlier date is in it, and what has no date is not.'

type Estimated = Extract<RiskEstimate, { state: 'estimated' }>
type Measured = InputSpecOf<'measurement'> | InputSpecOf<'answer'>

const isoDay = (date: string | undefined): string[] => (date !== undefined && /^\d{4}-\d{2}-\d{2}/.test(date) ? [date.slice(0, 10)] : [])

/** Days on which something was measured that this estimate rests on, oldest first. */
const measuredDays = (models: Models, estimate: Estimated, facts: PatientFacts): string[] => {
  const used = new Set(estimate.inputs.map(({ name }) => name))
  const specs = (models.get(estimate.model.id)?.inputs ?? []).filter(
    (spec): spec is Measured =>
      used.has(spec.name) && (spec.kind === 'answer' || (spec.kind === 'measurement' && spec.aggregate === 'latest')),
  )
  const days = specs.flatMap((spec) => candidates(spec, facts).flatMap(({ lineage }) => isoDay(lineage.date)))
  const today = facts.now.slice(0, 10)
  return [...new Set(days)].filter((day) => day < today).sort()
}

/** First and last of the days, and others evenly between. */
const spread = (days: readonly string[]): string[] => {
  if (days.length <= MOST_DAYS) return [...days]
  const at = (n: number): string[] => days.slice(n, n + 1)
  return Array.from({ length: MOST_DAYS }, (_, n) => at(Math.round((n * (days.length - 1)) / (MOST_DAYS - 1)))).flat()
}

const NOT_DATED = 'What the record has is not dated well enough to say how it stood on this day.'

const pointOf = (on: string, one: RiskEstimate | null): TrendPoint => {
  if (one === null) return { on, value: null, because: 'The model is not served.' }
  if (one.state === 'estimated') return { on, value: one.value, variant: one.variant, ...(one.band ? { band: one.band } : {}) }
  const unclear = one.because.some(({ code }) => code === 'indeterminate')
  return { on, value: null, because: unclear ? NOT_DATED : one.because.map(({ because }) => because).join(' ') }
}

/** Lets other calls have their turn. */
const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/**
 * How the estimates of the person would have stood on earlier days. Models of a drug in hand, of a stay and of sums over a time are left
 * out: a draft order and a stay have no past, and none of their days can be computed.
 */
export const estimateTrends = async (
  models: Models,
  facts: PatientFacts,
  calls: readonly GeneCall[],
  estimates: readonly RiskEstimate[],
): Promise<RiskTrend[]> => {
  const then = new Map<string, PatientFacts>()
  const asOf = (day: string): PatientFacts => {
    const known = then.get(day) ?? factsAsOf(facts, day)
    then.set(day, known)
    return known
  }
  const trends: RiskTrend[] = []
  for (const one of estimates) {
    if (one.state === 'refused' || one.general !== true || one.question === undefined) continue
    const { model, question, title, unit } = one
    const days = measuredDays(models, one, facts)
    const chosen = spread(days)
    const points: TrendPoint[] = []
    for (const day of chosen) {
      points.push(pointOf(day, await estimateQuestion(models, model.id, question, asOf(day), calls)))
      await pause()
    }
    if (points.some(({ value }) => value !== null))
      trends.push({ model: model.id, question, title, unit, points, leftOut: days.length - chosen.length, says: SAYS })
  }
  return trends
}
