import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Story } from '../../src/sandbox/load-patients.ts'
import { draftOf, startSandbox } from '../service/running-sandbox.ts'

let sandbox: Awaited<ReturnType<typeof startSandbox>>
let story: Story
let prefetch: Record<string, unknown>

beforeAll(async () => {
  sandbox = await startSandbox()
  story = sandbox.stories.find(({ order }) => /clopidogrel/i.test(order.display)) as Story
  prefetch = await sandbox.prefetchFor('pgx-order-sign', story.patient)
})
afterAll(() => sandbox.stop())

type Json = Record<string, unknown>

/** The real call of a real patient; `context` and `members` change it. */
const sign = (context: object = {}, members: object = {}): Json => ({
  hook: 'order-sign',
  hookInstance: 'd1577c69-dfbe-44ad-ba6d-3e05e953b2ea',
  context: { userId: 'Practitioner/u', patientId: story.patient, draftOrders: draftOf(story), ...context },
  prefetch,
  ...members,
})
const theDraft = (): Json => (draftOf(story).entry[0]?.resource ?? {}) as Json
const drafts = (...resources: unknown[]) => ({
  draftOrders: { resourceType: 'Bundle', entry: resources.map((resource) => ({ resource })) },
})

/** Words that no answer to bad input may hold: stack, library, path, or the patient's name. */
const leaks = (): RegExp => {
  const patient = prefetch.patient as { name?: { family?: string }[] }
  return new RegExp(`node_modules|\\\\n +at \\S|\\.[cm]?js:\\d+|zod|TypeError|SyntaxError|\\.ts\\b|dist/|${patient.name?.[0]?.family}`)
}

const send = async (body: unknown, { service = 'pgx-order-sign', type = 'application/json' } = {}) => {
  const response = await fetch(`${sandbox.base}/cds-services/${service}`, {
    method: 'POST',
    headers: { 'content-type': type },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  const text = await response.text()
  const answer = text === '' ? {} : JSON.parse(text)
  return { status: response.status, text, answer, summaries: ((answer.cards ?? []) as { summary: string }[]).map(({ summary }) => summary) }
}

const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`
const WARNING = /^Avoid clopidogrel/

describe("The caller's mistake is a 4xx with an OperationOutcome that names it and tells nothing else", () => {
  const withoutContext = () => ({ ...sign(), context: undefined })
  it.each<[string, number, () => unknown, { service?: string; type?: string }?]>([
    ['cut JSON', 400, () => JSON.stringify(sign()).slice(0, -20)],
    ['an empty body', 400, () => ''],
    ['a list', 400, () => [sign()]],
    ['plain text', 415, () => JSON.stringify(sign()), { type: 'text/plain' }],
    ['the hook of another service', 400, () => ({ ...sign(), hook: 'patient-view' })],
    ['an unknown service', 404, () => sign(), { service: 'pgx-order-dispatch' }],
    ['no context', 400, withoutContext],
    ['no patient', 400, () => sign({ patientId: undefined })],
    ['no draft orders', 400, () => sign({ draftOrders: undefined })],
    ['draft orders that are a list', 400, () => sign({ draftOrders: [theDraft()] })],
    ['a patient id that is a path', 400, () => sign({ patientId: '../Patient' })],
    ['a body nested 5,000 deep', 400, () => JSON.stringify(sign({}, { x: 0 })).replace('"x":0', `"x":${nested(5000)}`)],
    ['a prefetch of 50 MB', 413, () => sign({}, { prefetch: { ...prefetch, notes: 'x'.repeat(50_000_000) } })],
  ])('%s: %i', async (_name, status, body, how) => {
    const { status: said, answer, text } = await send(body(), how)
    expect([said, answer.resourceType]).toEqual([status, 'OperationOutcome'])
    expect(text).not.toMatch(leaks())
    expect(text.length).toBeLessThan(1500)
  })
})

describe("What is wrong in the patient's data never hides the advice on what is right", () => {
  const garbage = [null, 5, 'x', [], {}, { resourceType: 7 }, { resourceType: 'Klingon' }, { resourceType: 'Observation' }]
  const observations = (...more: unknown[]) => {
    const bundle = prefetch.genotypes as { entry: unknown[] }
    return { ...prefetch, genotypes: { ...bundle, entry: [...more, ...bundle.entry, ...more] } }
  }
  it.each<[string, () => Json]>([
    ['a body padded to 5 MB', () => sign({}, { padding: 'x'.repeat(5_000_000) })],
    [
      'prototype keys',
      () =>
        JSON.parse(
          JSON.stringify(sign()).replace(
            '"prefetch":{',
            '"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"prefetch":{"__proto__":{"polluted":1},',
          ),
        ),
    ],
    [
      'invalid resources among valid ones',
      () => sign({}, { prefetch: observations(...garbage.map((resource) => ({ resource })), ...garbage) }),
    ],
    ['an unreadable draft beside the order', () => sign(drafts(...garbage, theDraft()))],
    ['a draft without an id', () => sign(drafts({ ...theDraft(), id: undefined }))],
    ['a category that is an object', () => sign(drafts({ ...theDraft(), category: { coding: [{ code: 'outpatient' }] } }))],
    [
      'a subject with a whole address',
      () => sign(drafts({ ...theDraft(), subject: { reference: `${sandbox.base}/fhir/Patient/${story.patient}` } })),
    ],
    ['a draft without a subject', () => sign(drafts({ ...theDraft(), subject: undefined }))],
    ['a dosage that is an object', () => sign(drafts({ ...theDraft(), dosageInstruction: { text: 'daily' } }))],
    [
      'control characters and emoji in the drug text',
      () =>
        sign(
          drafts({
            ...theDraft(),
            medicationCodeableConcept: {
              ...(theDraft().medicationCodeableConcept as object),
              text: 'a\u0000\u0007\u202e💊<b>`[x](javascript:1)',
            },
          }),
        ),
    ],
    [
      'the order of another patient beside it',
      () => sign(drafts({ ...theDraft(), id: 'other', subject: { reference: 'Patient/someone-else' } }, theDraft())),
    ],
    [
      'ten thousand resources that say nothing',
      () =>
        sign(
          {},
          {
            prefetch: observations(
              ...Array.from({ length: 5000 }, (_, n) => ({
                resource: { resourceType: 'Observation', id: `n${n}`, status: 'final', code: { text: 'x' } },
              })),
            ),
          },
        ),
    ],
  ])('%s', async (_name, body) => {
    const { status, summaries, text } = await send(body())
    expect(status).toBe(200)
    expect(summaries.filter((summary) => WARNING.test(summary))).toHaveLength(1)
    expect(text).not.toMatch(leaks())
    expect(({} as Json).polluted).toBeUndefined()
  })

  it('the same broken member in every resource is a limit that is said, not a fault', async () => {
    const bundle = prefetch.genotypes as { entry: { resource: Json }[] }
    for (const member of [
      'code',
      'subject',
      'status',
      'effectiveDateTime',
      'valueCodeableConcept',
      'component',
      'category',
      'meta',
      'extension',
      'contained',
      'derivedFrom',
      'interpretation',
    ])
      for (const value of [5, 'x', null, [], {}, [[]], [null], { coding: 5 }, [{ coding: [null] }], true]) {
        const entry = bundle.entry.map(({ resource }) => ({ resource: { ...resource, [member]: value } }))
        const { status, text } = await send(
          sign({}, { prefetch: { ...prefetch, genotypes: { ...bundle, entry }, labs: { ...bundle, entry } } }),
        )
        expect([member, value, status]).toEqual([member, value, 200])
        expect(text).not.toMatch(/Attune failed|"code":"fault"/)
      }
  })
})

describe('A draft that is no drug order of this patient', () => {
  it.each<[string, () => Json]>([
    [
      'a draft without a medication, as the public sandbox sends it',
      () => sign(drafts({ ...theDraft(), medicationCodeableConcept: undefined })),
    ],
    ['a draft with an empty medication', () => sign(drafts({ ...theDraft(), medicationCodeableConcept: {} }))],
    ['an order for another patient', () => sign(drafts({ ...theDraft(), subject: { reference: 'Patient/someone-else' } }))],
    ['a service request', () => sign(drafts({ resourceType: 'ServiceRequest', id: 's', status: 'draft', intent: 'order' }))],
    ['no draft at all', () => sign(drafts())],
  ])('%s brings no advice on a drug', async (_name, body) => {
    const { status, summaries } = await send(body())
    expect(status).toBe(200)
    expect(summaries.filter((summary) => WARNING.test(summary))).toEqual([])
  })

  it('selections that name none of the drafts count as none: all drafts are looked at', async () => {
    const body = { ...sign({ selections: ['MedicationRequest/nothing', '', 'x'.repeat(1000)] }), hook: 'order-select' }
    const { status, summaries } = await send(body, { service: 'pgx-order-select' })
    expect([status, summaries.filter((summary) => WARNING.test(summary)).length]).toEqual([200, 1])
  })

  it('a thousand draft orders are answered: the most cards that a site allows, the last for all the rest', async () => {
    const many = Array.from({ length: 1000 }, (_, n) => ({
      ...theDraft(),
      id: `draft-${n}`,
      medicationCodeableConcept: { text: 'citalopram 20 MG Oral Tablet' },
      dosageInstruction: [],
    }))
    const { status, answer } = await send(sign(drafts(...many)))
    expect(status).toBe(200)
    expect(answer.cards).toHaveLength(10)
    expect(answer.cards.at(-1)?.summary).toContain('991')
  })
})

it('after all of this the server is well', async () => {
  expect((await fetch(`${sandbox.base}/readyz`)).status).toBe(200)
  expect((await send(sign())).summaries.filter((summary) => WARNING.test(summary))).toHaveLength(1)
})
