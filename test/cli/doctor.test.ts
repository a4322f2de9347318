import { spawn } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PROFILE_QUESTIONS } from '../../cds-services/profile/questions.ts'
import { SERVICES } from '../../cds-services/registry.ts'
import { askedScopes } from '../../smart-app/app/session/scopes.ts'
import type { Finding } from '../../src/cli/doctor/finding.ts'
import { LOST } from '../../src/cli/doctor/needs.ts'
import { APP_SCOPES } from '../../src/cli/doctor/smart.ts'
import { projectRoot } from '../../src/project-root.ts'
import { capabilityStatement } from '../../src/sandbox/capability.ts'
import { smartConfiguration } from '../../src/sandbox/smart-configuration.ts'
import { certify, makeAuthority } from '../risk/remote/certificates.ts'
import { clientFor, type DoctorEhr, KEYS, type Story, startDoctorEhr } from './doctor-ehr.ts'
import { runMain } from './run-main.ts'

const folder = mkdtempSync(join(tmpdir(), 'attune-doctor-'))
const SECRET = 'hunter2-never-printed'
const open: { close: () => Promise<unknown> }[] = []

const freePort = async (): Promise<number> => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

let files = 0
const configFile = (config: object): string => {
  const path = join(folder, `config-${++files}.json`)
  writeFileSync(path, JSON.stringify(config))
  return path
}

type Report = { readonly ok: boolean; readonly counts: Record<string, number>; readonly findings: readonly Finding[] }
type Run = { readonly status: number; readonly report: Report; readonly text: string }

/** `attune doctor --json` in this process, with this environment for its length. */
const consult = async (config: object, environment: Record<string, string> = {}, ...words: string[]): Promise<Run> => {
  const kept = { ...process.env }
  Object.assign(process.env, { PORT: String(await freePort()), ATTUNE_DATA_DIR: join(folder, 'data'), ...environment })
  try {
    const { status, out } = await runMain('doctor', '--json', '--config', configFile(config), ...words)
    return { status, report: JSON.parse(out) as Report, text: out }
  } finally {
    for (const name of Object.keys(environment)) delete process.env[name]
    Object.assign(process.env, kept)
  }
}

/** Loading rules and models takes seconds: one run does it, the others stop at a folder that is not there. */
const NO_LOAD = { rulesDir: '/nowhere' } as const

const TEST_NETWORK = { allowHttp: true, allowPrivateAddresses: true }

beforeAll(() => {
  mkdirSync(join(folder, 'data'), { mode: 0o700 })
})
afterAll(async () => {
  for (const one of open) await one.close()
  rmSync(folder, { recursive: true, force: true })
})

const without = (type: string, parameter?: string) => (origin: string) => {
  const statement = capabilityStatement(origin, '2026-11-01')
  const [rest] = statement.rest
  const resource = rest?.resource
    .filter((one) => parameter !== undefined || one.type !== type)
    .map((one) =>
      one.type === type ? { ...one, searchParam: one.searchParam?.filter(({ name }: { name: string }) => name !== parameter) } : one,
    )
  return { ...statement, rest: [{ ...rest, resource }] }
}

const smartWith =
  (change: Record<string, unknown>) =>
  (origin: string): object =>
    Object.fromEntries(Object.entries({ ...smartConfiguration(origin), ...change }).filter(([, value]) => value !== null))

const answerAt =
  (path: string, answer: (response: http.ServerResponse) => unknown): NonNullable<Story['before']> =>
  (request, response) => {
    if (request.url !== path) return false
    answer(response)
    return true
  }

const METADATA = '/fhir/metadata'
const SMART = '/fhir/.well-known/smart-configuration'
const SWITCHED = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n'
const ESC = String.fromCharCode(27)

type Expected = readonly [check: string, state: Finding['state'], what: RegExp]

/** One EHR for each thing that can be wrong with one, and what the doctor says of it. */
const STORIES: Readonly<Record<string, readonly [Story, ...Expected[]]>> = {
  healthy: [
    {},
    ['keys', 'ok', /^1 of 1 keys can verify calls\.$/],
    ['fhir-version', 'ok', /^FHIR 4\.0\.1 \(R4\)\.$/],
    ['fhir-metadata', 'ok', /can be read/],
    ['smart-endpoints', 'ok', /named/],
    ['pkce', 'ok', /S256/],
    ['scopes', 'ok', /All scopes/],
    ['smart-capabilities', 'ok', /All capabilities/],
    ['id-token', 'ok', /named/],
    ['authorization-servers', 'ok', /may talk/],
    ['cors', 'ok', /may be read/],
    ['clock', 'ok', /differs by [0-2] seconds/],
    ['tls', 'warn', /plain http/],
    ['patient-access', 'not-checked', /really be read/],
  ],
  'private-key': [{ keys: { keys: [KEYS.secret] } }, ['keys', 'fail', /private parts/]],
  'no-kid': [{ keys: { keys: [{ ...KEYS.good, kid: undefined }] } }, ['keys', 'fail', /key number 1 has no kid/]],
  'wrong-curve': [{ keys: { keys: [KEYS.otherCurve] } }, ['keys', 'fail', /key p256 fits none of ES384, RS384/]],
  'weak-rsa': [{ keys: { keys: [KEYS.weakRsa] } }, ['keys', 'fail', /key weak fits none/]],
  'other-algorithm': [{ keys: { keys: [{ ...KEYS.otherCurve, alg: 'ES256' }] } }, ['keys', 'fail', /is for ES256, which is not among/]],
  symmetric: [{ keys: { keys: [KEYS.symmetric] } }, ['keys', 'fail', /private parts/], ['keys', 'fail', /of the kind oct/]],
  'one-of-two': [
    { keys: { keys: [KEYS.good, KEYS.otherCurve] } },
    ['keys', 'ok', /^1 of 2/],
    ['keys', 'warn', /Some keys cannot be used: key p256/],
  ],
  'for-encryption': [{ keys: { keys: [{ ...KEYS.rsa, use: 'enc' }] } }, ['keys', 'fail', /not for signatures/]],
  'same-kid': [{ keys: { keys: [KEYS.good, { ...KEYS.rsa, kid: 'k1' }] } }, ['keys', 'warn', /share a kid: k1/]],
  'broken-key': [{ keys: { keys: [{ kty: 'EC', kid: 'x', crv: 'P-384', x: '!', y: '!' }] } }, ['keys', 'fail', /key x is not readable/]],
  'no-keys': [{ keys: { keys: [] } }, ['keys', 'fail', /holds no keys/]],
  'keys-redirect': [
    { before: answerAt('/jwks.json', (res) => res.writeHead(302, { location: '/elsewhere' }).end()) },
    ['keys', 'fail', /status 302, a redirect/],
  ],
  'keys-html': [
    { before: answerAt('/jwks.json', (res) => res.writeHead(200, { 'content-type': 'text/html' }).end('<html>')) },
    ['keys', 'fail', /a page/],
  ],
  'keys-gone': [{ before: answerAt('/jwks.json', (res) => res.writeHead(404).end()) }, ['keys', 'fail', /status 404/]],
  'no-issuer': [{ client: { iss: undefined, jku: undefined } }, ['keys', 'warn', /no iss and no keys/]],
  'odd-origin': [
    { client: { cors: ['https://ehr.example/page'] } },
    ['origins', 'fail', /^Not an origin: https:\/\/ehr\.example\/page\.$/],
  ],
  'no-frames': [{ client: { frameAncestors: [] } }, ['origins', 'warn', /^Client no-frames has FHIR servers but no frameAncestors\.$/]],
  'no-server': [{ client: { fhirServers: [] } }, ['fhir-server', 'warn', /no fhirServers/]],
  dstu2: [
    { statement: (origin) => ({ ...capabilityStatement(origin, '2026'), fhirVersion: '1.0.2' }) },
    ['fhir-version', 'fail', /"1\.0\.2", not 4\.0/],
  ],
  'no-version': [
    { statement: (origin) => ({ ...capabilityStatement(origin, '2026'), fhirVersion: undefined }) },
    ['fhir-version', 'warn', /does not say its version/],
  ],
  'control-characters': [
    { statement: (origin) => ({ ...capabilityStatement(origin, '2026'), fhirVersion: `${ESC}[2J${'9'.repeat(500)}` }) },
    ['fhir-version', 'fail', /^The FHIR server says version "\?\[2J9{70,80}…", not 4\.0\.$/],
  ],
  'no-patient': [{ statement: without('Patient') }, ['fhir-queries', 'fail', /does not list Patient/]],
  'no-family': [{ statement: without('FamilyMemberHistory') }, ['fhir-queries', 'warn', /does not list FamilyMemberHistory/]],
  'no-category': [{ statement: without('Observation', 'category') }, ['fhir-queries', 'warn', /search parameter category of Observation/]],
  'no-resources': [
    { statement: () => ({ resourceType: 'CapabilityStatement', fhirVersion: '4.0.1' }) },
    ['fhir-queries', 'not-checked', /answers the queries/],
  ],
  'not-a-statement': [{ statement: () => ({ resourceType: 'Patient' }) }, ['fhir-metadata', 'fail', /no CapabilityStatement/]],
  'metadata-401': [{ before: answerAt(METADATA, (res) => res.writeHead(401).end()) }, ['fhir-metadata', 'not-checked', /FHIR version/]],
  'metadata-500': [{ before: answerAt(METADATA, (res) => res.writeHead(500).end('Traceback')) }, ['fhir-metadata', 'fail', /status 500/]],
  'metadata-cut': [{ before: answerAt(METADATA, (res) => res.end('{"resourceType":"Capab')) }, ['fhir-metadata', 'fail', /breaks off/]],
  'metadata-list': [{ statement: () => ['nothing'] }, ['fhir-metadata', 'fail', /JSON that is no object/]],
  'metadata-switched': [
    { before: answerAt(METADATA, (res) => res.socket?.end(SWITCHED)) },
    ['fhir-metadata', 'fail', /the connection broke \(another protocol\)/],
  ],
  'keys-large': [{ keys: { keys: [KEYS.good], pad: 'x'.repeat(300_000) } }, ['keys', 'fail', /larger than 256 kB/]],
  'keys-slow': [
    { before: answerAt('/jwks.json', (res) => setTimeout(() => res.end(JSON.stringify({ keys: [KEYS.good] })), 1800)) },
    ['keys', 'fail', /took longer than 1\.5 seconds/],
  ],
  'keys-many': [{ keys: { keys: Array.from({ length: 101 }, (_, at) => ({ ...KEYS.good, kid: `k${at}` })) } }, ['keys', 'warn', /100/]],
  'metadata-reset': [{ before: answerAt(METADATA, (res) => res.destroy()) }, ['fhir-metadata', 'fail', /the connection broke/]],
  'metadata-endless': [
    {
      before: answerAt(METADATA, (res) => {
        const page = Buffer.alloc(1_000_000, 32)
        const more = () => {
          while (!res.destroyed && res.write(page));
          if (!res.destroyed) res.once('drain', more)
        }
        more()
      }),
    },
    ['fhir-metadata', 'fail', /more than 10 MB|within 5 seconds/],
  ],
  'no-answer': [
    { before: () => true },
    ['fhir-server', 'fail', /did not answer within 5 seconds/],
    ['keys', 'fail', /did not answer within 5 seconds/],
  ],
  'no-smart': [{ before: answerAt(SMART, (res) => res.writeHead(404).end()) }, ['smart-configuration', 'fail', /status 404/]],
  'no-pkce': [{ smart: smartWith({ code_challenge_methods_supported: null }) }, ['pkce', 'fail', /does not say that PKCE/]],
  'plain-pkce': [{ smart: smartWith({ code_challenge_methods_supported: ['plain'] }) }, ['pkce', 'fail', /not with S256/]],
  'no-token-endpoint': [{ smart: smartWith({ token_endpoint: null }) }, ['smart-endpoints', 'fail', /no usable token_endpoint/]],
  'script-endpoint': [
    { smart: smartWith({ authorization_endpoint: 'javascript:alert(1)' }) },
    ['smart-endpoints', 'fail', /no usable authorization_endpoint/],
  ],
  'token-elsewhere': [
    { smart: smartWith({ token_endpoint: 'https://login.ehr.invalid/token' }) },
    ['authorization-servers', 'fail', /token_endpoint is at https:\/\/login\.ehr\.invalid, which the app may not talk to/],
    ['cors', 'not-checked', /token endpoint/],
  ],
  'revocation-elsewhere': [
    { smart: smartWith({ revocation_endpoint: 'https://login.ehr.invalid/revoke' }) },
    ['authorization-servers', 'warn', /revocation_endpoint/],
  ],
  'no-scopes': [
    { smart: smartWith({ scopes_supported: null }) },
    ['scopes', 'not-checked', /grants openid fhirUser launch launch\/patient patient\/\*\.rs offline_access/],
  ],
  'few-scopes': [
    {
      smart: smartWith({
        scopes_supported: ['openid', 'fhirUser', 'launch', 'launch/patient', 'patient/Patient.read', 'patient/Observation.rs'],
      }),
    },
    ['scopes', 'warn', /^Scopes not listed: offline_access\.$/],
    ['scopes', 'warn', /No scope to read is listed for .*MedicationRequest/],
  ],
  'not-public': [
    { smart: smartWith({ capabilities: ['launch-ehr', 'context-ehr-patient', 'permission-patient', 'sso-openid-connect'] }) },
    ['smart-capabilities', 'warn', /^Not listed: client-public\.$/],
  ],
  'no-capabilities': [{ smart: smartWith({ capabilities: null }) }, ['smart-capabilities', 'not-checked', /kinds of launch/]],
  'no-id-token-keys': [{ smart: smartWith({ jwks_uri: null }) }, ['id-token', 'warn', /no jwks_uri/]],
  'no-cors': [
    { allowOrigin: null },
    ['cors', 'fail', /may not be read from/],
    ['cors', 'warn', /token endpoint does not answer a preflight/],
  ],
  'other-cors': [{ allowOrigin: 'https://elsewhere.example' }, ['cors', 'fail', /may not be read from/]],
  'clock-ahead': [{ dateOffsetS: 3600 }, ['clock', 'fail', /(3599|3600|3601) seconds ahead of/]],
  'clock-behind': [{ dateOffsetS: -90 }, ['clock', 'warn', /(89|90|91) seconds behind/]],
  'no-clock': [{ dateOffsetS: null }, ['clock', 'not-checked', /difference of clocks/]],
}

describe('attune doctor against EHRs', { timeout: 600_000 }, () => {
  let run: Run
  let origins: ReadonlyMap<string, DoctorEhr>

  beforeAll(async () => {
    const ehrs = await Promise.all(Object.entries(STORIES).map(async ([id, [story]]) => [id, await startDoctorEhr(story)] as const))
    origins = new Map(ehrs)
    open.push(...origins.values())
    const clients = ehrs.map(([id, ehr]) => clientFor(id, ehr, STORIES[id]?.[0].client))
    run = await consult(
      { ...NO_LOAD, publicUrl: 'http://127.0.0.1:9', network: TEST_NETWORK, clients },
      { DATABASE_URL: `postgres://attune:${SECRET}@127.0.0.1:9/none`, REDIS_URL: `redis://:${SECRET}@127.0.0.1:9` },
    )
  })

  const of = (id: string): Finding[] => run.report.findings.filter(({ about }) => about === id || about.startsWith(`${id}, `))

  it.each(Object.entries(STORIES).map(([id, [, ...expected]]) => [id, expected] as const))(
    'says what is the matter with an EHR: %s',
    (id, expected) => {
      for (const [check, state, what] of expected)
        expect(of(id), `${check} ${state}`).toContainEqual(expect.objectContaining({ check, state, what: expect.stringMatching(what) }))
    },
  )

  it('finds nothing wrong with an EHR at which all is well', () => {
    expect(of('healthy').filter(({ state }) => state === 'fail')).toEqual([])
  })

  it('names what is lost when the EHR lacks something', () => {
    expect(of('no-category').find(({ check }) => check === 'fhir-queries')?.why).toContain(LOST.labs)
    expect(of('no-family').find(({ check }) => check === 'fhir-queries')?.why).toContain(LOST.family)
  })

  it('gives every finding but a good one its reason, and what to do about each that is wrong', () => {
    expect(run.report.findings.length).toBeGreaterThan(400)
    const silent = run.report.findings.filter(
      ({ state, why, todo }) => state !== 'ok' && (!why || ((state === 'fail' || state === 'warn') && !todo)),
    )
    expect(silent).toEqual([])
  })

  it('ends with 1, prints no secret, no terminal code and nothing that an EHR wrote in a body', () => {
    expect([run.status, run.report.ok]).toEqual([1, false])
    expect(run.text).not.toContain(SECRET)
    expect(run.text).not.toContain(String(KEYS.secret.d))
    expect(run.text).not.toContain('Traceback')
    expect(run.text).not.toContain(ESC)
  })

  it('says that a database and a Redis do not answer', () => {
    expect(run.report.findings).toContainEqual(
      expect.objectContaining({
        check: 'database',
        state: 'fail',
        what: 'PostgreSQL cannot be used: nothing listens there (ECONNREFUSED).',
      }),
    )
    expect(run.report.findings).toContainEqual(expect.objectContaining({ check: 'redis', state: 'fail', what: 'Redis cannot be used.' }))
  })

  it('looks at one client only when asked to, ends with 0, and says it in plain words', async () => {
    const healthy = origins.get('healthy')
    if (!healthy) throw new Error('there is no healthy EHR')
    const path = configFile({
      network: TEST_NETWORK,
      clients: [
        clientFor('healthy', healthy),
        clientFor(
          'other',
          { origin: 'http://127.0.0.1:9', base: 'http://127.0.0.1:9/fhir' },
          { cors: ['https://other.example/page'], frameAncestors: [] },
        ),
      ],
    })
    const kept = { ...process.env }
    Object.assign(process.env, { PORT: String(await freePort()), ATTUNE_DATA_DIR: join(folder, 'data') })
    const { status, out } = await runMain('doctor', '--config', path, '--client', 'healthy')
    process.env = kept
    expect(status).toBe(0)
    expect(out).toMatch(/^site$/m)
    expect(out).toMatch(/^ {2}ok {4}keys: 1 of 1 keys can verify calls\.$/m)
    expect(out).toMatch(
      /^ {2}\? {5}patient-access: Whether a patient can really be read\.\n {8}not checked because that needs an access token/m,
    )
    expect(out).toMatch(/^\d+ ok, \d+ to look at, 0 wrong, \d+ not checked\.$/m)
    expect(out).not.toContain('other')
  })

  it('refuses private addresses and plain http as the server itself would', async () => {
    const healthy = origins.get('healthy')
    const private_ = await consult({ ...NO_LOAD, network: { allowHttp: true }, clients: [clientFor('a', healthy as DoctorEhr)] })
    expect(private_.report.findings).toContainEqual(
      expect.objectContaining({
        check: 'fhir-server',
        state: 'fail',
        what: 'The FHIR server cannot be reached: it is on a private, loopback or link-local address (address).',
      }),
    )
    expect(private_.report.findings).toContainEqual(
      expect.objectContaining({ check: 'keys', state: 'fail', what: expect.stringContaining('private, loopback') }),
    )
  })
})

describe('attune doctor over TLS', { timeout: 600_000 }, () => {
  it('tells a good chain from one that has run out, is for another name, or is signed by nobody known', async () => {
    const authority = { called: 'Hospital CA', authority: makeAuthority('Hospital CA') }
    const stranger = { called: 'Stranger', authority: makeAuthority('Stranger') }
    const good = await startDoctorEhr({}, certify('127.0.0.1', authority, 100))
    const soon = await startDoctorEhr({}, certify('127.0.0.1', authority, 5))
    const over = await startDoctorEhr({}, certify('127.0.0.1', authority, -1))
    const foreign = await startDoctorEhr({}, certify('127.0.0.1', stranger, 100))
    open.push(good, soon, over, foreign)
    const named = { origin: good.origin.replace('127.0.0.1', 'localhost'), base: good.base.replace('127.0.0.1', 'localhost') }
    const ca = join(folder, 'ca.pem')
    writeFileSync(ca, authority.authority.cert)
    const clients = Object.entries({ good, soon, over, foreign, named }).map(([id, ehr]) => clientFor(id, ehr))
    const path = configFile({ ...NO_LOAD, publicUrl: named.origin, network: { allowPrivateAddresses: true }, clients })
    const child = spawn(process.execPath, [join(projectRoot, 'bin/attune.mjs'), 'doctor', '--json', '--config', path], {
      env: { PATH: process.env.PATH, NODE_EXTRA_CA_CERTS: ca, PORT: String(await freePort()), ATTUNE_DATA_DIR: join(folder, 'data') },
    })
    let out = ''
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString('utf8')
    })
    const status = await new Promise((resolve) => child.on('close', resolve))
    const { findings } = JSON.parse(out) as Report
    const said = (id: string, check: string) => findings.find((one) => one.about.startsWith(id) && one.check === check)
    expect(status).toBe(1)
    expect(said('good', 'tls')).toMatchObject({ state: 'ok', what: 'The certificate is trusted and ends in 99 days.' })
    expect(said('soon', 'tls')).toMatchObject({ state: 'warn', what: 'The certificate ends in 4 days.' })
    expect(said('over', 'fhir-server')).toMatchObject({ state: 'fail', what: expect.stringContaining('its certificate has run out') })
    expect(said('foreign', 'fhir-server')).toMatchObject({
      state: 'fail',
      what: expect.stringContaining('does not end at an authority known here'),
    })
    expect(said('named', 'fhir-server')).toMatchObject({
      state: 'fail',
      what: expect.stringContaining('its certificate is for another name'),
    })
    expect(said('site', 'public-url')).toMatchObject({
      state: 'fail',
      what: expect.stringContaining('its certificate is for another name'),
    })
  })

  it('says that figures of the server are told to strangers at publicUrl, and when they are not', async () => {
    const authority = { called: 'Hospital CA', authority: makeAuthority('Hospital CA') }
    const ca = join(folder, 'ca-of-proxy.pem')
    writeFileSync(ca, authority.authority.cert)
    const figuresAt = async (status: number): Promise<Finding | undefined> => {
      const proxy = await startDoctorEhr(
        {
          before: ({ url }, response) => {
            if (url !== '/healthz' && url !== '/metrics') return false
            response.writeHead(url === '/metrics' ? status : 200, { 'x-request-id': 'r1' }).end()
            return true
          },
        },
        certify('127.0.0.1', authority, 100),
      )
      open.push(proxy)
      const path = configFile({ ...NO_LOAD, publicUrl: proxy.origin, network: { allowPrivateAddresses: true } })
      const child = spawn(process.execPath, [join(projectRoot, 'bin/attune.mjs'), 'doctor', '--json', '--config', path], {
        env: { PATH: process.env.PATH, NODE_EXTRA_CA_CERTS: ca, PORT: String(await freePort()), ATTUNE_DATA_DIR: join(folder, 'data') },
      })
      let out = ''
      child.stdout.on('data', (chunk: Buffer) => {
        out += chunk.toString('utf8')
      })
      await new Promise((resolve) => child.on('close', resolve))
      return (JSON.parse(out) as Report).findings.find(({ check }) => check === 'figures')
    }
    expect(await figuresAt(200)).toMatchObject({ state: 'fail', what: expect.stringContaining('/metrics is told without a token.') })
    expect(await figuresAt(401)).toMatchObject({ state: 'ok' })
  })
})

describe('attune doctor on the site itself', { timeout: 600_000 }, () => {
  const site = async (config: object, environment: Record<string, string> = {}) => {
    const { report } = await consult({ ...NO_LOAD, ...config }, environment)
    return (check: string) =>
      report.findings.filter((one) => one.about === 'site' && one.check === check).map(({ state, what }) => `${state}: ${what}`)
  }

  it('says that rules do not load, nobody may call, the pseudonym key is missing and the data folder is open to others', async () => {
    const dataDir = join(folder, 'open')
    mkdirSync(dataDir)
    chmodSync(dataDir, 0o755)
    const of = await site({ pseudonymKeyFile: join(folder, 'no-such-key') }, { ATTUNE_DATA_DIR: dataDir })
    expect(of('rules-and-models')[0]).toMatch(/^fail: Rules or models do not load: rules-invalid: .*\/nowhere/)
    expect(of('access')).toEqual(['fail: No client is configured.'])
    expect(of('pseudonym-key')).toEqual(['fail: The pseudonym key file is not there.'])
    expect(of('data-folder')).toEqual(['warn: Other users of this machine may enter the data folder.'])
    expect(of('prefetch')[0]).toMatch(/^ok: 1\d prefetch templates/)
  })

  it('says that a FHIR base is of two tenants, and of two clients of one tenant nothing', async () => {
    const client = (id: string, tenant: string, base: string) => ({ id, tenant, fhirServers: [base] })
    const clients = [
      client('a', 'north', 'https://ehr.example/fhir'),
      client('b', 'south', 'https://EHR.example/fhir/'),
      client('c', 'west', 'https://west.example/fhir'),
      client('d', 'west', 'https://west.example/fhir'),
    ]
    const of = await site({ clients }, {})
    expect(of('tenants')).toEqual(['warn: https://ehr.example/fhir is a FHIR base of several tenants: north, south.'])
  })

  it('says that a data folder is a file, a key is malformed and a port is taken', async () => {
    const other = http.createServer((_request, response) => response.end('another program'))
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const { port } = other.address() as AddressInfo
    const key = join(folder, 'key')
    writeFileSync(key, 'not a key', { mode: 0o600 })
    const of = await site({ pseudonymKeyFile: key }, { ATTUNE_DATA_DIR: key, PORT: String(port) })
    other.close()
    expect(of('data-folder')).toEqual(['fail: ATTUNE_DATA_DIR is no folder.'])
    expect(of('pseudonym-key')).toEqual(['fail: The pseudonym key is not 64 hexadecimal digits.'])
    expect(of('port')).toEqual([`fail: Port ${port} is in use by another program.`])
  })

  it('reads every file that the start will read, and says of which key one is wrong', async () => {
    const file = (name: string, text: string): string => {
      const path = join(folder, name)
      writeFileSync(path, text, { mode: 0o600 })
      return path
    }
    const of = await site({
      ledger: { signingKeyFile: file('sign', `${'a'.repeat(64)}\nzz\n`), boxKeyFile: file('box', '# none yet\n') },
      operatorTokenFile: file('token', 'short'),
    })
    expect(of('files')).toEqual([
      'fail: ledger.signingKeyFile: line 2 of the file of signing keys is not 64 hexadecimal digits.',
      'fail: ledger.boxKeyFile: the file of box keys holds no key.',
      'fail: operatorTokenFile: operatorTokenFile: the token has fewer than 32 characters.',
    ])
    const good = await site({ ledger: { signingKeyFile: file('sign', 'a'.repeat(64)) } })
    expect(good('files')).toEqual(['ok: The file of ledger.signingKeyFile can be read, and is as it must be.'])
  })

  it('says of a publicUrl that is not https that it is wrong, and of one where something else answers, too', async () => {
    const other = await startDoctorEhr({})
    open.push(other)
    expect((await site({ publicUrl: 'http://attune.invalid' }))('public-url')[0]).toBe(
      'fail: publicUrl http://attune.invalid is plain http.',
    )
    expect((await site({ publicUrl: other.origin, network: TEST_NETWORK }))('public-url')).toEqual([
      `fail: What answers at ${other.origin}/healthz is not Attune (status 404).`,
    ])
  })

  it('stops at a configuration that cannot be used, and says so', async () => {
    const { status, report } = await consult({ clients: [{ id: 'a', jku: 'https://a.example/k' }], surprise: 1 })
    expect([status, report.findings.map(({ check, state }) => [check, state])]).toEqual([1, [['configuration', 'fail']]])
    expect(report.findings[0]?.what).toContain('surprise')
  })

  it('is used wrongly without a config file, and with a client that does not exist', async () => {
    const none = await runMain('doctor')
    expect([none.status, none.err]).toEqual([2, expect.stringContaining('Name a config file')])
    const unknown = await runMain('doctor', '--config', configFile({ clients: [{ id: 'main' }] }), '--client', 'mian')
    expect([unknown.status, unknown.err]).toEqual([2, expect.stringContaining('There is no client mian. Known: main.')])
  })
})

it('each prefetch key of services and app has its line on what is lost without it, and no other has', () => {
  const keys = new Set([...SERVICES.flatMap(({ prefetch }) => Object.keys(prefetch)), ...Object.keys(PROFILE_QUESTIONS)])
  expect(Object.keys(LOST).sort()).toEqual([...keys].sort())
})

it('the scopes that the doctor looks for are those that the app asks for', () => {
  expect(APP_SCOPES.join(' ')).toBe(askedScopes('ehr'))
})
