import type { MissingAnswer, MissingEffect, MissingRequest, WhatIfPoint } from '../contract/risk.ts'
import { chooseVariant, valuesFor } from './choose-variant.ts'
import { allowedValues, isCount } from './encode.ts'
import { takeInputs } from './features.ts'
import type { LoadedVariant, Model } from './load-model.ts'
import type { InputSpec } from './model-folder.ts'
import type { Models } from './registry.ts'
import { bandOf, runRows } from './run-variant.ts'

/** Unknown inputs of one question that are tried; a model of intensive care has hundreds. */
export const MOST_TRIED = 24
/** Values of a number: both ends and evenly between. An estimate need not rise or fall all the way. */
const STEPS = 12

const SAYS =
  'Each range is what the model gives for people who are like this person in all other values shown, over every value of the missing input that the model accepts, likely or not. It is no forecast for this person.'

type Tried = { readonly values: readonly (number | string)[]; readonly over: Extract<MissingEffect, { state: 'ranged' }>['over'] }

const grid = (low: number, high: number, whole: boolean): number[] => {
  const values = Array.from({ length: STEPS + 1 }, (_, n) => low + (n * (high - low)) / STEPS)
  return [...new Set(whole ? values.map(Math.round) : values.map((value) => Number(value.toPrecision(6))))]
}

/** Values that the model accepts for an input; null where its features give neither a list nor a range. */
const valuesToTry = (spec: InputSpec): Tried | null => {
  const listed = allowedValues(spec)?.filter((value) => value !== null)
  if (listed) return listed.length > 0 ? { values: listed, over: { values: listed } } : null
  if (!('range' in spec) || !spec.range) return null
  const { low, high } = spec.range
  return { values: grid(low, high, isCount(spec)), over: { low, high } }
}

type Ran = { readonly variant: LoadedVariant; readonly point: WhatIfPoint & { readonly value: number } }

/** One made-up person per value, each by the variant that these inputs lead to. */
const runAll = async (
  model: Model,
  variants: readonly LoadedVariant[],
  given: MissingRequest['inputs'],
  name: string,
  { values }: Tried,
) => {
  const ran: Ran[] = []
  let because = ''
  for (const value of values) {
    const readings = takeInputs(model.inputs, { ...given, [name]: value })
    const { usable, skipped } = chooseVariant(variants, readings, [])
    const [variant] = usable
    if (!variant) {
      because = (skipped.at(-1)?.because ?? []).map((gap) => gap.because).join(' ')
      continue
    }
    const [row] = await runRows(variant, [valuesFor(variant, readings)])
    const main = row?.[0]
    const { rawAbove } = main?.output.spec ?? {}
    if (!main || (rawAbove !== undefined && main.raw <= rawAbove)) continue
    const band = bandOf(main)
    ran.push({ variant, point: { values: { [name]: value }, value: main.value, ...(band ? { band: band.label } : {}) } })
  }
  return { ran, because }
}

const effectOf = async (
  model: Model,
  variants: readonly LoadedVariant[],
  given: MissingRequest['inputs'],
  spec: InputSpec,
  tried: Tried,
): Promise<MissingEffect> => {
  const { name, label, unit } = spec
  const { ran, because } = await runAll(model, variants, given, name, tried)
  const sorted = [...ran].sort((a, b) => a.point.value - b.point.value)
  const [lowest, highest] = [sorted[0], sorted.at(-1)]
  if (!lowest || !highest) return { state: 'not-enough', name, label, because: because || 'The equation has no meaning for these values.' }
  const used = [...new Set(ran.map(({ variant }) => variant.spec.label))]
  return { state: 'ranged', name, label, unit, lowest: lowest.point, highest: highest.point, over: tried.over, variants: used }
}

const leftSaid = (left: readonly InputSpec[]): string | null =>
  left.length === 0
    ? null
    : `${left.length} more are not tried here: ${left
        .slice(0, 5)
        .map(({ label }) => label)
        .join(', ')}${left.length > 5 ? ' …' : ''}.`

const isUnknown = (given: MissingRequest['inputs'], { name }: InputSpec): boolean => !Object.hasOwn(given, name) || given[name] === null

const answerQuestion = async (
  model: Model,
  { id, title }: Model['manifest']['questions'][number],
  given: MissingRequest['inputs'],
): Promise<MissingAnswer[]> => {
  const variants = model.variants.filter(({ spec }) => spec.question === id && spec.off === undefined)
  const [main] = variants[0]?.outputs ?? []
  if (!main) return []
  const used = new Set(variants.flatMap(({ inputs }) => inputs))
  const unknown = model.inputs.filter((spec) => used.has(spec.name) && isUnknown(given, spec))
  const rows = unknown.map((spec) => ({ spec, tried: valuesToTry(spec) }))
  const able = rows.flatMap(({ spec, tried }) => (tried ? [{ spec, tried }] : []))
  const left = [...rows.filter(({ tried }) => tried === null), ...able.slice(MOST_TRIED)].map(({ spec }) => spec)
  const effects: MissingEffect[] = []
  for (const { spec, tried } of able.slice(0, MOST_TRIED)) effects.push(await effectOf(model, variants, given, spec, tried))
  const { label, unit } = main.spec
  return [{ model: model.ref, question: id, title, label, unit, effects, left: leftSaid(left), says: SAYS }]
}

/** What each unknown input could change, one answer per question of the model; null when no such model is served and switched on. */
export const missingEffects = async (models: Models, { model: id, question, inputs }: MissingRequest): Promise<MissingAnswer[] | null> => {
  const model = models.get(id)
  if (!model || models.standing(id).use !== 'on') return null
  const asked = model.manifest.questions.filter((one) => question === undefined || one.id === question)
  return (await Promise.all(asked.map((one) => answerQuestion(model, one, inputs)))).flat()
}
