import { describe, expect, test } from 'vitest'
import { PROFILE_QUESTIONS } from '../../cds-services/profile/questions.ts'
import { readAppContext } from '../../smart-app/app/session/app-context.ts'
import { type Chart, isAboutAnother, tell } from '../../smart-app/app/session/chart-watch.ts'
import { findIssuer } from '../../smart-app/app/session/issuers.ts'
import { cleanAddress, readLaunchRequest } from '../../smart-app/app/session/launch-request.ts'
import { readLoginOffer } from '../../smart-app/app/session/login-offer.ts'
import { askedScopes, missingScopes, optionalScopes, READ_TYPES, unreadTypes } from '../../smart-app/app/session/scopes.ts'

describe('issuers', () => {
  const registered = ['https://ehr.example/fhir', 'http://127.0.0.1:8088/fhir/']

  test.each([
    ['the registered address', 'https://ehr.example/fhir', 'https://ehr.example/fhir'],
    ['a slash more', 'https://ehr.example/fhir/', 'https://ehr.example/fhir'],
    ['a slash less', 'http://127.0.0.1:8088/fhir', 'http://127.0.0.1:8088/fhir/'],
    ['its host in capitals', 'https://EHR.example/fhir', 'https://ehr.example/fhir'],
  ])('%s is known', (_title, named, issuer) => {
    expect(findIssuer(named, registered)).toBe(issuer)
  })

  test.each([
    'https://evil.example/fhir',
    'https://ehr.example.evil.example/fhir',
    'https://ehr.example/fhir/../other',
    'https://ehr.example/FHIR',
    'http://ehr.example/fhir',
    'https://ehr.example:8443/fhir',
    'https://user@ehr.example/fhir',
    'https://ehr.example/fhir?x=1',
    'https://ehr.example/fhir#x',
    'javascript:alert(1)',
    'not an address',
    '',
  ])('%s is not', (named) => {
    expect(findIssuer(named, registered)).toBeNull()
  })
})

test('of a launch address only the issuer and the launch code are kept', () => {
  const address =
    'https://attune.example/app/launch.html?iss=https://ehr.example/fhir&launch=abc&fhirServiceUrl=https://evil.example&patientId=7&clientId=x#y'
  expect(readLaunchRequest(address)).toEqual({ issuer: 'https://ehr.example/fhir', launch: 'abc' })
  expect(cleanAddress(address, 'https://ehr.example/fhir', 'abc')).toBe(
    'https://attune.example/app/launch.html?iss=https%3A%2F%2Fehr.example%2Ffhir&launch=abc',
  )
})

describe('scopes', () => {
  test('a standalone launch asks for the same without the launch scope', () => {
    expect(askedScopes('ehr')).toBe('openid fhirUser launch launch/patient patient/*.rs offline_access')
    expect(askedScopes('standalone')).toBe('openid fhirUser launch/patient patient/*.rs offline_access')
  })

  test('a site’s optional scopes are asked for after the fixed ones', () => {
    expect(askedScopes('ehr', ['patient/DocumentReference.c'])).toBe(
      'openid fhirUser launch launch/patient patient/*.rs offline_access patient/DocumentReference.c',
    )
  })

  const EACH = READ_TYPES.map((type) => `patient/${type}.rs`).join(' ')

  test.each([
    ['nothing said means granted as asked', undefined, []],
    ['all granted', askedScopes('ehr'), []],
    ['the words of SMART 1', 'patient/*.read offline_access', []],
    ['wider rights', 'user/*.cruds online_access', []],
    ['every type on its own', `${EACH} offline_access`, []],
    ['one resource type only', 'patient/Observation.rs offline_access', ['patient/*.rs']],
    ['searching without reading', 'patient/*.s offline_access', ['patient/*.rs']],
    ['no refresh', 'patient/*.rs', ['offline_access']],
    ['nothing granted', '', ['patient/*.rs', 'offline_access']],
  ])('%s', (_title, granted, missing) => {
    expect(missingScopes(granted)).toEqual(missing)
  })

  const unread = (granted: string | undefined): string[] => unreadTypes(granted).map(({ type, extent }) => `${type} ${extent}`)

  test('what narrower scopes leave out is told type by type', () => {
    const all = 'patient/*.rs'
    expect(unread(undefined)).toEqual([])
    expect(unread(all)).toEqual([])
    expect(unread(`${EACH.replace('patient/Condition.rs', 'patient/Condition.rs?category=problem-list-item')}`)).toEqual(['Condition part'])
    expect(unread(EACH.replace('patient/Patient.rs', 'patient/Patient.r'))).toEqual([])
    expect(unread(EACH.replace('patient/ImagingStudy.rs', 'patient/ImagingStudy.s'))).toEqual(['ImagingStudy part'])
    expect(unread(EACH.replace('patient/MedicationRequest.rs', 'patient/MedicationRequest.cu'))).toEqual(['MedicationRequest none'])
    expect(unread('launch openid')).toEqual(READ_TYPES.map((type) => `${type} none`))
  })

  test('the types that the views need are those that the server asks for', () => {
    const asked = new Set(Object.values(PROFILE_QUESTIONS).map((query) => /^\w+/.exec(query)?.[0] ?? ''))
    // Binary is no question of its own: it is read where a document names one.
    expect([...asked, 'Binary'].sort()).toEqual([...READ_TYPES].sort())
  })

  test('an optional scope counts as granted when the grant covers it, in either version’s words', () => {
    const asked = askedScopes('ehr', ['patient/DocumentReference.c', 'patient/Basic.cu'])
    expect(optionalScopes(asked, 'patient/*.rs patient/DocumentReference.cruds')).toEqual({
      granted: ['patient/DocumentReference.c'],
      refused: ['patient/Basic.cu'],
    })
    expect(optionalScopes(asked, 'patient/*.write').refused).toEqual([])
    expect(optionalScopes(asked, undefined).refused).toEqual([])
    expect(optionalScopes(askedScopes('ehr'), 'patient/*.rs')).toEqual({ granted: [], refused: [] })
  })
})

describe('what a record system offers for signing in', () => {
  const answering =
    (body: unknown, status = 200): typeof fetch =>
    async () =>
      new Response(typeof body === 'string' ? body : JSON.stringify(body), { status })
  const endpoints = { authorization_endpoint: 'https://auth.example/authorize', token_endpoint: 'https://auth.example/token' }
  const pkce = { code_challenge_methods_supported: ['S256'] }

  test.each([
    ['all that is needed', { ...endpoints, ...pkce }, 200, 'ready'],
    ['no PKCE', endpoints, 200, 'no-pkce'],
    ['PKCE in the plain', { ...endpoints, code_challenge_methods_supported: ['plain'] }, 200, 'no-pkce'],
    ['no endpoints', pkce, 200, 'no-login'],
    ['endpoints without https', { ...endpoints, ...pkce, token_endpoint: 'http://auth.example/token' }, 200, 'no-login'],
    ['endpoints that are scripts', { ...endpoints, ...pkce, authorization_endpoint: 'javascript:alert(1)' }, 200, 'no-login'],
    ['a page', '<html>', 200, 'no-login'],
    ['null', null, 200, 'no-login'],
    ['not found', {}, 404, 'no-login'],
    ['a broken server', {}, 503, 'unreachable'],
  ])('%s', async (_title, body, status, kind) => {
    expect((await readLoginOffer('https://ehr.example/fhir/', answering(body, status))).kind).toBe(kind)
  })

  test('no answer', async () => {
    const fail: typeof fetch = () => Promise.reject(new TypeError('network'))
    expect(await readLoginOffer('https://ehr.example/fhir', fail)).toEqual({ kind: 'unreachable' })
  })
})

describe('telling other windows which chart is open', () => {
  const chart = (patient: string, issuer = 'https://ehr.example/fhir', launch = 'other'): Chart => ({ launch, issuer, patient })
  const ours = chart('a', undefined, 'ours')

  test.each([
    ['another patient of the same record system', chart('b'), true],
    ['the same patient, opened again', chart('a'), false],
    ['another patient of another record system', chart('b', 'https://else.example/fhir'), false],
    ['this launch itself', chart('b', undefined, 'ours'), false],
  ])('%s', async (_title, other, isAnother) => {
    expect(await isAboutAnother(await tell(other, 'random'), ours)).toBe(isAnother)
  })

  test('the telling names neither issuer nor patient, and never twice the same', async () => {
    const [one, two] = await Promise.all([tell(chart('patient-7'), 'k1'), tell(chart('patient-7'), 'k2')])
    expect(JSON.stringify([one, two])).not.toMatch(/patient-7|ehr\.example/)
    expect(one.chart).not.toBe(two.chart)
  })

  test.each([null, 'x', {}, { launch: 1, key: '', issuer: '', chart: '' }])('what is no telling is not heard: %j', async (value) => {
    expect(await isAboutAnother(value, ours)).toBe(false)
  })
})

describe('the context that a card hands over', () => {
  const context = { v: 1, drug: { rxcui: '32968', text: 'clopidogrel' }, order: 'MedicationRequest/x', card: 'c' }
  const read = { drug: { rxcui: '32968', text: 'clopidogrel' }, order: 'MedicationRequest/x', card: 'c' }

  test('is read from text, and from an object where an EHR parsed it', () => {
    expect(readAppContext(JSON.stringify(context))).toEqual(read)
    expect(readAppContext(context)).toEqual(read)
  })

  test('takes dose and reasons of the draft along, and leaves out what is not understood', () => {
    const dose = { mgPerDose: 40, timesPerDay: 1, text: '40 mg once a day', prn: false }
    const reasons = [{ system: 'http://snomed.info/sct', code: '55822004', display: 'Hyperlipidemia' }]
    expect(readAppContext({ ...context, draft: { dose, reasons } })).toEqual({ ...read, draft: { dose, reasons } })
    expect(readAppContext({ ...context, draft: { dose: { mgPerDose: 'x', timesPerDay: -1 }, reasons: ['x', { code: 7 }] } })).toEqual({
      ...read,
      draft: { dose: { prn: false } },
    })
    expect(readAppContext({ ...context, draft: 'x' })).toEqual(read)
  })

  test.each([undefined, null, '', 'x', '{', '[]', '{"v":2,"drug":{"text":"x"}}', 7, '{"v":1}', '{"v":1,"drug":[],"order":{},"card":7}'])(
    'counts as absent when it is %j',
    (value) => {
      expect(readAppContext(value)).toEqual({ drug: null, order: null, card: null })
    },
  )
})
