import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeWhere } from '../../../src/risk/inference/where.ts'
import { loadModel, type Model } from '../../../src/risk/load-model.ts'
import type { Manifest, Values } from '../../../src/risk/model-folder.ts'
import { bandOf, runRows } from '../../../src/risk/run-variant.ts'
import { makeFeatures } from '../../../tools/models/icu/make-features.ts'
import { readPlan } from '../../../tools/models/icu/parameters.ts'
import { readOutcomes, readStays } from '../../../tools/models/icu/read-stays.ts'
import { partOf } from '../../../tools/models/icu/split.ts'

const datasets = process.env.ATTUNE_DATASETS
if (datasets === undefined) process.stderr.write('ATTUNE_DATASETS is not set: the figures of the ICU model are not computed again\n')

const FOLDER = 'models/icu-mortality'
const plan = readPlan(`${FOLDER}/recipe/parameters.json`)
const { performance = [] } = JSON.parse(readFileSync(`${FOLDER}/manifest.json`, 'utf8')) as Manifest
const committed = (by: string, group: string): number =>
  performance.find((row) => row.by === by && row.group === group)?.figures.auroc?.value ?? Number.NaN

let model: Model
let rows: { readonly values: Values; readonly died: boolean }[] = []
beforeAll(async () => {
  if (datasets === undefined) return
  model = await loadModel(FOLDER, makeWhere({ execution: 'cpu' }).where)
  const outcomes = readOutcomes(['a', 'b'].map((set) => `${datasets}/physionet2012-outcomes-${set}.csv`))
  const stays = (await readStays(`${datasets}/physionet2012-ab.tsv.gz`)).filter(({ id }) => partOf(id) === 'test')
  rows = stays.map((stay) => {
    const made = makeFeatures(plan, stay, new Map())
    return { values: Object.fromEntries(plan.features.map(({ name }, n) => [name, made[n] ?? null])), died: outcomes.get(stay.id) === 1 }
  })
}, 600_000)
afterAll(async () => {
  if (datasets !== undefined) await model.variants[0]?.session.close()
})

const scoresOf = async (all: readonly Values[]) => {
  const [variant] = model.variants
  if (!variant) throw new Error('no variant')
  const outputs = []
  for (let from = 0; from < all.length; from += 300) outputs.push(...(await runRows(variant, all.slice(from, from + 300))))
  return outputs.map(([output]) => ({ value: output.value, band: bandOf(output)?.id }))
}

/** Pairs of one who died and one who did not, counted one by one. */
const auroc = (scores: readonly { value: number }[]): number => {
  const of = (died: boolean) => scores.filter((_, n) => rows[n]?.died === died).map(({ value }) => value)
  const [deaths, others] = [of(true), of(false)]
  const won = deaths.reduce((sum, a) => sum + others.reduce((part, b) => part + (a > b ? 1 : a === b ? 0.5 : 0), 0), 0)
  return won / (deaths.length * others.length)
}

test.skipIf(datasets === undefined)(
  'the shipped graph has the AUROC of the report on stays that it never saw, also with a modality missing',
  async () => {
    const modalityOf = new Map(plan.features.map(({ name, parameter }) => [name, parameter.modality]))
    const without = (modality: string) =>
      rows.map(({ values }) =>
        Object.fromEntries(Object.entries(values).map(([name, value]) => [name, modalityOf.get(name) === modality ? null : value])),
      )
    expect(auroc(await scoresOf(rows.map(({ values }) => values)))).toBeCloseTo(committed('all', 'all'), 3)
    for (const [modality, name] of [
      ['person', 'demographics'],
      ['vitals', 'vital signs'],
      ['labs', 'laboratory and ventilation'],
    ] as const) {
      const found = auroc(await scoresOf(without(modality)))
      expect(found).toBeCloseTo(committed('modality missing', name), 3)
      expect(found).toBeGreaterThanOrEqual(0.79)
    }
  },
  300_000,
)
