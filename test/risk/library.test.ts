import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { verifyVectors } from '../../src/cli/verify-vectors.ts'
import { estimateFrom } from '../../src/risk/estimate.ts'
import type { Model } from '../../src/risk/load-model.ts'
import type { InputSpec } from '../../src/risk/model-folder.ts'
import { loadModels, type Models } from '../../src/risk/registry.ts'
import { buildModel } from '../../tools/models/build.ts'

let models: Models
beforeAll(async () => {
  models = await loadModels('models', { execution: 'cpu' })
})
afterAll(() => models.close())

const folders = readdirSync('models', { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))

describe('the library of risk models', () => {
  it('serves every folder', () => {
    expect(models.health()).toMatchObject({ state: 'ok' })
    expect(models.all.map(({ ref }) => ref.id)).toEqual([...folders].sort())
  })

  it.each(folders)('%s: graph and formula reproduce every vector to its stated tolerance', async (folder) => {
    const content: unknown = JSON.parse(readFileSync(`models/${folder}/vectors.json`, 'utf8'))
    const { results } = await verifyVectors(content, models)
    expect(results.filter(({ state }) => state !== 'passed')).toEqual([])
    expect(results.length).toBeGreaterThanOrEqual(modelOf(folder).manifest.kind === 'equation' ? 15 : 5)
  })

  it.each(folders)('%s: the build writes the same bytes again', (folder) => {
    const dir = mkdtempSync(join(tmpdir(), 'attune-model-'))
    try {
      cpSync(`models/${folder}`, dir, { recursive: true })
      buildModel(dir)
      for (const entry of readdirSync(dir, { withFileTypes: true }).filter((one) => one.isFile()))
        expect([entry.name, readFileSync(join(dir, entry.name)).equals(readFileSync(`models/${folder}/${entry.name}`))]).toEqual([
          entry.name,
          true,
        ])
    } finally {
      rmSync(dir, { recursive: true, force: true })
    }
  })

  it('no model speaks of a drug whose order did not have an estimate before', () => {
    expect(models.all.filter(({ manifest }) => manifest.drugs.length > 0).map(({ ref }) => ref.id)).toEqual(['warfarin-dose'])
  })
})

const within = ({ low, high }: { readonly low: number; readonly high: number }) => fc.double({ min: low, max: high, noNaN: true })
const yesOrNo = () => fc.constantFrom(0, 1, true, false)

type Allowed = { readonly [K in InputSpec['kind']]: (spec: Extract<InputSpec, { kind: K }>) => fc.Arbitrary<unknown> }

/** Any value that the input's own limits allow. */
const ALLOWED: Allowed = {
  age: ({ range }) => fc.integer({ min: range.low, max: range.high }),
  measurement: ({ range }) => within(range),
  computed: ({ range }) => within(range),
  points: ({ range }) => within(range),
  'medicine-count': ({ range }) => within(range),
  'stay-days': ({ range }) => within(range),
  'encounters-before': ({ range }) => within(range),
  relatives: ({ range }) => within(range),
  procedures: ({ range }) => within(range),
  later: ({ range }) => within(range),
  origin: ({ groups, otherwise }) => fc.constantFrom(...groups.flatMap(({ value }) => value ?? []), otherwise),
  agreed: ({ values }) => fc.constantFrom(...values),
  grade: ({ none, grades }) => fc.constantFrom(none, ...grades),
  sex: ({ values }) => fc.constantFrom(...Object.values(values)),
  race: ({ categories }) => fc.constantFrom(...Object.keys(categories)),
  genotype: ({ values }) => fc.constantFrom(...Object.values(values)),
  answer: ({ answers }) => fc.constantFrom(...answers.map(({ value }) => value)),
  'stay-coded': ({ answers }) => fc.constantFrom(...answers.map(({ value }) => value)),
  asked: ({ values, range }) => (values ? fc.constantFrom(...values) : within(range ?? { low: 0, high: 1 })),
  dosage: () => fc.constantFrom(0, 1, 2),
  condition: yesOrNo,
  medicine: yesOrNo,
  'only-with': yesOrNo,
  'only-with-condition': yesOrNo,
  any: yesOrNo,
  beyond: yesOrNo,
  'stay-procedure': yesOrNo,
}

const allowed = (spec: InputSpec): fc.Arbitrary<unknown> => ALLOWED[spec.kind](spec as never) // table and union walk together

const modelOf = (id: string): Model => {
  const model = models.get(id)
  if (!model) throw new Error(`no model ${id}`)
  return model
}

describe('laws of every model', () => {
  it.each(folders)('%s: within its limits a finite number whose contributions add up, or a refusal with its reason', async (id) => {
    const model = modelOf(id)
    const inputs = fc.record(Object.fromEntries(model.inputs.map((spec) => [spec.name, allowed(spec)])))
    await fc.assert(
      fc.asyncProperty(inputs, async (values) => {
        for (const one of await estimateFrom(model, values)) {
          if (one.state === 'refused') {
            expect(one.because.map(({ because }) => because)).not.toContain('The model could not be run.')
            expect(one.because.length).toBeGreaterThan(0)
            continue
          }
          const sum = one.reasons.reduce((total, { contribution }) => total + contribution, one.baseline)
          expect([Number.isFinite(one.value), Number.isFinite(sum)]).toEqual([true, true])
        }
      }),
      { numRuns: 40 },
    )
  })

  it.each(folders)('%s: an input outside its limits, not a number or of another kind is never computed with', async (id) => {
    const model = modelOf(id)
    const strange = fc.constantFrom<unknown>(Number.NaN, Number.POSITIVE_INFINITY, -1e9, 1e12, 'seven', {}, [])
    for (const spec of model.inputs) {
      await fc.assert(
        fc.asyncProperty(strange, async (value) => {
          const given = Object.fromEntries(model.inputs.map(({ name }) => [name, null]))
          const all = await estimateFrom(model, { ...given, [spec.name]: value })
          for (const one of all) if (one.state === 'estimated') expect(one.inputs.map(({ name }) => name)).not.toContain(spec.name)
        }),
        { numRuns: 7 },
      )
    }
  })
})
