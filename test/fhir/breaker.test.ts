import { expect, test } from 'vitest'
import { makeBreaker } from '../../src/fhir/breaker.ts'
import { makeFhirClient } from '../../src/fhir/fhir-client.ts'
import { makeOutbound } from '../../src/fhir/outbound.ts'
import { LIMITS, sendJson, serveFhir } from './fault-server.ts'

const B = 'https://ehr.example.org/fhir'

/** A breaker with a clock of its own that has seen so many failed calls. */
const after = (failures: number) => {
  let clock = 0
  const breaker = makeBreaker(() => clock)
  for (let call = 0; call < failures; call += 1) breaker.report(B, false)
  return { breaker, pass: (ms: number) => (clock += ms) }
}

test('four failed calls in a row change nothing, the fifth lets the server rest', () => {
  expect([after(4).breaker.mayTry(B), after(5).breaker.mayTry(B), after(5).breaker.resting()]).toEqual([true, false, 1])
})

test('an answer in between starts the count again', () => {
  const { breaker } = after(4)
  breaker.report(B, true)
  breaker.report(B, false)
  expect(breaker.mayTry(B)).toBe(true)
})

test('after ten seconds one call tries, and only one', () => {
  const { breaker, pass } = after(5)
  pass(10_000)
  expect([breaker.mayTry(B), breaker.mayTry(B)]).toEqual([true, false])
})

test.each([
  ['succeeds, the server is asked as before', true, true],
  ['fails, the server rests again', false, false],
])('when the trial %s', (_name, answered, mayTry) => {
  const { breaker, pass } = after(5)
  pass(10_000)
  breaker.mayTry(B)
  breaker.report(B, answered)
  expect(breaker.mayTry(B)).toBe(mayTry)
})

test('a trial that asked nothing leaves the trial to the next call', () => {
  const { breaker, pass } = after(5)
  pass(10_000)
  breaker.mayTry(B)
  breaker.report(B, null)
  expect(breaker.mayTry(B)).toBe(true)
})

test('one server at rest does not concern another', () => {
  expect(after(5).breaker.mayTry('https://other.example.org/fhir')).toBe(true)
})

test('after five calls without an answer the sixth is told at once; refusals are answers and never count', async () => {
  const hanging = await serveFhir(() => undefined)
  const refusing = await serveFhir((_req, res) => sendJson(res, { resourceType: 'OperationOutcome' }, 403))
  const outbound = makeOutbound(LIMITS)
  const client = makeFhirClient(outbound, LIMITS)
  const call = async (base: string, limits: Partial<typeof LIMITS> = {}) => {
    const session = client.open({ base, token: null }, { ...LIMITS, ...limits })
    const answer = await session.ask('Patient/p1')
    session.close()
    return answer
  }
  for (let n = 0; n < 6; n += 1) await call(refusing.base)
  let calls = 0
  // Where the machine stops, a call may end before it has asked: it does not count.
  for (; calls < 50 && client.resting() === 0; calls += 1) await call(hanging.base, { budgetMs: 100 })
  expect(calls).toBeGreaterThanOrEqual(5)
  const asked = hanging.asked.length
  const sixth = await call(hanging.base)
  expect({ ...sixth, askedMore: hanging.asked.length - asked, refused: refusing.asked.length, resting: client.resting() }).toEqual({
    state: 'failed',
    resources: [],
    because: 'The FHIR server has not answered for a while; it is tried again in a few seconds.',
    ms: 0,
    askedMore: 0,
    refused: 6,
    resting: 1,
  })
  outbound.close()
  await hanging.close()
  await refusing.close()
})
