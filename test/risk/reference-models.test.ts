import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { verifyVectors } from '../../src/cli/verify-vectors.ts'
import type { InputSpecOf } from '../../src/risk/model-folder.ts'
import { toUnit } from '../../src/risk/read-measurement.ts'
import { loadModels, type Models } from '../../src/risk/registry.ts'

/** Beside the reference tables of the rules, where somebody has them. */
const reference = process.env.ATTUNE_REFERENCE === undefined ? '' : join(dirname(process.env.ATTUNE_REFERENCE), 'models')
const absent = !existsSync(join(reference, 'fhir-inputs.json'))
const json = <T>(file: string): T => JSON.parse(readFileSync(join(reference, file), 'utf8'))

let models: Models
beforeAll(async () => {
  models = await loadModels('models', { execution: 'cpu' })
})
afterAll(() => models.close())

describe.skipIf(absent)('vectors of the reference tables (run where ATTUNE_REFERENCE names them)', () => {
  const files = absent ? [] : readdirSync(join(reference, 'vectors'))
  // Formula and graph: a vector whose two results differ is a failure, before its expectation is looked at.
  it.each(files)('%s: every vector, in the graph and in the formula', async (file) => {
    const { results, largest } = await verifyVectors(json(`vectors/${file}`), models)
    expect(results.filter(({ state }) => state !== 'passed')).toEqual([])
    expect(largest).not.toBeNull()
  })
})

type Observation = {
  readonly codes: readonly { readonly code: string; readonly seen: boolean }[]
  readonly unit: string
  readonly convert?: Readonly<Record<string, string>>
  readonly plausible?: readonly [number, number]
}
type Reference = { readonly observations: Readonly<Record<string, Observation>>; readonly freshness_days: Readonly<Record<string, number>> }
type Spec = InputSpecOf<'measurement'>

/** `x*2.801 (urea to BUN)`, `x/88.42`, `x*0.09148+2.152` as a function of x. */
const formula = (text: string): ((x: number) => number) => {
  if (text === '(x-32)*5/9') return (x) => ((x - 32) * 5) / 9
  const [, factor, divisor, added] = /^x(?:\*([\d.]+))?(?:\/([\d.]+))?(?:\+([\d.]+))?/.exec(text) ?? []
  return (x) => (x * Number(factor ?? 1)) / Number(divisor ?? 1) + Number(added ?? 0)
}

describe.skipIf(absent)('measurements against the reference table of codes and units (run where ATTUNE_REFERENCE names it)', () => {
  const { observations }: Pick<Reference, 'observations'> = absent ? { observations: {} } : json<Reference>('fhir-inputs.json')
  const published = () => models.all.filter(({ manifest }) => manifest.kind === 'equation')
  const measurements = () =>
    published().flatMap((model) => model.inputs.flatMap((spec) => (spec.kind === 'measurement' ? [[model.ref.id, spec] as const] : [])))
  const of = (spec: Spec): Observation | undefined =>
    Object.values(observations).find(({ codes }) => spec.codes.some(({ code }) => codes.some((known) => known.code === code)))

  /** Codes that the table does not have: the same analyte by amount of substance, or in whole blood. */
  const OWN = ['14682-9', '38483-4', '14647-2', '14646-4', '14631-6', '59261-8', '14879-1', '2000-8', '2947-0', '6298-4']

  it('every code is in the table, marked as seen when the table says so, or is another code for the same analyte', () => {
    const strange = measurements().flatMap(([id, spec]) =>
      // Inputs that the table does not know at all (births, menarche, oxygen) have codes of their own.
      (of(spec) ? spec.codes : [])
        .filter(({ code, seen }) => !OWN.includes(code) && of(spec)?.codes.find((known) => known.code === code)?.seen !== seen)
        .map(({ code }) => `${id} ${spec.name} ${code}`),
    )
    expect(strange).toEqual([])
    expect(measurements().filter(([, spec]) => spec.codes.every(({ code }) => OWN.includes(code)))).toEqual([])
  })

  it('its unit and every unit of the table are understood, with the same number', () => {
    const wrong = measurements().flatMap(([id, spec]) => {
      const known = of(spec)
      if (!known) return []
      const own = toUnit(spec, 1, known.unit)
      const others = Object.entries(known.convert ?? {}).map(([unit, text]): [string, number, number | null] => {
        const inTable = formula(text)(50)
        const wanted = toUnit(spec, inTable, known.unit)
        return [unit, wanted ?? Number.NaN, toUnit(spec, 50, unit)]
      })
      return [
        ...(own === null ? [`${id} ${spec.name}: ${known.unit} is not understood`] : []),
        ...others
          .filter(([, wanted, got]) => got === null || !(Math.abs(got - wanted) <= 2e-3 * Math.abs(wanted)))
          .map(([unit, wanted, got]) => `${id} ${spec.name}: 50 ${unit} gives ${got}, not ${wanted}`),
      ]
    })
    expect(wrong).toEqual([])
  })

  it('nothing outside the plausible range of the table is taken', () => {
    const wide = measurements().flatMap(([id, spec]) => {
      const known = of(spec)
      const [low, high] = (known?.plausible ?? []).map((bound) => toUnit(spec, bound, known?.unit ?? ''))
      const tooWide = (low != null && spec.range.low < low - 1e-9) || (high != null && spec.range.high > high * (1 + 2e-3))
      return tooWide ? [`${id} ${spec.name}: ${spec.range.low} to ${spec.range.high}, not ${low} to ${high}`] : []
    })
    expect(wide).toEqual([])
  })

  /** What the table says for one setting is not asked of a model of another. */
  const FRESH: Readonly<Record<string, readonly string[]>> = {
    lipids: ['total_c', 'hdl_c'],
    hba1c: ['hba1c'],
    uacr: ['uacr', 'acr_mg_g'],
    creatinine: ['scr_mgdl'],
    vitals_outpatient: ['weight_kg', 'bmi'],
    vitals_inpatient: ['rr', 'spo2', 'hr', 'temp', 'gcs'],
    inr: ['inr'],
    potassium_inpatient: ['potassium'],
    qtc: ['admission_qtc_ms'],
  }

  it('values are fresh for as long as the table says', () => {
    const { freshness_days: days } = json<Reference>('fhir-inputs.json')
    expect(Object.keys(FRESH)).toEqual(Object.keys(days))
    const other = measurements().flatMap(([id, spec]) => {
      const [row] = Object.entries(FRESH).find(([, names]) => names.includes(spec.name)) ?? []
      return row !== undefined && spec.freshDays !== days[row] ? [`${id} ${spec.name}: ${spec.freshDays} days`] : []
    })
    expect(other).toEqual([])
  })
})
