import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { condition, order, orderSelect, orderSign, patientView, post, type Running, searchset, start } from './server-under-test.ts'

let running: Running
beforeAll(async () => {
  running = await start({ config: { limits: { requestsPerMinute: 1_000_000 } } })
})
afterAll(() => running.close())

type Path = readonly (string | number)[]

const pathsOf = (value: unknown, path: Path = []): Path[] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, member]) => [[...path, key], ...pathsOf(member, [...path, key])])
    : []

/** A copy with the member at `path` replaced; `undefined` deletes it. */
const withChange = (value: unknown, [key, ...rest]: Path, change: unknown): unknown => {
  if (key === undefined || typeof value !== 'object' || value === null) return value
  const copy: Record<string | number, unknown> = Array.isArray(value) ? ([...value] as unknown as Record<number, unknown>) : { ...value }
  if (rest.length > 0) copy[key] = withChange(copy[key], rest, change)
  else if (change === undefined) delete copy[key]
  else copy[key] = change
  return copy
}

const nested = (depth: number): unknown => {
  let value: unknown = 1
  for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? [value] : { a: value }
  return value
}

const CHANGES = fc.oneof(
  fc.constantFrom(
    undefined,
    null,
    '',
    0,
    -1,
    1e308,
    true,
    false,
    [],
    {},
    [null],
    [[]],
    { resourceType: 'Bundle' },
    { resourceType: 'OperationOutcome' },
  ),
  fc.constantFrom(
    '__proto__',
    'Patient/p2',
    '../..',
    'x'.repeat(5000),
    '\u0000',
    '\ud800',
    '{{context.patientId}}',
    '<img src=x onerror=1>',
  ),
  fc.integer({ min: 1, max: 100 }).map(nested),
  fc.jsonValue(),
  fc.string(),
)

const CALLS = [
  ['echo-order-sign', orderSign()],
  ['echo-order-select', orderSelect()],
  ['echo-patient-view', patientView()],
  [
    'echo-order-sign',
    {
      ...orderSign(),
      fhirServer: 'http://127.0.0.1:9/fhir',
      fhirAuthorization: { access_token: 't' },
      prefetch: { problems: searchset(condition, order) },
    },
  ],
] as const

const mutated = fc
  .constantFrom(...CALLS)
  .chain(([id, body]) =>
    fc
      .array(fc.tuple(fc.constantFrom(...pathsOf(body)), CHANGES), { minLength: 1, maxLength: 3 })
      .map((changes) => ({ id, body: changes.reduce<unknown>((value, [path, change]) => withChange(value, path, change), body) })),
  )

test('whatever members of a valid call are deleted, replaced or nested, the answer is 200, 4xx or 412, and quick', async () => {
  await fc.assert(
    fc.asyncProperty(mutated, async ({ id, body }) => {
      const started = performance.now()
      const answer = await post(`${running.url}/cds-services/${id}`, JSON.stringify(body))
      await answer.arrayBuffer()
      expect([200, 400, 412]).toContain(answer.status)
      expect(performance.now() - started).toBeLessThan(1000)
    }),
    { numRuns: 3000 },
  )
}, 120_000)
