import type { Lineage } from '../../contract/lineage.ts'
import { candidates, earliest, inSentence } from '../latest.ts'
import type { Model } from '../load-model.ts'
import type { InputSpecOf } from '../model-folder.ts'
import { inUnit, readMeasurement } from '../read-measurement.ts'
import type { TestOf } from './moment-rows.ts'
import { boundWords, isWithin, no, unknown, type Verdict, type View, yes } from './verdict.ts'

type Spec = InputSpecOf<'measurement'>

/** How a model reads a measurement of the record; null where it has none of that name. */
export const measurementOf = (model: Model, input: string): Spec | null => {
  const spec = model.inputs.find(({ name }) => name === input)
  return spec?.kind === 'measurement' ? spec : null
}

const specOf = ({ model, input }: TestOf<'measured' | 'rising'>, { situation }: View): Spec | null => {
  const found = situation.models.get(model)
  return found ? measurementOf(found, input) : null
}

const shown = (value: number): string => String(Number(value.toPrecision(3)))

/** The latest value against a threshold, whatever else the model lacks. */
export const measured = (test: TestOf<'measured'>, view: View): Verdict => {
  const spec = specOf(test, view)
  if (spec === null) return unknown(`The model ${test.model} is not served here.`)
  const reading = readMeasurement(spec, view.situation.facts)
  if (reading.state === 'unusable') return unknown(reading.gap.because)
  if (reading.state === 'default' || typeof reading.value !== 'number') return unknown(`No ${inSentence(spec.label)} is in the record.`)
  const words = `${spec.label} ${shown(reading.value)} ${spec.unit}`
  return isWithin(reading.value, test)
    ? yes(words, reading.input.facts, true)
    : no(`${words}; a card from the threshold on: ${boundWords(test)}`)
}

type Point = { readonly at: number; readonly value: number; readonly lineage: Lineage }

const HOUR_MS = 3_600_000

/** Everything with a date and a unit, the latest first; a later one of the same instant is no rise. */
const seriesOf = (spec: Spec, { situation: { facts } }: View): Point[] =>
  candidates(spec, facts)
    .flatMap((measurement) => {
      const read = inUnit(spec, measurement)
      const { date } = measurement.lineage
      const at = date === undefined ? Number.NaN : earliest(date)
      return 'value' in read && Number.isFinite(at) && at <= Date.parse(facts.now) ? [{ at, value: read.value, lineage: read.lineage }] : []
    })
    .sort((a, b) => b.at - a.at)

/** Dates without a time stand for the whole day: a rise from one to the next but one may be within 48 hours. */
export const rising = (test: TestOf<'rising'>, view: View): Verdict => {
  const spec = specOf(test, view)
  if (spec === null) return unknown(`The model ${test.model} is not served here.`)
  const [latest, ...earlier] = seriesOf(spec, view)
  if (!latest) return no(`no rise: there is no ${inSentence(spec.label)} with a date`)
  const now = Date.parse(view.situation.facts.now)
  const isRise = ({ at, value }: Point): boolean => {
    const hours = (latest.at - at) / HOUR_MS
    return (
      (hours <= test.days * 24 && latest.value >= test.ratio * value - 1e-9) ||
      (hours <= test.hours && latest.value - value >= test.step - 1e-9)
    )
  }
  const from = now - latest.at <= test.days * 24 * HOUR_MS ? earlier.find(isRise) : undefined
  return from
    ? yes(
        `${spec.label} from ${shown(from.value)} to ${shown(latest.value)} ${spec.unit} (${from.lineage.date?.slice(0, 10)} to ${latest.lineage.date?.slice(0, 10)})`,
        [latest.lineage, from.lineage],
        true,
      )
    : no(`no rise of ${inSentence(spec.label)} within ${test.days} days`)
}
