import zlib from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import type { AskedCode, CodeAnswer } from '../../src/contract/drug-answers.ts'
import { makeOutbound } from '../../src/fhir/outbound.ts'
import { makeTerminologyServer, type TerminologySettings } from '../../src/fhir/terminology-server.ts'
import { type FhirServer, type Handler, sendJson, serveFhir } from './fault-server.ts'

const RXNORM = 'http://www.nlm.nih.gov/research/umls/rxnorm'
const NDC = 'http://hl7.org/fhir/sid/ndc'
const LOCAL = 'urn:oid:1.2.3.4'
const SETTINGS = { timeoutMs: 5000, systems: [RXNORM, NDC, LOCAL], maxBytes: 20_000, cacheEntries: 100, cacheMinutes: 10 }

const parameters = (...parameter: object[]) => ({ resourceType: 'Parameters', parameter })
const display = (text: string) => parameters({ name: 'display', valueString: text })
const match = (code: string, equivalence: string, system = RXNORM) =>
  parameters(
    { name: 'result', valueBoolean: true },
    {
      name: 'match',
      part: [
        { name: 'equivalence', valueCode: equivalence },
        { name: 'concept', valueCoding: { system, code } },
      ],
    },
  )
const outcome = { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'not-found' }] }

const isLookup = (url: string | undefined) => (url ?? '').includes('CodeSystem/$lookup')
/** Lookups answered one way, translations another. */
const by =
  (lookup: Handler, translate: Handler = (_req, res) => sendJson(res, outcome, 404)): Handler =>
  (req, res) =>
    (isLookup(req.url) ? lookup : translate)(req, res)

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

const start = async (handler: Handler, settings: Partial<TerminologySettings> = {}, now?: () => number) => {
  const server = await serveFhir(handler)
  const outbound = makeOutbound({ allowHttp: true, allowPrivateAddresses: true })
  closing.push(async () => {
    outbound.close()
    await server.close()
  })
  return { server, terminology: makeTerminologyServer(outbound, { url: server.base, ...SETTINGS, ...settings }, now) }
}

const one = { system: RXNORM, code: '90000022' }
const ndc = { system: NDC, code: '55555044402' }

const ask = async (
  handler: Handler,
  asked: AskedCode = one,
  settings: Partial<TerminologySettings> = {},
): Promise<{ answer: CodeAnswer | undefined; server: FhirServer; state: string | undefined }> => {
  const { server, terminology } = await start(handler, settings)
  const resolved = await terminology.resolve([asked])
  return { answer: resolved?.answers[0]?.answer, server, state: resolved?.question.state }
}

describe('a code that the server knows', () => {
  it('has the name that the server gives it', async () => {
    expect(await ask((_req, res) => sendJson(res, display('clopidogrel 75 MG Oral Tablet')))).toMatchObject({
      answer: { state: 'known', rxcuis: [], names: ['clopidogrel 75 MG Oral Tablet'] },
      state: 'answered',
    })
  })

  it('an RxNorm code is looked up; the address holds system and code, and nothing else of the call', async () => {
    const { server } = await ask((_req, res) => sendJson(res, display('x')))
    expect(server.asked.map(decodeURIComponent)).toEqual([`/fhir/CodeSystem/$lookup?system=${RXNORM}&code=90000022`])
    expect(Object.keys(server.headers[0] ?? {}).sort()).toEqual(['accept', 'accept-encoding', 'connection', 'host', 'user-agent'])
  })

  it('a code of another system is looked up and translated to RxNorm, side by side', async () => {
    const { answer, server } = await ask(
      by(
        (_req, res) => sendJson(res, display('Testogrel tablets')),
        (_req, res) => sendJson(res, match('309362', 'equivalent')),
      ),
      ndc,
      { conceptMap: 'https://example.org/map' },
    )
    expect(answer).toEqual({ state: 'known', rxcuis: ['309362'], names: ['Testogrel tablets'] })
    expect(server.asked.map(decodeURIComponent).sort()).toEqual([
      `/fhir/CodeSystem/$lookup?system=${NDC}&code=55555044402`,
      `/fhir/ConceptMap/$translate?url=https://example.org/map&system=${NDC}&code=55555044402&targetsystem=${RXNORM}`,
    ])
  })

  it.each(['equal', 'equivalent', 'wider', 'subsumes'])('a translation that is %s counts', async (equivalence) => {
    const answer = await ask(
      by(
        (_req, res) => sendJson(res, outcome, 404),
        (_req, res) => sendJson(res, match('1', equivalence)),
      ),
      ndc,
    )
    expect(answer.answer).toEqual({ state: 'known', rxcuis: ['1'], names: [] })
  })

  it.each(['narrower', 'specializes', 'inexact', 'relatedto', 'unmatched', 'disjoint'])(
    'a translation that is %s may be another drug and does not count',
    async (equivalence) => {
      const answer = await ask(
        by(
          (_req, res) => sendJson(res, outcome, 404),
          (_req, res) => sendJson(res, match('1', equivalence)),
        ),
        ndc,
      )
      expect(answer.answer).toEqual({ state: 'unknown' })
    },
  )

  it('a translation to another system than RxNorm does not count', async () => {
    const handler = by(
      (_req, res) => sendJson(res, outcome, 404),
      (_req, res) => sendJson(res, match('1', 'equal', 'http://snomed.info/sct')),
    )
    expect((await ask(handler, ndc)).answer).toEqual({ state: 'unknown' })
  })

  it('what one operation knows stands although the other failed', async () => {
    const handler = by(
      (_req, res) => sendJson(res, outcome, 500),
      (_req, res) => sendJson(res, match('1', 'equal')),
    )
    expect((await ask(handler, ndc)).answer).toEqual({ state: 'known', rxcuis: ['1'], names: [] })
  })

  it('a packed answer is read', async () => {
    const packed: Handler = (_req, res) =>
      res.writeHead(200, { 'content-encoding': 'gzip' }).end(zlib.gzipSync(JSON.stringify(display('codeine'))))
    expect((await ask(packed)).answer).toMatchObject({ state: 'known', names: ['codeine'] })
  })
})

describe('a code that the server does not know', () => {
  it.each([400, 404, 410, 422])('status %d says so', async (status) => {
    expect(await ask((_req, res) => sendJson(res, outcome, status))).toMatchObject({ answer: { state: 'unknown' }, state: 'empty' })
  })

  it.each([
    ['without a display', parameters({ name: 'name', valueString: 'RxNorm' })],
    ['with an empty display', display(' ')],
    ['without parameters', { resourceType: 'Parameters' }],
    ['with parameters that are no list', { resourceType: 'Parameters', parameter: 7 }],
  ])('an answer %s says nothing', async (_how, body) => {
    expect((await ask((_req, res) => sendJson(res, body))).answer).toEqual({ state: 'unknown' })
  })
})

const BOMB = zlib.gzipSync(Buffer.alloc(20_000_000, 32))

/** Fault, and the words for it. */
const FAULTS: readonly (readonly [string, Handler, string])[] = [
  ['401', (_q, res) => sendJson(res, outcome, 401), 'the terminology server did not allow the question'],
  ['429', (_q, res) => sendJson(res, outcome, 429), 'the terminology server is busy'],
  ['500', (_q, res) => sendJson(res, outcome, 500), 'the terminology server failed'],
  ['503', (_q, res) => sendJson(res, outcome, 503), 'the terminology server is busy'],
  [
    'a redirect',
    (_q, res) => res.writeHead(302, { location: 'http://127.0.0.2:9/' }).end(),
    'the terminology server redirected; redirects are not followed',
  ],
  ['HTML', (_q, res) => res.writeHead(200).end('<html>'), 'the answer of the terminology server was not readable'],
  ['cut JSON', (_q, res) => res.writeHead(200).end('{"resourceType":"Param'), 'the answer of the terminology server was not readable'],
  ['null', (_q, res) => sendJson(res, null), 'the answer of the terminology server was not readable'],
  ['another resource', (_q, res) => sendJson(res, { resourceType: 'Patient' }), 'the answer of the terminology server was not readable'],
  [
    'broken gzip',
    (_q, res) => res.writeHead(200, { 'content-encoding': 'gzip' }).end('no'),
    'the answer of the terminology server was not readable',
  ],
  ['too much', (_q, res) => sendJson(res, display('x'.repeat(30_000))), 'the terminology server sent more than this service reads'],
  [
    'a gzip bomb',
    (_q, res) => res.writeHead(200, { 'content-encoding': 'gzip' }).end(BOMB),
    'the terminology server sent more than this service reads',
  ],
  ['a reset', (req) => req.socket.destroy(), 'the connection to the terminology server failed'],
  ['silence', () => undefined, 'the terminology server did not answer in time'],
  ['a body that never ends', (_q, res) => void res.writeHead(200).write('{'), 'the terminology server did not answer in time'],
]

describe('a server in trouble', () => {
  it.each(FAULTS)('%s is a failure with its reason', async (_fault, handler, because) => {
    const late = because.endsWith('in time') ? { timeoutMs: 100 } : {}
    const { answer, state, server } = await ask(handler, one, late)
    expect([answer, state, server.asked.length]).toEqual([{ state: 'failed', because }, 'failed', 1])
  })

  it('that is down is a failure', async () => {
    const { server, terminology } = await start(() => undefined)
    await server.close()
    expect((await terminology.resolve([one]))?.answers[0]?.answer).toEqual({
      state: 'failed',
      because: 'the connection to the terminology server failed',
    })
  })

  it('that never answers holds nobody up, however many codes are asked for', async () => {
    const { terminology } = await start(() => undefined, { timeoutMs: 100 })
    const resolved = await terminology.resolve(Array.from({ length: 10 }, (_, at) => ({ system: RXNORM, code: String(100 + at) })))
    expect(resolved?.answers.map(({ answer }) => answer.state)).toEqual(Array(10).fill('failed'))
  })

  it('that is slow is not waited for, and its late answer serves the next call', async () => {
    let release = (): void => undefined
    const handler: Handler = (_req, res) => {
      release = () => sendJson(res, display('codeine'))
    }
    const { server, terminology } = await start(handler, { timeoutMs: 200 })
    expect((await terminology.resolve([one]))?.answers[0]?.answer).toMatchObject({ state: 'failed' })
    release()
    expect((await terminology.resolve([one]))?.answers[0]?.answer).toMatchObject({ state: 'known', names: ['codeine'] })
    expect(server.asked).toHaveLength(1)
  })

  it('that fails five times is left alone for ten seconds, then tried again', async () => {
    let ms = 0
    let healthy = false
    const handler: Handler = (_req, res) => sendJson(res, healthy ? display('codeine') : outcome, healthy ? 200 : 500)
    const { server, terminology } = await start(handler, {}, () => ms)
    for (let at = 0; at < 5; at += 1) await terminology.resolve([{ system: RXNORM, code: String(at) }])
    expect(await terminology.resolve([one])).toMatchObject({
      answers: [{ answer: { because: expect.stringContaining('not answered for a while') } }],
    })
    expect([server.asked.length, terminology.resting()]).toEqual([5, true])
    ms += 10_001
    healthy = true
    expect((await terminology.resolve([one]))?.answers[0]?.answer).toMatchObject({ state: 'known' })
    expect(terminology.resting()).toBe(false)
  })

  it('a private address is refused where the configuration does not allow it', async () => {
    const server = await serveFhir((_req, res) => sendJson(res, display('x')))
    const outbound = makeOutbound({ allowHttp: true, allowPrivateAddresses: false })
    const terminology = makeTerminologyServer(outbound, { url: server.base, ...SETTINGS })
    expect((await terminology.resolve([one]))?.answers[0]?.answer).toEqual({
      state: 'failed',
      because: 'the terminology server is on an address that this service may not reach',
    })
    expect(server.asked).toEqual([])
    outbound.close()
    await server.close()
  })
})

describe('what is asked', () => {
  it.each([
    ['a code of a system that is not configured', { system: 'http://example.org/local', code: '1' }],
    ['free text in place of a code', { system: RXNORM, code: 'for Mrs Quillfeather, 12 Elm Street' }],
    ['a code with a path in it', { system: RXNORM, code: '../../Patient/1' }],
    ['a code that is very long', { system: RXNORM, code: '1'.repeat(65) }],
  ])('%s is never sent', async (_what, asked) => {
    const { server, terminology } = await start((_req, res) => sendJson(res, display('x')))
    expect(await terminology.resolve([asked])).toBeNull()
    expect(server.asked).toEqual([])
  })

  it('the same code is asked for once, in one call, in calls at the same time, and in calls after it', async () => {
    const { server, terminology } = await start((_req, res) => setTimeout(() => sendJson(res, display('codeine')), 30))
    await Promise.all([terminology.resolve([one, one]), terminology.resolve([one])])
    await terminology.resolve([one])
    expect(server.asked).toHaveLength(1)
  })

  it('that a code is unknown is kept, too; a failure is not', async () => {
    let status = 500
    const { server, terminology } = await start((_req, res) => sendJson(res, outcome, status))
    await terminology.resolve([one])
    status = 404
    for (let at = 0; at < 3; at += 1) await terminology.resolve([one])
    expect(server.asked).toHaveLength(2)
  })

  it('an answer is asked for anew when its time is over, and the cache keeps no more than configured', async () => {
    let ms = 0
    const { server, terminology } = await start(
      (_req, res) => sendJson(res, display('codeine')),
      { cacheEntries: 2 },
      () => ms,
    )
    await terminology.resolve([one])
    ms += 11 * 60_000
    await terminology.resolve([one])
    expect(server.asked).toHaveLength(2)
    for (const code of ['1', '2', '3']) await terminology.resolve([{ system: RXNORM, code }])
    await terminology.resolve([one])
    expect(server.asked).toHaveLength(6)
  })

  it('no more than sixteen codes are asked for in one call', async () => {
    const { server, terminology } = await start((_req, res) => sendJson(res, display('codeine')))
    await terminology.resolve(Array.from({ length: 40 }, (_, at) => ({ system: RXNORM, code: String(at) })))
    expect(server.asked).toHaveLength(16)
  })
})
