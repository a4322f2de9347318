import type { DevicePoints, DeviceValue } from '../../../../src/contract/devices.ts'

type Runs = readonly (readonly [value: number | null, times: number])[]

/** Walks along `[what, how often]` without writing them out. */
const walk = (runs: Runs): (() => number | null) => {
  let [run, left] = [0, runs[0]?.[1] ?? 0]
  return () => {
    while (left === 0 && run < runs.length) {
      run += 1
      left = runs[run]?.[1] ?? 0
    }
    left -= 1
    return runs[run]?.[0] ?? null
  }
}

/** Each reading at the record's own clock: the instant and the offset that the record states with it. */
export const readingsOf = ({ from, steps, offsets, values }: DevicePoints): { readonly at: number; readonly value: DeviceValue }[] => {
  const nextStep = walk(steps)
  const nextOffset = walk(offsets)
  let instant = from
  return values.map((value, n) => {
    if (n > 0) instant += nextStep() ?? 0
    return { at: instant + (nextOffset() ?? 0) * 60_000, value }
  })
}
