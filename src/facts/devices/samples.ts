import type { DeviceValue } from '../../contract/devices.ts'
import { amount, asNumber, asText, member } from '../accessors.ts'
import { unitOf } from '../unit-of.ts'
import type { Reading } from './points.ts'

/** SampledData laid out in time: one list of readings for each channel. */
export type Samples = {
  readonly unit: string
  readonly step: number
  readonly channels: readonly (readonly Reading[])[]
  readonly limits: { readonly low?: number; readonly high?: number }
  /** Entries that are neither a number nor one of the letters E, L and U. */
  readonly odd: number
}

const LETTERS: ReadonlySet<string> = new Set(['E', 'L', 'U'])

/** FHIR R5 writes `interval` and `intervalUnit` where R4 has `period` in milliseconds. */
const UNITS_OF_TIME: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 }

const stepOf = (data: unknown): number | null => {
  const period = asNumber(member(data, 'period'))
  if (period !== null) return period
  const [interval, unit] = [asNumber(member(data, 'interval')), asText(member(data, 'intervalUnit'))]
  const factor = unit !== null && Object.hasOwn(UNITS_OF_TIME, unit) ? UNITS_OF_TIME[unit] : undefined
  return interval === null || factor === undefined ? null : interval * factor
}

/** value = origin + factor x datum (FHIR R4, SampledData); rounded where binary fractions would show. */
const scaled = (datum: number, origin: number, factor: number): number => Math.round((origin + factor * datum) * 1e9) / 1e9

/** Null when it cannot be laid out: no origin, no data, no step forward in time, channels that cannot be told apart. */
export const readSamples = (data: unknown, start: { readonly at: number; readonly offset: number | null } | null): Samples | null => {
  const [origin, step, text] = [amount(member(data, 'origin')), stepOf(data), asText(member(data, 'data'))]
  const dimensions = asNumber(member(data, 'dimensions')) ?? 1
  if (start === null || origin === null || text === null || step === null || !(step > 0)) return null
  if (!Number.isInteger(dimensions) || dimensions < 1 || dimensions > 64) return null
  const factor = asNumber(member(data, 'factor')) ?? 1
  const channels: Reading[][] = Array.from({ length: dimensions }, () => [])
  let odd = 0
  const deviceValueOf = (word: string): DeviceValue => {
    const number = asNumber(word)
    if (number !== null) return scaled(number, origin.value, factor)
    const letter = word.toUpperCase()
    if (LETTERS.has(letter)) return letter as 'E' | 'L' | 'U'
    odd += 1
    return 'E'
  }
  for (const [index, word] of text.split(/\s+/).entries())
    channels[index % dimensions]?.push({
      at: start.at + Math.floor(index / dimensions) * step,
      offset: start.offset,
      value: deviceValueOf(word),
    })
  const [low, high] = [asNumber(member(data, 'lowerLimit')), asNumber(member(data, 'upperLimit'))]
  const limits = { ...(low === null ? {} : { low }), ...(high === null ? {} : { high }) }
  return { unit: unitOf(origin).code, step, channels, limits, odd }
}
