import type { LookupAddress } from 'node:dns'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CONFIG_SCHEMAS } from '../../src/config.ts'
import { isPublicAddress, makeMayConnect } from '../../src/fhir/addresses.ts'
import { makeFhirClient } from '../../src/fhir/fhir-client.ts'
import { makeOutbound, type Outbound } from '../../src/fhir/outbound.ts'
import { makeTerminologyServer } from '../../src/fhir/terminology-server.ts'
import { type FhirServer, LIMITS, sendJson, serveFhir } from './fault-server.ts'

const CLOSED = { ...LIMITS, allowPrivateAddresses: false }

/** Every way in which this server calls others by an address that a site names. True when something usable came back. */
const DOORS: Readonly<Record<string, (outbound: Outbound, base: string) => Promise<boolean>>> = {
  'reads of the FHIR server': async (outbound, base) => {
    const session = makeFhirClient(outbound, LIMITS).open({ base, token: () => 'token-1' })
    const { state } = await session.ask('Patient/p1')
    session.close()
    return state === 'answered'
  },
  'resources created on the FHIR server': async (outbound, base) => {
    const session = makeFhirClient(outbound, LIMITS).open({ base, token: () => 'token-1' })
    const { state } = await session.create({ resourceType: 'Observation' }, 'identifier=a|b')
    session.close()
    return state === 'created'
  },
  'key sets': (outbound, base) =>
    outbound.json(`${base}/jwks.json`, { deadlineMs: 1000, maxBytes: 10_000 }).then(
      () => true,
      () => false,
    ),
  'the terminology server': async (outbound, base) => {
    const terminology = CONFIG_SCHEMAS.file.parse({ terminology: { url: base, timeoutMs: 1000 } }).terminology
    if (!terminology) throw new Error('no terminology')
    const server = makeTerminologyServer(outbound, terminology)
    const resolved = await server.resolve([{ system: 'http://www.whocc.no/atc', code: 'B01AC04' }])
    return resolved?.answers.some(({ answer }) => answer.state !== 'failed') ?? false
  },
  'the webhook of alarms': async (outbound, base) => {
    const asked = { headers: {}, signal: AbortSignal.timeout(1000), budget: { bytes: 10_000 } }
    const received = await outbound.post(new URL(base), asked, '{}')
    return received.ok
  },
}

/** Spellings of this very machine that filters forget. Each ends at 127.0.0.1 or ::1 unless it is refused. */
const HOSTS = [
  '127.0.0.1',
  '127.1',
  '127.0.1',
  '127.255.255.254',
  '0.0.0.0',
  '0',
  'localhost',
  'LOCALHOST',
  'localhost.',
  '2130706433', // decimal
  '017700000001', // octal
  '0177.0.0.1',
  '0x7f.0x0.0x0.0x1', // hexadecimal
  '0x7f000001',
  '0x7f.1',
  '127.0.0.1.', // trailing dot
  '１２７.0.0.1', // full-width digits: an IDN that becomes ASCII
  '127。0。0。1', // ideographic full stops
  'ⓛⓞⓒⓐⓛⓗⓞⓢⓣ',
  '[::1]',
  '[0:0:0:0:0:0:0:1]',
  '[::]',
  '[::ffff:127.0.0.1]', // IPv4-mapped
  '[::ffff:7f00:1]',
  '[::127.0.0.1]', // IPv4-compatible
  '[64:ff9b::7f00:1]', // NAT64
  '[64:ff9b::127.0.0.1]',
  '[2002:7f00:1::]', // 6to4
  '[fe80::1]', // link-local
  '169.254.169.254', // metadata of clouds
  '[fd00:ec2::254]',
  '2852039166', // the same in decimal
  '[::ffff:169.254.169.254]',
] as const

let server: FhirServer
let port: string
beforeAll(async () => {
  server = await serveFhir((req, res) => {
    if (req.method === 'POST') return void res.writeHead(201, { location: `${server.base}/Observation/1` }).end()
    if (req.url?.includes('$'))
      return sendJson(res, { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'not-found' }] }, 404)
    sendJson(res, { resourceType: 'Patient', id: 'p1' })
  })
  port = new URL(server.origin).port
})
afterAll(() => server.close())

describe.each(Object.entries(DOORS))('%s', (_name, knock) => {
  test('are reached at this machine where a site allows that, so that the refusals below mean something', async () => {
    const outbound = makeOutbound(LIMITS)
    expect(await knock(outbound, server.base)).toBe(true)
    outbound.close()
  })

  test('are refused at every spelling of a private address, before anything is sent', async () => {
    const outbound = makeOutbound(CLOSED)
    const asked = server.asked.length
    const reached: string[] = []
    for (const host of HOSTS) if (await knock(outbound, `http://${host}:${port}/fhir`)) reached.push(host)
    outbound.close()
    expect([reached, server.asked.length - asked]).toEqual([[], 0])
  })

  test('are refused over http, with user-info and over other schemes', async () => {
    const secure = makeOutbound({ ...LIMITS, allowHttp: false })
    const outbound = makeOutbound(LIMITS)
    const asked = server.asked.length
    const reached: string[] = []
    for (const address of [
      `http://user@127.0.0.1:${port}/fhir`,
      `http://user:word@127.0.0.1:${port}/fhir`,
      'ftp://127.0.0.1/fhir',
      'file:///etc/passwd',
    ])
      if (await knock(outbound, address)) reached.push(address)
    if (await knock(secure, server.base)) reached.push('http')
    outbound.close()
    secure.close()
    expect([reached, server.asked.length - asked]).toEqual([[], 0])
  })

  test.each([301, 302, 303, 307, 308])('follow no redirect (%d), neither to the same server nor to another', async (status) => {
    const other = await serveFhir((_req, res) => sendJson(res, { resourceType: 'Patient', id: 'p1', keys: [] }))
    for (const location of [`${other.origin}/fhir/Patient/p1`, '/elsewhere', '//127.0.0.2/x', 'file:///etc/passwd']) {
      const one = await serveFhir((_req, res) => res.writeHead(status, { location }).end())
      const outbound = makeOutbound(LIMITS)
      await knock(outbound, one.base)
      outbound.close()
      expect([one.asked.every((path) => path.startsWith('/fhir')), other.asked]).toEqual([true, []])
      await one.close()
    }
    await other.close()
  })
})

describe('A name whose DNS answers change', () => {
  const PUBLIC: LookupAddress = { address: '93.184.216.34', family: 4 }
  const HERE: LookupAddress = { address: '127.0.0.1', family: 4 }

  /** An outbound door whose names are looked up in a table, one row per look. */
  const withNames = (answers: readonly (readonly LookupAddress[])[], network: object = {}) => {
    let looks = 0
    const outbound = makeOutbound({ ...CLOSED, ...network }, (_name, _options, callback) => {
      const answer = answers[Math.min(looks, answers.length - 1)] ?? []
      looks += 1
      callback(null, [...answer])
    })
    const get = async (ms = 300) => {
      const received = await outbound.get(new URL(`http://ehr.example.org:${port}/fhir/Patient/p1`), {
        headers: {},
        signal: AbortSignal.timeout(ms),
        budget: { bytes: 10_000 },
      })
      return received.ok ? 'reached' : received.why
    }
    return { get, looks: () => looks, close: outbound.close }
  }

  test.each<readonly [string, LookupAddress]>([
    ['loopback', HERE],
    ['a private network', { address: '10.0.0.1', family: 4 }],
    ['the metadata service', { address: '169.254.169.254', family: 4 }],
    ['IPv6 loopback', { address: '::1', family: 6 }],
    ['a mapped address', { address: '::ffff:127.0.0.1', family: 6 }],
  ])('from a public address to %s is refused at the connection that would use it', async (_name, inner) => {
    const names = withNames([[inner]])
    expect([await names.get(), names.looks()]).toEqual(['address', 1])
    names.close()
  })

  test('is looked up once per connection: the address that was checked is the one that is connected to', async () => {
    const asked = server.asked.length
    const names = withNames([[PUBLIC], [HERE]])
    expect(await names.get()).not.toBe('reached') // the public address does not answer here
    expect(names.looks()).toBe(1)
    expect(await names.get()).toBe('address')
    expect([names.looks(), server.asked.length - asked]).toEqual([2, 0])
    names.close()
  })

  test('is refused when one of several answers is private', async () => {
    const names = withNames([[PUBLIC, HERE]])
    expect(await names.get()).toBe('address')
    names.close()
  })

  test('is reached at a range that the site opened, and refused a step beside it', async () => {
    const near = withNames([[HERE]], { allowPrivateAddresses: ['127.0.0.1/32'] })
    const beside = withNames([[{ address: '127.0.0.2', family: 4 }]], { allowPrivateAddresses: ['127.0.0.1/32'] })
    expect([await near.get(2000), await beside.get()]).toEqual(['reached', 'address'])
    near.close()
    beside.close()
  })

  test('is refused when it has no answer, and http is not tried in its place', async () => {
    const names = withNames([[]])
    expect(await names.get()).toBe('address')
    names.close()
  })
})

describe('Private addresses that a site allows', () => {
  const ALL = makeMayConnect(true)
  test.each([
    '169.254.169.254',
    '::ffff:169.254.169.254',
    '[fe80::1]',
    'fd00:ec2::254',
    '0.0.0.0',
    '::',
    '224.0.0.1',
    'ff02::1',
    '64:ff9b::a9fe:a9fe',
    '100.100.100.200',
    'localhost',
    '',
  ])('never include %j', (address) => expect([ALL(address), isPublicAddress(address)]).toEqual([false, false]))
  test.each(['127.0.0.1', '10.1.2.3', '::1', 'fd12::1', '192.168.0.9', '::ffff:10.0.0.1', '8.8.8.8'])('include %s', (address) =>
    expect(ALL(address)).toBe(true),
  )

  const SOME = makeMayConnect(['10.20.0.0/16', 'fd12:3456::/32'])
  test.each<readonly [string, boolean]>([
    ['10.20.3.4', true],
    ['::ffff:10.20.3.4', true],
    ['10.21.0.1', false],
    ['127.0.0.1', false],
    ['fd12:3456::9', true],
    ['fd12:3457::9', false],
    ['8.8.8.8', true],
  ])('by range: %s is %s', (address, may) => expect(SOME(address)).toBe(may))

  test.each(['10.0.0.0', '10.0.0.0/33', 'ehr.local', '', '::/129'])('cannot be written as %j', (range) => {
    expect(CONFIG_SCHEMAS.file.safeParse({ network: { allowPrivateAddresses: [range] } }).success).toBe(false)
  })
})

test('a hundred reads at once open at most 16 sockets to one host, and all are answered', async () => {
  let most = 0
  const slow = await serveFhir((_req, res) => {
    most = Math.max(most, slow.openSockets())
    setTimeout(() => sendJson(res, { resourceType: 'Patient', id: 'p1' }), 20)
  })
  const { connections } = CONFIG_SCHEMAS.file.parse({}).network
  for (const outbound of [
    makeOutbound({ allowHttp: true, allowPrivateAddresses: true, connections }),
    makeOutbound({ allowHttp: true, allowPrivateAddresses: true }),
  ]) {
    most = 0
    const session = makeFhirClient(outbound, { ...LIMITS, budgetMs: 10_000 }).open({ base: slow.base, token: null })
    const states = await Promise.all(Array.from({ length: 100 }, async () => (await session.ask('Patient/p1')).state))
    session.close()
    outbound.close()
    expect([new Set(states), most]).toEqual([new Set(['answered']), 16])
  }
  await slow.close()
})
