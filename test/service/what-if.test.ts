import { afterAll, beforeAll, expect, test } from 'vitest'
import type { WhatIf } from '../../src/contract/risk.ts'
import { startSandbox } from './running-sandbox.ts'

let sandbox: Awaited<ReturnType<typeof startSandbox>>
beforeAll(async () => {
  sandbox = await startSandbox({ LOG_LEVEL: 'silent' })
})
afterAll(() => sandbox.stop())

const person = { age: 55, sex: 'male', total_c: 220, hdl_c: 45, sbp: 150, bmi: 29, egfr: 85, dm: 0, smoking: 1, bp_tx: 0, statin: 0 }

const ask = (body: object, headers: Record<string, string> = { Authorization: 'Bearer t' }) =>
  fetch(`${sandbox.base}/api/what-if`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })

const asked = { model: 'prevent', variant: 'base_10yr', inputs: person, change: { sbp: { low: 120, high: 150, step: 10 } } }

test('values in, one estimate per value out, in rising order of the pressure', async () => {
  const answer = await ask(asked)
  const { answers } = (await answer.json()) as { answers: WhatIf[] }
  const [first] = answers
  if (first?.state !== 'estimated') throw new Error('not estimated')
  const values = first.points.map(({ value }) => value ?? Number.NaN)
  expect({ status: answer.status, cache: answer.headers.get('cache-control'), answers: answers.length }).toEqual({
    status: 200,
    cache: 'no-store',
    answers: 1,
  })
  expect(first.points.map((point) => point.values)).toEqual([120, 130, 140, 150].map((sbp) => ({ sbp })))
  expect([...values].sort((a, b) => a - b)).toEqual(values)
  expect(first.asGiven.value).toBeCloseTo(values.at(-1) ?? Number.NaN, 9)
})

test.each([
  ['without a token', asked, {}, 401],
  ['for a model that is not there', { ...asked, model: 'nothing' }, undefined, 404],
  ['with a patient beside the values', { ...asked, patient: 'p1' }, undefined, 400],
  ['with a change that is no row', { ...asked, change: { sbp: 120 } }, undefined, 400],
  ['with an endless row', { ...asked, change: { sbp: { low: 120, high: 150, step: 0 } } }, undefined, 400],
] as const)('a call %s is turned away', async (_, body, headers, status) => {
  expect((await ask(body, headers)).status).toBe(status)
})

const many = (count: number, value: unknown) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`k${n}`, value]))

test.each([
  ['more inputs than any model has', { ...asked, inputs: many(2001, 1) }, 400],
  ['more changes than make a grid', { ...asked, change: many(33, { values: [1] }) }, 400],
  ['more bytes than a person has values', { ...asked, inputs: many(20_000, 1) }, 413],
] as const)('a body with %s is refused before it is looked through', async (_, body, status) => {
  expect((await ask(body)).status).toBe(status)
})

test('the smallest step there is costs a stated refusal and no time', async () => {
  const answer = await ask({ ...asked, change: { sbp: { low: 90, high: 180, step: 1e-300 } } })
  const { answers } = (await answer.json()) as { answers: WhatIf[] }
  expect(answers.map((one) => (one.state === 'refused' ? one.because.map(({ code }) => code) : one.state))).toEqual([['out-of-range']])
})

test('the age is not changed, and the answer says why', async () => {
  const answer = await ask({ ...asked, change: { age: { values: [40] } } })
  expect(await answer.json()).toMatchObject({
    answers: [
      { state: 'refused', because: [{ about: 'age', because: expect.stringMatching(/^Age is not an input that a what-if may change/) }] },
    ],
  })
})
