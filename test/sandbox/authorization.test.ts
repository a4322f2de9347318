import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { authorizeUrl, form, landed, launchApp, makeBrowser, pkce, postJson, type Served, serveSandbox, type TokenAnswer } from './serve.ts'

let served: Served
beforeAll(async () => {
  served = await serveSandbox()
})
afterAll(() => served.close())

const SCOPE = 'openid fhirUser launch patient/*.rs offline_access'

const read = (path: string, token: string): Promise<Response> =>
  fetch(`${served.url}/fhir/${path}`, { headers: { authorization: `Bearer ${token}` } })
const refresh = (token: string, extra: Record<string, string> = {}): Promise<Response> =>
  form(served, '/auth/token', { grant_type: 'refresh_token', refresh_token: token, client_id: 'attune-app', ...extra })
const openLaunch = async (body: object): Promise<string> =>
  ((await (await postJson(served, '/sandbox/launch', body)).json()) as { launch: string }).launch
const claims = (token: string | undefined): Record<string, unknown> =>
  JSON.parse(Buffer.from(token?.split('.')[1] ?? '', 'base64url').toString())

describe('SMART configuration', () => {
  test('stands under the FHIR base and names the endpoints, S256 and the capabilities', async () => {
    const body = (await (await fetch(`${served.url}/fhir/.well-known/smart-configuration`)).json()) as Record<string, unknown>
    expect(body).toMatchObject({
      issuer: `${served.url}/auth`,
      authorization_endpoint: `${served.url}/auth/authorize`,
      token_endpoint: `${served.url}/auth/token`,
      code_challenge_methods_supported: ['S256'],
      capabilities: expect.arrayContaining(['launch-ehr', 'launch-standalone', 'client-public', 'permission-v2', 'context-ehr-patient']),
      scopes_supported: expect.arrayContaining([
        'launch',
        'launch/patient',
        'patient/*.rs',
        'user/*.rs',
        'patient/Observation.rs',
        'patient/*.read',
        'offline_access',
      ]),
    })
    const openid = (await (await fetch(`${served.url}/auth/.well-known/openid-configuration`)).json()) as Record<string, unknown>
    expect(openid).toMatchObject({
      issuer: `${served.url}/auth`,
      authorization_endpoint: `${served.url}/auth/authorize`,
      jwks_uri: `${served.url}/auth/jwks`,
    })
    const jwks = (await (await fetch(`${served.url}/auth/jwks`)).json()) as { keys: Record<string, unknown>[] }
    expect(jwks.keys.map(({ kty, alg, d }) => ({ kty, alg, d }))).toEqual([{ kty: 'EC', alg: 'ES256', d: undefined }])
  })
})

describe('EHR launch', () => {
  test('gives a token for the patient of the launch, with encounter, app context, style and identity', async () => {
    const appContext = '{"v":1,"drug":{"rxcui":"32968","text":"clopidogrel"}}'
    const answer = await launchApp(
      served,
      { patient: 'p01', appContext, fhirContext: [{ reference: 'MedicationRequest/draft-1' }], needPatientBanner: false },
      SCOPE,
    )
    const story = served.sandbox.stories.find(({ patient }) => patient === 'p01')
    expect(answer).toMatchObject({
      token_type: 'Bearer',
      expires_in: 900,
      scope: SCOPE,
      patient: 'p01',
      encounter: story?.encounter,
      appContext,
      fhirContext: [{ reference: 'MedicationRequest/draft-1' }],
      need_patient_banner: false,
      smart_style_url: `${served.url}/sandbox/smart-style.json`,
      refresh_token: expect.any(String),
    })
    expect(claims(answer.id_token)).toMatchObject({
      iss: `${served.url}/auth`,
      aud: 'attune-app',
      fhirUser: `${served.url}/fhir/Practitioner/dr-okafor`,
    })
    expect((await fetch(String(answer.smart_style_url))).status).toBe(200)
  })

  test('binds the token to that patient and to the scopes granted', async () => {
    const { access_token: token } = await launchApp(served, { patient: 'p01' }, 'launch openid patient/Observation.rs patient/Patient.r')
    expect((await read('Patient/p01', token)).status).toBe(200)
    expect((await read('Observation?patient=p01&_count=1', token)).status).toBe(200)
    expect((await read('Condition?patient=p01', token)).status).toBe(403)
    expect((await read('Patient?_id=p01', token)).status).toBe(403)
    expect((await read('Patient/p02', token)).status).toBe(403)
    expect((await read('Observation?patient=p02', token)).status).toBe(403)
  })

  test('takes scopes of version 1, too', async () => {
    const { access_token: token, scope } = await launchApp(served, { patient: 'p03' }, 'launch openid patient/*.read')
    expect(scope).toBe('launch openid patient/*.read')
    expect((await read('Observation?patient=p03&_count=1', token)).status).toBe(200)
  })

  test('user scopes reach every patient, as the clinician does', async () => {
    const { access_token: token } = await launchApp(served, { patient: 'p01' }, 'launch openid user/*.rs')
    expect((await read('Patient/p02', token)).status).toBe(200)
  })

  test('unknown scopes are dropped, and the answer says what was granted', async () => {
    const { scope } = await launchApp(served, { patient: 'p01' }, 'launch openid patient/*.rs patient/Spaceship.rs system/*.rs')
    expect(scope).toBe('launch openid patient/*.rs')
  })

  test('two apps open in one browser keep each its own patient', async () => {
    const browser = makeBrowser()
    const open = async (patient: string): Promise<TokenAnswer> => {
      const { verifier, challenge } = pkce()
      const { code = '' } = landed(
        await browser.go(authorizeUrl(served, challenge, { scope: SCOPE, launch: await openLaunch({ patient }) })),
      )
      const body = {
        grant_type: 'authorization_code',
        code,
        code_verifier: verifier,
        redirect_uri: `${served.url}/app/`,
        client_id: 'attune-app',
      }
      return (await (await form(served, '/auth/token', body)).json()) as TokenAnswer
    }
    const [first, second] = [await open('p01'), await open('p02')]
    expect([first.patient, second.patient]).toEqual(['p01', 'p02'])
    expect((await read('Patient/p01', first.access_token)).status).toBe(200)
    expect((await read('Patient/p01', second.access_token)).status).toBe(403)
    const again = (await (await refresh(first.refresh_token ?? '')).json()) as TokenAnswer
    expect(again.patient).toBe('p01')
  })
})

describe('What an authorization request must hold', () => {
  const ask = async (extra: Record<string, string>, omit: readonly string[] = []): Promise<Record<string, string>> => {
    const url = new URL(authorizeUrl(served, pkce().challenge, { scope: SCOPE, launch: await openLaunch({ patient: 'p01' }), ...extra }))
    for (const name of omit) url.searchParams.delete(name)
    return landed(await makeBrowser().go(url.href))
  }

  test('a code comes back with the state it was asked with', async () => {
    expect(await ask({})).toMatchObject({ state: 'state-1', code: expect.any(String) })
  })

  test.each([
    ['an aud that is not this FHIR base', { aud: 'https://elsewhere.example/fhir' }, [], 'invalid_request'],
    ['no aud', {}, ['aud'], 'invalid_request'],
    ['a launch that nobody opened', { launch: 'made-up' }, [], 'invalid_request'],
    ['no code challenge', {}, ['code_challenge', 'code_challenge_method'], 'invalid_request'],
    ['a plain code challenge', { code_challenge_method: 'plain' }, [], 'invalid_request'],
    ['a token instead of a code', { response_type: 'token' }, [], 'unsupported_response_type'],
  ])('%s is refused', async (_title, extra, omit, error) => {
    const answer = await ask(extra, omit)
    expect(answer.error).toBe(error)
    expect(answer).not.toHaveProperty('code')
  })

  test('an unregistered client or redirect gets a page, not a redirect', async () => {
    for (const extra of [{ client_id: 'stranger' }, { redirect_uri: 'https://evil.example/' }]) {
      const response = await makeBrowser().go(authorizeUrl(served, pkce().challenge, { scope: SCOPE, ...extra }))
      expect(response.status).toBe(400)
      expect(response.headers.get('location')).toBeNull()
      expect(await response.text()).toContain('The app could not be opened')
    }
  })

  test('a code works once, with its own verifier and its own redirect', async () => {
    const { verifier, challenge } = pkce()
    const { code = '' } = landed(
      await makeBrowser().go(authorizeUrl(served, challenge, { scope: SCOPE, launch: await openLaunch({ patient: 'p01' }) })),
    )
    const body = { grant_type: 'authorization_code', code, redirect_uri: `${served.url}/app/`, client_id: 'attune-app' }
    expect((await form(served, '/auth/token', { ...body, code_verifier: pkce().verifier })).status).toBe(400)
    expect((await form(served, '/auth/token', { ...body, code_verifier: verifier, redirect_uri: `${served.url}/app` })).status).toBe(400)
    const used = await form(served, '/auth/token', { ...body, code_verifier: verifier })
    expect(used.status).toBe(200)
    const { access_token: token } = (await used.json()) as TokenAnswer
    expect((await form(served, '/auth/token', { ...body, code_verifier: verifier })).status).toBe(400)
    expect((await read('Patient/p01', token)).status, 'a replayed code ends the tokens it gave').toBe(401)
  })
})

describe('Refresh', () => {
  test('rotates, keeps patient and context, and ends the whole grant when an old token comes back', async () => {
    const first = await launchApp(served, { patient: 'p04', appContext: 'x' }, SCOPE)
    const second = (await (await refresh(first.refresh_token ?? '')).json()) as TokenAnswer
    expect(second).toMatchObject({ patient: 'p04', appContext: 'x', scope: SCOPE })
    expect(second.refresh_token).not.toBe(first.refresh_token)
    expect((await read('Patient/p04', second.access_token)).status).toBe(200)
    expect((await refresh(first.refresh_token ?? '')).status).toBe(400)
    expect((await refresh(second.refresh_token ?? '')).status).toBe(400)
    expect((await read('Patient/p04', second.access_token)).status).toBe(401)
  })

  test('narrows scopes but never widens them', async () => {
    const first = await launchApp(served, { patient: 'p04' }, 'launch openid patient/Observation.rs patient/Patient.rs offline_access')
    expect((await refresh(first.refresh_token ?? '', { scope: 'patient/*.rs' })).status).toBe(400)
    const narrow = (await (await refresh(first.refresh_token ?? '', { scope: 'patient/Patient.rs' })).json()) as TokenAnswer
    expect((await read('Patient/p04', narrow.access_token)).status).toBe(200)
    expect((await read('Observation?patient=p04', narrow.access_token)).status).toBe(403)
  })

  test('is given for online_access too, and not without either', async () => {
    expect((await launchApp(served, { patient: 'p01' }, 'launch openid patient/*.rs online_access')).refresh_token).toEqual(
      expect.any(String),
    )
    expect(await launchApp(served, { patient: 'p01' }, 'launch openid patient/*.rs')).not.toHaveProperty('refresh_token')
  })

  test('can be revoked', async () => {
    const { refresh_token: token = '' } = await launchApp(served, { patient: 'p01' }, SCOPE)
    expect((await form(served, '/auth/revoke', { token, client_id: 'attune-app' })).status).toBe(200)
    expect((await refresh(token)).status).toBe(400)
  })
})

describe('Standalone launch', () => {
  const scope = 'openid fhirUser launch/patient launch/encounter patient/*.rs offline_access'

  test('shows a plain page of patients, and the one that is chosen is the token’s', async () => {
    const { verifier, challenge } = pkce()
    const browser = makeBrowser()
    const page = await browser.go(authorizeUrl(served, challenge, { scope }))
    const html = await page.text()
    expect(page.status).toBe(200)
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(html).not.toMatch(/<script|https?:\/\//)
    expect([...html.matchAll(/name="patient"/g)]).toHaveLength(served.sandbox.stories.length)

    const action = /action="([^"]+)"/.exec(html)?.[1] ?? ''
    const end = await browser.go(`${served.url}${action}`, { method: 'POST', body: new URLSearchParams({ patient: 'p08' }) })
    const { code = '', state } = landed(end)
    const body = {
      grant_type: 'authorization_code',
      code,
      code_verifier: verifier,
      redirect_uri: `${served.url}/app/`,
      client_id: 'attune-app',
    }
    const answer = (await (await form(served, '/auth/token', body)).json()) as TokenAnswer
    const story = served.sandbox.stories.find(({ patient }) => patient === 'p08')
    expect({ state, patient: answer.patient, encounter: answer.encounter, scope: answer.scope }).toEqual({
      state: 'state-1',
      patient: 'p08',
      encounter: story?.encounter,
      scope,
    })
    expect((await read('Patient/p08', answer.access_token)).status).toBe(200)
    expect((await read('Patient/p01', answer.access_token)).status).toBe(403)
  })

  test.each([
    ['cancelled', { cancel: '1' }],
    ['a patient who does not exist', { patient: 'nobody' }],
  ])('%s ends with access_denied', async (_title, choice) => {
    const browser = makeBrowser()
    const html = await (await browser.go(authorizeUrl(served, pkce().challenge, { scope }))).text()
    const end = await browser.go(`${served.url}${/action="([^"]+)"/.exec(html)?.[1]}`, {
      method: 'POST',
      body: new URLSearchParams(choice),
    })
    expect(landed(end)).toMatchObject({ error: 'access_denied', state: 'state-1' })
  })

  test('the picker’s address is of no use in another browser', async () => {
    const html = await (await makeBrowser().go(authorizeUrl(served, pkce().challenge, { scope }))).text()
    const stranger = await makeBrowser().go(`${served.url}${/action="([^"]+)"/.exec(html)?.[1]}`, {
      method: 'POST',
      body: new URLSearchParams({ patient: 'p01' }),
    })
    expect(stranger.status).toBe(400)
  })

  test('without any patient scope no patient is asked for, and patient scopes have no chart to reach', async () => {
    const { verifier, challenge } = pkce()
    const { code = '' } = landed(await makeBrowser().go(authorizeUrl(served, challenge, { scope: 'openid fhirUser user/Patient.rs' })))
    const body = {
      grant_type: 'authorization_code',
      code,
      code_verifier: verifier,
      redirect_uri: `${served.url}/app/`,
      client_id: 'attune-app',
    }
    const answer = (await (await form(served, '/auth/token', body)).json()) as TokenAnswer
    expect(answer).not.toHaveProperty('patient')
    expect((await read('Patient/p02', answer.access_token)).status).toBe(200)
    expect((await read('Observation?patient=p02', answer.access_token)).status).toBe(403)
  })
})
