import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeSandbox } from '../../src/sandbox/sandbox.ts'
import { authorizeUrl, form, landed, makeBrowser, pkce, postJson, type Served, serveSandbox } from './serve.ts'

let served: Served
beforeAll(async () => {
  served = await serveSandbox()
})
afterAll(() => served.close())

describe('The doors of the EHR page', () => {
  test('the patient list tells every story, its order and what should happen', async () => {
    const body = (await (await fetch(`${served.url}/sandbox/patients`)).json()) as { anchor: string; stories: unknown[] }
    expect(body.anchor).toBe('2026-11-16')
    expect(body.stories).toEqual(served.sandbox.stories)
    expect(body.stories[0]).toMatchObject({
      patient: 'p01',
      order: { rxcui: '309362' },
      expect: { concern: 'guidance', genes: ['CYP2C19'] },
    })
  })

  test('a session reads all charts and writes orders and notes, nothing else', async () => {
    const body = (await (await postJson(served, '/sandbox/session', {})).json()) as Record<string, unknown>
    expect(body).toMatchObject({
      token_type: 'Bearer',
      fhirUser: 'Practitioner/dr-okafor',
      fhirBase: `${served.url}/fhir`,
      scope: 'user/*.rs user/MedicationRequest.cu user/ServiceRequest.cu user/DocumentReference.c',
    })
    const condition = { resourceType: 'Condition', subject: { reference: 'Patient/p01' }, code: { text: 'x' } }
    expect((await postJson(served, '/fhir/Condition', condition, String(body.access_token))).status).toBe(403)
  })

  test('a hook token has the members of fhirAuthorization', async () => {
    const body = await (await postJson(served, '/sandbox/hook-token', { patient: 'p07' })).json()
    expect(body).toEqual({
      access_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: 300,
      scope: 'patient/*.rs',
      subject: 'attune',
      patient: 'p07',
    })
  })

  test('a launch is opened for a patient, and its address leads to the app', async () => {
    const body = (await (await postJson(served, '/sandbox/launch', { patient: 'p07', appContext: 'x' })).json()) as {
      launch: string
      url: string
    }
    const url = new URL(body.url)
    expect({ at: `${url.origin}${url.pathname}`, iss: url.searchParams.get('iss'), launch: url.searchParams.get('launch') }).toEqual({
      at: `${served.url}/app/launch.html`,
      iss: `${served.url}/fhir`,
      launch: body.launch,
    })
  })

  test.each([
    ['/sandbox/hook-token', { patient: 'nobody' }, 404],
    ['/sandbox/hook-token', {}, 400],
    ['/sandbox/hook-token', { patient: '../p01' }, 400],
    ['/sandbox/launch', { patient: 'nobody' }, 404],
    ['/sandbox/launch', { patient: 'p01', encounter: 'p02-visit-1' }, 400],
    ['/sandbox/launch', { patient: 'p01', appContext: 5 }, 400],
    ['/fhir/_services/smart/Launch', { launchUrl: 'https://app.example/launch' }, 400],
  ])('%s with %j is refused', async (path, body, status) => {
    const response = await postJson(served, path, body)
    expect(response.status).toBe(status)
    expect(await response.json()).toMatchObject({ resourceType: 'OperationOutcome' })
  })

  test('the public CDS Hooks sandbox gets a launch id that the authorization server takes', async () => {
    const asked = {
      launchUrl: `${served.url}/app/launch.html`,
      parameters: { patient: 'p09', smart_messaging_origin: 'http://localhost:8080', appContext: 'from the card' },
    }
    const { launch_id: launch } = (await (await postJson(served, '/fhir/_services/smart/Launch', asked)).json()) as { launch_id: string }
    const { verifier, challenge } = pkce()
    const { code = '' } = landed(await makeBrowser().go(authorizeUrl(served, challenge, { scope: 'launch openid patient/*.rs', launch })))
    const body = {
      grant_type: 'authorization_code',
      code,
      code_verifier: verifier,
      redirect_uri: `${served.url}/app/`,
      client_id: 'attune-app',
    }
    expect(await (await form(served, '/auth/token', body)).json()).toMatchObject({ patient: 'p09', appContext: 'from the card' })
  })
})

describe('Starting', () => {
  test('the sandbox refuses to exist in production', async () => {
    await expect(makeSandbox({ mode: 'production', publicUrl: 'https://cds.hospital.example' })).rejects.toMatchObject({
      code: 'config-invalid',
    })
  })

  test('it is built in no more processor time than three hundred thousand small resources need to be written as text and read again', async () => {
    // Against other work of the same machine, not the clock, and the best of five: tests run beside others, and the first is warming up.
    const cost = async (work: () => unknown): Promise<number> => {
      const before = process.cpuUsage()
      await work()
      const { user, system } = process.cpuUsage(before)
      return (user + system) / 1000
    }
    const small = Array.from({ length: 100_000 }, (_, n) => ({
      resourceType: 'Observation',
      id: `o${n}`,
      subject: { reference: 'Patient/p01' },
    }))
    const build = async () => {
      const sandbox = await makeSandbox({ mode: 'sandbox', publicUrl: () => 'http://127.0.0.1:1' })
      expect(sandbox.size).toBeGreaterThan(5000)
    }
    const [builds, texts]: [number[], number[]] = [[], []]
    for (let turn = 0; turn < 5; turn += 1) {
      builds.push(await cost(build))
      texts.push(await cost(() => JSON.parse(JSON.stringify(small))))
    }
    expect(Math.min(...builds)).toBeLessThan(3 * Math.min(...texts))
  })

  test('two sandboxes share nothing: tokens of one mean nothing to the other', async () => {
    const other = await serveSandbox()
    const { access_token: token } = (await (await postJson(other, '/sandbox/session', {})).json()) as { access_token: string }
    const response = await fetch(`${served.url}/fhir/Patient/p01`, { headers: { authorization: `Bearer ${token}` } })
    expect(response.status).toBe(401)
    await other.close()
  })
})
