import type { DeviceKind, DeviceSeries } from '../../../../src/contract/devices.ts'
import type { Series } from '../../../ui/charts/series.ts'
import { type DevicePoint, devicePoints } from '../../profile/device-points.ts'
import { unitWords } from '../../words/values.ts'
import { TEXT } from './texts.ts'

const SHAPES: Partial<{ readonly [kind in DeviceKind]: Series['kind'] }> = {
  steps: 'bars',
  activity: 'bars',
  sleep: 'bars',
  weight: 'line',
  'resting-heart-rate': 'line',
}

/** Evenly sampled series are lines, with a gap where more than three samples are missing; single readings are points. */
const shapeOf = ({ kind, points }: DeviceSeries): { readonly kind: Series['kind']; readonly gap?: number } => {
  const known = SHAPES[kind]
  if (known) return { kind: known }
  const [longest] = [...points.steps].sort((a, b) => b[1] - a[1])
  if (!longest || longest[1] < 20) return { kind: 'points' }
  return { kind: 'line', gap: longest[0] * 3.5 }
}

export type Drawn = { readonly source: DeviceSeries; readonly points: readonly DevicePoint[]; readonly chart: Series }

const drawnOf = (source: DeviceSeries, name: string): Drawn => {
  const points = devicePoints(source.points)
  const chart = {
    id: `${source.ref} ${source.name} ${source.channel?.index ?? ''}`,
    name,
    unit: unitWords(source.unit),
    ...shapeOf(source),
    points: points.map(({ at, value, letter }) => (letter === undefined ? { at, value } : { at, value, text: TEXT.letters[letter] })),
  }
  return { source, points, chart }
}

const sumOf = ({ points }: Drawn): number => points.reduce((sum, { value }) => sum + (value ?? 0), 0)

/** Parts of a total on top of each other, a night at a time; the total itself, the largest series, is what they add up to. */
const stacked = (drawn: readonly Drawn[]): Drawn[] => {
  const [total, ...parts] = [...drawn].sort((a, b) => sumOf(b) - sumOf(a))
  if (!total || parts.length < 2 || new Set(drawn.map(({ chart }) => chart.unit)).size > 1) return [...drawn]
  const height = new Map<number, number>()
  return parts.map((part) => ({
    ...part,
    chart: {
      ...part.chart,
      points: part.points.map(({ at, value }) => {
        const low = height.get(at) ?? 0
        height.set(at, low + (value ?? 0))
        return value === null ? { at, value } : { at, value: low + value, low, high: low + value, own: value, text: String(value) }
      }),
    },
  }))
}

/** The series of one picture. */
export const drawSeries = (all: readonly DeviceSeries[]): { readonly all: readonly Drawn[]; readonly shown: readonly Drawn[] } => {
  const drawn = all.map((one) => drawnOf(one, one.channel ? `${one.name}, ${TEXT.channel(one.channel.index, one.channel.of)}` : one.name))
  return { all: drawn, shown: all[0]?.kind === 'sleep' ? stacked(drawn) : drawn }
}
