import type { DevicePoints, DeviceValue } from '../contract/devices.ts'

export type GlucoseReading = { readonly at: number; readonly offset: number | null; readonly value: DeviceValue }

function* spread<T>(runs: readonly (readonly [T, number])[]): Generator<T> {
  for (const [what, times] of runs) for (let n = 0; n < times; n += 1) yield what
}

/** Columns back to readings, oldest first. */
export const readingsOf = ({ from, steps, offsets, values }: DevicePoints): GlucoseReading[] => {
  const [step, offset] = [spread(steps), spread(offsets)]
  let at = from
  return values.map((value, index) => {
    if (index > 0) at += step.next().value ?? 0
    return { at, offset: offset.next().value ?? null, value }
  })
}

/** Readings of one instant count once; where they differ nobody can tell which is right, and none counts. */
export const onePerInstant = (readings: readonly GlucoseReading[]): { readonly kept: GlucoseReading[]; readonly conflicting: number } => {
  const kept: GlucoseReading[] = []
  let conflicting = 0
  for (let first = 0; first < readings.length; ) {
    const reading = readings[first]
    let next = first
    while (next < readings.length && readings[next]?.at === reading?.at) next += 1
    // A lost value beside a number says nothing against the number.
    const told = readings.slice(first, next).filter(({ value }) => value !== 'E')
    const [one] = told.length > 0 ? told : [reading]
    if (told.some(({ value }) => value !== one?.value)) conflicting += 1
    else if (one) kept.push(one)
    first = next
  }
  return { kept, conflicting }
}

const MINUTE = 60_000

/** Minutes between readings: the pause that is seen most often, the shorter of two that are seen equally often; null below two readings. */
export const intervalOf = (readings: readonly GlucoseReading[]): number | null => {
  const seen = new Map<number, number>()
  for (const [index, { at }] of readings.entries()) {
    const before = readings[index - 1]
    if (!before) continue
    const minutes = Math.max(1, Math.round((at - before.at) / MINUTE))
    seen.set(minutes, (seen.get(minutes) ?? 0) + 1)
  }
  const [most] = [...seen].sort(([a, times], [b, others]) => others - times || a - b)
  return most?.[0] ?? null
}
