import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { caller, hospital, makeSite } from '../production/attune.ts'
import { type FakeEhr, startEhr } from '../production/fake-ehr.ts'
import { chart, orderSign, PATIENT_ID } from '../production/patient.ts'
import { buildServer, type ServerProcess, spawnServer, urlOf } from '../production/process.ts'

const OPENSSL = ['/usr/bin/openssl', '/usr/local/bin/openssl', '/opt/homebrew/bin/openssl'].find((path) => existsSync(path))
if (OPENSSL === undefined) console.warn('NOT RUN: certificates of EHRs, because there is no openssl to make them with')

const folder = mkdtempSync(join(tmpdir(), 'attune-tls-'))
const at = (name: string): string => join(folder, name)
const openssl = (...args: string[]): void => void execFileSync(OPENSSL ?? '', args, { cwd: folder, stdio: 'pipe' })

/** An authority and a certificate signed by it for `host`, valid from and to (days from now). */
const makeAuthority = (name: string): void =>
  openssl(
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-subj',
    `/CN=${name}`,
    '-days',
    '2',
    '-keyout',
    `${name}.key`,
    '-out',
    `${name}.pem`,
  )

const day = (days: number): string => `${new Date(Date.now() + days * 86_400_000).toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`

const certify = (name: string, { host, by, from, to }: { host: string; by: string; from: number; to: number }): void => {
  openssl(
    'req',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-subj',
    `/CN=${name}`,
    '-keyout',
    `${name}.key`,
    '-out',
    `${name}.csr`,
  )
  writeFileSync(
    at('ca.cnf'),
    `[ca]\ndefault_ca=d\n[d]\ndatabase=db.txt\nserial=serial\nnew_certs_dir=.\ndefault_md=sha256\npolicy=p\n[p]\ncommonName=supplied\n[e]\nsubjectAltName=${host}\n`,
  )
  writeFileSync(at('db.txt'), '')
  writeFileSync(at('serial'), `${Math.floor(Math.random() * 9e9) + 1e9}`)
  openssl(
    'ca',
    '-batch',
    '-config',
    'ca.cnf',
    '-extensions',
    'e',
    '-cert',
    `${by}.pem`,
    '-keyfile',
    `${by}.key`,
    '-in',
    `${name}.csr`,
    '-out',
    `${name}.pem`,
    '-startdate',
    day(from),
    '-enddate',
    day(to),
    '-notext',
  )
}

/** How the EHR's certificate is, and whether it may be believed. */
const CERTIFICATES = {
  good: { host: 'IP:127.0.0.1', by: 'authority', from: -1, to: 2 },
  expired: { host: 'IP:127.0.0.1', by: 'authority', from: -3, to: -1 },
  'not valid yet': { host: 'IP:127.0.0.1', by: 'authority', from: 1, to: 2 },
  'of another host': { host: 'DNS:ehr.example.org', by: 'authority', from: -1, to: 2 },
  'of an unknown authority': { host: 'IP:127.0.0.1', by: 'stranger', from: -1, to: 2 },
} as const

type Kind = keyof typeof CERTIFICATES
const BAD = (Object.keys(CERTIFICATES) as Kind[]).filter((kind) => kind !== 'good')

const answerFhir = (request: IncomingMessage, response: ServerResponse): void => {
  const [, , type = '', id] = (request.url ?? '').split('?')[0]?.split('/') ?? []
  const found = chart.filter(({ resourceType }) => resourceType === type)
  const body = id ? found[0] : { resourceType: 'Bundle', type: 'searchset', entry: found.map((resource) => ({ resource })) }
  response.writeHead(200, { 'content-type': 'application/fhir+json' }).end(JSON.stringify(body))
}

describe.skipIf(OPENSSL === undefined)('An EHR over TLS', () => {
  const servers = new Map<Kind, { base: string; requests: number; plain: number; close: () => void }>()
  let keys: FakeEhr
  let site: ReturnType<typeof makeSite>
  let attune: ServerProcess
  let call: ReturnType<typeof caller>

  beforeAll(async () => {
    for (const authority of ['authority', 'stranger']) makeAuthority(authority)
    for (const [kind, wanted] of Object.entries(CERTIFICATES)) {
      const name = kind.replaceAll(' ', '-')
      certify(name, wanted)
      const server = https.createServer({ key: readFileSync(at(`${name}.key`)), cert: readFileSync(at(`${name}.pem`)) })
      const one = { base: '', requests: 0, plain: 0, close: () => void server.close() }
      server.on('request', (request, response) => {
        one.requests += 1
        answerFhir(request, response)
      })
      // Text that is no TLS would be plain http to the same port.
      server.on('tlsClientError', (error: NodeJS.ErrnoException) => {
        if (error.code === 'ERR_SSL_HTTP_REQUEST') one.plain += 1
      })
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      one.base = `https://127.0.0.1:${(server.address() as AddressInfo).port}/fhir`
      servers.set(kind as Kind, one)
    }
    await buildServer()
    keys = await startEhr([])
    const { clients, ...file } = hospital(keys, {
      jku: undefined,
      jwks: keys.keySet,
      fhirServers: [...servers.values()].map(({ base }) => base),
    })
    site = makeSite({ ...file, network: { allowPrivateAddresses: ['127.0.0.0/8'] }, clients: JSON.parse(JSON.stringify(clients)) })
    attune = spawnServer({ ...site.environment, NODE_ENV: 'production', NODE_EXTRA_CA_CERTS: at('authority.pem') })
    call = caller(await urlOf(attune), keys)
  }, 600_000)
  afterAll(async () => {
    attune?.child.kill('SIGTERM')
    await attune?.ended(120_000)
    await keys?.stop()
    for (const { close } of servers.values()) close()
    site?.clear()
    rmSync(folder, { recursive: true, force: true })
  })

  const summariesFor = async (kind: Kind): Promise<string[]> => {
    const body = orderSign({ fhirServer: servers.get(kind)?.base, fhirAuthorization: { access_token: keys.token } })
    const answer = await call('/cds-services/pgx-order-sign', { body })
    expect([answer.status, PATIENT_ID.length > 0]).toEqual([200, true])
    return (answer.json().cards as { summary: string }[]).map(({ summary }) => summary)
  }

  test('with a good certificate is read', async () => {
    expect((await summariesFor('good'))[0]).toBe('Avoid clopidogrel (FDA boxed warning): CYP2C19 poor metabolizer')
  })

  test.each(BAD)('whose certificate is %s is not read, the card says that nothing was assessed, and http is never tried', async (kind) => {
    const [first = ''] = await summariesFor(kind)
    expect(first).toMatch(/^Not assessed/)
    const { requests, plain } = servers.get(kind) ?? {}
    expect({ requests, plain }).toEqual({ requests: 0, plain: 0 })
  })

  test('that fails five times is left alone, and health says so', async () => {
    for (let n = 0; n < 5; n += 1) await summariesFor('expired')
    const { parts } = (await call('/readyz', { token: null })).json()
    expect(parts.fhir).toEqual({ ok: true, detail: '1 FHIR servers do not answer and are left alone for a moment' })
    expect((await summariesFor('good'))[0]).toContain('CYP2C19 poor metabolizer') // the others are asked as before
  })
})
