import type { WhatIfPoint } from '../../../../src/contract/risk.ts'

/** A point of the curve: the value tried and what the model gives for it; null where that has no meaning. */
export type Tried = { readonly x: number; readonly y: number | null; readonly band?: string | undefined }

export const triedOf = (points: readonly WhatIfPoint[], axis: string): readonly Tried[] =>
  points.flatMap(({ values, value, band }) => {
    const x = values[axis]
    return typeof x === 'number' ? [{ x, y: value, band }] : []
  })

/** From zero where the numbers are not far from it: a curve that begins at 7 looks steeper than it is. */
export const extentOf = (points: readonly Tried[], also: readonly number[]): readonly [number, number] => {
  const ys = [...points.flatMap(({ y }) => (y === null ? [] : [y])), ...also]
  if (ys.length === 0) return [0, 1]
  const [low, high] = [Math.min(...ys), Math.max(...ys)]
  const floor = low >= 0 && low < high * 0.8 ? 0 : low
  return floor === high ? [floor - 1, high + 1] : [floor, high]
}

export const nearest = (points: readonly Tried[], x: number): number =>
  points.reduce((best, point, at) => (Math.abs(point.x - x) < Math.abs((points[best]?.x ?? 0) - x) ? at : best), 0)

const KEYS: { readonly [key: string]: (at: number, last: number) => number } = {
  ArrowLeft: (at) => at - 1,
  ArrowRight: (at) => at + 1,
  PageUp: (at) => at - 5,
  PageDown: (at) => at + 5,
  Home: () => 0,
  End: (_, last) => last,
}

/** Where a key leads; null for keys that the curve leaves to the page. */
export const step = (key: string, at: number, count: number): number | null => {
  const move = KEYS[key]
  return move ? Math.min(count - 1, Math.max(0, move(at, count - 1))) : null
}
