import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { ProfileEvent } from '../../src/contract/profile.ts'
import { type Running, serve } from '../../src/main.ts'
import { type HostileEhr, startHostileEhr } from '../browser/hostile-ehr.ts'

const RXNORM = 'http://www.nlm.nih.gov/research/umls/rxnorm'
const prescription = (id: string) => ({
  resourceType: 'MedicationRequest',
  id: `order-${id}`,
  status: 'active',
  intent: 'order',
  subject: { reference: 'Patient/p' },
  medicationReference: { reference: `Medication/${id}` },
})
const RECORD = [
  { resourceType: 'Patient', id: 'p', birthDate: '1960-01-01', gender: 'male' },
  { resourceType: 'Medication', id: 'm', code: { coding: [{ system: RXNORM, code: '32968', display: 'clopidogrel' }] } },
  prescription('m'),
  prescription('gone'),
]

let ehr: HostileEhr
let attune: Running
const folder = mkdtempSync(join(tmpdir(), 'attune-references-'))

beforeAll(async () => {
  ehr = await startHostileEhr('p', RECORD)
  const config = join(folder, 'attune.json')
  const client = { id: 'anonymous', tenant: 'one', fhirServers: [ehr.fhir] }
  writeFileSync(config, JSON.stringify({ auth: 'open', network: { allowHttp: true, allowPrivateAddresses: true }, clients: [client] }))
  attune = await serve({ PORT: '0', ATTUNE_CONFIG: config, ATTUNE_DATA_DIR: join(folder, 'data'), LOG_LEVEL: 'silent' })
})
afterAll(async () => {
  await attune?.stop()
  await ehr?.close()
  rmSync(folder, { recursive: true, force: true })
})

it('the app reads medications that prescriptions only refer to, as hooks do, and names the one that could not be read', async () => {
  const response = await fetch(`${attune.url}/api/profile`, {
    method: 'POST',
    headers: { authorization: 'Bearer t', 'content-type': 'application/json' },
    body: JSON.stringify({ fhirServer: ehr.fhir, patient: 'p' }),
  })
  const events = (await response.text())
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as ProfileEvent)
  const facts = events.find((event) => event.event === 'facts')?.facts
  const drugs = facts?.medicines.map(({ ref, drug }) => [ref, drug.ingredients.map(({ name }) => name)]).sort()
  expect(drugs).toEqual([
    ['MedicationRequest/order-gone', []],
    ['MedicationRequest/order-m', ['clopidogrel']],
  ])
  expect(facts?.questions.filter(({ key }) => key === 'medication').map(({ query, state }) => [query, state])).toEqual([
    ['Medication/m', 'answered'],
    ['Medication/gone', 'failed'],
  ])
})
