import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dailySum } from '../../src/risk/moments/daily-sum.ts'
import { type Moments, readMoments } from '../../src/risk/moments/moments.ts'
import type { Held } from '../../src/risk/moments/situation.ts'
import { loadModels, type Models } from '../../src/risk/registry.ts'

const RAW = JSON.parse(readFileSync('rules/moments.json', 'utf8'))
const overrideReasons = JSON.parse(readFileSync('rules/wording.json', 'utf8')).overrideReasons as readonly { code: string }[]

let models: Models
let moments: Moments
beforeAll(async () => {
  models = await loadModels('models', { execution: 'cpu' })
  moments = readMoments(RAW, { models, overrideReasons })
})
afterAll(() => models?.close())

type Row = { id: string; rules: Record<string, unknown>[]; asks: Record<string, unknown>[]; [member: string]: unknown }

/** The rows with one of them changed. */
const changed = (id: string, change: (row: Row) => void): unknown => {
  const copy = structuredClone(RAW) as { moments: Row[] }
  const row = copy.moments.find((one) => one.id === id)
  if (!row) throw new Error(`no row ${id}`)
  change(row)
  return copy
}

describe('Rows of moments are held against what they name', () => {
  it('the rows of this release are whole', () => {
    expect(moments.all.length).toBeGreaterThan(9)
    expect(moments.all.flatMap(({ rules }) => rules).every(({ indicator }) => indicator === 'info' || indicator === 'warning')).toBe(true)
  })

  it.each<[string, string, (row: Row) => void, RegExp]>([
    ['a misspelt member', 'qt-risk', (row) => Object.assign(row, { becuase: 'x' }), /Unrecognized key: "becuase"/],
    ['a class that is not there', 'qt-risk', (row) => Object.assign(row, { of: { classes: ['qt-drugs'] } }), /no class qt-drugs/],
    [
      'a question that the model has not',
      'qt-risk',
      (row) => Object.assign(row.asks[0] ?? {}, { question: 'pt' }),
      /tisdale has no question pt/,
    ],
    ['an output that the model has not', 'statin-benefit', (row) => Object.assign(row.asks[0] ?? {}, { output: 'pvd' }), /no output pvd/],
    [
      'a number in a sentence that nobody computes',
      'qt-risk',
      (row) => Object.assign(row.rules[0] ?? {}, { headline: 'Score {qtc}' }),
      /no number is called qtc/,
    ],
    [
      'a threshold on a number that nobody computes',
      'qt-risk',
      (row) => Object.assign(row.rules[0] ?? {}, { when: [{ is: 'number', of: 'pt', atLeast: 1 }] }),
      /no number is called pt/,
    ],
    ['a model that warns', 'qt-risk', (row) => Object.assign(row.rules[0] ?? {}, { indicator: 'warning' }), /only a label warns/],
    [
      'a critical card',
      'kidney-dosing',
      (row) => Object.assign(row, { rules: [{ ...moments.all[0], indicator: 'critical' }] }),
      /moments\.json/,
    ],
    [
      'a set of conditions that is not there',
      'opioid-overdose',
      (row) => Object.assign(row.rules[2] ?? {}, { when: [{ is: 'condition', label: 'x', sets: ['snoring'], ever: true }] }),
      /set snoring/,
    ],
    [
      'a reason to override that has no words',
      'qt-risk',
      (row) => Object.assign(row, { overrideReasons: ['tired'] }),
      /no override reason tired/,
    ],
    ['a row about an order without a drug', 'qt-risk', (row) => delete row.of, /drugs belong to orders/],
    [
      'a source without a link',
      'qt-risk',
      (row) => Object.assign(row.rules[0] ?? {}, { source: { label: 'x', year: 2013 } }),
      /source.*url|url/s,
    ],
    ['a row that stands twice', 'qt-risk', (row) => Object.assign(row, { id: 'statin-benefit' }), /statin-benefit stands twice/],
  ])('%s stops the start', (_, id, change, said) => {
    const read = () => readMoments(changed(id, change), { models, overrideReasons })
    expect(read).toThrow(expect.objectContaining({ detail: expect.stringMatching(said) }))
  })
})

const held = (name: string, mgPerDay: number | null, index: number): Held => ({
  ref: `MedicationRequest/${index}`,
  drug: { text: name, codings: [], ingredients: [{ name, rxcui: null }], how: 'text', flags: [] },
  dose: { mgPerDay, mgPerDose: null, timesPerDay: null, prn: false, text: null, route: null, flags: [] },
  lineage: { resource: `MedicationRequest/${index}` },
  draft: false,
  unclear: false,
})

describe('A daily sum over medicines', () => {
  const sumOf = (all: readonly Held[]) => {
    const sum = moments.all.find(({ id }) => id === 'opioid-overdose')?.sums?.[0]
    if (!sum) throw new Error('no sum')
    return dailySum({ held: all, moments } as never, sum)
  }
  const FACTORS: Readonly<Record<string, number>> = { codeine: 0.15, morphine: 1, oxycodone: 1.5, tramadol: 0.2, methadone: 4.7 }
  const one = fc.tuple(fc.constantFrom(...Object.keys(FACTORS)), fc.option(fc.integer({ min: 1, max: 400 }), { nil: null }))

  it('is each dose times its factor, in any order; a dose that is not known is named and adds nothing', () => {
    fc.assert(
      fc.property(fc.array(one, { maxLength: 6 }), (taken) => {
        const all = taken.map(([name, dose], index) => held(name, dose, index))
        const { value, open, facts } = sumOf(all)
        const expected = taken.reduce((total, [name, dose]) => total + (dose ?? 0) * (FACTORS[name] ?? 0), 0)
        expect(value).toBeCloseTo(expected, 9)
        expect(open.length).toBe(taken.filter(([, dose]) => dose === null).length)
        expect(facts.length).toBe(taken.length - open.length)
        expect(sumOf([...all].reverse()).value).toBeCloseTo(value, 9)
      }),
    )
  })

  it('is counted once a call, however many orders ask for it, in steps that grow in line with the medicines', () => {
    const stepsFor = (count: number, asked: number): number => {
      let steps = 0
      const all = Array.from({ length: count }, (_, n) => ({
        ...held('morphine', n, n),
        get draft() {
          steps += 1
          return n % 2 === 0
        },
      }))
      const sum = moments.all.find(({ id }) => id === 'opioid-overdose')?.sums?.[0]
      const situation = { held: all, moments } as never // it looks at no other member
      for (let n = 0; n < asked; n += 1) if (sum) dailySum(situation, sum)
      return steps
    }
    expect(stepsFor(400, 1)).toBeGreaterThan(0)
    expect(stepsFor(400, 20)).toBe(stepsFor(400, 1))
    expect(stepsFor(400, 1)).toBeLessThanOrEqual(10 * stepsFor(40, 1))
  })

  it('says an opioid that the source cannot count, and leaves other medicines out', () => {
    const { value, open } = sumOf([held('fentanyl', 1, 1), held('ibuprofen', 1200, 2), held('morphine', 30, 3)])
    expect({ value, open }).toEqual({ value: 30, open: ['fentanyl (the source gives a factor for one patch of a known rate only)'] })
  })
})
