import { hash } from 'node:crypto'
import { expect, test } from 'vitest'
import { digestRequest } from '../../src/request-digest.ts'

const entries = (count: number) =>
  Array.from({ length: count }, (_, at) => ({
    fullUrl: `urn:${at}`,
    resource: { id: `${at}`, note: ['é', null, [], {}, { deep: [[at]] }] },
  }))

/** Members that `JSON.stringify` and a walk could treat differently. */
const odd = JSON.parse('{"__proto__":{"x":1},"toJSON":3,"2":2,"1":1,"a":"\\ud800","big":1e400,"empty":[],"none":{},"":null}')

test.each([
  ['of few entries', { hook: 'order-sign', prefetch: { a: { entry: entries(3) }, b: odd } }],
  ['of many entries', { hook: 'order-sign', ...odd, prefetch: { a: { entry: entries(3000) }, b: odd, c: null, d: { entry: [] } } }],
])('the digest of a request %s is that of its JSON, as it was in records of earlier releases', async (_name, body) => {
  expect(await digestRequest(body)).toBe(hash('sha256', JSON.stringify(body)))
})
