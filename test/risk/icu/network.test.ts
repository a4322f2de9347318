import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RiskEstimate } from '../../../src/contract/risk.ts'
import { encodeRow } from '../../../src/risk/encode.ts'
import { estimateFrom } from '../../../src/risk/estimate.ts'
import { legendre } from '../../../src/risk/graph/legendre.ts'
import { fromHalf, toHalf } from '../../../src/risk/half.ts'
import { makeWhere } from '../../../src/risk/inference/where.ts'
import { attributionPort, MOST_EXPLAINED, networks } from '../../../src/risk/kinds/network.ts'
import { loadModel, type Model } from '../../../src/risk/load-model.ts'
import type { Values } from '../../../src/risk/model-folder.ts'
import { runVectors } from '../../../src/risk/vectors.ts'
import { madeUpStays } from '../../../tools/models/icu/made-up.ts'
import { makeFeatures } from '../../../tools/models/icu/make-features.ts'
import { readPlan } from '../../../tools/models/icu/parameters.ts'

type Estimated = Extract<RiskEstimate, { state: 'estimated' }>

const FOLDER = 'models/icu-mortality'
const plan = readPlan(`${FOLDER}/recipe/parameters.json`)
const rows: Values[] = madeUpStays(30, 'icu network').map((stay) => {
  const made = makeFeatures(plan, stay, new Map())
  return Object.fromEntries(plan.features.map(({ name }, n) => [name, made[n] ?? null]))
})
const modalityOf = new Map(plan.features.map(({ name, parameter }) => [name, parameter.modality]))
const without = (row: Values, modality: string): Values =>
  Object.fromEntries(Object.entries(row).map(([name, value]) => [name, modalityOf.get(name) === modality ? null : value]))

let model: Model
let end: () => void
beforeAll(async () => {
  const inference = makeWhere({ execution: 'cpu' })
  end = () => inference.end()
  model = await loadModel(FOLDER, inference.where)
})
afterAll(async () => {
  await model.variants[0]?.session.close()
  end()
})

const first = () => {
  const [variant] = model.variants
  if (!variant) throw new Error('no variant')
  return variant
}

const estimated = async (row: Values): Promise<Estimated> => {
  const [answer] = await estimateFrom(model, row)
  if (answer?.state !== 'estimated') throw new Error(JSON.stringify(answer))
  return answer
}

const logit = (percent: number): number => Math.log(percent / (100 - percent))

test('every vector is reproduced by the graph and by the second implementation', async () => {
  const results = await runVectors(model, model.vectors)
  expect(results.filter(({ state }) => state !== 'passed')).toEqual([])
  expect(results).toHaveLength(model.vectors.length)
})

test('on every vector the integrated gradients leave less than a thousandth of the raw output over', async () => {
  const { session, graph, outputs } = first()
  const [{ raw, basis }] = outputs
  const port = attributionPort(basis.id)
  const left: number[] = []
  const baseline = (await session.run([encodeRow(graph.input.columns, graph.reference)], [raw]))[raw]?.[0] ?? Number.NaN
  for (const { inputs } of model.vectors) {
    const row = encodeRow(graph.input.columns, {
      ...Object.fromEntries(model.inputs.map(({ name }) => [name, null])),
      ...(inputs as Values),
    })
    const given = await session.run([row], [raw, port])
    const sum = (given[port] ?? new Float64Array()).reduce((a, b) => a + b, baseline)
    const value = given[raw]?.[0] ?? Number.NaN
    left.push(Math.abs(sum - value) / Math.max(1, Math.abs(value)))
  }
  expect(Math.max(...left)).toBeLessThan(1e-3)
  // As measured: the networks are smooth, and the quadrature is exact to rounding.
  expect(Math.max(...left)).toBeLessThan(1e-9)
})

test('reasons add up to the number, whatever is missing', async () => {
  const names = Object.keys(rows[0] ?? {})
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: rows.length - 1 }),
      fc.array(fc.constantFrom(...names), { maxLength: 200 }),
      async (n, gone) => {
        const row = { ...rows[n], ...Object.fromEntries(gone.map((name) => [name, null])), hr_mean: 90, gcs_last: 12, bun_last: 30 }
        const { baseline, reasons, value } = await estimated(row)
        expect(reasons.reduce((sum, { contribution }) => sum + contribution, baseline)).toBeCloseTo(logit(value), 7)
      },
    ),
    { numRuns: 25 },
  )
})

test('reasons are told once per quantity, with the largest of its inputs', async () => {
  const { reasons } = await estimated(rows[0] ?? {})
  const gcs = reasons.filter(({ label }) => label.startsWith('Glasgow Coma Scale'))
  expect(gcs).toHaveLength(1)
  expect(gcs[0]?.label).toMatch(/^Glasgow Coma Scale, .+: \d+(\.\d+)?, and \d+ more of Glasgow Coma Scale$/)
  expect(reasons.length).toBeLessThan(45)
})

test('what a modality contributes is the number with it less the number without it', async () => {
  const row = rows[1] ?? {}
  const { value, modalities = [] } = await estimated(row)
  const expected = []
  for (const [modality, label] of [
    ['person', 'Demographics'],
    ['vitals', 'Vital signs'],
    ['labs', 'Laboratory and ventilation'],
  ] as const) {
    const { value: rest } = await estimated(without(row, modality))
    expected.push({ label, contribution: expect.closeTo(logit(value) - logit(rest), 7), scale: 'log-odds' })
  }
  expect(modalities).toEqual(expected)
})

test('a missing modality is said to be missing, quantity by quantity, and contributes nothing', async () => {
  const { missing, modalities = [] } = await estimated(without(rows[2] ?? {}, 'vitals'))
  expect(missing.map(({ label }) => label)).toEqual(expect.arrayContaining(['Heart rate', 'Glasgow Coma Scale', 'Urine output']))
  expect(modalities.find(({ label }) => label === 'Vital signs')?.contribution).toBe(0)
})

test('a stay of which next to nothing is known gets no number', async () => {
  const [answer] = await estimateFrom(model, { age_first: 70, hr_mean: 90, gcs_last: 10 })
  expect(answer).toMatchObject({ state: 'refused', because: [{ code: 'incomplete', because: expect.stringContaining('at least three') }] })
})

test.each([
  ['an age of -3', { age_first: -3 }, /Age -3 years is outside/],
  ['a pH of 735', { ph_last: 735 }, /Arterial pH, last 735/],
  ['a unit that is not one of four', { icu_first: 5 }, /Type of unit has a value that the model does not know/],
  ['an endless number', { hr_mean: Number.POSITIVE_INFINITY }, /Heart rate, mean is not a number/],
])('%s is refused or left out with the reason, and never taken', async (_, odd, because) => {
  const [answer] = await estimateFrom(model, { ...rows[0], ...odd })
  expect(JSON.stringify(answer)).toMatch(because)
})

test('more rows than are explained at once have no attributions that could be taken for numbers', async () => {
  const { session, graph } = first()
  const row = encodeRow(graph.input.columns, rows[0] ?? {})
  const many = Array.from({ length: MOST_EXPLAINED + 1 }, () => row)
  await expect(session.run(many, [attributionPort('death')])).rejects.toThrow()
  expect((await session.run(many, ['raw_death'])).raw_death).toHaveLength(MOST_EXPLAINED + 1)
})

test('the bands leave a middle in which the model abstains, with limits of stays that its scoring had not seen', () => {
  const [{ spec }] = first().outputs
  expect(spec.bands?.map(({ id }) => id)).toEqual(['survival', 'abstain', 'death'])
  expect(spec.conformal).toMatchObject({ alpha: 0.1, abstain: 'abstain', people: 6797, events: 958 })
})

test.each([2, 3, 16, 32])('Gauss-Legendre with %i points is exact for polynomials up to degree 2n - 1', (n) => {
  const { points, weights } = legendre(n)
  for (let degree = 0; degree < 2 * n; degree += 1) {
    const integral = points.reduce((sum, x, i) => sum + (weights[i] ?? 0) * x ** degree, 0)
    expect(integral).toBeCloseTo(1 / (degree + 1), 12)
  }
})

test('half-precision numbers come back as they were', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0xffff }), (bits) => {
      const value = fromHalf(bits)
      if (Number.isFinite(value)) expect(fromHalf(toHalf(value))).toBe(value)
    }),
    { numRuns: 2000 },
  )
  expect([fromHalf(0x3c00), fromHalf(0xc000), fromHalf(0x0001), fromHalf(0x7bff)]).toEqual([1, -2, 2 ** -24, 65504])
  expect(() => toHalf(0.1)).toThrow(RangeError)
})

type Weights = { weight: string }
type Spoilt = {
  members: { encoders: Weights[]; fusion: Weights; head: Weights }[]
  modalities: { inputs: { edges: number[] }[] }[]
  scale?: number
}
const file = () => JSON.parse(readFileSync(`${FOLDER}/network.json`, 'utf8')) as { networks: { death: Spoilt } }
const headOf = (all: Spoilt): Weights => all.members[0]?.head ?? { weight: '' }

test.each([
  [
    'weights that are cut short',
    (all: Spoilt) => {
      headOf(all).weight = headOf(all).weight.slice(0, 8)
    },
    /head does not have/,
  ],
  [
    'weights that are no base64',
    (all: Spoilt) => {
      for (const { fusion } of all.members) fusion.weight = '!'
    },
    /base64/,
  ],
  [
    'a weight that is not finite',
    (all: Spoilt) => {
      headOf(all).weight = Buffer.alloc(96, 0x7c).toString('base64')
    },
    /does not have|half-precision/,
  ],
  [
    'edges that fall',
    (all: Spoilt) => {
      all.modalities[0]?.inputs[0]?.edges.reverse()
    },
    /edges rise/,
  ],
  [
    'an encoder too few',
    (all: Spoilt) => {
      all.members[0]?.encoders.pop()
    },
    /encoders for 3 modalities/,
  ],
  [
    'an unknown key',
    (all: Spoilt) => {
      all.scale = 2
    },
    /scale/,
  ],
] as const)('network.json with %s is not read', (_, spoil, because) => {
  const json = file()
  spoil(json.networks.death)
  expect(() => networks.read(json)).toThrow(because)
})
