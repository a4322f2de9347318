import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Card } from '../../src/contract/cards.ts'
import type { ProfileEvent } from '../../src/contract/profile.ts'
import { openLedger } from '../../src/ledger/ledger.ts'
import { caller, hospital, makeSite } from './attune.ts'
import { type FakeEhr, startEhr } from './fake-ehr.ts'
import { CYP2C19_GENOTYPE } from './patient.ts'
import { buildServer, type ServerProcess, spawnServer, urlOf } from './process.ts'

/** What must not be found outside the answer to the EHR. */
const SECRETS = {
  name: 'Zephyrhillsmark',
  givenName: 'Ottolinemark',
  recordNumber: 'MRNMARK90210',
  patientId: 'patientidmark-5521',
  birthDate: '1961-03-04',
  street: 'Streetmark 12',
  token: 'accesstokenmark',
  user: 'practitionermark',
  note: 'reviewnotemark',
} as const
/** Names of resources: references may be kept, they lead to nothing without the EHR. */
const GENOTYPE = 'genotypemark *2/*2'

const subject = { reference: `Patient/${SECRETS.patientId}` }
const RXNORM = 'http://www.nlm.nih.gov/research/umls/rxnorm'
const chart = [
  {
    resourceType: 'Patient',
    id: SECRETS.patientId,
    identifier: [{ system: 'urn:mrn', value: SECRETS.recordNumber }],
    name: [{ family: SECRETS.name, given: [SECRETS.givenName] }],
    address: [{ line: [SECRETS.street] }],
    gender: 'female',
    birthDate: SECRETS.birthDate,
  },
  {
    resourceType: 'Observation',
    id: 'obs-1',
    status: 'final',
    category: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'laboratory' }] }],
    ...CYP2C19_GENOTYPE,
    subject: { ...subject, display: SECRETS.name },
    effectiveDateTime: '2025-06-01',
    note: [{ text: GENOTYPE }],
  },
  {
    resourceType: 'MedicationRequest',
    id: 'med-1',
    status: 'active',
    intent: 'order',
    subject: { ...subject, display: SECRETS.name },
    medicationCodeableConcept: { text: 'atorvastatin', coding: [{ system: RXNORM, code: '617310' }] },
  },
] as const

const draft = {
  resourceType: 'MedicationRequest',
  id: 'draft-1',
  status: 'draft',
  intent: 'order',
  subject: { ...subject, display: SECRETS.name },
  requester: { display: SECRETS.user },
  note: [{ text: SECRETS.street }],
  medicationCodeableConcept: { text: 'clopidogrel 75 MG Oral Tablet', coding: [{ system: RXNORM, code: '309362' }] },
}
/** A risk model speaks beside it, whose inputs are facts of the Patient resource, too. */
const warfarin = {
  ...draft,
  id: 'draft-2',
  medicationCodeableConcept: { text: 'warfarin sodium 5 MG Oral Tablet', coding: [{ system: RXNORM, code: '855332' }] },
}
const bundle = (...resources: readonly object[]) => ({
  resourceType: 'Bundle',
  type: 'searchset',
  entry: resources.map((resource) => ({ resource })),
})
const body = (members: object = {}, context: object = {}) => ({
  hook: 'order-sign',
  hookInstance: crypto.randomUUID(),
  context: { userId: `Practitioner/${SECRETS.user}`, patientId: SECRETS.patientId, draftOrders: bundle(draft), ...context },
  ...members,
})

const filesUnder = (folder: string): string[] =>
  readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    return statSync(path).isDirectory() ? filesUnder(path) : [path]
  })

const SIGN = '/cds-services/pgx-order-sign'
let ehr: FakeEhr
let site: ReturnType<typeof makeSite>
let server: ServerProcess
const refusals: string[] = []
const plain: string[] = []
let metrics = ''
let url = ''

beforeAll(async () => {
  await buildServer()
  ehr = await startEhr(chart, { token: SECRETS.token })
  site = makeSite(hospital(ehr), { LOG_LEVEL: 'trace' })
  mkdirSync(join(site.folder, 'tmp'))
  server = spawnServer({ ...site.environment, TMPDIR: join(site.folder, 'tmp') })
  url = await urlOf(server)
  const call = caller(url, ehr)
  const access = { fhirServer: ehr.fhir, fhirAuthorization: { access_token: SECRETS.token } }
  const prefetch = { patient: chart[0], genotypes: bundle(chart[1]), labs: bundle(chart[1]), medications: bundle(chart[2]) }

  // Calls that are answered: with prefetch, with reads, feedback, the app's profile.
  const answers = [
    await call(SIGN, { body: body({ prefetch }) }),
    await call(SIGN, { body: body(access) }),
    await call(SIGN, { body: body({ prefetch }, { draftOrders: bundle(warfarin) }) }),
    await call('/cds-services/pgx-order-select', {
      body: { ...body(access, { selections: ['MedicationRequest/draft-1'] }), hook: 'order-select' },
    }),
    await call('/cds-services/pgx-patient-view', { body: { ...body(access), hook: 'patient-view' } }),
  ]
  for (const answer of answers) if (answer.status !== 200) throw new Error(`answered ${answer.status}`)
  const [card] = (answers[0]?.json().cards ?? []) as Card[]
  await call(`${SIGN}/feedback`, {
    body: { feedback: [{ card: card?.uuid, outcome: 'overridden', outcomeTimestamp: '2026-11-21T10:00:00Z' }] },
  })
  const profile = await call('/api/profile', { token: SECRETS.token, body: { fhirServer: ehr.fhir, patient: SECRETS.patientId } })
  if (!profile.text.includes('"event":"done"')) throw new Error('the profile did not end well')

  // The other doors of the app: passport, review with a note, sign-off, report, what if.
  const app = (path: string, asked: object) => call(path, { token: SECRETS.token, body: asked })
  const chartOf = { fhirServer: ehr.fhir, patient: SECRETS.patientId }
  const events = profile.text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as ProfileEvent)
  const told = <Name extends ProfileEvent['event']>(name: Name) => {
    const found = events.find((event): event is Extract<ProfileEvent, { event: Name }> => event.event === name)
    if (!found) throw new Error(`the profile told no ${name}`)
    return found
  }
  const { decision, versions, seal } = told('done')
  const sealed = { ...chartOf, decision, ...told('review').review }
  const idToken = `e30.${Buffer.from(JSON.stringify({ name: SECRETS.name, fhirUser: `Practitioner/${SECRETS.user}` })).toString('base64url')}.x`
  const marks = [{ flag: sealed.flags[0]?.id, mark: 'reviewed', note: SECRETS.note }]
  const { now, patient, orders, medicines, allergies, gaps, questions } = told('facts').facts
  const { assessment, words } = told('assessment')
  const facts = { now, patient, orders, medicines, allergies, gaps, questions }
  const { estimates } = told('estimates')
  const doors = [
    await app('/api/passport', chartOf),
    await app('/api/review', { ...sealed, marks, idToken }),
    await app('/api/review/list', sealed),
    await app('/api/review/sign-off', { ...sealed, mayWrite: true, language: 'en', idToken }),
    await app('/api/report', { ...chartOf, decision, content: { facts, assessment, words, estimates, versions }, seal, language: 'en' }),
  ]
  for (const answer of doors) if (answer.status !== 200) throw new Error(`a door of the app answered ${answer.status}: ${answer.text}`)

  // Calls that are refused, each with secrets where they do not belong.
  const wrong = { ...body({ prefetch }), context: { patientId: `${SECRETS.name}/..`, userId: SECRETS.user } }
  const refused = [
    await call(SIGN, { body: wrong }),
    await call(SIGN, { body: JSON.stringify(body({ prefetch })).slice(0, -9) }),
    await call(SIGN, { body: { ...body(), hook: SECRETS.name } }),
    await call(`/cds-services/${SECRETS.name}`, { body: body() }),
    await call(`${SIGN}?patient=${SECRETS.patientId}`, { token: SECRETS.token, body: body() }),
    await call(SIGN, { body: body(access, { patientId: `${SECRETS.patientId}-unknown` }) }),
    await call(`${SIGN}/feedback`, { body: { feedback: [{ card: SECRETS.name, outcome: SECRETS.name }] } }),
    await call('/api/profile', {
      token: SECRETS.token,
      body: { fhirServer: `https://${SECRETS.name}.example`, patient: SECRETS.patientId },
    }),
    await call('/api/profile', { token: SECRETS.token, body: { fhirServer: ehr.fhir, patient: `${SECRETS.name}!` } }),
    await call(`/api/${SECRETS.name}`, { token: null }),
    await app('/api/passport', { ...chartOf, patient: `${SECRETS.patientId}/..` }),
    await app('/api/review', { ...sealed, marks: [{ ...marks[0], flag: SECRETS.name }] }),
    await app('/api/review/list', { ...sealed, seal: SECRETS.name }),
    await app('/api/review/sign-off', { ...sealed, mayWrite: true, language: SECRETS.name }),
    await app('/api/report', { ...chartOf, decision: SECRETS.name, content: { facts, assessment }, seal: SECRETS.name, language: 'en' }),
    await app('/api/what-if', { model: SECRETS.name, inputs: {}, change: {} }),
    await app('/api/what-if/missing', { model: SECRETS.name, inputs: { [SECRETS.name]: SECRETS.note } }),
  ]
  refusals.push(...refused.map(({ status, text }) => `${status} ${text}`))
  metrics = (await call('/metrics', { token: null })).text
  for (const path of ['/readyz', '/healthz', '/openapi.json', '/app/config.json', '/api/models', '/docs'])
    plain.push((await call(path, { token: null })).text)
  for (const path of ['/api/monitoring', '/api/monitoring/services', '/api/overrides', '/api/shadow', '/cds-services'])
    plain.push((await call(path)).text)
  server.child.kill('SIGTERM')
  await server.ended(120_000)
}, 600_000)
afterAll(async () => {
  server?.child.kill('SIGKILL')
  await ehr?.stop()
  site?.clear()
})

/** Names of the secrets that a text holds. */
const found = (text: string): string[] =>
  Object.entries({ ...SECRETS, genotype: 'genotypemark' }).flatMap(([name, secret]) =>
    text.toLowerCase().includes(secret.toLowerCase()) ? [name] : [],
  )

it('every refusal is a 4xx whose text holds nothing of the patient, the user or the token', () => {
  expect(refusals.map((text) => text.slice(0, 3))).toEqual([
    '400',
    '400',
    '400',
    '404',
    '401',
    '412',
    '400',
    '403',
    '400',
    '404',
    '400',
    '400',
    '400',
    '400',
    '400',
    '404',
    '404',
  ])
  expect(refusals.flatMap(found)).toEqual([])
})

it('the log at its most talkative holds none of them, and does hold every call', () => {
  const lines = server
    .output()
    .split('\n')
    .filter((line) => line.startsWith('{'))
  expect(lines.filter((line) => line.includes('"msg":"answered"')).length).toBeGreaterThanOrEqual(15)
  expect(found(server.output())).toEqual([])
})

it('metrics hold none of them, and do count decisions, cards and feedback', () => {
  for (const line of ['attune_decisions_total{', 'attune_cards_total{', 'attune_feedback_total{']) expect(metrics).toContain(line)
  expect(found(metrics)).toEqual([])
})

it('reports, states and descriptions of the server hold none of them', () => {
  expect(plain.map((text) => text.length > 10)).toEqual(plain.map(() => true))
  expect(plain.flatMap(found)).toEqual([])
})

it('the files of ledger and spool, and temporary ones, hold none of them', () => {
  const files = [...filesUnder(site.dataDir), ...filesUnder(join(site.folder, 'tmp'))]
  expect(files.some((path) => path.includes('spool'))).toBe(true)
  const holding = files.flatMap((path) =>
    found(readFileSync(path, 'latin1')).map((name) => `${name} in ${path.slice(site.dataDir.length)}`),
  )
  expect(holding).toEqual([])
})

it('what the ledger gives back holds none of them, under one key for the patient', async () => {
  // Beside the search in files: a database may compress what it keeps.
  const ledger = await openLedger({ dataDir: site.dataDir, databaseUrl: null, pseudonymKeyFile: undefined })
  const decisions = await ledger.recent(100, 'hospital')
  await ledger.close()
  expect(decisions.map(({ hook }) => hook).sort()).toEqual([
    'order-select',
    'order-sign',
    'order-sign',
    'order-sign',
    'order-sign', // the one that was refused with 412
    'patient-view',
    'profile',
    'profile', // the passport reads the record anew
  ])
  expect(found(JSON.stringify(decisions))).toEqual([])
  expect(new Set(decisions.map(({ questions }) => questions[0]?.query))).toEqual(new Set(['Patient/{patient}']))
})

it('what is kept is readable for the owner of the process only', () => {
  const open = filesUnder(site.dataDir).filter((path) => (statSync(path).mode & 0o077) !== 0)
  const inClosedFolder = (statSync(site.dataDir).mode & 0o077) === 0 || (statSync(join(site.dataDir, 'ledger')).mode & 0o077) === 0
  expect(inClosedFolder || open.length === 0).toBe(true)
})
