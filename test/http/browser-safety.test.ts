import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ENDPOINTS } from '../../src/http/openapi.ts'
import { type Running, start } from './server-under-test.ts'

const folder = mkdtempSync(join(tmpdir(), 'attune-pages-'))
const clients = [
  { id: 'north', tenant: 'north', fhirServers: ['https://north.test/fhir/'], frameAncestors: ['https://ehr.north.test'] },
  { id: 'south', tenant: 'south', fhirServers: ['https://south.test/fhir'], frameAncestors: ['https://ehr.south.test'] },
]
let running: Running

beforeAll(async () => {
  for (const name of ['app', 'models', 'monitoring', 'assets']) mkdirSync(join(folder, name))
  for (const name of ['app/index.html', 'app/launch.html', 'models/index.html', 'monitoring/index.html', 'index.html'])
    writeFileSync(join(folder, name), '<!doctype html><title>x</title>')
  running = await start({ mode: 'production', config: { auth: 'required' }, clients, kit: { publicDir: folder } })
})
afterAll(async () => {
  await running.close()
  rmSync(folder, { recursive: true })
})

type Asked = { readonly method?: string; readonly headers?: Record<string, string>; readonly body?: string }

/** The path goes out as it is written: fetch would tidy it. */
const ask = (path: string, { method = 'GET', headers = {}, body }: Asked = {}) =>
  new Promise<{ status: number; headers: http.IncomingHttpHeaders; text: string }>((resolve, reject) => {
    const request = http.request(running.url, { path, method, headers }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk) => {
        text += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }))
    })
    request.on('error', reject).end(body)
  })

const PLACES = ENDPOINTS.filter(({ sandboxOnly }) => !sandboxOnly).map(({ method, path }) => ({
  method: method.toUpperCase(),
  path: path.replace('{id}', 'echo-order-sign'),
}))
const POSTS = PLACES.filter(({ method }) => method === 'POST')

describe('A page of another origin', () => {
  test.each(POSTS)('can send no form to $path: nothing but JSON is read', async ({ method, path }) => {
    for (const type of [
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'text/plain',
      'text/plain; a=application/json',
      '',
    ]) {
      const headers = { authorization: 'Bearer token', ...(type === '' ? {} : { 'content-type': type }) }
      const { status } = await ask(path, { method, headers, body: '{"a":1}' })
      expect([type, [401, 415].includes(status)]).toEqual([type, true])
    }
  })

  test.each(POSTS)('has no rights of the user at $path: cookies are no login', async ({ method, path }) => {
    const headers = { cookie: 'session=1; token=Bearer x', 'content-type': 'application/json' }
    expect((await ask(path, { method, headers, body: '{}' })).status).toBe(401)
  })

  test.each(PLACES)('finds no cookie, no leave to send credentials and no redirect at $method $path', async ({ method, path }) => {
    for (const suffix of ['', '?next=https://evil.example&redirect_uri=https://evil.example&returnTo=//evil.example']) {
      const { status, headers } = await ask(path + suffix, {
        method,
        headers: { origin: 'https://evil.example', 'content-type': 'application/json' },
      })
      expect({
        cookie: headers['set-cookie'],
        credentials: headers['access-control-allow-credentials'],
        origin: headers['access-control-allow-origin'],
        location: headers.location,
        redirected: status >= 300 && status < 400,
        nosniff: headers['x-content-type-options'],
        referrer: headers['referrer-policy'],
      }).toEqual({
        cookie: undefined,
        credentials: undefined,
        origin: undefined,
        location: undefined,
        redirected: false,
        nosniff: 'nosniff',
        referrer: 'no-referrer',
      })
    }
  })
})

describe('No path leads to another host', () => {
  const PATHS = [
    '//evil.example',
    '//evil.example/..',
    '/app//evil.example',
    '//evil.example/app',
    '/app/..//evil.example',
    '/\\evil.example',
    '/app/%2f%2fevil.example',
    '/app/%5cevil.example',
    '/https://evil.example',
    '///evil.example/%2e%2e',
    '//evil.example/%2f..',
    '/app',
    '/models',
    '/monitoring',
    '/app?iss=https://evil.example',
    '/app/launch.html?iss=https://evil.example&launch=x',
  ]
  test.each(PATHS)('%s', async (path) => {
    const { location = '/' } = (await ask(path)).headers
    expect(new URL(location, running.url).origin).toBe(running.url)
    expect(location).toMatch(/^\/(?![/\\])/)
  })
})

const policyOf = async (path: string): Promise<Record<string, string>> => {
  const said = String((await ask(path)).headers['content-security-policy'])
  return Object.fromEntries(said.split('; ').map((one) => [one.slice(0, one.indexOf(' ')), one.slice(one.indexOf(' ') + 1)]))
}

describe('The policy of the pages', () => {
  test.each(['/app/', '/app/launch.html', '/models/', '/monitoring/', '/docs', '/'])(
    'of %s lets no text become script or style',
    async (path) => {
      const policy = await policyOf(path)
      expect(policy).toMatchObject({
        'default-src': "'none'",
        'script-src': "'self'",
        'style-src': "'self'",
        'object-src': "'none'",
        'base-uri': "'none'",
        'form-action': "'self'",
        'require-trusted-types-for': "'script'",
        'trusted-types': "'none'",
      })
      expect(JSON.stringify(policy)).not.toMatch(/unsafe|\*/)
    },
  )

  test.each<readonly [string, string, string]>([
    ['one EHR', 'https://north.test/fhir', 'https://ehr.north.test'],
    ['one EHR, with a slash', 'https://north.test/fhir/', 'https://ehr.north.test'],
    ['the other', 'https://south.test/fhir', 'https://ehr.south.test'],
    ['nobody registered', 'https://evil.example/fhir', "'none'"],
    ['an empty name', '', "'none'"],
  ])('of a launch by %s lets only that EHR frame the page', async (_name, iss, ancestors) => {
    const policy = await policyOf(`/app/launch.html?iss=${encodeURIComponent(iss)}&launch=x`)
    expect(policy['frame-ancestors']).toBe(ancestors)
    const origin = /^https:\/\/(north|south)/.test(iss) ? ` ${new URL(iss).origin}` : ''
    expect(policy['connect-src']).toBe(`'self'${origin}`)
  })

  test('of a launch that names two EHRs lets none frame the page', async () => {
    const both = '/app/launch.html?iss=https://north.test/fhir&iss=https://south.test/fhir'
    expect((await policyOf(both))['frame-ancestors']).toBe("'none'")
  })

  test('of a page that is opened without a launch names no record system where none is offered so', async () => {
    expect((await policyOf('/app/launch.html'))['connect-src']).toBe("'self'")
  })

  test('of the page after the login, which is not told whose it is, lets the registered EHRs and no other', async () => {
    expect((await policyOf('/app/?code=x&state=y'))['frame-ancestors']).toBe('https://ehr.north.test https://ehr.south.test')
  })

  test('of an answer that names the authorization server that gave it (RFC 9207) lets the app reach the record systems', async () => {
    const policy = await policyOf('/app/?code=x&state=y&iss=https%3A%2F%2Flogin.north.test%2Frealms%2Fehr')
    expect(policy['connect-src']).toBe("'self' https://north.test https://south.test")
  })

  test('of answers that are data lets nothing be loaded and nobody frame them', async () => {
    expect(await policyOf('/openapi.json')).toEqual({ 'default-src': "'none'", 'frame-ancestors': "'none'" })
  })
})

describe('What the app is told before any login', () => {
  const issuersAt = async (server: Running, query = '') =>
    ((await (await fetch(`${server.url}/app/config.json${query}`)).json()) as { issuers: readonly string[] }).issuers
  const iss = (base: string) => `?iss=${encodeURIComponent(base)}`

  test.each([
    ['the one that a launch names', iss('https://north.test/fhir'), ['https://north.test/fhir/']],
    ['nothing for one that nobody registered', iss('https://north.test/fhir/other'), []],
    ['nothing for an empty name', iss(''), []],
    ['nothing for two at once', `${iss('https://north.test/fhir')}&iss=https://south.test/fhir`, []],
    ['nothing without a launch, where several are registered and none is offered', '', []],
  ])('of record systems is %s', async (_name, query, issuers) => {
    expect(await issuersAt(running, query)).toEqual(issuers)
  })

  test('of record systems without a launch is the only one, or those that the site offers', async () => {
    const one = await start({ mode: 'production', config: { auth: 'required' }, clients: clients.slice(0, 1) })
    const app = { standalone: ['https://south.test/fhir'] }
    const offered = await start({ mode: 'production', config: { auth: 'required', app }, clients })
    expect([await issuersAt(one), await issuersAt(offered)]).toEqual([['https://north.test/fhir/'], ['https://south.test/fhir']])
    await one.close()
    await offered.close()
  })

  test('of the name under which an EHR knows the app is that which this EHR gave it', async () => {
    const both = clients.map((client) => (client.id === 'south' ? { ...client, appClientId: '5e1f9c-south' } : client))
    const app = { standalone: ['https://north.test/fhir/', 'https://south.test/fhir'] }
    const server = await start({ mode: 'production', config: { auth: 'required', app }, clients: both })
    const told = async (query: string) =>
      ((await (await fetch(`${server.url}/app/config.json${query}`)).json()) as { clientIds: object }).clientIds
    expect([await told(iss('https://south.test/fhir/')), await told(iss('https://north.test/fhir')), await told('')]).toEqual([
      { 'https://south.test/fhir': '5e1f9c-south' },
      { 'https://north.test/fhir/': 'attune-app' },
      { 'https://north.test/fhir/': 'attune-app', 'https://south.test/fhir': '5e1f9c-south' },
    ])
    await server.close()
  })

  test('of pictures is what holds for the record system that the launch names', async () => {
    const imaging = (base: string) => ({ dicomweb: [`https://pictures.${base}.test/dicomweb`] })
    const both = clients.map((client) => ({ ...client, imaging: imaging(client.id) }))
    const server = await start({ mode: 'production', config: { auth: 'required' }, clients: both })
    const told = await (await fetch(`${server.url}/app/config.json${iss('https://south.test/fhir')}`)).text()
    expect([told.includes('pictures.south.test'), told.includes('north')]).toEqual([true, false])
    await server.close()
  })
})
