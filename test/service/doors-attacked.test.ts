import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ProfileEvent } from '../../src/contract/profile.ts'
import type { ReviewAnswer } from '../../src/contract/review.ts'
import { OUTCOME_SCHEMA } from '../../src/http/answer-schemas.ts'
import { type Running, serve } from '../../src/main.ts'
import { type HostileEhr, startHostileEhr } from '../browser/hostile-ehr.ts'
import { PATIENT, wholeRecord } from '../browser/hostile-record.ts'

const DOORS = [
  '/api/profile',
  '/api/passport',
  '/api/report',
  '/api/review',
  '/api/review/list',
  '/api/review/sign-off',
  '/api/what-if',
  '/api/what-if/missing',
] as const
const OF_A_PATIENT = DOORS.filter((door) => !door.startsWith('/api/what-if'))

const deep = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`

/** Bodies that no door may take, with the statuses that say so. */
const BODIES: readonly (readonly [name: string, body: string, statuses: readonly number[], type?: string])[] = [
  ['nothing', '', [400]],
  ['no JSON', '{"patient":', [400]],
  ['null', 'null', [400]],
  ['a list', '[]', [400]],
  ['a text', '"p19"', [400]],
  ['an empty object', '{}', [400]],
  [
    'members of wrong types',
    '{"fhirServer":7,"patient":[],"decision":{},"flags":"x","seal":null,"marks":1,"model":{},"inputs":[],"change":0}',
    [400],
  ],
  ['a prototype', '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}', [400]],
  ['nesting without end', `{"content":${deep(5000)},"inputs":${deep(5000)}}`, [400]],
  ['more than is read', `{"content":"${'x'.repeat(10_000_001)}"}`, [413]],
  ['a form', 'patient=p19', [415], 'application/x-www-form-urlencoded'],
]

/** What is never said to a caller: what runs here, what was sent, where it stands. */
const TELLTALES = /node_modules|\.ts\b|zod|SyntaxError|TypeError|RangeError|Unexpected token|\/tmp\//i

describe('The doors of the app, attacked', () => {
  let attune: Running
  let one: HostileEhr
  let other: HostileEhr
  const folder = mkdtempSync(join(tmpdir(), 'attune-doors-'))

  beforeAll(async () => {
    one = await startHostileEhr(PATIENT, wholeRecord)
    other = await startHostileEhr(PATIENT, wholeRecord)
    const config = join(folder, 'attune.json')
    const clients = [one, other].map(({ fhir }, at) => ({
      id: `ehr-${at}`,
      tenant: `hospital-${at}`,
      iss: `https://ehr-${at}.example`,
      jwks: { keys: [] },
      fhirServers: [fhir],
    }))
    writeFileSync(config, JSON.stringify({ auth: 'open', network: { allowHttp: true, allowPrivateAddresses: true }, clients }))
    attune = await serve({ PORT: '0', ATTUNE_CONFIG: config, ATTUNE_DATA_DIR: join(folder, 'data'), LOG_LEVEL: 'silent' })
  }, 600_000)
  afterAll(async () => {
    await attune?.stop()
    await one?.close()
    await other?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const send = (door: string, body: string, headers: Record<string, string> = {}) =>
    fetch(attune.url + door, {
      method: 'POST',
      headers: { authorization: 'Bearer token', 'content-type': 'application/json', ...headers },
      body,
    })
  const ask = (door: string, body: object) => send(door, JSON.stringify(body))

  test.each(DOORS)('%s takes none of the wrong bodies, and says so without a word about itself', async (door) => {
    const said: unknown[] = []
    for (const [name, body, statuses, type] of BODIES) {
      const answer = await send(door, body, type ? { 'content-type': type } : {})
      const text = await answer.text()
      const outcome = OUTCOME_SCHEMA.safeParse(JSON.parse(text)).success
      if (!statuses.includes(answer.status) || TELLTALES.test(text) || !outcome) said.push([name, answer.status, text.slice(0, 200)])
    }
    expect(said).toEqual([])
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })

  test.each(DOORS)('%s is closed without a token, to other methods and to pages of other origins', async (door) => {
    const without = await fetch(attune.url + door, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' })
    const read = await fetch(attune.url + door)
    const preflight = await fetch(attune.url + door, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://evil.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization',
      },
    })
    const foreign = await send(door, '{}', { origin: 'https://evil.example' })
    expect([without.status, read.status]).toEqual([401, 405])
    for (const answer of [preflight, foreign]) expect(answer.headers.get('access-control-allow-origin')).toBeNull()
    expect(foreign.headers.get('cache-control')).toContain('no-store')
  })

  const LIST = { decision: 'd', flags: [{ id: 'f', rests: {} }], seal: 's' }
  const REST: Readonly<Record<string, object>> = {
    '/api/review/list': LIST,
    '/api/review': { ...LIST, marks: [{ flag: 'f', mark: 'reviewed' }] },
    '/api/review/sign-off': { ...LIST, mayWrite: true, language: 'en' },
    '/api/report': { decision: 'd', content: { facts: {}, assessment: {} }, seal: 's', language: 'en' },
  }

  test.each(OF_A_PATIENT)('%s: an id that is a path, and a server that is not registered, reach no network', async (door) => {
    const asked: string[] = []
    one.fault = (url) => {
      asked.push(url.pathname)
      return false
    }
    const ids = ['../Patient', 'a/b', 'a?b=c', '%2e%2e', '..', '.', 'a b', 'a'.repeat(65), '', 'x\u0000']
    for (const patient of ids)
      expect([patient, (await ask(door, { fhirServer: one.fhir, patient, ...REST[door] })).status]).toEqual([patient, 400])
    const { origin, host } = new URL(one.fhir)
    const servers = [
      `${origin}/other`,
      `${one.fhir}/../admin`,
      `${one.fhir}.evil.example`,
      `http://x@${host}/fhir`,
      'http://169.254.169.254/latest',
      'file:///etc/passwd',
      `${one.fhir}?x`,
      `${one.fhir}#x`,
    ]
    for (const fhirServer of servers) {
      const answer = await ask(door, { fhirServer, patient: PATIENT, ...REST[door] })
      const refused =
        door === '/api/profile' ? (await answer.text()).includes('fhir-server-untrusted') || answer.status === 403 : answer.status === 403
      expect([fhirServer, refused]).toEqual([fhirServer, true])
    }
    one.fault = () => false
    expect(asked).toEqual([])
  })

  const profileOf = async (ehr: HostileEhr) => {
    const events = (await (await ask('/api/profile', { fhirServer: ehr.fhir, patient: PATIENT })).text()).trim().split('\n')
    return events.map((line) => JSON.parse(line) as ProfileEvent)
  }
  const sealedOf = async (ehr: HostileEhr) => {
    const events = await profileOf(ehr)
    const review = events.find((event) => event.event === 'review')
    const done = events.find((event) => event.event === 'done')
    if (review?.event !== 'review' || done?.event !== 'done') throw new Error('no review')
    return { fhirServer: ehr.fhir, patient: PATIENT, decision: done.decision, ...review.review }
  }

  test('a note of one hospital is neither listed nor accepted in another, for the same patient id', { timeout: 600_000 }, async () => {
    const here = await sealedOf(one)
    const there = await sealedOf(other)
    const flag = here.flags[0]?.id
    const marked = await ask('/api/review', { ...here, marks: [{ flag, mark: 'accepted', note: 'Quillfeather' }] })
    expect(await marked.text()).toContain('Quillfeather')
    const list = await ask('/api/review/list', there)
    const text = await list.text()
    expect(list.status).toBe(200)
    expect(text).not.toContain('Quillfeather')
    expect((JSON.parse(text) as ReviewAnswer).flags.every(({ state }) => state === 'new')).toBe(true)
    for (const door of ['/api/review/list', '/api/review'])
      expect(
        (await ask(door, { ...here, fhirServer: other.fhir, ...(door === '/api/review' ? { marks: [{ flag, mark: 'reviewed' }] } : {}) }))
          .status,
      ).toBe(400)
  })

  test('a mark that is sent again is a step of its own, and takes nothing back', { timeout: 600_000 }, async () => {
    const sealed = await sealedOf(one)
    const flag = sealed.flags.at(-1)?.id
    const body = { ...sealed, marks: [{ flag, mark: 'reviewed', note: 'first' }] }
    await ask('/api/review', body)
    const again = (await (await ask('/api/review', body)).json()) as ReviewAnswer
    expect(again.flags.find((one) => one.flag === flag)?.history.map(({ note }) => note)).toEqual(['first', 'first'])
  })

  test('a sign-off of another hospital cannot be written again from here', { timeout: 600_000 }, async () => {
    const here = await sealedOf(one)
    await ask('/api/review', { ...here, marks: [{ flag: here.flags[0]?.id, mark: 'accepted' }] })
    const signed = (await (await ask('/api/review/sign-off', { ...here, mayWrite: false, language: 'en' })).json()) as ReviewAnswer
    const again = signed.signOffs.at(-1)?.id
    const there = await sealedOf(other)
    expect(again).toBeTruthy()
    expect((await ask('/api/review/sign-off', { ...there, mayWrite: true, language: 'en', again })).status).toBe(400)
  })

  test('a text of a note that holds markup and controls comes back as it was written, and the page of it runs nothing', {
    timeout: 600_000,
  }, async () => {
    const sealed = await sealedOf(one)
    const note = '</script><img src=x onerror=alert(1)> \u202eabc'
    const answer = await ask('/api/review', { ...sealed, marks: [{ flag: sealed.flags[0]?.id, mark: 'reviewed', note }] })
    expect(answer.headers.get('content-type')).toContain('application/json')
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    expect(((await answer.json()) as ReviewAnswer).flags[0]?.history[0]?.note).toBe(note)
  })
})
