import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Silence } from '../../src/contract/cards.ts'
import type { Question } from '../../src/contract/facts.ts'
import type { Gap } from '../../src/contract/lineage.ts'
import { type Running, serve } from '../../src/main.ts'
import { type FhirServer, type Handler, sendJson, serveFhir } from '../fhir/fault-server.ts'
import { caller, hospital, makeSite } from '../production/attune.ts'
import { type FakeEhr, startEhr } from '../production/fake-ehr.ts'
import { chart, clopidogrel, orderSign, prefetch } from '../production/patient.ts'

const RXNORM = 'http://www.nlm.nih.gov/research/umls/rxnorm'
const ndc = (code: string) => ({ system: 'http://hl7.org/fhir/sid/ndc', code })

let ehr: FakeEhr
let terms: FhirServer
let site: ReturnType<typeof makeSite>
let running: Running
/** How the terminology server behaves in the test at hand. */
let behaviour: Handler = () => undefined

beforeAll(async () => {
  ehr = await startEhr(chart)
  terms = await serveFhir((request, response) => behaviour(request, response))
  site = makeSite(hospital(ehr, { features: ['trace'] }, { terminology: { url: terms.base } }))
  running = await serve(site.environment)
}, 600_000)
afterAll(async () => {
  await running?.stop()
  await terms?.close()
  await ehr?.stop()
  site?.clear()
})

type Answer = {
  readonly cards: readonly { readonly summary: string }[]
  readonly extension: {
    readonly 'org.attune.trace': {
      readonly outcome: string
      readonly questions: readonly Question[]
      readonly silences: readonly Silence[]
      readonly gaps: readonly Gap[]
    }
  }
}

/** Signs one order by code alone, while the terminology server behaves so. Each test has its own code: answers are kept. */
const sign = async (handler: Handler, coding: object) => {
  behaviour = handler
  terms.asked.length = 0
  const order = { ...clopidogrel(), medicationCodeableConcept: { coding: [coding] } }
  const body = orderSign({ prefetch: prefetch() }, [order])
  const answer: Answer = (await caller(running.url, ehr)('/cds-services/pgx-order-sign', { body })).json()
  return { summaries: answer.cards.map(({ summary }) => summary), trace: answer.extension['org.attune.trace'] }
}

const parameters = (...parameter: object[]) => ({ resourceType: 'Parameters', parameter })
const called = (valueString: string) => parameters({ name: 'display', valueString })
const clopidogrelTablet = {
  name: 'match',
  part: [
    { name: 'equivalence', valueCode: 'equivalent' },
    { name: 'concept', valueCoding: { system: RXNORM, code: '309362' } },
  ],
}
const notKnown: Handler = (_req, res) => sendJson(res, { resourceType: 'OperationOutcome', issue: [] }, 404)
/** Knows the answer to one operation, and nothing else. */
const only =
  (operation: string, body: object): Handler =>
  (req, res) =>
    (req.url ?? '').includes(operation) ? sendJson(res, body) : notKnown(req, res)

const WARNING = ['Avoid clopidogrel (FDA boxed warning): CYP2C19 poor metabolizer']

it('a code that only the terminology server knows brings the same warning as a known code', async () => {
  const translation = parameters({ name: 'result', valueBoolean: true }, clopidogrelTablet)
  const { summaries, trace } = await sign(only('$translate', translation), ndc('55555-4444-1'))
  expect(summaries).toEqual(WARNING)
  expect(trace.questions.find(({ key }) => key === 'terminology')).toMatchObject({ state: 'answered', from: 'fetch', resources: 1 })
  expect(terms.asked).toHaveLength(2)
  expect(terms.asked.join()).not.toMatch(/patient|pt-5521|draft/i)
})

it('an RxNorm code that is new to the tables is known by the name that the server gives it', async () => {
  const coding = { system: 'urn:oid:2.16.840.1.113883.6.88', code: '90000099' }
  const { summaries } = await sign(only('$lookup', called('clopidogrel 75 MG Oral Tablet [Newbrand]')), coding)
  expect(summaries).toEqual(WARNING)
})

it('a server that does not answer holds nothing up; that the drug is unknown, and why, stands in silences, gaps and questions', async () => {
  const { summaries, trace } = await sign(() => undefined, ndc('55555-4444-2'))
  expect(summaries).toEqual([
    expect.stringMatching(/^Not assessed: the drug of 1 order could not be read, because ndc code 55555-4444-2 not in the tables/),
  ])
  expect(trace.silences).toMatchObject([
    {
      about: '55555-4444-2',
      code: 'unmapped',
      because: expect.stringMatching(/^ndc code 55555-4444-2 not in the tables.*; the terminology server did not answer in time$/),
    },
  ])
  expect(trace.gaps).toContainEqual({
    about: 'drug codes',
    code: 'timeout',
    because: 'Some drug codes stay unknown, because the terminology server did not answer in time.',
  })
  expect(trace.questions.find(({ key }) => key === 'terminology')).toMatchObject({ state: 'failed' })
  expect(trace.outcome).not.toBe('assessed')
})

it('a code that the server does not know either is said to be so', async () => {
  const { trace } = await sign(notKnown, ndc('55555-4444-3'))
  expect(trace.silences[0]?.because).toMatch(/; the terminology server does not know it either$/)
})

it('a name that no rule knows leaves the drug unknown: it may be a brand of a drug with guidance', async () => {
  const { trace } = await sign(only('$lookup', called('Brandnewol 5 mg')), ndc('55555-4444-4'))
  expect(trace.silences[0]?.because).toMatch(/; the terminology server names it, but by no drug known here$/)
})

it('an order whose drug is known is never asked for', async () => {
  const { summaries } = await sign(() => undefined, { system: RXNORM, code: '309362' })
  expect([terms.asked, summaries]).toEqual([[], WARNING])
})

it('/readyz says how the terminology server is', async () => {
  const ready = await caller(running.url, ehr)('/readyz', { token: null })
  expect(ready.text).toMatch(/"terminology":\{"ok":true/)
})
