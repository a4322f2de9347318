import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AttuneError } from '../../src/errors.ts'
import { CARDS_SCHEMA, DISCOVERY_SCHEMA, OUTCOME_SCHEMA } from '../../src/http/answer-schemas.ts'
import { ENDPOINTS, type OpenApi } from '../../src/http/openapi.ts'
import { SERVER_TIMES } from '../../src/http/server.ts'
import { sendJson, serveFhir } from '../fhir/fault-server.ts'
import { ecPair, makeToken } from './client-tokens.ts'
import { condition, orderSelect, orderSign, patient, patientView, post, type Running, searchset, start } from './server-under-test.ts'

const SIGN = '/cds-services/echo-order-sign'
const ORIGIN = 'https://ehr.example.org'

let running: Running
beforeAll(async () => {
  running = await start({ clients: [{ id: 'anonymous', cors: [ORIGIN] }] })
})
afterAll(() => running.close())

const json = async (answer: Response): Promise<unknown> => answer.json()
const outcomeOf = async (answer: Response) => OUTCOME_SCHEMA.parse(await answer.json()).issue[0]
const lines = (of: Running) => of.log.map((line) => JSON.parse(line) as Record<string, unknown>)

describe('the CDS Hooks endpoints', () => {
  test.each([
    ['echo-order-select', orderSelect()],
    ['echo-order-sign', orderSign()],
    ['echo-patient-view', patientView()],
  ])('%s with full prefetch answers with its cards', async (id, body) => {
    const answer = await post(`${running.url}/cds-services/${id}`, body)
    expect(answer.status).toBe(200)
    expect(CARDS_SCHEMA.parse(await answer.json()).cards).toHaveLength(1)
  })

  test('discovery lists every service and may be kept for minutes', async () => {
    const answer = await fetch(`${running.url}/cds-services`)
    expect(DISCOVERY_SCHEMA.parse(await json(answer)).services.map(({ id }) => id)).toEqual([
      'echo-order-select',
      'echo-order-sign',
      'echo-patient-view',
      'bare-order-sign',
    ])
    expect(answer.headers.get('cache-control')).toBe('private, max-age=300')
  })

  test('discovery that a caller has already is not sent again', async () => {
    const url = `${running.url}/cds-services`
    const etag = (await fetch(url)).headers.get('etag') ?? ''
    const [same, other] = [
      await fetch(url, { headers: { 'if-none-match': etag } }),
      await fetch(url, { headers: { 'if-none-match': '"x"' } }),
    ]
    expect([etag.length, same.status, await same.text(), other.status]).toEqual([34, 304, '', 200])
  })

  test('a server without services lists none', async () => {
    const bare = await start({ kit: { services: new Map() } })
    expect(await json(await fetch(`${bare.url}/cds-services`))).toEqual({ services: [] })
    await bare.close()
  })

  test('feedback is handed to the ledger with client, tenant and service, and then answered', async () => {
    const entry = { card: 'c1', outcome: 'accepted', acceptedSuggestions: [{ id: 's1' }], outcomeTimestamp: '2026-11-21T10:00:00Z' }
    const answer = await post(`${running.url}${SIGN}/feedback`, { feedback: [entry] })
    expect([answer.status, await json(answer)]).toEqual([200, {}])
    expect(running.feedback.at(-1)).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      at: expect.stringMatching(/^\d{4}-.*Z$/),
      tenant: 'default',
      client: 'anonymous',
      service: 'echo-order-sign',
      card: 'c1',
      outcome: 'accepted',
      acceptedSuggestions: ['s1'],
      overrideReason: null,
      outcomeTimestamp: '2026-11-21T10:00:00Z',
      decision: null,
    })
  })

  test('feedback that could not be stored is not confirmed', async () => {
    const fail = async () => {
      throw new AttuneError('ledger-failed', 'disk full')
    }
    const broken = await start({ kit: { ledger: { feedback: fail, decision: async () => null, recent: async () => [] } } })
    const answer = await post(`${broken.url}${SIGN}/feedback`, {
      feedback: [{ card: 'c', outcome: 'overridden', outcomeTimestamp: '2026-11-21T10:00:00Z' }],
    })
    expect([answer.status, (await outcomeOf(answer))?.code]).toEqual([503, 'transient'])
    await broken.close()
  })

  test('the same request gives the same answer', async () => {
    const [one, other] = await Promise.all([post(running.url + SIGN, orderSign()), post(running.url + SIGN, orderSign())])
    expect(await one.text()).toBe(await other.text())
  })

  test('what is missing is fetched from the registered server with the token that came along', async () => {
    const fhir = await serveFhir((req, res) => sendJson(res, req.url?.includes('Patient/') ? patient : searchset(condition)))
    const server = await start({ clients: [{ id: 'anonymous', fhirServers: [fhir.base] }] })
    const body = { ...orderSign(), prefetch: undefined, fhirServer: `${fhir.base}/`, fhirAuthorization: { access_token: 'abc' } }
    const answer = await post(server.url + SIGN, body)
    expect(await json(answer)).toMatchObject({ cards: [{ summary: '1 orders, 2 resources' }] })
    expect(fhir.headers.map(({ authorization }) => authorization)).toEqual(['Bearer abc', 'Bearer abc'])
    await server.close()
    await fhir.close()
  })
})

describe('cross-origin calls', () => {
  const paths = ['/cds-services', SIGN, `${SIGN}/feedback`]
  const preflight = (of: Running, path: string, origin: string) =>
    fetch(of.url + path, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST' } })

  test.each(paths)('a preflight of %s needs no token and names methods and headers', async (path) => {
    const closed = await start({ config: { auth: 'required' }, clients: [{ id: 'ehr', cors: [ORIGIN] }] })
    const answer = await preflight(closed, path, ORIGIN)
    expect([answer.status, await answer.text()]).toEqual([204, ''])
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'access-control-allow-origin': ORIGIN,
      'access-control-allow-methods': 'GET, POST, OPTIONS',
      'access-control-allow-headers': 'Authorization, Content-Type',
      vary: 'Origin',
    })
    expect(answer.headers.has('access-control-allow-credentials')).toBe(false)
    await closed.close()
  })

  test.each(['https://evil.example.org', 'https://ehr.example.org.evil.test', 'null', 'http://ehr.example.org'])(
    'the origin %s is given nothing',
    async (origin) => {
      const answer = await preflight(running, SIGN, origin)
      expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([204, null])
    },
  )

  test('real answers and errors carry the allowed origin too', async () => {
    const answers = await Promise.all([
      fetch(`${running.url}/cds-services`, { headers: { origin: ORIGIN } }),
      post(running.url + SIGN, orderSign(), { origin: ORIGIN }),
      post(running.url + SIGN, '{', { origin: ORIGIN }),
    ])
    expect(answers.map((answer) => answer.headers.get('access-control-allow-origin'))).toEqual([ORIGIN, ORIGIN, ORIGIN])
  })

  test('any origin, where configured, is said as *, still without credentials', async () => {
    const open = await start({ clients: [{ id: 'anonymous', cors: ['*'] }] })
    const answer = await post(open.url + SIGN, orderSign(), { origin: 'https://x.test' })
    expect([answer.headers.get('access-control-allow-origin'), answer.headers.get('access-control-allow-credentials')]).toEqual(['*', null])
    await open.close()
  })
})

describe('errors', () => {
  test('an unforeseen error is 500 with the request id and nothing else; frames go to the log, messages nowhere', async () => {
    const boom = () => {
      throw new RangeError('Quillfeather is unwell at /srv/secret')
    }
    const broken = await start({ kit: { runService: boom } })
    const answer = await post(broken.url + SIGN, orderSign())
    const id = answer.headers.get('x-request-id')
    expect([answer.status, await json(answer)]).toEqual([
      500,
      {
        resourceType: 'OperationOutcome',
        issue: [
          {
            severity: 'error',
            code: 'exception',
            details: { text: 'Something went wrong here. The operator has been told.' },
            diagnostics: `unexpected ${id}`,
          },
        ],
      },
    ])
    const logged = () => lines(broken).find(({ level }) => level === 50)
    await expect.poll(logged).toBeDefined()
    expect(logged()).toMatchObject({ id, code: 'unexpected', cause: { name: 'RangeError', frames: expect.any(Array) } })
    expect(broken.log.join('')).not.toContain('Quillfeather')
    await broken.close()
  })

  test.each([
    ['GET', SIGN, 'OPTIONS, POST'],
    ['PUT', SIGN, 'OPTIONS, POST'],
    ['DELETE', `${SIGN}/feedback`, 'OPTIONS, POST'],
    ['PATCH', '/cds-services', 'OPTIONS, GET'],
    ['POST', '/healthz', 'GET'],
  ])('%s %s is answered 405 with what is allowed', async (method, path, allow) => {
    const answer = await fetch(running.url + path, { method })
    expect([answer.status, answer.headers.get('allow'), (await outcomeOf(answer))?.code]).toEqual([405, allow, 'not-supported'])
  })

  test('nothing says what this server is built with', async () => {
    for (const path of ['/', '/cds-services', '/nothing', '/docs']) {
      const { headers } = await fetch(running.url + path)
      expect([headers.get('x-powered-by'), headers.get('server')]).toEqual([null, null])
    }
  })
})

/** Status and Retry-After of calls that a thread of its own makes all at once: callers do not wait for the server's thread. */
const fromOutside = (url: string, body: object, calls: number): Promise<string[]> => {
  const code = `
    const { parentPort, workerData: { url, body, calls } } = require('node:worker_threads')
    const { request } = require('node:http')
    const one = () => new Promise((resolve, reject) => {
      const sent = request(url, { method: 'POST', headers: { 'content-type': 'application/json' } }, (answer) => {
        answer.resume().on('end', () => resolve(answer.statusCode + ' ' + answer.headers['retry-after']))
      })
      sent.on('error', reject).end(body)
    })
    Promise.all(Array.from({ length: calls }, one)).then((all) => parentPort.postMessage(all))`
  const worker = new Worker(code, { eval: true, workerData: { url, body: JSON.stringify(body), calls } })
  return new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject))
}

describe('limits', () => {
  test('beyond its rate a client is answered 429 with a time to wait', async () => {
    const slow = await start({ config: { limits: { requestsPerMinute: 3 } } })
    const answers = []
    for (let call = 0; call < 4; call += 1) answers.push(await post(slow.url + SIGN, orderSign()))
    const last = answers.at(-1)
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429])
    const seconds = Number(last?.headers.get('retry-after'))
    expect([seconds >= 1 && seconds <= 20, last && (await outcomeOf(last))?.code]).toEqual([true, 'throttled']) // one comes back in 20 s
    await slow.close()
  })

  test('one client over its rate does not slow another', async () => {
    const [a, b] = [ecPair('a'), ecPair('b')]
    const clients = [
      { id: 'a', iss: 'https://a.test', jwks: { keys: [a.jwk] } },
      { id: 'b', iss: 'https://b.test', jwks: { keys: [b.jwk] } },
    ]
    const two = await start({ config: { auth: 'required', limits: { requestsPerMinute: 2 } }, clients })
    const call = (iss: string, pair: typeof a) =>
      post(two.url + SIGN, orderSign(), {
        authorization: `Bearer ${makeToken(two.url + SIGN, { header: { kid: pair.kid }, payload: { iss }, key: pair.privateKey })}`,
      }).then(({ status }) => status)
    const seen = [
      await call('https://a.test', a),
      await call('https://a.test', a),
      await call('https://a.test', a),
      await call('https://b.test', b),
    ]
    expect(seen).toEqual([200, 200, 429, 200])
    await two.close()
  })

  test('more calls at once than there is room for are answered 503 at once, the others in full', async () => {
    let release: () => void = () => undefined
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    let begun = 0
    const runService = async () => {
      begun += 1
      await held
      return { cards: [] }
    }
    const busy = await start({ kit: { runService, admission: { total: 2, perClient: 2 } } })
    const first = [post(busy.url + SIGN, orderSign()), post(busy.url + SIGN, orderSign())]
    await expect.poll(() => begun).toBe(2)
    const third = await post(busy.url + SIGN, orderSign())
    expect([third.status, third.headers.get('retry-after'), (await outcomeOf(third))?.code]).toEqual([503, '1', 'transient'])
    release()
    expect((await Promise.all(first)).map(({ status }) => status)).toEqual([200, 200])
    expect((await post(busy.url + SIGN, orderSign())).status).toBe(200)
    await busy.close()
  })

  const holding = (ms: number) => async () => {
    const until = performance.now() + ms
    while (performance.now() < until); // work that holds the thread, as assessing does
    return { cards: [] }
  }

  // On a machine that stops, what comes in one moment may not be one moment for the server: not in each try.
  test('of more calls at once than can be answered soon, some are told to come again, and the next one is answered', {
    retry: 4,
  }, async () => {
    const busy = await start({ kit: { runService: holding(25) } })
    const answers = await fromOutside(busy.url + SIGN, orderSign(), 120)
    expect(new Set(answers)).toEqual(new Set(['200 undefined', '503 1']))
    expect((await post(busy.url + SIGN, orderSign())).status).toBe(200)
    await busy.close()
  })

  test('thirty-two calls at once are all answered, though the last has to wait longer than one of a lasting line may', {
    retry: 4,
  }, async () => {
    const busy = await start({ kit: { runService: holding(15) } })
    expect(new Set(await fromOutside(busy.url + SIGN, orderSign(), 32))).toEqual(new Set(['200 undefined']))
    await busy.close()
  })

  test('callers who hang up give their place back', async () => {
    let begun = 0
    const runService = () => {
      begun += 1
      return new Promise<never>(() => undefined)
    }
    const busy = await start({ kit: { runService, admission: { total: 1, perClient: 1 } } })
    const statuses = () =>
      lines(busy)
        .filter(({ msg }) => msg === 'answered')
        .map(({ status }) => status)
    for (let call = 1; call <= 3; call += 1) {
      const caller = new AbortController()
      const { signal } = caller
      const headers = { 'content-type': 'application/json' }
      const calling = fetch(busy.url + SIGN, { method: 'POST', headers, body: JSON.stringify(orderSign()), signal })
      const given = expect(calling).rejects.toThrow()
      await expect.poll(() => begun).toBe(call) // else its place was not given back
      caller.abort()
      await given
      await expect.poll(statuses).toEqual(Array(call).fill(499))
    }
    await busy.close()
  })

  test('200 senders that never finish their bodies block nobody', async () => {
    const { port } = new URL(running.url)
    const head = `POST ${SIGN} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"hook":`
    const sockets = Array.from({ length: 200 }, () => connect(Number(port), '127.0.0.1').on('error', () => undefined))
    for (const socket of sockets) socket.write(head)
    await new Promise((resolve) => setTimeout(resolve, 30))
    const started = performance.now()
    expect((await post(running.url + SIGN, orderSign())).status).toBe(200)
    expect(performance.now() - started).toBeLessThan(SERVER_TIMES.headers) // who had to wait for them would wait for their end
    for (const socket of sockets) socket.destroy()
  })
})

describe('privacy', () => {
  test('neither tokens nor anything of the patient reaches log, metrics or error answers', async () => {
    const planted = 'Zz9Plantedmarker'
    const fhir = await serveFhir((_req, res) => sendJson(res, { resourceType: 'OperationOutcome', issue: [{ diagnostics: planted }] }, 500))
    const server = await start({ clients: [{ id: 'anonymous', fhirServers: [fhir.base] }] })
    const marked = {
      ...orderSign(),
      hookInstance: planted,
      fhirServer: fhir.base,
      fhirAuthorization: { access_token: `${planted}-token` },
      prefetch: { patient: { ...patient, name: [{ family: planted }] }, problems: { resourceType: 'OperationOutcome', text: planted } },
    }
    const bodies: unknown[] = [
      marked,
      { ...marked, hook: planted },
      { ...marked, context: { patientId: `${planted}/..`, userId: planted } },
      { ...marked, fhirServer: `https://${planted}.test` },
      JSON.stringify(marked).slice(0, -3),
    ]
    const answers = []
    for (const body of bodies)
      answers.push(await (await post(`${server.url}${SIGN}?name=${planted}`, body, { authorization: `Bearer ${planted}` })).text())
    answers.push(await (await post(`${server.url}/cds-services/${planted}`, marked)).text())
    answers.push(
      await (
        await post(`${server.url}/api/profile`, { fhirServer: planted, patient: `${planted}!` }, { authorization: `Bearer ${planted}` })
      ).text(),
    )
    await expect.poll(() => lines(server).filter(({ msg }) => msg === 'answered').length).toBeGreaterThanOrEqual(7)
    const metrics = await (await fetch(`${server.url}/metrics`)).text()
    for (const text of [...answers, metrics, server.log.join('')]) expect(text).not.toContain(planted)
    await server.close()
    await fhir.close()
  })
})

describe('the API of the app', () => {
  const authorization = 'Bearer app-token'
  const asked = { fhirServer: 'https://ehr.example.org/fhir', patient: 'p1' }
  const profile = (of: Running, body: unknown = asked, headers: Record<string, string> = { authorization }) =>
    post(`${of.url}/api/profile`, body, headers)

  test('a profile comes as one JSON event per line', async () => {
    const answer = await profile(running)
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/x-ndjson'])
    expect(
      (await answer.text())
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).event),
    ).toEqual(['done'])
  })

  test('events are sent as soon as they are known', async () => {
    let finish: () => void = () => undefined
    const later = new Promise<void>((resolve) => {
      finish = resolve
    })
    const streaming = await start({
      kit: {
        runProfile: async (_request, _caller, emit) => {
          emit({ event: 'estimates', estimates: [] })
          await later
          emit({ event: 'done', decision: 'd', versions: { attune: '1', rules: 'r' }, sandbox: true })
        },
      },
    })
    const reader = (await profile(streaming)).body?.getReader()
    const first = new TextDecoder().decode((await reader?.read())?.value)
    expect(JSON.parse(first)).toEqual({ event: 'estimates', estimates: [] })
    finish()
    expect(new TextDecoder().decode((await reader?.read())?.value)).toContain('"done"')
    await streaming.close()
  })

  test('an untrusted FHIR server is refused with 403 before anything is sent', async () => {
    const refusing = await start({
      kit: {
        runProfile: async () => {
          throw new AttuneError('fhir-server-untrusted', 'not registered')
        },
      },
    })
    const answer = await profile(refusing)
    expect([answer.status, (await outcomeOf(answer))?.code]).toEqual([403, 'forbidden'])
    await refusing.close()
  })

  test('a profile that breaks off ends with an error event', async () => {
    const breaking = await start({
      kit: {
        runProfile: async (_request, _caller, emit) => {
          emit({ event: 'estimates', estimates: [] })
          throw new Error('Quillfeather')
        },
      },
    })
    const events = (await (await profile(breaking)).text()).trimEnd().split('\n')
    expect(JSON.parse(events[1] ?? '')).toEqual({
      event: 'error',
      code: 'unexpected',
      text: 'Something went wrong here. The operator has been told.',
    })
    await breaking.close()
  })

  test.each<readonly [string, number, unknown, Record<string, string>]>([
    ['no token', 401, asked, {}],
    ['another scheme', 401, asked, { authorization: 'Basic x' }],
    ['no patient', 400, { fhirServer: 'https://x.test' }, { authorization }],
    ['a patient that climbs', 400, { ...asked, patient: '..' }, { authorization }],
    ['broken JSON', 400, '{', { authorization }],
    ['a form', 415, 'x', { authorization, 'content-type': 'text/plain' }],
  ])('a profile with %s is refused with %i', async (_name, status, body, headers) => {
    const answer = await profile(running, body, headers)
    expect(answer.status).toBe(status)
    expect((await outcomeOf(answer))?.details.text).not.toBe('')
  })

  test('products are found by the words of a name', async () => {
    const find = async (query: string) => json(await fetch(`${running.url}/api/products${query}`))
    expect(await find('?q=drugname')).toMatchObject({ products: [{ rxcui: '309362', name: 'drugname 75 MG Oral Tablet' }] })
    for (const query of ['', '?q=', '?q=%20', '?q=a&q=b', '?q[x]=1']) expect(await find(query)).toEqual({ products: [] })
  })

  test('decisions can be looked at in the sandbox', async () => {
    expect(await json(await fetch(`${running.url}/api/decisions/d1`))).toMatchObject({ id: 'd1' })
    expect((await fetch(`${running.url}/api/decisions/none`)).status).toBe(404)
    expect(await json(await fetch(`${running.url}/api/recent`))).toEqual({ decisions: [] })
  })

  test('decisions are nobody’s business in production', async () => {
    const production = await start({ mode: 'production' })
    expect((await fetch(`${production.url}/api/decisions/d1`)).status).toBe(404)
    expect((await fetch(`${production.url}/api/recent`)).status).toBe(404)
    await production.close()
  })
})

describe('operation', () => {
  test('alive is alive, and ready is ready only when every part is', async () => {
    expect(await json(await fetch(`${running.url}/healthz`))).toEqual({ status: 'ok' })
    expect(await json(await fetch(`${running.url}/readyz`))).toEqual({ status: 'ready', parts: { ledger: { ok: true } } })
    const ill = await start({ kit: { health: async () => ({ ledger: { ok: false, detail: 'spooling' }, rules: { ok: true } }) } })
    const answer = await fetch(`${ill.url}/readyz`)
    expect([answer.status, await json(answer)]).toMatchObject([503, { status: 'not-ready', parts: { ledger: { ok: false } } }])
    await ill.close()
  })

  test('metrics count by service and status', async () => {
    const counted = await start()
    await post(counted.url + SIGN, orderSign())
    await post(`${counted.url}/cds-services/nobody`, orderSign())
    await expect.poll(() => lines(counted).filter(({ msg }) => msg === 'answered').length).toBe(2)
    const text = await (await fetch(`${counted.url}/metrics`)).text()
    expect(text).toContain('attune_request_seconds_count{route="/cds-services/:id",service="echo-order-sign",status="200"} 1')
    expect(text).toContain('attune_request_seconds_count{route="/cds-services/:id",service="",status="404"} 1')
    await counted.close()
  })

  test('openapi.json describes every endpoint that answers, and the page shows each of them', async () => {
    const document = (await json(await fetch(`${running.url}/openapi.json`))) as OpenApi
    const page = await (await fetch(`${running.url}/docs`)).text()
    expect(document.openapi).toBe('3.1.0')
    for (const { method, path } of ENDPOINTS) {
      expect(document.paths[path]).toHaveProperty(method)
      expect(page).toContain(`<h3>${method.toUpperCase()} ${path}</h3>`)
      const answer = await fetch(running.url + path.replace('{id}', path.startsWith('/api') ? 'd1' : 'echo-order-sign'), { method })
      expect([path, answer.status]).not.toEqual([path, 404])
      expect([path, answer.status]).not.toEqual([path, 405])
    }
    expect(page).not.toMatch(/<script|https?:\/\/(?!127\.0\.0\.1)/)
  })

  test('the description of the hook bodies comes from the schemas that check them', async () => {
    const document = JSON.stringify(await json(await fetch(`${running.url}/openapi.json`)))
    for (const word of ['hookInstance', 'draftOrders', 'selections', 'patientId', 'outcomeTimestamp', 'OperationOutcome'])
      expect(document).toContain(word)
  })
})

describe('pages', () => {
  const folder = mkdtempSync(join(tmpdir(), 'attune-pages-'))
  for (const sub of ['app', 'assets']) mkdirSync(join(folder, sub))
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Sandbox EHR</title>')
  writeFileSync(join(folder, 'app/index.html'), '<!doctype html><title>App</title>')
  writeFileSync(join(folder, 'app/launch.html'), '<!doctype html><title>Launch</title>')
  writeFileSync(join(folder, 'assets/main-abc.js'), 'export {}')
  afterAll(() => rmSync(folder, { recursive: true }))

  const clients = [
    { id: 'ehr', fhirServers: ['https://fhir.example.org:8443/r4'], frameAncestors: ['https://ehr.example.org', 'https://*.clinic.test'] },
  ]
  const policyOf = (answer: Response): Record<string, string> =>
    Object.fromEntries(
      (answer.headers.get('content-security-policy') ?? '').split('; ').map((part) => {
        const [name = '', ...sources] = part.split(' ')
        return [name, sources.join(' ')]
      }),
    )

  test('in the sandbox / is the EHR page, which may frame the app', async () => {
    const sandbox = await start({ clients, kit: { publicDir: folder } })
    const answer = await fetch(`${sandbox.url}/`)
    expect(await answer.text()).toContain('Sandbox EHR')
    expect(policyOf(answer)).toMatchObject({ 'frame-src': "'self'", 'frame-ancestors': "'none'", 'script-src': "'self'" })
    const app = await fetch(`${sandbox.url}/app/`)
    expect(policyOf(app)['frame-ancestors']).toBe("'self' https://ehr.example.org https://*.clinic.test")
    await sandbox.close()
  })

  test('the app may talk to a token endpoint on another host only where it is registered', async () => {
    const elsewhere = clients.map((client) => ({ ...client, authorizationServers: ['https://login.example.org/oauth2'] }))
    for (const [registered, connect] of [
      [clients, "'self' https://fhir.example.org:8443"],
      [elsewhere, "'self' https://fhir.example.org:8443 https://login.example.org"],
    ] as const) {
      const site = await start({ mode: 'production', clients: registered, kit: { publicDir: folder } })
      expect(policyOf(await fetch(`${site.url}/app/`))['connect-src']).toBe(connect)
      await site.close()
    }
  })

  test('in production / is a plain page and the app may be framed by registered EHRs alone', async () => {
    const production = await start({ mode: 'production', clients, kit: { publicDir: folder } })
    for (const path of ['/', '/index.html']) expect(await (await fetch(production.url + path)).text()).not.toContain('Sandbox EHR')
    const launch = await fetch(`${production.url}/app/launch.html`)
    expect(await launch.text()).toContain('Launch')
    expect(policyOf(launch)).toEqual({
      'default-src': "'none'",
      'script-src': "'self'",
      'style-src': "'self'",
      'img-src': "'self' data: blob:",
      'font-src': "'self'",
      'manifest-src': "'self'",
      'worker-src': "'self'",
      'connect-src': "'self' https://fhir.example.org:8443",
      'form-action': "'self'",
      'frame-src': "'none'",
      'base-uri': "'none'",
      'require-trusted-types-for': "'script'",
      'trusted-types': "'none'",
      'object-src': "'none'",
      'frame-ancestors': 'https://ehr.example.org https://*.clinic.test',
    })
    await production.close()
  })

  test('without registered EHRs nobody may frame the app in production', async () => {
    const production = await start({ mode: 'production', kit: { publicDir: folder } })
    expect(policyOf(await fetch(`${production.url}/app/`))['frame-ancestors']).toBe("'none'")
    await production.close()
  })

  test('files whose name is made of their content may be kept', async () => {
    const sandbox = await start({ kit: { publicDir: folder } })
    expect((await fetch(`${sandbox.url}/assets/main-abc.js`)).headers.get('cache-control')).toContain('immutable')
    expect((await fetch(`${sandbox.url}/assets/none.js`)).status).toBe(404)
    expect((await fetch(`${sandbox.url}/app/..%2f..%2f..%2fetc%2fpasswd`)).status).toBe(404)
    await sandbox.close()
  })

  test.each(["https://a.test; script-src 'unsafe-inline'", 'https://a.test https://b.test', '*', 'data:', ''])(
    'a frame ancestor written %j stops the start',
    async (origin) => {
      await expect(start({ clients: [{ id: 'ehr', frameAncestors: [origin] }] })).rejects.toMatchObject({ code: 'config-invalid' })
    },
  )

  test('no answer allows inline code, sniffing or referrers, and data answers allow nothing', async () => {
    for (const path of ['/cds-services', '/docs', '/nothing', '/openapi.json']) {
      const { headers } = await fetch(running.url + path)
      expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'/)
      expect(headers.get('content-security-policy')).not.toContain('unsafe')
      expect([headers.get('x-content-type-options'), headers.get('referrer-policy')]).toEqual(['nosniff', 'no-referrer'])
      expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
    }
  })

  test('answers about patients are kept by no cache', async () => {
    expect((await post(running.url + SIGN, orderSign())).headers.get('cache-control')).toBe('no-store')
  })
})
