import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CONFIG_SCHEMAS } from '../../src/config.ts'
import { makeKeySet } from '../../src/http/key-sets.ts'
import { type FhirServer, sendJson, serveFhir } from '../fhir/fault-server.ts'
import { BUSY_MS, ecPair, edPair, ISSUER, makeToken, rsaPair } from './client-tokens.ts'
import { orderSign, post, type Running, start } from './server-under-test.ts'

const own = ecPair('k1')
const rsa = rsaPair('r1')
const p256 = ecPair('p256', 'P-256')
const marked = ecPair('marked', 'P-384', 'ES384')
const wrongUse = { ...ecPair('enc').jwk, use: 'enc' }
const markedOther = { ...ecPair('other-alg').jwk, alg: 'ES256' }
const twinA = ecPair('twin')
const twinB = ecPair('twin')
const odd = ecPair('a+b/c==')
const attacker = ecPair('k1')
const k256 = ecPair('k256', 'secp256k1')
const ed25519 = edPair('ed')
const rsaPem = rsa.publicKey.export({ format: 'pem', type: 'spki' }) as string
const attackerDer = attacker.publicKey.export({ format: 'der', type: 'spki' }).toString('base64')
const shared = ecPair('shared')
const weak = rsaPair('weak', 1024)
const secret = { kty: 'oct', k: Buffer.from('secret').toString('base64url'), kid: 'oct', alg: 'HS256' }

const keys = [own, rsa, p256, marked, twinA, twinB, odd, weak, k256, ed25519].map(({ jwk }) => jwk)
const OTHER = 'https://other-algorithms.example.org'
const base = { id: 'ehr', tenant: 'north', iss: ISSUER, algorithms: ['ES384', 'RS384'], audiences: ['hospital-service'] }

let running: Running
let jwksServer: FhirServer
const folder = mkdtempSync(join(tmpdir(), 'attune-jwks-'))

beforeAll(async () => {
  jwksServer = await serveFhir((_req, res) => sendJson(res, { keys: [shared.jwk] }))
  const jwksFile = join(folder, 'keys.json')
  writeFileSync(jwksFile, JSON.stringify({ keys: [own.jwk] }))
  running = await start({
    config: { auth: 'required', limits: { failedSignInsPerMinute: 100_000 } }, // every case here is a failed sign-in
    clients: [
      { ...base, jwks: { keys: [...keys, wrongUse, markedOther, secret, { kid: 'broken', kty: 'EC' }, null].filter(Boolean) } },
      { id: 'by-jku', iss: 'https://jku.example.org', jku: `${jwksServer.origin}/jwks.json` },
      { id: 'by-file', iss: 'https://file.example.org', jwksFile },
      { id: 'tenant-a', tenant: 'a', iss: 'https://many.example.org', jwks: { keys: [own.jwk] } },
      { id: 'tenant-b', tenant: 'b', iss: 'https://many.example.org', jwks: { keys: [own.jwk] } },
      { id: 'no-keys', iss: 'https://nokeys.example.org' },
      { id: 'other-algorithms', iss: OTHER, algorithms: ['ES256', 'RS256', 'PS256', 'PS384'], jwks: { keys } },
      { id: 'one-subject', iss: 'https://subject.example.org', subject: 'client-7', jwks: { keys: [own.jwk] } },
    ],
  })
})
afterAll(async () => {
  await running.close()
  await jwksServer.close()
  rmSync(folder, { recursive: true })
})

const serviceUrl = () => `${running.url}/cds-services/echo-order-sign`
const call = (authorization: string | undefined) => post(serviceUrl(), orderSign(), authorization === undefined ? {} : { authorization })
const now = Math.floor(Date.now() / 1000)

type Case = readonly [
  name: string,
  header: Record<string, unknown>,
  payload: Record<string, unknown>,
  key?: Parameters<typeof makeToken>[1]['key'],
  signer?: string,
]

const ACCEPTED: readonly Case[] = [
  ['a whole ES384 token', {}, {}],
  ['RS384', { alg: 'RS384', kid: 'r1' }, {}, rsa.privateKey, 'RS384'],
  ['ES256', { alg: 'ES256', kid: 'p256' }, { iss: OTHER }, p256.privateKey, 'ES256'],
  ['RS256', { alg: 'RS256', kid: 'r1' }, { iss: OTHER }, rsa.privateKey, 'RS256'],
  ['PS256', { alg: 'PS256', kid: 'r1' }, { iss: OTHER }, rsa.privateKey, 'PS256'],
  ['PS384', { alg: 'PS384', kid: 'r1' }, { iss: OTHER }, rsa.privateKey, 'PS384'],
  ['no typ', { typ: undefined }, {}],
  ['typ in small letters', { typ: 'jwt' }, {}],
  ['a kid with +, / and =', { kid: 'a+b/c==' }, {}, odd.privateKey],
  ['a key that names its algorithm', { kid: 'marked' }, {}, marked.privateKey],
  ['the first of two keys with one kid', { kid: 'twin' }, {}, twinA.privateKey],
  ['the second of two keys with one kid', { kid: 'twin' }, {}, twinB.privateKey],
  ['the audience in a list', {}, { aud: ['https://other.example.org', '$url'] }],
  ['the extra audience of the configuration', {}, { aud: 'hospital-service' }],
  ['nbf five minutes back', {}, { nbf: now - 300 }],
  ['a clock four minutes ahead', {}, { iat: now + 240, exp: now + 540 }],
  ['a clock almost five minutes ahead', {}, { iat: now + 290, nbf: now + 290, exp: now + 590 }],
  ['a clock almost five minutes behind', {}, { iat: now - 280, exp: now - 220 }],
  ['an end 20 seconds ago, within the leeway', {}, { iat: now - 900, exp: now - 20 }],
  ['a life of one hour', {}, { exp: now + 3599, iat: now }],
  ['its tenant', {}, { tenant: 'north' }],
  ['a sub and further claims', {}, { sub: 'client-7', other: { deep: [1] } }],
  ['its own public key in the header, which is not looked at', { jwk: own.jwk }, {}],
  ['a jku where keys are configured inline', { jku: 'https://anywhere.example.org/jwks.json' }, {}],
  ['the sub that is registered', {}, { iss: 'https://subject.example.org', sub: 'client-7' }],
  ['keys from a file', {}, { iss: 'https://file.example.org' }],
  ['keys from a registered address', { kid: 'shared' }, { iss: 'https://jku.example.org' }, shared.privateKey],
  ['a shared issuer and tenant a', {}, { iss: 'https://many.example.org', tenant: 'a' }],
  ['a shared issuer and tenant b', {}, { iss: 'https://many.example.org', tenant: 'b' }],
]

const tokenOf = ([, header, payload, key = own.privateKey, signer = 'ES384']: Case): string => {
  const aud = Array.isArray(payload.aud)
    ? payload.aud.map((one) => (typeof one === 'string' ? one.replace('$url', serviceUrl()) : one))
    : undefined
  return makeToken(serviceUrl(), { header, payload: aud ? { ...payload, aud } : payload, key, signer })
}

describe('accepted', () => {
  test.each(ACCEPTED.map((one) => ({ name: one[0], one })))('$name', async ({ one }) => {
    expect((await call(`Bearer ${tokenOf(one)}`)).status).toBe(200)
  })

  test.each(['bearer', 'BEARER', 'Bearer  '])('the scheme written %s', async (scheme) => {
    expect((await call(`${scheme} ${tokenOf(['', {}, {}])}`)).status).toBe(200)
  })
})

const pem = own.publicKey.export({ format: 'pem', type: 'spki' }) as string

const REFUSED: readonly Case[] = [
  ['alg none', { alg: 'none' }, {}],
  ['alg None', { alg: 'None' }, {}],
  ['alg NONE', { alg: 'NONE' }, {}],
  ['no alg', { alg: undefined }, {}],
  ['alg as a list', { alg: ['ES384'] }, {}],
  ['alg with a space', { alg: ' ES384' }, {}],
  ['HS256 with the public key as its secret', { alg: 'HS256' }, {}, pem, 'HS256'],
  ['HS384 with the public key as its secret', { alg: 'HS384' }, {}, pem, 'HS384'],
  ['HS256 with a symmetric key in the set', { alg: 'HS256', kid: 'oct' }, {}, 'secret', 'HS256'],
  ['ES256, which is not configured', { alg: 'ES256', kid: 'p256' }, {}, p256.privateKey, 'ES256'],
  ['RS256, which is not configured', { alg: 'RS256', kid: 'r1' }, {}, rsa.privateKey, 'RS256'],
  ['ES384 over a P-256 key', { kid: 'p256' }, {}, p256.privateKey],
  ['ES384 over an RSA key', { kid: 'r1' }, {}, rsa.privateKey, 'RS384'],
  ['RS384 over an EC key', { alg: 'RS384' }, {}, own.privateKey],
  ['RSA of 1024 bits', { alg: 'RS384', kid: 'weak' }, {}, weak.privateKey, 'RS384'],
  ['a key for encryption', { kid: 'enc' }, {}],
  ['a key marked for another algorithm', { kid: 'other-alg' }, {}],
  ['a broken key', { kid: 'broken' }, {}],
  ["the attacker's key under a trusted kid", {}, {}, attacker.privateKey],
  ["the attacker's key in jwk", { jwk: attacker.jwk }, {}, attacker.privateKey],
  ["the attacker's key in jwk, without kid", { jwk: attacker.jwk, kid: undefined }, {}, attacker.privateKey],
  ['x5u', { x5u: 'http://127.0.0.1:9/cert' }, {}, attacker.privateKey],
  ['x5c', { x5c: ['MIIB'] }, {}, attacker.privateKey],
  ['a DER signature', {}, {}, own.privateKey, 'DER384'],
  ['a zero byte before a valid DER signature', {}, {}, own.privateKey, 'ZERODER384'],
  ['ES384 over a secp256k1 key', { kid: 'k256' }, {}, k256.privateKey],
  ['EdDSA', { alg: 'EdDSA', kid: 'ed' }, {}, ed25519.privateKey, 'EdDSA'],
  ['PS384 over an RSA key, which is not configured', { alg: 'PS384', kid: 'r1' }, {}, rsa.privateKey, 'RS384'],
  ['PS384 over a signature of RS384', { alg: 'PS384', kid: 'r1' }, { iss: OTHER }, rsa.privateKey, 'RS384'],
  ['PS384 over a signature of PS256', { alg: 'PS384', kid: 'r1' }, { iss: OTHER }, rsa.privateKey, 'PS256'],
  ['PS384 without salt', { alg: 'PS384', kid: 'r1' }, { iss: OTHER }, rsa.privateKey, 'UNSALTED384'],
  ['PS384 with more salt than the hash is long', { alg: 'PS384', kid: 'r1' }, { iss: OTHER }, rsa.privateKey, 'LONGSALT384'],
  ['RS384 over a signature of RS256', { alg: 'RS384', kid: 'r1' }, {}, rsa.privateKey, 'RS256'],
  ['RS384 over a signature of PS384', { alg: 'RS384', kid: 'r1' }, {}, rsa.privateKey, 'PS384'],
  ['the alg as an object', { alg: { toString: 'ES384' } }, {}],
  ['the alg es384', { alg: 'es384' }, {}],
  ['HS384 with the JSON of the public key as its secret', { alg: 'HS384' }, {}, JSON.stringify(own.jwk), 'HS384'],
  ['HS256 with the kid of an RSA key and its PEM as secret', { alg: 'HS256', kid: 'r1' }, {}, rsaPem, 'HS256'],
  ["the attacker's key in x5c under a trusted kid", { x5c: [attackerDer] }, {}, attacker.privateKey],
  ["the attacker's address in x5u under a trusted kid", { x5u: 'https://evil.example.org/cert.pem' }, {}, attacker.privateKey],
  ['no kid', { kid: undefined }, {}],
  ['an empty kid', { kid: '' }, {}],
  ['an unknown kid', { kid: 'nobody' }, {}],
  ['a kid that climbs', { kid: '../../etc/passwd' }, {}],
  ['a kid of SQL', { kid: "k1' OR '1'='1" }, {}],
  ['the kid __proto__', { kid: '__proto__' }, {}],
  ['the kid constructor', { kid: 'constructor' }, {}],
  ['a kid that is an object', { kid: { $ne: 1 } }, {}],
  ['a kid that is a list', { kid: ['k1'] }, {}],
  ['crit', { crit: ['exp'] }, {}],
  ['an empty crit', { crit: [] }, {}],
  ['b64', { b64: false }, {}],
  ['another typ', { typ: 'at+jwt' }, {}],
  ['cty of a nested token', { cty: 'JWT' }, {}],
  ['no exp', {}, { exp: undefined }],
  ['exp as text', {}, { exp: String(now + 300) }],
  ['exp of null', {}, { exp: null }],
  ['an expired token', {}, { iat: now - 700, exp: now - 400 }],
  ['an end two minutes ago', {}, { iat: now - 400, exp: now - 120 }],
  ['an end an hour ago, as of a clock an hour behind', {}, { iat: now - 3900, exp: now - 3600 }],
  ['iat an hour ahead, as of a clock an hour ahead', {}, { iat: now + 3600, exp: now + 3900 }],
  ['exp of infinity', {}, { exp: Number.MAX_VALUE }],
  ['exp below zero', {}, { exp: -1 }],
  ['exp as true', {}, { exp: true }],
  ['exp as a list', {}, { exp: [now + 300] }],
  ['a life of an hour and a second', {}, { iat: now, exp: now + 3601 }],
  ['a life of a day', {}, { exp: now + 86_400 }],
  ['an end before its beginning', {}, { iat: now + 200, exp: now + 100 }],
  ['no iat', {}, { iat: undefined }],
  ['iat as text', {}, { iat: 'now' }],
  ['iat ten minutes ahead', {}, { iat: now + 600, exp: now + 900 }],
  ['iat of last week', {}, { iat: now - 604_800 }],
  ['nbf ten minutes ahead', {}, { nbf: now + 600 }],
  ['nbf as text', {}, { nbf: 'now' }],
  ['no aud', {}, { aud: undefined }],
  ['another aud', {}, { aud: 'https://other.example.org/cds-services' }],
  ['an aud that is only the beginning', {}, { aud: 'http://127.0.0.1' }],
  ['an aud that goes on', {}, { aud: ['$urlx'] }],
  ['an aud with a query behind the URL', {}, { aud: ['$url?x'] }],
  ['an aud with a slash behind the URL', {}, { aud: ['$url/'] }],
  ['an aud of all services', {}, { aud: 'http://127.0.0.1/cds-services' }],
  ['an aud of null', {}, { aud: null }],
  ['aud as a list in a list', {}, { aud: [['$url']] }],
  ['an empty list of aud', {}, { aud: [] }],
  ['aud as an object', {}, { aud: { '0': 'x' } }],
  ['aud with an object beside the right one', {}, { aud: ['$url', {}] }],
  ['no iss', {}, { iss: undefined }],
  ['another iss', {}, { iss: 'https://evil.example.org' }],
  ['iss in capitals', {}, { iss: ISSUER.toUpperCase() }],
  ['iss with a slash more', {}, { iss: `${ISSUER}/` }],
  ['iss as a list', {}, { iss: [ISSUER] }],
  ['the iss __proto__', {}, { iss: '__proto__' }],
  ['the iss of a client without keys', {}, { iss: 'https://nokeys.example.org' }],
  ['no jti', {}, { jti: undefined }],
  ['an empty jti', {}, { jti: '' }],
  ['jti as an object', {}, { jti: {} }],
  ['jti as a number', {}, { jti: 7 }],
  ['a jti of 10,000 letters', {}, { jti: 'j'.repeat(3000) }],
  ['another sub than the registered one', {}, { iss: 'https://subject.example.org', sub: 'client-8' }],
  ['no sub where one is registered', {}, { iss: 'https://subject.example.org' }],
  ['another tenant', {}, { tenant: 'south' }],
  ['a tenant that is a list', {}, { tenant: ['north'] }],
  ['a shared issuer and no tenant', {}, { iss: 'https://many.example.org' }],
  ['a shared issuer and an unknown tenant', {}, { iss: 'https://many.example.org', tenant: 'c' }],
  [
    'another jku than the registered one',
    { kid: 'shared', jku: 'https://evil.example.org/jwks.json' },
    { iss: 'https://jku.example.org' },
    shared.privateKey,
  ],
  ["a key of one client under another client's iss", {}, { iss: 'https://jku.example.org' }],
]

describe('refused, with an empty body and no reason', () => {
  /** Words of ours; of an issuer or audience also what came, as one line of plain characters, cut. */
  const REASON =
    /^([A-Za-z0-9 -]{4,60}|unknown issuer: "[ -~…]{0,201}" is the iss of no client|another audience: "[ -~…]{0,201}" came, [ -~]+ is expected)$/

  const expectRefusal = async (authorization: string | undefined) => {
    const answer = await call(authorization)
    expect([answer.status, await answer.text(), answer.headers.get('www-authenticate')]).toEqual([401, '', 'Bearer'])
    const id = answer.headers.get('x-request-id')
    const lines = running.log.filter((line) => line.includes(`${id}`))
    const reasons = lines.map((line) => JSON.parse(line)).flatMap(({ msg, code, detail }) => (msg === 'refused' ? [[code, detail]] : []))
    expect(reasons).toEqual([['client-unknown', expect.stringMatching(REASON)]])
    const parts = (authorization ?? '').split(/[ .,]/).filter((part) => part.length > 30)
    expect(parts.filter((part) => lines.join('').includes(part))).toEqual([])
  }

  test.each(REFUSED.map((one) => ({ name: one[0], one })))('$name', async ({ one }) => {
    await expectRefusal(`Bearer ${tokenOf(one)}`)
  })

  const whole = () => tokenOf(['', {}, {}])
  const parts = () => whole().split('.') as [string, string, string]
  const jkus = [
    '$registered/..',
    '$registered.evil.example.org',
    '',
    'HTTP://127.0.0.1/jwks.json',
    '$registered?x',
    '$registered#x',
    'file:///etc/passwd',
    'http://169.254.169.254/latest',
    'http://user@127.0.0.1/jwks.json',
  ]

  test.each(jkus)('the jku %s, which is never fetched', async (jku) => {
    const asked = jwksServer.asked.length
    const registered = `${jwksServer.origin}/jwks.json`
    const header = { kid: 'unheard-of', jku: jku.replace('$registered', registered) }
    await expectRefusal(
      `Bearer ${makeToken(serviceUrl(), { header, payload: { iss: 'https://jku.example.org' }, key: attacker.privateKey })}`,
    )
    expect(jwksServer.asked.length).toBe(asked)
  })

  const doubled = (members: string) => Buffer.from(`{"kid":"k1","typ":"JWT",${members}}`).toString('base64url')
  const SHAPES: readonly (readonly [string, () => string | undefined])[] = [
    ['no Authorization at all', () => undefined],
    ['an empty Authorization', () => ''],
    ['Basic', () => `Basic ${whole()}`],
    ['the scheme alone', () => 'Bearer'],
    ['no scheme', whole],
    ['two parts', () => `Bearer ${parts().slice(0, 2).join('.')}`],
    ['an empty signature', () => `Bearer ${parts().slice(0, 2).join('.')}.`],
    ['four parts', () => `Bearer ${whole()}.x`],
    ['five parts, as encrypted tokens have', () => `Bearer ${whole()}.x.y`],
    ['a signature of zeros', () => `Bearer ${parts().slice(0, 2).join('.')}.${Buffer.alloc(96).toString('base64url')}`],
    ['a signature cut short', () => `Bearer ${whole().slice(0, -8)}`],
    ['a signature of another token', () => `Bearer ${parts().slice(0, 2).join('.')}.${parts()[2]}`],
    ['a swapped payload', () => `Bearer ${parts()[0]}.${parts()[1]}.${parts()[2]}`],
    ['a header with two algorithms, of which the last is none', () => `Bearer ${doubled('"alg":"ES384","alg":"none"')}.${parts()[1]}.`],
    [
      'a header with two algorithms, of which the first is none',
      () => `Bearer ${doubled('"alg":"none","alg":"ES384"')}.${parts().slice(1).join('.')}`,
    ],
    ['another header under the signature', () => `Bearer ${doubled('"alg":"ES384","pad":1')}.${parts().slice(1).join('.')}`],
    ['a signature with a letter outside its alphabet', () => `Bearer ${whole().slice(0, -2)}+/`],
    ['a signature with a letter more, which stands for no byte', () => `Bearer ${whole()}A`],
    ['a signature with a byte more', () => `Bearer ${whole()}AA`],
    ['a token with white space in it', () => `Bearer ${whole().replace('.', ' .')}`],
    ['a payload that is a text', () => `Bearer ${parts()[0]}.${Buffer.from('"x"').toString('base64url')}.${parts()[2]}`],
    ['a payload of 2,000 nested lists', () => `Bearer ${parts()[0]}.${Buffer.from('['.repeat(2000)).toString('base64url')}.${parts()[2]}`],
    [
      'a whole token in place of the payload',
      () => `Bearer ${parts()[0]}.${Buffer.from(JSON.stringify(whole())).toString('base64url')}.${parts()[2]}`,
    ],
    [
      'a header of bytes that are no text',
      () => `Bearer ${Buffer.from([0xff, 0xfe, 0]).toString('base64url')}.${parts()[1]}.${parts()[2]}`,
    ],
    ['trailing text', () => `Bearer ${whole()} more`],
    ['a comma and a second token', () => `Bearer ${whole()},Bearer ${whole()}`],
    ['padding', () => `Bearer ${whole()}==`],
    ['a header that is no JSON', () => `Bearer e30x.${parts()[1]}.${parts()[2]}`],
    ['a header that is a list', () => `Bearer ${Buffer.from('[]').toString('base64url')}.${parts()[1]}.${parts()[2]}`],
    ['a payload that is null', () => `Bearer ${parts()[0]}.${Buffer.from('null').toString('base64url')}.${parts()[2]}`],
    ['12,000 letters', () => `Bearer ${makeToken(serviceUrl(), { payload: { pad: 'x'.repeat(9000) }, key: own.privateKey })}`],
  ]
  test.each(SHAPES)('%s', async (_name, authorization) => {
    await expectRefusal(authorization())
  })

  test('a token that was used before', async () => {
    const token = `Bearer ${whole()}`
    expect((await call(token)).status).toBe(200)
    await expectRefusal(token)
  })
})

test('of 50 uses of one token at the same time exactly one passes', async () => {
  const token = `Bearer ${tokenOf(['', {}, {}])}`
  const statuses = await Promise.all(Array.from({ length: 50 }, async () => (await call(token)).status))
  expect(statuses.filter((status) => status === 200)).toHaveLength(1)
})

test('the same jti from two issuers is two tokens', async () => {
  const jti = randomUUID()
  expect((await call(`Bearer ${tokenOf(['', {}, { jti }])}`)).status).toBe(200)
  expect((await call(`Bearer ${tokenOf(['', {}, { jti, iss: 'https://file.example.org' }])}`)).status).toBe(200)
})

test('discovery and feedback ask for a token as well, each with its own audience', async () => {
  const discovery = `${running.url}/cds-services`
  const token = (audience: string) => `Bearer ${makeToken(audience, { key: own.privateKey })}`
  expect((await fetch(discovery)).status).toBe(401)
  expect((await fetch(discovery, { headers: { authorization: token(discovery) } })).status).toBe(200)
  expect((await fetch(discovery, { headers: { authorization: token(serviceUrl()) } })).status).toBe(401)
  const feedback = `${serviceUrl()}/feedback`
  const body = { feedback: [{ card: 'c', outcome: 'overridden', outcomeTimestamp: new Date().toISOString() }] }
  expect((await post(feedback, body)).status).toBe(401)
  expect((await post(feedback, body, { authorization: token(feedback) })).status).toBe(200)
})

test('the token is checked before the body is looked at', async () => {
  expect((await post(serviceUrl(), '{"broken')).status).toBe(401)
  expect((await post(serviceUrl(), 'x', { 'content-type': 'text/plain' })).status).toBe(401)
})

test('the log names the reason of a refusal and never the token', async () => {
  const token = tokenOf(['', { kid: 'nobody' }, {}])
  await call(`Bearer ${token}`)
  await expect.poll(() => running.log.join('')).toContain('"detail":"unknown kid"')
  for (const part of token.split('.')) expect(running.log.join('')).not.toContain(part)
})

test.each([
  [
    'an audience that is not ours',
    { aud: 'https://wrong.example/cds-services\u0000\u202e' },
    (url: string) =>
      `another audience: \\"https://wrong.example/cds-services??\\" came, \\"${url}\\" or \\"hospital-service\\" is expected`,
  ],
  [
    'an issuer that is not known',
    { iss: 'https://nobody.example/\n' },
    () => 'unknown issuer: \\"https://nobody.example/?\\" is the iss of no client',
  ],
  [
    'a long text, and one that is a token',
    { iss: `eyJhbGciOiJub25lIn0.eyJpc3MiOiJ4In0.abcdefgh ${'a b '.repeat(200)}` },
    () => `unknown issuer: \\"… ${'a b '.repeat(50).slice(0, 198)}…\\" is the iss of no client`,
  ],
] as const)('the log says of %s what came and what is expected, cut and cleaned', async (_name, payload, said) => {
  await call(`Bearer ${tokenOf(['', {}, payload])}`)
  await expect.poll(() => running.log.join('')).toContain(`"detail":"${said(serviceUrl())}"`)
  const lines = running.log.filter((line) => line.includes('another audience') || line.includes('unknown issuer'))
  expect(lines.map((line) => JSON.parse(line).level).filter((level) => level !== 30)).toEqual([])
})

test('in open mode a call is answered without, with a foreign and with a broken token', async () => {
  const open = await start({ clients: [{ ...base, jwks: { keys } }] })
  const url = `${open.url}/cds-services/echo-order-sign`
  for (const authorization of [undefined, 'Bearer x.y.z', 'Basic abc', `Bearer ${makeToken(url, { key: attacker.privateKey })}`]) {
    expect((await post(url, orderSign(), authorization ? { authorization } : {})).status).toBe(200)
  }
  expect((await post(url, orderSign(), { authorization: `Bearer ${makeToken(url, { key: own.privateKey })}` })).status).toBe(200)
  const callers = () =>
    open.log
      .map((line) => JSON.parse(line))
      .filter(({ msg }) => msg === 'answered')
      .map(({ client }) => client)
  await expect.poll(callers).toEqual(['anonymous', 'anonymous', 'anonymous', 'anonymous', 'ehr'])
  await open.close()
})

test('two clients with the same issuer and tenant stop the start', async () => {
  const twice = [
    { ...base, jwks: { keys } },
    { ...base, id: 'again', jwks: { keys } },
  ]
  await expect(start({ clients: twice })).rejects.toMatchObject({ code: 'config-invalid' })
})

describe('a key set at an address', () => {
  const client = CONFIG_SCHEMAS.client.parse({ id: 'c', iss: 'i', jku: 'https://ehr.example.org/jwks.json' })
  const SECOND = 1000

  /** A key set whose address answers what `answers` says, one after another; the last one stays. */
  const keySetWith = (...answers: (() => unknown)[]) => {
    let clock = 0
    let reads = 0
    const read = async () => {
      const answer = answers[Math.min(reads, answers.length - 1)]
      reads += 1
      return answer?.()
    }
    const set = makeKeySet(client, read, { now: () => clock })
    if (!set) throw new Error('no key set')
    const settle = () => new Promise((resolve) => setImmediate(resolve))
    return { find: set.find, pass: (ms: number) => (clock += ms), reads: () => reads, settle }
  }
  const one = () => ({ keys: [own.jwk] })
  const two = () => ({ keys: [shared.jwk] })
  const fail = () => {
    throw new Error('down')
  }

  test('is read once for many calls', async () => {
    const set = keySetWith(one)
    await Promise.all(Array.from({ length: 20 }, () => set.find('k1')))
    expect([await set.find('k1').then((found) => found.length), set.reads()]).toEqual([1, 1])
  })

  test('is read for an unknown kid at most every 30 seconds', async () => {
    const set = keySetWith(one)
    for (let call = 0; call < 100; call += 1) await set.find('nobody')
    expect(set.reads()).toBe(1)
    set.pass(31 * SECOND)
    for (let call = 0; call < 100; call += 1) await set.find('nobody')
    expect(set.reads()).toBe(2)
  })

  test('learns a new key', async () => {
    const set = keySetWith(one, two)
    expect(await set.find('k1')).toHaveLength(1)
    set.pass(31 * SECOND)
    expect(await set.find('shared')).toHaveLength(1)
  })

  test.each<readonly [string, () => unknown]>([
    ['fails', fail],
    ['is empty', () => ({ keys: [] })],
    ['is no key set', () => 'oops'],
    ['is null', () => null],
  ])('keeps its known keys for hours when the address %s', async (_name, bad) => {
    const set = keySetWith(one, bad)
    await set.find('k1')
    set.pass(3 * 3600 * SECOND)
    await set.find('k1')
    await set.settle()
    expect([(await set.find('k1')).length, (await set.find('nobody')).length]).toEqual([1, 0])
  })

  test('is trusted no more after a day without a good read', async () => {
    const set = keySetWith(one, fail)
    await set.find('k1')
    set.pass(25 * 3600 * SECOND)
    expect(await set.find('k1')).toEqual([])
  })

  test('drops a withdrawn key within minutes', async () => {
    const set = keySetWith(one, two)
    await set.find('k1')
    set.pass(11 * 60 * SECOND)
    await set.find('k1')
    await set.settle()
    expect(await set.find('k1')).toEqual([])
  })
})

test.each<readonly [string, Parameters<typeof serveFhir>[0]]>([
  ['500', (_req, res) => res.writeHead(500).end()],
  ['a redirect', (_req, res) => res.writeHead(302, { location: '/other' }).end()],
  ['5 MB', (_req, res) => res.writeHead(200).end(`{"keys":[],"pad":"${'x'.repeat(5_000_000)}"}`)],
  ['nothing at all', () => undefined],
])('a key set address that answers with %s gives 401 within two seconds, never 5xx', async (_name, handler) => {
  const server = await serveFhir(handler)
  const one = await start({ config: { auth: 'required' }, clients: [{ ...base, jku: `${server.origin}/jwks.json` }] })
  const url = `${one.url}/cds-services/echo-order-sign`
  const started = performance.now()
  const answer = await post(url, orderSign(), { authorization: `Bearer ${makeToken(url, { key: own.privateKey })}` })
  expect(answer.status).toBe(401)
  expect(performance.now() - started).toBeLessThan(2000 + BUSY_MS)
  expect(server.asked).toEqual(['/jwks.json'])
  await one.close()
  await server.close()
})
