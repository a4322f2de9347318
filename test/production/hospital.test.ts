import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Card } from '../../src/contract/cards.ts'
import { openLedger } from '../../src/ledger/ledger.ts'
import { type Running, serve } from '../../src/main.ts'
import { caller, hospital, makeSite } from './attune.ts'
import { type FakeEhr, startEhr } from './fake-ehr.ts'
import { chart, clopidogrel, orderSign, PATIENT_ID, prefetch } from './patient.ts'

let ehr: FakeEhr
let site: ReturnType<typeof makeSite>
let running: Running
let call: ReturnType<typeof caller>

beforeAll(async () => {
  ehr = await startEhr(chart)
  site = makeSite(hospital(ehr, {}, { operations: { port: 0 } }))
  running = await serve(site.environment)
  call = caller(running.url, ehr)
})
afterAll(async () => {
  await running?.stop()
  await ehr?.stop()
  site?.clear()
})

const SIGN = '/cds-services/pgx-order-sign'
const access = (base: string) => ({
  fhirServer: base,
  fhirAuthorization: { access_token: ehr.token, token_type: 'Bearer', expires_in: 300, scope: 'user/*.read', subject: 'attune' },
})
const summaries = (answer: { json: () => { cards: Card[] } }) => answer.json().cards.map(({ summary }) => summary)

describe('The address of the operator', () => {
  it('tells figures and states, and leads to no patient', async () => {
    const at = (path: string) => fetch(running.operationsUrl + path).then(async (answer) => [answer.status, await answer.text()] as const)
    expect((await at('/readyz'))[1]).toContain('"ledger"')
    expect((await at('/metrics'))[1]).toContain('attune_build_info')
    expect([(await at('/cds-services'))[0], (await at('/app/'))[0]]).toEqual([404, 404])
  })
})

describe('The way in', () => {
  it('discovery without a JWT is refused with 401 and nothing else', async () => {
    const answer = await call('/cds-services', { token: null })
    expect([answer.status, answer.text, answer.headers.get('www-authenticate')]).toEqual([401, '', 'Bearer'])
  })

  it.each(['ES384', 'RS384'] as const)('discovery with a JWT signed by %s lists the services', async (alg) => {
    const answer = await call('/cds-services', { token: ehr.sign(`${running.url}/cds-services`, alg) })
    expect(answer.status).toBe(200)
    expect(answer.json().services.map(({ id }: { id: string }) => id)).toEqual([
      'pgx-order-select',
      'pgx-order-sign',
      'pgx-patient-view',
      'risk-encounter-discharge',
    ])
  })

  it('the same JWT a second time is refused', async () => {
    const token = ehr.sign(`${running.url}/cds-services`)
    expect((await call('/cds-services', { token })).status).toBe(200)
    const again = await call('/cds-services', { token })
    expect([again.status, again.text]).toEqual([401, ''])
  })

  it('of twenty calls with one JWT at the same time one gets in', async () => {
    const token = ehr.sign(`${running.url}/cds-services`)
    const answers = await Promise.all(Array.from({ length: 20 }, () => call('/cds-services', { token })))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  })

  it.each([
    ['for another address', { aud: 'https://other.example/cds-services' }],
    ['of another issuer', { iss: 'https://other.example' }],
    ['that is over', { exp: Math.floor(Date.now() / 1000) - 120, iat: Math.floor(Date.now() / 1000) - 400 }],
  ])('a JWT %s is refused', async (_name, claims) => {
    expect((await call('/cds-services', { token: ehr.sign(`${running.url}/cds-services`, 'ES384', claims) })).status).toBe(401)
  })

  it.each([
    '/fhir/metadata',
    '/fhir/Patient',
    '/sandbox/patients',
    '/sandbox/session',
    '/auth/.well-known/openid-configuration',
    '/api/recent',
    '/api/decisions/x',
  ])('nothing of the sandbox answers at %s', async (path) => {
    expect((await call(path)).status).toBe(404)
  })

  it('the front page is a plain page of state without a script', async () => {
    const page = await call('/', { token: null })
    expect(page.status).toBe(200)
    expect(page.text).toContain('there is nothing to see here')
    expect(page.text).not.toMatch(/<script|sandbox/i)
  })

  it('health, readiness, metrics and the API description answer without a JWT and without a patient', async () => {
    for (const path of ['/healthz', '/readyz', '/metrics', '/openapi.json', '/docs'])
      expect([path, (await call(path, { token: null })).status]).toEqual([path, 200])
  })
})

describe('An order at signing', () => {
  it('with everything prefetched brings the warning, and nothing is read', async () => {
    ehr.takeReads()
    const answer = await call(SIGN, { body: orderSign({ prefetch: prefetch() }) })
    expect([answer.status, summaries(answer)]).toEqual([200, ['Avoid clopidogrel (FDA boxed warning): CYP2C19 poor metabolizer']])
    expect(ehr.takeReads()).toEqual([])
  })

  it('without prefetch reads the record, at the registered base only, with the token of the call', async () => {
    ehr.takeReads()
    const answer = await call(SIGN, { body: orderSign(access(ehr.fhir)) })
    expect([answer.status, summaries(answer)]).toEqual([200, ['Avoid clopidogrel (FDA boxed warning): CYP2C19 poor metabolizer']])
    const reads = ehr.takeReads()
    expect(reads.map(({ path }) => path.replace(/\?.*/, '')).sort()).toEqual(
      [
        'AllergyIntolerance',
        'Condition',
        'DiagnosticReport',
        'MedicationRequest',
        'Observation',
        'Observation',
        'Observation',
        'Observation',
        'Observation',
        'Observation',
        `Patient/${PATIENT_ID}`,
        'Procedure',
        'ServiceRequest',
      ].map((name) => `/fhir/${name}`),
    )
    expect(new Set(reads.map(({ authorization }) => authorization))).toEqual(new Set([`Bearer ${ehr.token}`]))
  })

  it('card and answer keep to production: no sandbox word, no trace', async () => {
    const answer = await call(SIGN, { body: orderSign({ prefetch: prefetch() }) })
    expect(Object.keys(answer.json())).toEqual(['cards'])
    expect(answer.text).not.toMatch(/sandbox|synthetic/i)
    expect((answer.json().cards[0] as Card).links?.filter(({ type }) => type === 'smart').map(({ url }) => url)).toEqual([
      `${running.url}/app/launch.html`,
    ])
  })

  it('naming an unregistered FHIR server causes no connection; the card says that nothing was assessed', async () => {
    const connections: string[] = []
    const stranger = http.createServer((request, response) => {
      connections.push(request.url ?? '')
      response.end('{}')
    })
    stranger.on('connection', () => connections.push('connection'))
    await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve))
    const strange = `http://127.0.0.1:${(stranger.address() as AddressInfo).port}/fhir`
    ehr.takeReads()
    const answers = await Promise.all(
      [strange, `${ehr.fhir}/../evil`, `${ehr.fhir}@127.0.0.1`, `${ehr.fhir}x`, `${ehr.base}/fhir/r4`].map((base) =>
        call(SIGN, { body: orderSign(access(base)) }),
      ),
    )
    for (const answer of answers) {
      expect(answer.status).toBe(200)
      expect(summaries(answer)[0]).toMatch(/^Not assessed: clopidogrel/)
    }
    expect([connections, ehr.takeReads()]).toEqual([[], []])
    stranger.close()
  })

  it('with a token that the EHR does not take, the card says that nothing could be read', async () => {
    const body = orderSign({ ...access(ehr.fhir), fhirAuthorization: { access_token: 'wrong' } })
    const answer = await call(SIGN, { body })
    expect(answer.status).toBe(200)
    expect(summaries(answer)[0]).toMatch(/^Not assessed: clopidogrel/)
  })

  it('for a patient whom the EHR does not know is answered 412 with an OperationOutcome', async () => {
    const body = orderSign(access(ehr.fhir))
    const answer = await call(SIGN, { body: { ...body, context: { ...body.context, patientId: 'nobody' } } })
    expect(answer.status).toBe(412)
    expect(answer.json().resourceType).toBe('OperationOutcome')
  })

  it('of another patient brings no advice from this record', async () => {
    const answer = await call(SIGN, { body: orderSign({ prefetch: prefetch() }, [clopidogrel('draft-1', 'someone-else')]) })
    expect(answer.status).toBe(200)
    expect(answer.text).not.toContain('poor metabolizer')
  })
})

describe('Feedback', () => {
  it('is stored and joined to the decision whose card it is about, without patient, name or token', async () => {
    const answer = await call(SIGN, { body: orderSign({ prefetch: prefetch() }) })
    const [card] = answer.json().cards as Card[]
    const outcomeTimestamp = '2026-11-21T10:00:00Z'
    const reason = { code: 'patient-preference', system: 'urn:site' }
    const feedback = [{ card: card?.uuid, outcome: 'overridden', overrideReason: { reason }, outcomeTimestamp }]
    const told = await call(`${SIGN}/feedback`, { body: { feedback } })
    expect([told.status, told.json()]).toEqual([200, {}])
    await running.stop()
    const ledger = await openLedger({ dataDir: site.dataDir, databaseUrl: null, pseudonymKeyFile: undefined })
    const decision = await ledger.byCard(card?.uuid ?? '', 'hospital')
    const events = await ledger.feedbackOn({ card: card?.uuid ?? '' }, 'hospital')
    const chain = await ledger.verifyChain()
    await ledger.close()
    running = await serve(site.environment)
    call = caller(running.url, ehr)
    expect(events).toMatchObject([
      { outcome: 'overridden', overrideReason: reason, decision: decision?.id, tenant: 'hospital', client: 'main-ehr' },
    ])
    expect(decision).toMatchObject({ service: 'pgx-order-sign', hook: 'order-sign', outcome: 'assessed' })
    expect(JSON.stringify(decision)).not.toMatch(new RegExp(`${PATIENT_ID}|Zephyrhills|MRN-90210|ehr-access-token`))
    expect(chain.state).toBe('intact')
  })

  it('of an unregistered caller is refused', async () => {
    const answer = await call(`${SIGN}/feedback`, { token: null, body: { feedback: [] } })
    expect([answer.status, answer.text]).toEqual([401, ''])
  })
})
