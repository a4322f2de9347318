import type { DevicePoints, DeviceValue } from '../../../src/contract/devices.ts'

/** One reading: its instant, and the same moment on the clock of the place where it was taken, as the charts want it. */
export type DevicePoint = {
  readonly instant: number
  /** The record's own wall clock, read as if it were UTC; the instant itself where the record states no offset. */
  readonly at: number
  readonly value: number | null
  /** Why there is no number: lost, below or above what the device can show. */
  readonly letter?: Exclude<DeviceValue, number>
}

const MINUTE = 60_000

/** Columns back to points, oldest first. */
export const devicePoints = ({ from, steps, offsets, values }: DevicePoints): DevicePoint[] => {
  const points: DevicePoint[] = []
  let instant = from
  let [step, stepLeft, offset, offsetLeft] = [0, 0, 0, 0]
  let [stepRun, offsetRun] = [0, 0]
  for (const [index, value] of values.entries()) {
    if (index > 0) {
      if (stepLeft === 0) [step = 0, stepLeft = 1] = steps[stepRun++] ?? [0, 1]
      instant += step
      stepLeft -= 1
    }
    if (offsetLeft === 0) {
      const [minutes = null, times = 1] = offsets[offsetRun++] ?? []
      offset = minutes ?? 0
      offsetLeft = times
    }
    offsetLeft -= 1
    const at = instant + offset * MINUTE
    points.push(typeof value === 'number' ? { instant, at, value } : { instant, at, value: null, letter: value })
  }
  return points
}
