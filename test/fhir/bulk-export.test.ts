import { generateKeyPairSync, type KeyObject, randomBytes, verify } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { clientAssertion, readPrivateKey } from '../../src/fhir/backend-token.ts'
import { retryAfterS } from '../../src/fhir/bulk-export.ts'
import { runMain } from '../cli/run-main.ts'
import { serveFhir } from './fault-server.ts'

const KEYS: Readonly<Record<'RS384' | 'ES384', { readonly privateKey: KeyObject; readonly publicKey: KeyObject }>> = {
  RS384: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ES384: generateKeyPairSync('ec', { namedCurve: 'secp384r1' }),
}

const PATIENTS = '{"resourceType":"Patient","id":"1"}\n{"resourceType":"Patient","id":"2"}\n'
const CONDITIONS = '{"resourceType":"Condition","id":"c","subject":{"reference":"Patient/1"}}\n'

type Server = Awaited<ReturnType<typeof serveFhir>>
type Seen = {
  readonly method: string
  readonly path: string
  readonly authorization: string | undefined
  readonly prefer: unknown
  readonly body: string
}

const bodyOf = async (req: IncomingMessage): Promise<string> => {
  let text = ''
  for await (const chunk of req) text += chunk
  return text
}

const part = (jwt: string, at: number): Record<string, unknown> =>
  JSON.parse(Buffer.from(jwt.split('.')[at] ?? '', 'base64url').toString('utf8'))

/** A FHIR server with an export: what each path answers, one answer after the other, the last for ever. */
type Script = Partial<Record<'kickoff' | 'status' | 'patients' | 'token', readonly ((res: ServerResponse, origin: string) => void)[]>>

const json = (res: ServerResponse, status: number, value: unknown, headers: Record<string, string> = {}): void => {
  res.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value))
}

const manifest = (origin: string, more: object = {}): object => ({
  transactionTime: '2026-11-20T00:00:00Z',
  request: `${origin}/fhir/Patient/$export`,
  requiresAccessToken: true,
  output: [
    { type: 'Patient', url: `${origin}/fhir/files/p`, count: 2 },
    { type: 'Condition', url: `${origin}/fhir/files/c` },
  ],
  error: [],
  ...more,
})

const open: { close: () => Promise<void> }[] = []
const folders: string[] = []
afterEach(async () => {
  for (const one of open.splice(0)) await one.close()
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

const newFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'attune-export-'))
  folders.push(folder)
  return folder
}

const serveExport = async (alg: 'RS384' | 'ES384', script: Script = {}) => {
  const seen: Seen[] = []
  const turns = new Map<string, number>()
  const jtis = new Set<string>()
  let server: Server
  const answers = {
    kickoff: script.kickoff ?? [
      (res: ServerResponse, origin: string) => res.writeHead(202, { 'content-location': `${origin}/fhir/status/1` }).end(),
    ],
    status: script.status ?? [(res: ServerResponse, origin: string) => json(res, 200, manifest(origin))],
    patients: script.patients ?? [(res: ServerResponse) => res.writeHead(200).end(PATIENTS)],
    token: script.token ?? [
      (res: ServerResponse) => json(res, 200, { access_token: 'T1', token_type: 'bearer', expires_in: 300, scope: 'system/*.rs' }),
    ],
  }
  const next = (name: keyof typeof answers): ((res: ServerResponse, origin: string) => void) => {
    const turn = turns.get(name) ?? 0
    turns.set(name, turn + 1)
    const list = answers[name]
    const step = list[Math.min(turn, list.length - 1)]
    if (!step) throw new Error(`no answer for ${name}`)
    return step
  }
  /** As a server checks it: signature, audience, life, single use. */
  const isGenuine = (body: string): boolean => {
    const form = new URLSearchParams(body)
    const jwt = form.get('client_assertion') ?? ''
    const [signed, signature] = [jwt.slice(0, jwt.lastIndexOf('.')), Buffer.from(jwt.split('.')[2] ?? '', 'base64url')]
    const key = KEYS[alg].publicKey
    const [header, claims] = [part(jwt, 0), part(jwt, 1)]
    const fresh = typeof claims.jti === 'string' && !jtis.has(claims.jti)
    jtis.add(String(claims.jti))
    return (
      form.get('grant_type') === 'client_credentials' &&
      form.get('client_assertion_type') === 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer' &&
      header.alg === alg &&
      header.kid === 'key-1' &&
      claims.iss === 'attune' &&
      claims.sub === 'attune' &&
      claims.aud === `${server.origin}/fhir/token` &&
      Number(claims.exp) - Number(claims.iat) <= 300 &&
      fresh &&
      verify('sha384', Buffer.from(signed), alg === 'ES384' ? { key, dsaEncoding: 'ieee-p1363' } : key, signature)
    )
  }
  server = await serveFhir(async (req, res) => {
    const body = await bodyOf(req)
    const path = (req.url ?? '').split('?')[0] ?? ''
    seen.push({ method: req.method ?? '', path: req.url ?? '', authorization: req.headers.authorization, prefer: req.headers.prefer, body })
    if (path.endsWith('smart-configuration')) return json(res, 200, { token_endpoint: `${server.origin}/fhir/token` })
    if (path === '/fhir/token')
      return isGenuine(body)
        ? next('token')(res, server.origin)
        : json(res, 400, { error: 'invalid_client', error_description: 'SECRET words' })
    if (req.headers.authorization !== 'Bearer T1') return json(res, 401, {})
    if (path.endsWith('$export')) return next('kickoff')(res, server.origin)
    if (path === '/fhir/status/1') return req.method === 'DELETE' ? void res.writeHead(202).end() : next('status')(res, server.origin)
    if (path === '/fhir/files/p') return next('patients')(res, server.origin)
    if (path === '/fhir/files/c') return void res.writeHead(200).end(CONDITIONS)
    if (path === '/fhir/files/e') return void res.writeHead(200).end('{"resourceType":"OperationOutcome"}\n')
    return json(res, 404, {})
  })
  open.push(server)
  return { server, seen }
}

const keyFile = (alg: 'RS384' | 'ES384', form: 'pem' | 'jwk' = 'pem'): string => {
  const path = join(newFolder(), 'key')
  const { privateKey } = KEYS[alg]
  writeFileSync(
    path,
    form === 'pem'
      ? privateKey.export({ type: 'pkcs8', format: 'pem' })
      : JSON.stringify({ ...privateKey.export({ format: 'jwk' }), kid: 'key-1' }),
  )
  return path
}

// The sandbox's configuration lets a server on this machine be reached.
const fetchExport = (server: Server, out: string, key: string, ...more: string[]) =>
  runMain('screen', 'export', '--fhir', server.base, '--out', out, '--client-id', 'attune', '--key', key, '--kid', 'key-1', ...more)

describe('An export from a FHIR server', () => {
  it.each([
    ['RS384', 'pem'],
    ['ES384', 'jwk'],
  ] as const)('is asked for with %s (%s), waited for, fetched, and given back', async (alg, form) => {
    const { server, seen } = await serveExport(alg, {
      status: [
        (res) => res.writeHead(202, { 'retry-after': '1', 'x-progress': '10%' }).end(),
        (res) => res.writeHead(429, { 'retry-after': '1' }).end(),
        (res, origin) => json(res, 200, manifest(origin)),
      ],
    })
    const out = newFolder()
    const { status, err } = await fetchExport(server, out, keyFile(alg, form), '--group', 'g/1', '--since', '2026-01-01T00:00:00Z')
    expect(status, err).toBe(0)
    expect(readdirSync(out).sort()).toEqual(['0001.Patient.ndjson', '0002.Condition.ndjson', 'export.json'])
    expect([readFileSync(join(out, '0001.Patient.ndjson'), 'utf8'), readFileSync(join(out, '0002.Condition.ndjson'), 'utf8')]).toEqual([
      PATIENTS,
      CONDITIONS,
    ])
    expect(statSync(join(out, '0001.Patient.ndjson')).mode & 0o077).toBe(0)
    expect(JSON.parse(readFileSync(join(out, 'export.json'), 'utf8'))).toMatchObject({
      transactionTime: '2026-11-20T00:00:00Z',
      output: [
        { type: 'Patient', url: '0001.Patient.ndjson', count: 2 },
        { type: 'Condition', url: '0002.Condition.ndjson', count: null },
      ],
    })
    const begun = seen.find(({ path }) => path.includes('$export'))
    expect(begun).toMatchObject({
      method: 'GET',
      prefer: 'respond-async',
      path: expect.stringMatching(/^\/fhir\/Group\/g%2F1\/\$export\?/),
    })
    expect(new URL(begun?.path ?? '', server.origin).searchParams.get('_since')).toBe('2026-01-01T00:00:00Z')
    expect(seen.filter(({ path }) => path === '/fhir/status/1').map(({ method }) => method)).toEqual(['GET', 'GET', 'GET', 'DELETE'])
    expect(seen.filter(({ path }) => path === '/fhir/token')).toHaveLength(1)
  })

  it('that breaks off in the middle of a file is fetched anew from its beginning, with a token of then', async () => {
    const { server, seen } = await serveExport('ES384', {
      token: [(res) => json(res, 200, { access_token: 'T1', token_type: 'Bearer', expires_in: 10 })],
      patients: [
        (res) => {
          res.writeHead(200, { 'content-length': '1000' })
          res.write(PATIENTS.slice(0, 40), () => res.destroy())
        },
        (res) => res.writeHead(200).end(PATIENTS),
      ],
    })
    const out = newFolder()
    const { status } = await fetchExport(server, out, keyFile('ES384'))
    expect(status).toBe(0)
    expect(readFileSync(join(out, '0001.Patient.ndjson'), 'utf8')).toBe(PATIENTS)
    expect(seen.filter(({ path }) => path === '/fhir/token').length).toBeGreaterThan(3)
  })

  it('is taken up where it was when it was begun before', async () => {
    const { server, seen } = await serveExport('ES384', {
      patients: [(res) => res.writeHead(403).end(), (res) => res.writeHead(200).end(PATIENTS)],
    })
    const out = newFolder()
    const key = keyFile('ES384')
    const first = await fetchExport(server, out, key)
    expect({ status: first.status, err: first.err }).toMatchObject({
      status: 1,
      err: expect.stringContaining('a file of type Patient could not be read: status 403'),
    })
    expect(existsSync(join(out, 'export.json'))).toBe(false)
    const again = await fetchExport(server, out, key)
    expect(again.status, again.err).toBe(0)
    expect(seen.filter(({ path }) => path.includes('$export'))).toHaveLength(1)
  })

  it('is not mixed with another: what is asked for and what lies in the folder must be of one export', async () => {
    const { server, seen } = await serveExport('ES384', { patients: [(res) => res.writeHead(403).end()] })
    const out = newFolder()
    const key = keyFile('ES384')
    expect((await fetchExport(server, out, key)).status).toBe(1)
    const other = await fetchExport(server, out, key, '--group', 'all')
    expect({ status: other.status, err: other.err }).toEqual({
      status: 2,
      err: expect.stringContaining('an export of something else was begun'),
    })
    const used = newFolder()
    writeFileSync(join(used, '0001.Patient.ndjson'), PATIENTS)
    const onto = await fetchExport(server, used, key)
    expect({ status: onto.status, err: onto.err }).toEqual({ status: 2, err: expect.stringContaining('holds files of another export') })
    expect(seen.filter(({ path }) => path.includes('$export'))).toHaveLength(1)
  })

  it('that an earlier release began is not taken up, and what helps is said', async () => {
    const { server, seen } = await serveExport('ES384')
    const out = newFolder()
    writeFileSync(join(out, '.export-begun.json'), JSON.stringify({ status: `${server.origin}/fhir/status/1` }))
    const again = await fetchExport(server, out, keyFile('ES384'))
    expect({ status: again.status, err: again.err }).toEqual({
      status: 2,
      err: expect.stringContaining('an earlier release began an export and did not note of what: name another folder'),
    })
    expect(seen.filter(({ path }) => path !== '/fhir/token' && !path.endsWith('smart-configuration'))).toEqual([])
  })

  it('says the errors that the server reports, and keeps them apart', async () => {
    const { server } = await serveExport('ES384', {
      status: [(res, origin) => json(res, 200, manifest(origin, { error: [{ type: 'OperationOutcome', url: `${origin}/fhir/files/e` }] }))],
    })
    const out = newFolder()
    const { status, out: said } = await fetchExport(server, out, keyFile('ES384'), '--keep')
    expect(status).toBe(1)
    expect(said).toContain('errors of its own in 1 files')
    expect(readdirSync(join(out, 'errors'))).toEqual(['0001.OperationOutcome.ndjson'])
  })

  const REFUSED: readonly (readonly [string, Script, string])[] = [
    [
      'whose files are of another host',
      { status: [(res) => json(res, 200, manifest('http://files.example'))] },
      'http://files.example, which is not the FHIR server',
    ],
    [
      'whose files are of the cloud’s own address',
      { status: [(res) => json(res, 200, manifest('http://169.254.169.254'))] },
      'http://169.254.169.254, which is not',
    ],
    [
      'whose status is elsewhere',
      { kickoff: [(res) => res.writeHead(202, { 'content-location': 'http://evil.example/s' }).end()] },
      'http://evil.example, which is not',
    ],
    [
      'that is redirected',
      { kickoff: [(res) => res.writeHead(302, { location: '/fhir/elsewhere' }).end()] },
      'the export was not begun: status 302',
    ],
    [
      'that the server has thrown away',
      { status: [(res) => res.writeHead(404).end()] },
      'the server has this export no longer: begin another in another folder',
    ],
    [
      'that names a file without an address',
      { status: [(res, origin) => json(res, 200, manifest(origin, { output: [{ type: 'Observation' }] }))] },
      'names a file without type or address',
    ],
    ['without a place', { kickoff: [(res) => res.writeHead(202).end()] }, 'did not say where it will be'],
    [
      'that fails on the server',
      { status: [(res) => json(res, 500, { resourceType: 'OperationOutcome' })] },
      'the export ended with status 500',
    ],
    ['whose manifest is HTML', { status: [(res) => res.writeHead(200).end('<html>')] }, 'the manifest of the export is not JSON'],
    ['without a bearer token', { token: [(res) => json(res, 200, { access_token: 'T1', token_type: 'mac' })] }, 'gave no bearer token'],
  ]
  it.each(REFUSED)('%s is refused', async (_name, script, because) => {
    const { server, seen } = await serveExport('ES384', script)
    const out = newFolder()
    const { status, err } = await fetchExport(server, out, keyFile('ES384'))
    expect(status).toBe(1)
    expect(err).toContain(because)
    expect(err).not.toContain('T1')
    expect(readdirSync(out).filter((name) => name.endsWith('.ndjson'))).toEqual([])
    expect(seen.some(({ path }) => path.startsWith('/fhir/files'))).toBe(false)
  })

  it('with a key that the server does not know says so in one word, and nothing of what was sent', async () => {
    const { server } = await serveExport('ES384')
    const { status, err } = await fetchExport(server, newFolder(), keyFile('RS384'))
    expect({ status, err: err.trim() }).toEqual({ status: 1, err: 'fhir-failed: the token endpoint answered 400, invalid_client' })
  })
})

describe('The signed statement of a backend client', () => {
  it('takes no key that is weaker than the standard asks', () => {
    const pem = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString()
    const weak = [
      generateKeyPairSync('rsa', { modulusLength: 1024 }),
      generateKeyPairSync('ec', { namedCurve: 'prime256v1' }),
      generateKeyPairSync('ed25519'),
    ]
    for (const { privateKey } of weak) {
      const { key } = readPrivateKey(pem(privateKey))
      expect(() => clientAssertion({ clientId: 'a', key, kid: 'k', tokenUrl: 'https://x.example', scope: '' }, 0)).toThrow('neither RSA')
    }
    const secret = randomBytes(20).toString('hex')
    expect(() => readPrivateKey(secret)).toThrow(/no private key/)
    let said = ''
    try {
      readPrivateKey(secret)
    } catch (error) {
      said = String(error instanceof Error ? (error.stack ?? error) : error)
    }
    expect(said).not.toContain(secret)
  })

  it('waits as long as a server says, within limits', () => {
    const now = Date.parse('2026-11-20T00:00:00Z')
    const said = ['120', '0', '99999', 'Fri, 20 Nov 2026 00:00:30 GMT', 'Fri, 20 Nov 2020 00:00:30 GMT', 'soon', null]
    expect(said.map((text) => retryAfterS(text, now))).toEqual([120, 1, 900, 30, 1, null, null])
  })
})
