import type { PatientFacts } from '../../contract/facts.ts'
import type { GeneCall } from '../../contract/genes.ts'
import type { Gap } from '../../contract/lineage.ts'
import { AttuneError } from '../../errors.ts'
import { chooseVariant, valuesFor } from '../choose-variant.ts'
import { type Asked, hasMeaning, questionsOf, readingsFor, ruledOut } from '../estimate.ts'
import { intervalFor } from '../interval.ts'
import type { LoadedVariant, Model } from '../load-model.ts'
import type { Values } from '../model-folder.ts'
import type { Models } from '../registry.ts'
import { bandOf, type Output } from '../run-variant.ts'
import { encodeBatch, runMany } from './batch-run.ts'

/** One of many people whom the same models are asked about. */
export type Person = { readonly facts: PatientFacts; readonly calls: readonly GeneCall[]; readonly models: readonly Model[] }

/** An estimate without its reasons: what a list of many people has room for. */
export type Score = { readonly model: string; readonly question: string } & (
  | {
      readonly state: 'estimated'
      readonly version: string
      readonly sha256: string
      readonly variant: string
      readonly value: number
      readonly unit: string
      readonly band?: string
      readonly interval?: { readonly low: number; readonly high: number; readonly level: number }
    }
  | { readonly state: 'refused'; readonly code: Gap['code']; readonly because: string }
)

type Waiting = { readonly asked: Asked; readonly values: Values; readonly give: (score: Score) => void }

/**
 * Digits that are kept of a value: a row computed among others may differ from the same row alone in the last bits (1e-12), and a
 * person's line must not depend on whose lines stand beside it.
 */
const DIGITS = 6
const rounded = (value: number): number => Number(value.toPrecision(DIGITS))

const refused = ({ model, question }: Pick<Asked, 'model' | 'question'>, gaps: readonly Gap[]): Score => ({
  model: model.ref.id,
  question,
  state: 'refused',
  code: gaps[0]?.code ?? 'unavailable',
  because: gaps.map(({ because }) => because).join(' '),
})

const failed = (asked: Asked, because: string): Score => refused(asked, [{ about: asked.model.ref.id, code: 'unavailable', because }])

const scored = ({ asked, values }: Waiting, variant: LoadedVariant, ran: Pick<Output, 'raw' | 'value' | 'execution'>): Score => {
  const { model, question } = asked
  const main: Output = { output: variant.outputs[0], ...ran }
  if (!hasMeaning(main)) return refused(asked, [{ about: model.ref.id, code: 'out-of-range', because: OUTSIDE }])
  const [band, interval] = [bandOf(main), intervalFor(model.manifest, variant.spec.id, values, main)]
  return {
    model: model.ref.id,
    question,
    state: 'estimated',
    version: model.ref.version,
    sha256: model.ref.sha256,
    variant: variant.spec.id,
    value: rounded(main.value),
    unit: main.output.spec.unit,
    ...(band ? { band: band.label } : {}),
    ...(interval ? { interval: { low: rounded(interval.low), high: rounded(interval.high), level: interval.level } } : {}),
  }
}

const OUTSIDE = 'The inputs together lie outside what the equation can say.'

/** All rows of one variant in one run. What fails costs its own numbers. */
const runTogether = async (variant: LoadedVariant, waiting: readonly Waiting[]): Promise<void> => {
  try {
    const batch = encodeBatch(
      variant,
      waiting.map(({ values }) => values),
    )
    const { outputs, problems, execution } = await runMany(variant, batch)
    const main = outputs[variant.outputs[0].spec.id]
    for (const [n, one] of waiting.entries()) {
      const problem = problems.get(n)
      const ran = { raw: main?.raw[n] ?? Number.NaN, value: main?.value[n] ?? Number.NaN, execution: execution[0] ?? 'cpu' }
      one.give(problem === undefined ? scored(one, variant, ran) : failed(one.asked, problem))
    }
  } catch (error) {
    if (!(error instanceof AttuneError)) throw error
    for (const one of waiting) one.give(failed(one.asked, 'The model could not be run.'))
  }
}

/** Every question of one model about one person: a refusal at once, or a row that waits for the others. */
const ask = async (
  models: Models,
  model: Model,
  { facts, calls }: Person,
  scores: Score[],
  rows: Map<LoadedVariant, Waiting[]>,
): Promise<void> => {
  const standing = models.standing(model.ref.id)
  if (standing.use === 'shadow') return
  for (const asked of questionsOf(model)) {
    const place = scores.length
    const give = (score: Score): void => {
      scores[place] = score
    }
    if (standing.use === 'off') {
      give(failed(asked, standing.because))
      continue
    }
    const notAsked = ruledOut(asked, facts)
    const readings = notAsked.length > 0 ? null : await readingsFor(models, model, facts, calls)
    const choice = readings && chooseVariant(asked.variants, readings, calls)
    const chosen = choice?.usable[0]
    if (!readings || !chosen) give(refused(asked, choice?.skipped.at(-1)?.because ?? notAsked))
    else {
      give(failed(asked, 'The model could not be run.')) // until it has run
      const waiting = rows.get(chosen) ?? []
      waiting.push({ asked, values: valuesFor(chosen, readings), give })
      rows.set(chosen, waiting)
    }
  }
}

/**
 * The main number of each question for many people: each variant of a model runs once over all rows that it can answer. On a GPU where
 * the models were loaded there. The same choice of variant, inputs and refusals as for one person (`estimate`).
 */
export const scoreMany = async (models: Models, people: readonly Person[]): Promise<Score[][]> => {
  const rows = new Map<LoadedVariant, Waiting[]>()
  const all: Score[][] = []
  for (const person of people) {
    const scores: Score[] = []
    for (const model of person.models) await ask(models, model, person, scores, rows)
    all.push(scores)
  }
  for (const [variant, waiting] of rows) await runTogether(variant, waiting)
  return all
}
