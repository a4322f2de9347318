import { writeFileSync } from 'node:fs'
import { loadModels } from '../../src/risk/registry.ts'
import { runRows } from '../../src/risk/run-variant.ts'
import { randomOf } from '../../src/validation/resample.ts'

/**
 * People who do not exist, with an outcome drawn from the kidney failure equation after a known shift: log odds times `slope` plus
 * `intercept`. What validation should find in them is therefore known. No patient stands behind any row.
 */
export type CohortSpec = {
  readonly people: number
  readonly seed: string
  /** What is done to the equation's log odds before the outcome is drawn. */
  readonly truth: { readonly intercept: number; readonly slope: number }
  readonly sites: readonly string[]
  /** Share of rows with something wrong: missing, out of range, unreadable, outcome not known. */
  readonly spoilt: number
}

export type Person = {
  readonly id: string
  readonly site: string
  readonly race: string
  readonly date: string
  readonly age: number
  readonly male: number
  readonly egfr: number
  readonly acr_mg_g: number
  readonly outcome: number
}

export const COLUMNS = ['id', 'site', 'race', 'date', 'age', 'male', 'egfr', 'acr_mg_g', 'outcome'] as const

const RACES = [
  ['white', 0.62],
  ['black', 0.2],
  ['asian', 0.11],
  ['other', 0.065],
  ['pacific islander', 0.005],
] as const

const dice = (seed: string) => {
  const random = randomOf(seed)
  const unit = () => random() / 2 ** 32
  return {
    unit,
    normal: () => Math.sqrt(-2 * Math.log(1 - unit())) * Math.cos(2 * Math.PI * unit()),
    pick: <T>(all: readonly T[]): T => all[Math.floor(unit() * all.length)] as T, // never empty
  }
}

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value))

/** @returns people in the order of their ids */
export const makeCohort = async ({ people, seed, truth, sites }: CohortSpec, modelsDir = 'models'): Promise<Person[]> => {
  const { unit, normal, pick } = dice(seed)
  const drawn = Array.from({ length: people }, (_, n) => {
    const at = unit()
    let sum = 0
    const race = RACES.find(([, share]) => {
      sum += share
      return at < sum
    })
    return {
      id: `synthetic-${n}`,
      site: pick(sites),
      race: race?.[0] ?? 'white',
      date: `202${2 + Math.floor(unit() * 2)}-${String(1 + Math.floor(unit() * 12)).padStart(2, '0')}-15`,
      age: Math.round(clamp(67 + 13 * normal(), 18, 99)),
      male: Number(unit() < 0.54),
      egfr: Number(clamp(34 + 12 * normal(), 5, 59.5).toFixed(1)),
      acr_mg_g: Number(clamp(Math.exp(5 + 1.7 * normal()), 1, 9000).toFixed(1)),
    }
  })
  const models = await loadModels(modelsDir, { execution: 'cpu', strict: false })
  try {
    const variant = models.get('kfre')?.variants.find(({ spec }) => spec.id === 'v4')
    if (!variant) throw new Error('the kidney failure equation is not served')
    const outputs = await runRows(variant, drawn)
    return drawn.map((person, n) => {
      const p = clamp((outputs[n]?.[0].value ?? 0) / 100, 1e-9, 1 - 1e-9)
      const happens = 1 / (1 + Math.exp(-(truth.intercept + truth.slope * Math.log(p / (1 - p)))))
      return { ...person, outcome: Number(unit() < happens) }
    })
  } finally {
    await models.close()
  }
}

/** The cohort as a table; `spoilt` of its rows with one thing wrong. */
export const writeCohort = (people: readonly Person[], { seed, spoilt }: CohortSpec): string => {
  const { unit, pick } = dice(`${seed}/spoilt`)
  const rows = people.map((person) => {
    const row: Record<string, string | number> = { ...person }
    if (unit() < spoilt) Object.assign(row, pick([{ acr_mg_g: '' }, { egfr: 88 }, { acr_mg_g: 'see report' }, { outcome: '' }]))
    return COLUMNS.map((name) => row[name]).join(',')
  })
  return `${COLUMNS.join(',')}\n${rows.join('\n')}\n`
}

/** Usage: `node dist/tools/validation/synthetic-cohort.js FILE.csv [PEOPLE]` */
if (import.meta.filename === process.argv[1]) {
  const [file = 'synthetic-kfre.csv', people = '20000'] = process.argv.slice(2)
  const spec: CohortSpec = {
    people: Number(people),
    seed: 'example',
    truth: { intercept: -0.35, slope: 0.8 },
    sites: ['north clinic', 'south clinic', 'university hospital'],
    spoilt: 0.03,
  }
  writeFileSync(file, writeCohort(await makeCohort(spec), spec))
}
