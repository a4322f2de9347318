import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import jwt from 'jsonwebtoken'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { makeOutbound } from '../../src/fhir/outbound.ts'
import { makeIdentifyReviewer } from '../../src/http/reviewer.ts'
import { ecPair } from './client-tokens.ts'

/** The client id that the EHR gave the app. */
const AUDIENCE = 'app-7f3a'
const pair = ecPair('k1')

/** A server of an EHR: says where its keys are, or has them; `asked` are the paths that it was asked for. */
type Place = { readonly origin: string; readonly asked: string[]; keysAt: string; readonly server: Server }

const places: Place[] = []
const open = async (): Promise<Place> => {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    const said = request.url === '/jwks.json' ? { keys: [pair.jwk] } : { issuer: place.origin, jwks_uri: place.keysAt }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(said))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const place: Place = { origin, asked, keysAt: `${origin}/jwks.json`, server }
  places.push(place)
  return place
}

const outbound = makeOutbound({ allowHttp: true, allowPrivateAddresses: true } as Parameters<typeof makeOutbound>[0])
let [ehr, elsewhere]: Place[] = []
beforeAll(async () => {
  ehr = await open()
  elsewhere = await open()
})
afterEach(() => {
  for (const place of places) place.asked.length = 0
})
afterAll(() => {
  outbound.close()
  for (const { server } of places) server.close()
})

const idToken = (issuer: string, audience = AUDIENCE): string =>
  jwt.sign({ iss: issuer, aud: audience, name: 'Dr. Ada Example' }, pair.privateKey, { algorithm: 'ES384', keyid: 'k1', expiresIn: 300 })

describe('The name of a reviewer is verified with keys', () => {
  type Client = { readonly fhirServers: string[]; readonly authorizationServers: string[]; readonly appClientId: string }
  const identify = (clients: readonly Client[], keysAt: string, audience = AUDIENCE) => {
    const home = ehr as Place
    home.keysAt = keysAt
    const read = (url: string) => outbound.json(url, { deadlineMs: 1500, maxBytes: 256_000 })
    return makeIdentifyReviewer(read, clients)(idToken(home.origin, audience), `${home.origin}/fhir`)
  }
  const own = (more: string[] = []) => ({ fhirServers: [`${ehr?.origin}/fhir`], authorizationServers: more, appClientId: AUDIENCE })
  const keysOf = (place: Place | undefined): string => `${place?.origin}/jwks.json`

  test('at the FHIR server that is registered', async () => {
    expect((await identify([own()], keysOf(ehr))).how).toBe('verified')
  })

  test('at an authorization server that is registered beside it', async () => {
    expect((await identify([own([elsewhere?.origin ?? ''])], keysOf(elsewhere))).how).toBe('verified')
  })

  test('nowhere else: another origin that the EHR names is not asked, and the name counts as stated only', async () => {
    const reviewer = await identify([own()], keysOf(elsewhere))
    expect([reviewer.how, reviewer.name, elsewhere?.asked]).toEqual(['stated', 'Dr. Ada Example', []])
  })

  test('not at the origin of another hospital that is registered too', async () => {
    const other = { fhirServers: [`${elsewhere?.origin}/fhir`], authorizationServers: [], appClientId: AUDIENCE }
    expect([(await identify([own(), other], keysOf(elsewhere))).how, elsewhere?.asked]).toEqual(['stated', []])
  })

  test('and not where the token was made for another app, also one that another hospital knows as this one', async () => {
    const other = { ...own(), fhirServers: ['https://other.test/fhir'], appClientId: 'attune-app' }
    expect((await identify([own(), other], keysOf(ehr), 'attune-app')).how).toBe('stated')
  })

  test.each(['file:///etc/passwd', 'http://169.254.169.254/keys', 'not an address', ''])('not at %j', async (address) => {
    expect((await identify([own()], address)).how).toBe('stated')
  })
})
