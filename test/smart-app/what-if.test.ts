import { describe, expect, test } from 'vitest'
import { ofHundred } from '../../smart-app/app/panels/risks/frequency.ts'
import { groupsOf, inOrder } from '../../smart-app/app/panels/risks/sort.ts'
import { inputsOf } from '../../smart-app/app/panels/what-if/ask-values.ts'
import { extentOf, nearest, step, triedOf } from '../../smart-app/app/panels/what-if/curve.ts'
import { changeableOf, fits, questionsIn, recorded } from '../../smart-app/app/panels/what-if/questions.ts'
import type { ModelInput, RiskEstimate } from '../../src/contract/risk.ts'

type Estimated = Extract<RiskEstimate, { state: 'estimated' }>
type Refused = Extract<RiskEstimate, { state: 'refused' }>

const model = { id: 'm', version: '1.0.0', name: 'M', sha256: '0', citation: 'c' }
const pressure: ModelInput = {
  name: 'sbp',
  label: 'Systolic blood pressure',
  value: 121,
  unit: 'mm[Hg]',
  origin: 'record',
  facts: [],
  modifiable: { low: 90, high: 180, step: 5, source: 'doi:10.1/x' },
}
const smoking: ModelInput = {
  ...pressure,
  name: 'smoking',
  value: 'Never smoker',
  taken: 0,
  modifiable: { values: [0, 1], source: 'doi:10.1/x' },
}
const { modifiable: _, ...age } = { ...pressure, name: 'age', value: 60 }

const estimated = (more: Partial<Estimated> = {}): Estimated => ({
  state: 'estimated',
  general: true,
  question: 'q',
  model,
  variant: 'v',
  title: 'T',
  value: 7,
  unit: '%',
  chance: true,
  interval: null,
  baseline: 0,
  reasons: [],
  inputs: [age, pressure, smoking],
  missing: [],
  population: { fits: true, limits: [] },
  limits: [],
  comparison: [],
  execution: 'cpu',
  ...more,
})

const refused = (code: Refused['because'][number]['code'], about = 'sbp'): Refused => ({
  state: 'refused',
  general: true,
  question: 'q',
  model,
  title: code,
  because: [{ about, code, because: code }],
  inputs: [{ ...pressure, value: null }],
})

describe('what may be tried', () => {
  test('only inputs that the model names as changeable', () => {
    expect(changeableOf(estimated()).map(({ name }) => name)).toEqual(['sbp', 'smoking'])
  })

  test('a question that lacks a value may be tried, one that was ruled out may not', () => {
    const all = [refused('not-asked', 'm'), refused('not-found'), estimated(), refused('conflict')]
    expect(questionsIn(all).map(({ state, title }) => `${state} ${title}`)).toEqual(['estimated T', 'refused not-found'])
  })

  test('values go out as the model took them, not as people read them', () => {
    expect(inputsOf(estimated())).toEqual({ age: 60, sbp: 121, smoking: 0 })
    expect(recorded(smoking)).toBe(0)
  })

  test('nothing outside of the stated limits is asked', () => {
    const [range, list] = [pressure.modifiable, smoking.modifiable]
    if (!range || !list) throw new Error('not changeable')
    expect([fits(range, 90), fits(range, 89.9), fits(range, Number.NaN), fits(range, 'high'), fits(list, 1), fits(list, 0.5)]).toEqual([
      true,
      false,
      false,
      false,
      true,
      false,
    ])
  })
})

describe('the curve', () => {
  const points = triedOf(
    [100, 110, 120].map((sbp) => ({ values: { sbp }, value: sbp === 110 ? null : sbp / 10 })),
    'sbp',
  )

  test('keeps values without an estimate as gaps', () => {
    expect(points.map(({ y }) => y)).toEqual([10, null, 12])
  })

  test('keys stay on it', () => {
    expect([step('ArrowRight', 2, 3), step('ArrowLeft', 0, 3), step('End', 0, 3), step('Home', 2, 3), step('Tab', 0, 3)]).toEqual([
      2,
      0,
      2,
      0,
      null,
    ])
    expect(nearest(points, 121)).toBe(2)
  })

  test('begins at zero where the numbers are not far from it', () => {
    expect(
      extentOf(
        [
          { x: 1, y: 2 },
          { x: 2, y: 8 },
        ],
        [],
      ),
    ).toEqual([0, 8])
    expect(extentOf([], [])).toEqual([0, 1])
  })
})

describe('the list of estimates', () => {
  test('has the drug in hand first, then chances from high to low, then the others by name', () => {
    const { chance: __, ...score } = estimated({ title: 'A score', unit: '{score}' })
    const { general: ___, ...drug } = estimated({ title: 'Dose', value: 1 })
    const all = [score, estimated({ title: 'Low', value: 1 }), estimated({ title: 'High', value: 20 }), drug]
    expect(inOrder(all).map(({ title }) => title)).toEqual(['Dose', 'High', 'Low', 'A score'])
  })

  test('groups refusals by what stands in the way, those that can be helped first', () => {
    const groups = groupsOf([
      refused('not-asked', 'm'),
      refused('stale'),
      refused('not-found'),
      refused('not-asked', 'sbp'),
      refused('timeout'),
    ])
    expect(groups.map(({ why }) => why)).toEqual(['missing', 'stale', 'given', 'unavailable', 'ruled-out'])
  })
})

test.each([
  [7.4, 7],
  [0.3, 0],
  [100, 100],
  [-1, null],
  [101, null],
])('%d per cent are told as %s of 100', (percent, people) => {
  expect(ofHundred(percent)).toBe(people)
})
