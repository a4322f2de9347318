import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Running, serve } from '../../src/main.ts'
import { makeSite } from '../production/attune.ts'
import { chart, clopidogrel, orderSign, prefetch } from '../production/patient.ts'
import { runMain } from './run-main.ts'

const ISSUER = 'https://ehr.example/fhir'
const KINDS = {
  k384: generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  k256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  rsa: generateKeyPairSync('rsa', { modulusLength: 2048 }),
} as const

let site: ReturnType<typeof makeSite>
let running: Running
const file = (name: string, content: unknown): string => {
  const path = join(site.folder, name)
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}
const keyFile = (kid: keyof typeof KINDS): string => file(`${kid}.json`, { ...KINDS[kid].privateKey.export({ format: 'jwk' }), kid })

beforeAll(async () => {
  const keys = Object.entries(KINDS).map(([kid, { publicKey }]) => ({ ...publicKey.export({ format: 'jwk' }), kid, use: 'sig' }))
  const client = { tenant: 'hospital', algorithms: ['ES384', 'ES256', 'RS384'], iss: ISSUER, jwks: { keys } }
  const quiet = { id: 'quiet', tenant: 'quiet', iss: 'https://quiet.example/fhir', jwks: { keys } }
  site = makeSite({ clients: [{ ...client, id: 'ehr', features: ['trace'] }, quiet] })
  running = await serve(site.environment)
})
afterAll(async () => {
  await running?.stop()
  site?.clear()
})

const CARD = '[critical] Avoid clopidogrel (FDA boxed warning): CYP2C19 poor metabolizer'
const drafts = clopidogrel()
const bundle = (...resources: readonly object[]) => ({
  resourceType: 'Bundle',
  type: 'collection',
  entry: resources.map((resource) => ({ resource })),
})

describe('attune simulate --to a running server', () => {
  it.each(Object.keys(KINDS) as (keyof typeof KINDS)[])(
    'posts a saved request under a JWT signed with a key of the kind %s and shows the card',
    async (kid) => {
      const request = file('request.json', orderSign({ prefetch: prefetch() }))
      const { status, out, err } = await runMain('simulate', request, '--to', running.url, '--key', keyFile(kid), '--iss', ISSUER)
      expect(err).toMatch(/^Status 200 in [\d.]+ ms, network included\. Request id [0-9a-f-]{36}\.$/m)
      expect([status, out.split('\n')[0]]).toEqual([0, CARD])
      expect(out).toMatch(/^Outcome: assessed/m)
    },
  )

  it('takes a key in PEM, whose kid is named, and any address of the server', async () => {
    const pem = file('key.pem', KINDS.k384.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())
    const request = file('request.json', orderSign({ prefetch: prefetch() }))
    const words = ['--to', `${running.url}/cds-services/pgx-order-sign`, '--key', pem, '--kid', 'k384', '--iss', ISSUER, '--json']
    const { status, out } = await runMain('simulate', request, ...words)
    expect([status, JSON.parse(out).cards.length]).toEqual([0, 1])
  })

  it('says why there is no card, from the trace', async () => {
    const request = file('nothing.json', orderSign({ prefetch: prefetch() }, []))
    const { status, out } = await runMain('simulate', request, '--to', running.url, '--key', keyFile('k384'), '--iss', ISSUER)
    expect(status).toBe(0)
    expect(out).toMatch(/^No card\.$/m)
    expect(out).toMatch(/^No card, because\n {2}.+ \(no-order\)$/m)
  })

  it('says what was not read', async () => {
    const { patient: _, ...rest } = prefetch()
    const request = file('gap.json', orderSign({ prefetch: { ...rest, labs: { resourceType: 'OperationOutcome', issue: [] } } }))
    const { out } = await runMain('simulate', request, '--to', running.url, '--key', keyFile('k384'), '--iss', ISSUER)
    expect(out).toMatch(/^Not read$/m)
    expect(out).toMatch(/^ {2}labs \(failed\): ./m)
  })

  it('says how to get the reason where the server sends no trace to this client', async () => {
    const request = file('nothing.json', orderSign({ prefetch: prefetch() }, []))
    const { status, out } = await runMain(
      'simulate',
      request,
      '--to',
      running.url,
      '--key',
      keyFile('k384'),
      '--iss',
      'https://quiet.example/fhir',
    )
    expect(status).toBe(0)
    expect(out).toContain('it sends no trace to this client')
  })

  it.each([
    ['without a key', [], 'The server answered 401', 'The JWT was refused'],
    ['under another issuer', ['--iss', 'https://other.example'], 'The server answered 401', 'The JWT was refused'],
    [
      'for another audience',
      ['--iss', ISSUER, '--audience', 'https://elsewhere.example'],
      'The server answered 401',
      'The JWT was refused',
    ],
    [
      'for a service of another hook',
      ['--iss', ISSUER, '--service', 'pgx-patient-view'],
      'The server answered 400',
      'does not answer that hook',
    ],
  ])('says why the prescriber would see nothing: %s', async (_name, words, first, second) => {
    const request = file('request.json', orderSign({ prefetch: prefetch() }))
    const key = words.length > 0 ? ['--key', keyFile('k384')] : []
    const { status, out } = await runMain('simulate', request, '--to', running.url, ...key, ...words)
    expect(status).toBe(1)
    expect(out).toContain(first)
    expect(out).toContain(second)
    expect(out).toMatch(/^Request id: /m)
  })

  it('signs what an EHR signs: header, issuer, audience, five minutes, a new jti each time', async () => {
    const seen: string[] = []
    const server = http.createServer((request, response) => {
      seen.push(request.headers.authorization ?? '')
      response.writeHead(302, { location: 'https://elsewhere.example' }).end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const to = `http://127.0.0.1:${(server.address() as AddressInfo).port}/attune`
    const request = file('request.json', orderSign())
    const runs = [
      await runMain('simulate', request, '--to', to, '--key', keyFile('k384'), '--iss', ISSUER),
      await runMain('simulate', request, '--to', to, '--key', keyFile('k384'), '--iss', ISSUER),
    ]
    server.close()
    expect(runs.map(({ status }) => status)).toEqual([1, 1])
    expect(runs[0]?.out).toContain('A redirect: EHRs do not follow those.')
    const payloads = seen.map((authorization) => {
      const [header = '', payload = '', signature = ''] = authorization.replace('Bearer ', '').split('.')
      expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toEqual({ alg: 'ES384', typ: 'JWT', kid: 'k384' })
      const key = { key: createPublicKey(KINDS.k384.privateKey), dsaEncoding: 'ieee-p1363' as const }
      expect(verify('sha384', Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, 'base64url'))).toBe(true)
      return JSON.parse(Buffer.from(payload, 'base64url').toString())
    })
    expect(payloads[0]).toMatchObject({ iss: ISSUER, aud: `${to}/cds-services/pgx-order-sign` })
    expect(payloads[0].exp - payloads[0].iat).toBe(300)
    expect(payloads[0].jti).not.toBe(payloads[1].jti)
  })

  it.each([
    ['no address', ['--to', 'attune'], /--to is no address/],
    ['plain http beyond this machine', ['--to', 'http://attune.example'], /must be https/],
    ['a user name in the address', ['--to', 'https://user@attune.example'], /user name/],
    ['a key file that is none', ['--to', 'http://127.0.0.1:9', '--key', '/dev/null', '--iss', 'x'], /is no private key/],
    ['an issuer without a key', ['--to', 'http://127.0.0.1:9', '--iss', 'x'], /belong to --key/],
    ['a server that is not there', ['--to', 'http://127.0.0.1:9'], /cannot be reached \(.+\)/],
  ])('is used wrongly with %s, and says so', async (_name, words, said) => {
    const { status, out, err } = await runMain('simulate', file('request.json', orderSign()), ...words)
    expect([status, out]).toEqual([2, ''])
    expect(err).toMatch(said)
  })
})

describe('attune simulate of a Bundle', () => {
  it('with a draft is an order at signing, answered by a server', async () => {
    const path = file('bundle.json', bundle(...chart, drafts))
    const { status, out } = await runMain('simulate', path, '--to', running.url, '--key', keyFile('k384'), '--iss', ISSUER)
    expect([status, out.split('\n')[0]]).toEqual([0, CARD])
  })

  it('without a draft is the opening of the chart, answered in this process, and nothing is recorded', async () => {
    const { status, out, err } = await runMain('simulate', file('chart.json', bundle(...chart)))
    expect(status).toBe(0)
    expect(out).toMatch(/^No card, because\n {2}atorvastatin: SLCO1B1: .*\(not-tested\)$/m)
    expect(err).toMatch(/^Answered here in [\d.]+ ms, the first call after loading; nothing was recorded\.$/m)
  })

  it('with two Patients is refused', async () => {
    const { status, err } = await runMain('simulate', file('two.json', bundle(...chart, { resourceType: 'Patient', id: 'other' })))
    expect([status, err]).toEqual([2, expect.stringContaining('The Bundle holds 2 Patients; a request is about one.')])
  })
})
