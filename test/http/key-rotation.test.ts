import { afterEach, describe, expect, test } from 'vitest'
import { makeKeySet } from '../../src/http/key-sets.ts'
import { makeKeyWatch } from '../../src/http/key-watch.ts'
import { type Handler, sendJson, serveFhir } from '../fhir/fault-server.ts'
import { BUSY_MS, ecPair, ISSUER, makeToken } from './client-tokens.ts'
import { post, start } from './server-under-test.ts'

const [old, fresh] = [ecPair('2025'), ecPair('2026')]
const cleanups: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const clean of cleanups.splice(0)) await clean()
})

/** What a key set address may come to. */
const FAULTS: readonly (readonly [name: string, handler: Handler])[] = [
  ['500', (_req, res) => res.writeHead(500).end()],
  ['404', (_req, res) => res.writeHead(404).end()],
  ['nothing at all, for ever', () => undefined],
  ['one byte after another', (_req, res) => void setInterval(() => res.write('{'), 200).unref()],
  ['an empty body', (_req, res) => res.writeHead(200).end()],
  ['an empty key set', (_req, res) => sendJson(res, { keys: [] })],
  ['keys that are no list', (_req, res) => sendJson(res, { keys: { '0': fresh.jwk } })],
  ['5 MB', (_req, res) => res.writeHead(200).end(`{"keys":[],"pad":"${'x'.repeat(5_000_000)}"}`)],
  ['a page in HTML', (_req, res) => res.writeHead(200, { 'content-type': 'text/html' }).end('<html>Sign in</html>')],
  ['a redirect', (_req, res) => res.writeHead(302, { location: '/other' }).end()],
  ['a broken connection', (req) => void req.socket.destroy()],
  ['symmetric keys only', (_req, res) => sendJson(res, { keys: [{ kty: 'oct', k: 'c2VjcmV0', kid: '2026' }] })],
]

/** A server whose one client has its keys at an address that behaves as `behave.now` says. */
const site = async () => {
  const behave: { now: Handler } = { now: (_req, res) => sendJson(res, { keys: [old.jwk] }) }
  const ehr = await serveFhir((req, res) => behave.now(req, res))
  const clients = [{ id: 'ehr', iss: ISSUER, jku: `${ehr.origin}/jwks.json` }]
  const warned: object[] = []
  const keys = makeKeyWatch((detail) => void warned.push(detail))
  const attune = await start({ config: { auth: 'required' }, clients, kit: { keys } })
  cleanups.push(attune.close, ehr.close)
  const url = `${attune.url}/cds-services`
  const call = async ({ kid, privateKey: key }: typeof old): Promise<number> =>
    (await fetch(url, { headers: { authorization: `Bearer ${makeToken(url, { header: { kid }, key })}` } })).status
  return { behave, ehr, call, keys, warned, log: attune.log }
}

describe.each(FAULTS)('A key set address that comes to answer with %s', (_name, handler) => {
  test('leaves the known key in force, refuses an unknown one with 401 within 2 s, and leads to no other address', async () => {
    const { behave, ehr, call } = await site()
    expect(await call(old)).toBe(200)
    behave.now = handler
    const began = performance.now()
    expect(await call(fresh)).toBe(401)
    expect(performance.now() - began).toBeLessThan(2000 + BUSY_MS)
    expect(await call(old)).toBe(200)
    expect(new Set(ehr.asked)).toEqual(new Set(['/jwks.json']))
  })
})

/** A key set with a clock of its own, read through the same code as behind the door. */
const clocked = () => {
  let clock = 0
  const served = { keys: [old.jwk] as object[], fails: false, reads: 0 }
  const read = async () => {
    served.reads += 1
    if (served.fails) throw new Error('down')
    return { keys: served.keys }
  }
  const set = makeKeySet({ jku: 'https://ehr.example.org/jwks.json' }, read, { now: () => clock })
  if (!set) throw new Error('no key set')
  const has = async (kid: string) => (await set.find(kid)).length > 0
  return { served, has, pass: (seconds: number) => (clock += seconds * 1000) }
}

test('keys are exchanged without a restart: the new one is taken, and the withdrawn one refused at once', async () => {
  const { served, has, pass } = clocked()
  expect(await has('2025')).toBe(true)
  served.keys = [fresh.jwk]
  pass(31)
  expect([await has('2026'), await has('2025')]).toEqual([true, false])
})

test('both keys work while the EHR publishes both', async () => {
  const { served, has, pass } = clocked()
  expect(await has('2025')).toBe(true)
  served.keys = [old.jwk, fresh.jwk]
  pass(31)
  expect([await has('2026'), await has('2025'), served.reads]).toEqual([true, true, 2])
})

test('1,000 unknown kids in an hour in which the address is down cause at most one read in 30 seconds', async () => {
  const { served, has, pass } = clocked()
  await has('2025')
  served.fails = true
  for (let call = 0; call < 1000; call += 1) {
    expect(await has(`kid-${call}`)).toBe(false)
    pass(3.6)
  }
  expect(await has('2025')).toBe(true)
  expect(served.reads).toBeLessThanOrEqual(1 + 3600 / 30)
  expect(served.reads).toBeGreaterThan(50)
})

test('calls that come together with an unknown kid wait for one read', async () => {
  const { behave, ehr, call } = await site()
  behave.now = (_req, res) => void setTimeout(() => sendJson(res, { keys: [old.jwk, fresh.jwk] }), 100)
  expect(await Promise.all(Array.from({ length: 30 }, (_, at) => call(at % 2 ? old : fresh)))).toEqual(Array(30).fill(200))
  expect(ehr.asked).toEqual(['/jwks.json'])
})

test('a jump of the wall clock by two days does not make the known keys old', async () => {
  const real = Date.now
  let jumpMs = 0
  Date.now = () => real() + jumpMs
  try {
    const served = { fails: false }
    const read = async () => {
      if (served.fails) throw new Error('down')
      return { keys: [old.jwk] }
    }
    const set = makeKeySet({ jku: 'https://ehr.example.org/jwks.json' }, read)
    expect(await set?.find('2025')).toHaveLength(1)
    served.fails = true
    for (jumpMs of [48 * 3_600_000, -48 * 3_600_000]) expect(await set?.find('2025')).toHaveLength(1)
  } finally {
    Date.now = real
  }
})

test('a call with a body is refused as quickly while the keys cannot be had', async () => {
  const hanging = await serveFhir(() => undefined)
  const clients = [{ id: 'ehr', iss: ISSUER, jku: `${hanging.origin}/jwks.json` }]
  const attune = await start({ config: { auth: 'required' }, clients })
  cleanups.push(attune.close, hanging.close)
  const url = `${attune.url}/cds-services/echo-order-sign`
  const began = performance.now()
  const answers = await Promise.all(
    Array.from({ length: 10 }, () =>
      post(url, '{}', { authorization: `Bearer ${makeToken(url, { header: { kid: '2025' }, key: old.privateKey })}` }),
    ),
  )
  expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(401))
  expect([performance.now() - began < 2000 * answers.length, hanging.asked.length]).toEqual([true, 1])
})

describe('Keys that cannot be had are told to the operator, and to no caller', () => {
  test.each([
    ['status 500', (_req, res) => res.writeHead(500).end()],
    ['network', (req) => void req.socket.destroy()],
    ['no JSON', (_req, res) => res.writeHead(200).end('<html>Dr. Sentinel</html>')],
    ['no key that can verify', (_req, res) => sendJson(res, { keys: [] })],
  ] as readonly (readonly [string, Handler])[])('%s', async (why, handler) => {
    const { behave, call, keys, warned, log } = await site()
    behave.now = handler
    expect([await call(old), await call(old)]).toEqual([401, 401])
    const reasons = log.flatMap((line) => (line.includes('"refused"') ? [(JSON.parse(line) as { detail: string }).detail] : []))
    expect(reasons).toEqual(Array(2).fill(`unknown kid; the key set could not be read: ${why}`))
    expect(warned).toEqual([{ client: 'ehr', why }]) // told once, not at each call
    expect(keys.said()).toBe('the key set of one client could not be read at the last try')
    expect(log.join()).not.toContain('Sentinel')
  })

  test('and that they can be had again is told, too', async () => {
    const said: (string | null)[] = []
    let fails = true
    const read = async () => {
      if (fails) throw new Error('down')
      return { keys: [old.jwk] }
    }
    let clock = 0
    const set = makeKeySet({ jku: 'https://ehr.example.org/jwks.json' }, read, { now: () => clock, onRead: (why) => void said.push(why) })
    expect([await set?.find('2025'), set?.trouble()]).toEqual([[], 'down'])
    fails = false
    clock += 31_000
    expect([(await set?.find('2025'))?.length, set?.trouble(), said]).toEqual([1, null, ['down', null]])
  })
})
