import { describe, expect, test } from 'vitest'
import { readAppContext } from '../../smart-app/app/session/app-context.ts'
import { findIssuer } from '../../smart-app/app/session/issuers.ts'
import { cleanAddress, readLaunchRequest } from '../../smart-app/app/session/launch-request.ts'
import { askedScopes, missingScopes } from '../../smart-app/app/session/scopes.ts'

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

  test.each([
    ['nothing said means granted as asked', undefined, []],
    ['all granted', askedScopes('ehr'), []],
    ['the words of SMART 1', 'patient/*.read offline_access', []],
    ['wider rights', 'user/*.cruds online_access', []],
    ['one resource type only', 'patient/Observation.rs offline_access', ['patient/*.rs']],
    ['searching without reading', 'patient/*.s offline_access', ['patient/*.rs']],
    ['no refresh', 'patient/*.rs', ['offline_access']],
    ['nothing granted', '', ['patient/*.rs', 'offline_access']],
  ])('%s', (_title, granted, missing) => {
    expect(missingScopes(granted)).toEqual(missing)
  })
})

describe('the context that a card hands over', () => {
  const context = { v: 1, drug: { rxcui: '32968', text: 'clopidogrel' }, order: 'MedicationRequest/x', card: 'c' }
  const read = { drug: { rxcui: '32968', text: 'clopidogrel' }, order: 'MedicationRequest/x', card: 'c' }

  test('is read from text, and from an object where an EHR parsed it', () => {
    expect(readAppContext(JSON.stringify(context))).toEqual(read)
    expect(readAppContext(context)).toEqual(read)
  })

  test.each([undefined, null, '', 'x', '{', '[]', '{"v":2,"drug":{"text":"x"}}', 7, '{"v":1}', '{"v":1,"drug":[],"order":{},"card":7}'])(
    'counts as absent when it is %j',
    (value) => {
      expect(readAppContext(value)).toEqual({ drug: null, order: null, card: null })
    },
  )
})
