import { afterAll, beforeAll, expect, it } from 'vitest'
import { addUp } from '../../smart-app/app/panels/risks/add-up.ts'
import type { ProfileEvent } from '../../src/contract/profile.ts'
import type { MissingAnswer, RiskEstimate, RiskTrend } from '../../src/contract/risk.ts'
import { MISSING_ANSWER_SCHEMA } from '../../src/http/answer-schemas.ts'
import { post, type Story, startSandbox } from './running-sandbox.ts'

let sandbox: Awaited<ReturnType<typeof startSandbox>>
beforeAll(async () => {
  sandbox = await startSandbox()
})
afterAll(() => sandbox.stop())

type Estimated = Extract<RiskEstimate, { state: 'estimated' }>
type Profile = { readonly estimates: readonly RiskEstimate[]; readonly trends: readonly RiskTrend[] }

const profileOf = async ({ patient, order }: Story): Promise<Profile> => {
  const { access_token } = (await (await post(`${sandbox.base}/sandbox/hook-token`, { patient })).json()) as { access_token: string }
  const response = await fetch(`${sandbox.base}/api/profile`, {
    method: 'POST',
    headers: { authorization: `Bearer ${access_token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ fhirServer: `${sandbox.base}/fhir`, patient, drug: { rxcui: order.rxcui, text: order.display } }),
  })
  const events = (await response.text())
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as ProfileEvent)
  return {
    estimates: events.flatMap((event) => (event.event === 'estimates' ? event.estimates : [])),
    trends: events.flatMap((event) => (event.event === 'trends' ? event.trends : [])),
  }
}

const isEstimated = (estimate: RiskEstimate): estimate is Estimated => estimate.state === 'estimated'

it('for every sandbox patient and every model, baseline and contributions add up to the total, exactly and as shown', async () => {
  let checked = 0
  for (const story of sandbox.stories)
    for (const estimate of (await profileOf(story)).estimates.filter(isEstimated)) {
      const total = estimate.total ?? Number.NaN
      const exact = estimate.reasons.reduce((sum, { contribution }) => sum + contribution, estimate.baseline)
      expect(exact, `${story.id}: ${estimate.title}`).toBeCloseTo(total, 6)
      const shown = addUp(estimate)
      const written = [
        shown.baseline,
        ...shown.steps.map(({ shown: part }) => part),
        ...(shown.remainder === null ? [] : [shown.remainder]),
      ]
      const sum = written.reduce((all, text) => all + Number(text.replace('−', '-')), 0)
      expect(sum.toFixed(shown.digits), `${story.id}: ${estimate.title}`).toBe(Number(shown.total.replace('−', '-')).toFixed(shown.digits))
      checked += 1
    }
  expect(checked).toBeGreaterThan(60)
})

it('the classes of an estimate hold its value in the class that is named', async () => {
  for (const story of sandbox.stories)
    for (const { value, band, bands = [], title } of (await profileOf(story)).estimates.filter(isEstimated)) {
      const within = bands.filter(({ from = Number.NEGATIVE_INFINITY, below = Number.POSITIVE_INFINITY }) => value >= from && value < below)
      expect(
        within.map(({ label }) => label),
        title,
      ).toEqual(band === undefined ? [] : [band])
    }
})

it('estimates of earlier days are dated before today and oldest first, for every sandbox patient', async () => {
  const today = new Date().toISOString().slice(0, 10)
  for (const story of sandbox.stories)
    for (const { points, title } of (await profileOf(story)).trends) {
      const days = points.map(({ on }) => on)
      expect(days, title).toEqual([...days].sort())
      expect(
        days.every((day) => day < today),
        title,
      ).toBe(true)
    }
})

it('what each unknown input could change is answered for values alone, and in its documented shape', async () => {
  const inputs = { age: 55, sex: 'male', total_c: 220, hdl_c: null, sbp: 150, bmi: 29, egfr: 85, dm: 0, smoking: 1, bp_tx: 0, statin: 0 }
  const ask = (body: object, headers: Record<string, string> = { authorization: 'Bearer t' }) =>
    fetch(`${sandbox.base}/api/what-if/missing`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
  const answer = await ask({ model: 'prevent', question: 'ten_years', inputs })
  const body = (await answer.json()) as { answers: MissingAnswer[] }
  expect(MISSING_ANSWER_SCHEMA.safeParse(body).error).toBeUndefined()
  expect(body.answers[0]?.effects.find(({ name }) => name === 'hdl_c')?.state).toBe('ranged')
  expect(answer.headers.get('cache-control')).toBe('no-store')
  const statuses = await Promise.all([
    ask({ model: 'prevent', inputs }, {}),
    ask({ model: 'nothing', inputs }),
    ask({ model: 'prevent', inputs, patient: 'p1' }),
    ask({ model: 'prevent', inputs: Object.fromEntries(Array.from({ length: 2001 }, (_, n) => [`k${n}`, 1])) }),
  ])
  expect(statuses.map(({ status }) => status)).toEqual([401, 404, 400, 400])
})
