import { makeRandom } from '../../patients/random.ts'
import type { Raw, Stay } from './read-stays.ts'

/** A quantity of the published layout: where it starts, how far it wanders from hour to hour, and hours between values. */
const SERIES: readonly (readonly [string, number, number, number])[] = [
  ['HR', 88, 6, 1],
  ['NISysABP', 118, 9, 1],
  ['NIDiasABP', 62, 6, 1],
  ['NIMAP', 80, 6, 1],
  ['RespRate', 18, 2, 1],
  ['Temp', 37, 0.3, 4],
  ['GCS', 13, 1, 4],
  ['Urine', 70, 25, 1],
  ['BUN', 24, 3, 12],
  ['Creatinine', 1.2, 0.15, 12],
  ['HCO3', 23, 1.5, 12],
  ['HCT', 31, 1.5, 12],
  ['K', 4.1, 0.3, 12],
  ['Mg', 2, 0.15, 12],
  ['Na', 139, 1.5, 12],
  ['Platelets', 190, 20, 12],
  ['WBC', 11, 1.5, 12],
  ['Glucose', 130, 20, 8],
]
const SOMETIMES: readonly (readonly [string, number, number, number])[] = [
  ['Lactate', 2.2, 0.6, 12],
  ['pH', 7.37, 0.03, 6],
  ['PaO2', 120, 25, 6],
  ['PaCO2', 40, 4, 6],
  ['FiO2', 0.5, 0.05, 6],
  ['SysABP', 116, 9, 1],
  ['DiasABP', 58, 6, 1],
  ['MAP', 77, 6, 1],
  ['Albumin', 2.9, 0.2, 24],
  ['Bilirubin', 1.1, 0.3, 24],
  ['AST', 60, 20, 24],
  ['ALT', 45, 15, 24],
  ['ALP', 85, 10, 24],
  ['TroponinT', 0.2, 0.1, 24],
]
const BOUNDS: Readonly<Record<string, readonly [number, number]>> = { GCS: [3, 15], FiO2: [0.21, 1], Urine: [0, 1000] }

/** Stays that nobody had, in the published layout, for tests and vectors: random walks around ordinary values, sicker or less sick. */
export const madeUpStays = (count: number, seed: string): Stay[] => {
  const random = makeRandom(seed).next
  const walk = ([name, start, step, every]: (typeof SERIES)[number], sick: number): Raw[] => {
    const [low, high] = BOUNDS[name] ?? [start * 0.05, start * 6]
    let value = start * (1 + 0.25 * sick * (name === 'GCS' || name === 'Platelets' || name === 'HCO3' ? -1 : 1) * random())
    const points: Raw[] = []
    for (let hour = random() * every; hour < 48; hour += every * (0.6 + 0.8 * random())) {
      value = Math.min(high, Math.max(low, value + step * (random() - 0.5) * 2))
      points.push({ minute: Math.round(hour * 60), value: name === 'GCS' ? Math.round(value) : Number(value.toPrecision(3)) })
    }
    return points
  }
  return Array.from({ length: count }, (_, index) => {
    const sick = random() * 2
    const once = (value: number): Raw[] => [{ minute: 0, value }]
    const series = new Map<string, Raw[]>([
      ['Age', once(Math.round(30 + 58 * random()))],
      ['Gender', once(random() < 0.5 ? 0 : 1)],
      ['Height', once(random() < 0.4 ? -1 : Math.round(155 + 35 * random()))],
      ['ICUType', once(1 + Math.floor(4 * random()))],
      ['Weight', once(Math.round(50 + 60 * random()))],
    ])
    for (const row of SERIES) series.set(row[0], walk(row, sick))
    for (const row of SOMETIMES) if (random() < 0.3 + 0.3 * sick) series.set(row[0], walk(row, sick))
    if (sick > 1)
      series.set(
        'MechVent',
        walk(['MechVent', 1, 0, 2], 0).map(({ minute }) => ({ minute, value: 1 })),
      )
    return { id: String(900_000 + index), series }
  })
}
