import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { MonitoringReport } from '../../src/contract/monitoring.ts'
import { makeMetrics } from '../../src/http/metrics.ts'
import { ecPair, makeToken } from './client-tokens.ts'
import { orderSign, post, type Running, start } from './server-under-test.ts'

const SIGN = '/cds-services/echo-order-sign'
const DISCOVERY = '/cds-services'
const pair = ecPair('k1')
const APP = [
  '/api/profile',
  '/api/passport',
  '/api/report',
  '/api/review',
  '/api/review/list',
  '/api/review/sign-off',
  '/api/what-if',
  '/api/what-if/missing',
]
const OPEN = ['/api/rules/source-attributes', '/api/models', '/api/models/d1', '/api/products?q=x']

/** Two hospitals; the first has two EHRs that call. */
const clients = [
  { id: 'north-1', tenant: 'north' },
  { id: 'north-2', tenant: 'north' },
  { id: 'south', tenant: 'south' },
].map((client) => ({
  ...client,
  iss: `https://${client.id}.test`,
  jwks: { keys: [pair.jwk] },
  fhirServers: [`https://${client.tenant}.test/fhir`],
}))

const callAs = (running: Running, id: string, path = DISCOVERY): Promise<Response> => {
  const url = running.url + path
  const authorization = `Bearer ${makeToken(url, { payload: { iss: `https://${id}.test` }, key: pair.privateKey })}`
  return path === DISCOVERY ? fetch(url, { headers: { authorization } }) : post(url, orderSign(), { authorization })
}
const statusesOf = async (calls: readonly (() => Promise<Response>)[]): Promise<number[]> => {
  const statuses: number[] = []
  for (const call of calls) statuses.push((await call()).status)
  return statuses
}

/** Whether an answer says to wait for a whole number of seconds, and for no longer than one call takes to come back. */
const secondsToWait = (answer: Response | undefined, most: number): string => {
  const seconds = Number(answer?.headers.get('retry-after'))
  return Number.isInteger(seconds) && seconds >= 1 && seconds <= most ? 'told' : `${seconds} s`
}

describe('Requests per minute', () => {
  test.each(APP)('of the app at %s end with 429 and a time to wait', async (path) => {
    const running = await start({ config: { limits: { requestsPerMinute: 3 } } })
    const answers = []
    for (let call = 0; call < 4; call += 1) answers.push(await post(running.url + path, {}, { authorization: 'Bearer token' }))
    expect(answers.map(({ status }) => status).slice(0, 3)).not.toContain(429)
    expect([answers[3]?.status, secondsToWait(answers[3], 20)]).toEqual([429, 'told'])
    await running.close()
  })

  // Where the machine stops for seconds, one more has come back: not in each try.
  test('come back steadily: who waits as long as it was told is answered, once', { retry: 4 }, async () => {
    const running = await start({ config: { limits: { requestsPerMinute: 12 } } }) // one in five seconds
    const call = () => fetch(`${running.url}/api/models`)
    await statusesOf(Array(12).fill(call))
    const early = await call()
    await new Promise((resolve) => setTimeout(resolve, Number(early.headers.get('retry-after')) * 1000))
    const [due, next] = [await call(), await call()]
    await running.close()
    expect([early.status, secondsToWait(early, 5), due.status, next.status]).toEqual([429, 'told', 200, 429])
  })

  test('let in what comes in one moment, of a large limit a sixth of it and not the whole', async () => {
    const running = await start({ config: { auth: 'required', limits: { requestsPerMinute: 1200 } }, clients }) // one in 50 ms
    const began = performance.now()
    const statuses: number[] = []
    while (!statuses.includes(429)) {
      const together = Array.from({ length: 20 }, () => callAs(running, 'north-1'))
      statuses.push(...(await Promise.all(together)).map(({ status }) => status))
    }
    const ms = performance.now() - began
    await running.close()
    const answered = statuses.filter((status) => status === 200).length
    expect([answered >= 200, answered <= 200 + ms / 50 + 1]).toEqual([true, true])
    expect(new Set(statuses)).toEqual(new Set([200, 429]))
  })

  test.each(OPEN)('of anybody at %s end with 429', async (path) => {
    const running = await start({ config: { limits: { requestsPerMinute: 2 } } })
    const statuses = await statusesOf([1, 2, 3].map(() => () => fetch(running.url + path)))
    expect(statuses).toEqual([200, 200, 429])
    await running.close()
  })

  test('count all clients of a tenant together, and another tenant not at all', async () => {
    const running = await start({ config: { auth: 'required', limits: { requestsPerMinute: 3, tenantRequestsPerMinute: 4 } }, clients })
    const seen = await statusesOf(['north-1', 'north-1', 'north-2', 'north-2', 'north-2', 'south'].map((id) => () => callAs(running, id)))
    expect(seen).toEqual([200, 200, 200, 200, 429, 200])
    await running.close()
  })

  test('a flooded app of one tenant closes neither the hooks of that tenant nor the app of another', async () => {
    const running = await start({ config: { auth: 'required', limits: { tenantRequestsPerMinute: 3 } }, clients })
    const profile = (tenant: string) => () =>
      post(`${running.url}/api/profile`, { fhirServer: `https://${tenant}.test/fhir/`, patient: 'p1' }, { authorization: 'Bearer t' })
    const seen = await statusesOf([
      ...Array.from({ length: 4 }, () => profile('north')),
      profile('south'),
      () => callAs(running, 'north-1'),
    ])
    expect(seen).toEqual([200, 200, 200, 429, 200, 200])
    await running.close()
  })

  test('tell callers apart by X-Forwarded-For only behind a proxy that the site trusts', async () => {
    const from = (running: Running, address: string) => () =>
      fetch(`${running.url}/api/models`, { headers: { 'x-forwarded-for': address } })
    const trusting = await start({ config: { limits: { requestsPerMinute: 1, trustedProxies: ['127.0.0.1'] } } })
    const wary = await start({ config: { limits: { requestsPerMinute: 1 } } })
    expect(await statusesOf(['192.0.2.1', '192.0.2.2', '192.0.2.1'].map((address) => from(trusting, address)))).toEqual([200, 200, 429])
    expect(await statusesOf(['192.0.2.1', '192.0.2.2'].map((address) => from(wary, address)))).toEqual([200, 429])
    await trusting.close()
    await wary.close()
  })
})

describe('Tokens that fail', () => {
  const stranger = ecPair('k1')
  const forged =
    (running: Running, iss: string, headers: Record<string, string> = {}) =>
    () => {
      const url = running.url + DISCOVERY
      const token = makeToken(url, { payload: { iss }, key: stranger.privateKey })
      return fetch(url, { headers: { authorization: `Bearer ${token}`, ...headers } })
    }
  const good =
    (running: Running, id: string, headers: Record<string, string> = {}) =>
    () => {
      const url = running.url + DISCOVERY
      const token = makeToken(url, { payload: { iss: `https://${id}.test` }, key: pair.privateKey })
      return fetch(url, { headers: { authorization: `Bearer ${token}`, ...headers } })
    }
  const times = <T>(count: number, one: T): T[] => Array(count).fill(one)
  const config = { auth: 'required', limits: { failedSignInsPerMinute: 12, trustedProxies: ['127.0.0.1'] } } // two in ten seconds

  test('are refused with 429 before their signature is looked at once there were too many, and a time to wait is told', async () => {
    const running = await start({ config, clients })
    const seen = await statusesOf(times(4, forged(running, 'https://north-1.test')))
    const last = await forged(running, 'https://north-1.test')()
    expect([...seen, last.status, last.headers.get('retry-after')]).toEqual([401, 401, 429, 429, 429, '10'])
    expect(running.log.filter((line) => line.includes('signature does not match'))).toHaveLength(2)
    await running.close()
  })

  test('from one address close the door neither for another behind the same proxy, nor for a caller without a token', async () => {
    const running = await start({ config, clients })
    await statusesOf(times(4, forged(running, 'https://north-1.test', { 'x-forwarded-for': '192.0.2.1' })))
    const seen = await statusesOf([
      forged(running, 'https://x.test', { 'x-forwarded-for': '192.0.2.1' }),
      good(running, 'north-1', { 'x-forwarded-for': '192.0.2.2' }),
      () => fetch(running.url + DISCOVERY, { headers: { 'x-forwarded-for': '192.0.2.1' } }),
    ])
    expect(seen).toEqual([429, 200, 401])
    await running.close()
  })

  test('leave a client that signed in from the same address alone, even while others fail there without end', async () => {
    const running = await start({ config, clients })
    const seen = await statusesOf([
      good(running, 'north-1'),
      ...times(3, forged(running, 'https://stranger.test')),
      good(running, 'north-1'),
      good(running, 'south'), // nobody knows it here yet: it waits until the spell of ten seconds is over
    ])
    expect(seen).toEqual([200, 401, 401, 429, 200, 429])
    await running.close()
  })

  test('in the name of a client that signed in there close it too, after ten times as many', async () => {
    const running = await start({ config, clients })
    await good(running, 'north-1')()
    const seen = await statusesOf([...times(21, forged(running, 'https://north-1.test')), good(running, 'north-1')])
    expect(seen).toEqual([...times(20, 401), 429, 429])
    await running.close()
  })

  test('of addresses of IPv6 count by their first 56 bits', async () => {
    const running = await start({ config, clients })
    const from = (address: string) => forged(running, 'https://x.test', { 'x-forwarded-for': address })
    const seen = await statusesOf(['2001:db8:1:ff01::1', '2001:db8:1:ff02:3::4', '2001:db8:1:ffab::', '2001:db8:1:fe00::1'].map(from))
    expect(seen).toEqual([401, 401, 429, 401])
    await running.close()
  })
})

describe('Calls at the same time', () => {
  /** A server whose calls last until `release`. */
  const held = async (admission: object) => {
    let release: () => void = () => undefined
    let begun = 0
    const gate = new Promise<void>((resolve) => {
      release = resolve
    })
    const runService = async () => {
      begun += 1
      await gate
      return { cards: [] }
    }
    const running = await start({ config: { auth: 'required' }, clients, kit: { runService, ...admission } })
    const untilBegun = (calls: number) => expect.poll(() => begun).toBe(calls)
    return { running, release, untilBegun }
  }

  test('of one tenant leave places for another, whichever of its clients call', async () => {
    const { running, release, untilBegun } = await held({ admission: { total: 3, perClient: 2, perTenant: 2 } })
    const first = [callAs(running, 'north-1', SIGN), callAs(running, 'north-2', SIGN)]
    await untilBegun(2)
    const refused = await callAs(running, 'north-2', SIGN)
    const other = callAs(running, 'south', SIGN)
    await untilBegun(3)
    release()
    expect([refused.status, refused.headers.get('retry-after'), (await other).status]).toEqual([503, '1', 200])
    expect((await Promise.all(first)).map(({ status }) => status)).toEqual([200, 200])
    await running.close()
  })

  test('of the app are counted apart from hook calls: a full app takes no place from prescribers', async () => {
    let done: (() => void) | undefined
    const runProfile = () =>
      new Promise<void>((resolve) => {
        done = resolve
      })
    const { running, release } = await held({ appAdmission: { total: 1, perClient: 1 }, runProfile })
    release()
    const profile = () =>
      post(`${running.url}/api/profile`, { fhirServer: 'https://north.test/fhir', patient: 'p1' }, { authorization: 'Bearer t' })
    const first = profile()
    await expect.poll(() => done).toBeDefined()
    const second = await profile()
    expect([second.status, second.headers.get('retry-after'), (await callAs(running, 'north-1', SIGN)).status]).toEqual([503, '1', 200])
    done?.()
    expect((await first).status).toBe(200)
    await running.close()
  })
})

describe('Connections that lead to nothing', () => {
  const KINDS = [
    ['say nothing', ''],
    ['never end their headers', `POST ${SIGN} HTTP/1.1\r\nHost: x\r\nX-Slow: `],
    [
      'never end their bodies',
      `POST ${SIGN} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n{"hook":`,
    ],
  ] as const

  test('of 750, two hundred and fifty of each kind, none harms a good call', async () => {
    const running = await start()
    const { port } = new URL(running.url)
    const sockets = KINDS.flatMap(([, text]) =>
      Array.from({ length: 250 }, () => {
        const socket = connect(Number(port), '127.0.0.1')
        socket.on('error', () => undefined)
        socket.write(text)
        return socket
      }),
    )
    await Promise.all(
      sockets.map((socket) => new Promise((resolve) => (socket.readyState === 'open' ? resolve(null) : socket.once('connect', resolve)))),
    )
    const drip = setInterval(() => {
      for (const socket of sockets.slice(250)) socket.write(' ')
    }, 200)
    const statuses = await statusesOf(Array.from({ length: 50 }, () => () => post(running.url + SIGN, orderSign())))
    clearInterval(drip)
    expect(statuses).toEqual(Array(50).fill(200))
    for (const socket of sockets) socket.destroy()
    await running.close()
  })
})

describe('Figures and states of the server', () => {
  const report = { models: ['north', 'south'].map((tenant) => ({ tenant, id: 'd1', state: 'ok', standing: { use: 'on' }, figures: [] })) }
  const metrics = makeMetrics()
  metrics.observeModels(report as unknown as MonitoringReport)
  const TOKEN = 'operator-token-of-32-characters-or-more'
  let running: Running
  let far: Running
  let one: Running
  let proxied: Running
  beforeAll(async () => {
    const { mkdtempSync, writeFileSync } = await import('node:fs')
    const { tmpdir } = await import('node:os')
    const operatorTokenFile = `${mkdtempSync(`${tmpdir()}/attune-operator-`)}/token`
    writeFileSync(operatorTokenFile, TOKEN)
    const production = { mode: 'production', kit: { metrics } } as const
    running = await start({ ...production, config: { auth: 'required', operatorTokenFile }, clients })
    far = await start({ ...production, config: { auth: 'required', operatorTokenFile, watchFrom: ['192.0.2.0/24'] }, clients })
    one = await start({ ...production, config: { auth: 'required' }, clients: clients.slice(0, 1) })
    proxied = await start({ ...production, config: { auth: 'required', operatorTokenFile, publicUrl: 'https://attune.example' }, clients })
  })
  afterAll(async () => {
    for (const server of [running, far, one, proxied]) await server.close()
  })

  const look = async (server: Running, path: string, headers: Record<string, string> = {}) => {
    const answer = await fetch(server.url + path, { headers })
    return { status: answer.status, text: await answer.text() }
  }

  test.each<readonly [string, Record<string, string>]>([
    ['without a token', {}],
    ['with another token', { authorization: `Bearer ${TOKEN}x` }],
    ['with the token of a client', { authorization: `Bearer ${makeToken('x', { key: pair.privateKey })}` }],
    ['with an address that it claims', { 'x-forwarded-for': '192.0.2.1' }],
  ])('are not told to an address that the site does not name, %s', async (_name, headers) => {
    expect(await look(far, '/metrics', headers)).toEqual({ status: 401, text: '' })
    expect(JSON.parse((await look(far, '/readyz', headers)).text)).toEqual({ status: 'ready' })
  })

  test.each(['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via'])(
    'are not told when a proxy on this machine hands the call on (%s)',
    async (header) => {
      expect((await look(running, '/metrics', { [header]: '127.0.0.1' })).status).toBe(401)
      expect((await look(running, '/readyz', { [header]: '127.0.0.1' })).text).not.toContain('parts')
    },
  )

  test('are told to nobody without a token where EHRs call another address, even when a proxy on this machine marks nothing', async () => {
    expect(await look(proxied, '/metrics')).toEqual({ status: 401, text: '' })
    expect(JSON.parse((await look(proxied, '/readyz')).text)).toEqual({ status: 'ready' })
    expect((await look(proxied, '/metrics', { authorization: `Bearer ${TOKEN}` })).status).toBe(200)
  })

  test('are told to the operator from anywhere, by tenant', async () => {
    const headers = { authorization: `Bearer ${TOKEN}`, 'x-forwarded-for': '203.0.113.9' }
    const { status, text } = await look(far, '/metrics', headers)
    expect([status, /tenant="north"/.test(text), /tenant="south"/.test(text)]).toEqual([200, true, true])
    expect((await look(far, '/readyz', headers)).text).toContain('parts')
  })

  test('are told on this machine, of several tenants without their names', async () => {
    const { status, text } = await look(running, '/metrics')
    expect([status, /attune_request_seconds/.test(text), /tenant=/.test(text)]).toEqual([200, true, false])
  })

  test('are told on this machine in whole where there is one tenant', async () => {
    expect((await look(one, '/metrics')).text).toContain('tenant=')
  })

  describe('at an address of their own', () => {
    let server: Server
    const at = async (path: string, headers: Record<string, string> = {}) => {
      const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`, { headers })
      return { status: answer.status, text: await answer.text() }
    }
    beforeAll(async () => {
      server = createServer(far.operations)
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    })
    afterAll(() => server.close())

    test('are told to whoever reaches it, of several tenants without their names', async () => {
      const headers = { 'x-forwarded-for': '203.0.113.9' }
      const { status, text } = await at('/metrics', headers)
      expect([status, /attune_request_seconds/.test(text), /tenant=/.test(text)]).toEqual([200, true, false])
      expect((await at('/readyz', headers)).text).toContain('parts')
    })

    test('are told by tenant to the operator alone', async () => {
      expect((await at('/metrics', { authorization: `Bearer ${TOKEN}` })).text).toContain('tenant="north"')
      expect((await at('/metrics', { authorization: `Bearer ${TOKEN}x` })).text).not.toContain('tenant=')
    })

    test.each(['/cds-services', '/api/models', '/api/monitoring', '/app/', '/openapi.json', '/'])(
      'and nothing else is there: %s',
      async (path) => {
        expect((await at(path)).status).toBe(404)
      },
    )
  })

  test('/healthz says to everybody that the process lives, and nothing else', async () => {
    expect(await look(far, '/healthz')).toEqual({ status: 200, text: '{"status":"ok"}' })
  })
})
