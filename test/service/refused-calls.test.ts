import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Card } from '../../src/contract/cards.ts'
import { openLedger } from '../../src/ledger/ledger.ts'
import { type Running, serve } from '../../src/main.ts'
import { aPatient } from '../builders/patient.ts'
import { type FhirServer, type Handler, sendJson, serveFhir } from '../fhir/fault-server.ts'
import { post, type Trace } from './running-sandbox.ts'

const NOT_FOUND = { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'not-found' }] }
const record = aPatient('p1').ordering('clopidogrel', { rxcui: '32968' }).withGenotype('CYP2C19', '*2/*2').record()
const bundle = (resources: readonly object[]) => ({
  resourceType: 'Bundle',
  type: 'searchset',
  entry: resources.map((resource) => ({ resource })),
})
const person = record.resources.find(({ resourceType }) => resourceType === 'Patient')
const results = bundle(record.resources.filter(({ resourceType }) => resourceType === 'Observation'))
const drafts = bundle(record.draftOrders)
const selections = record.draftOrders.map(({ resourceType, id }) => `${resourceType}/${id}`)

let folder: string
let ehr: FhirServer
let running: Running
let answerFhir: Handler
let stopped = false

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'attune-refused-'))
  ehr = await serveFhir((req, res) => answerFhir(req, res))
  const config = join(folder, 'attune.json')
  const client = { id: 'anonymous', tenant: 'one', fhirServers: [ehr.base], features: ['trace'] }
  const network = { allowHttp: true, allowPrivateAddresses: true, budgetMs: 30_000 }
  writeFileSync(config, JSON.stringify({ auth: 'open', network, clients: [client] }))
  running = await serve({ PORT: '0', ATTUNE_CONFIG: config, ATTUNE_DATA_DIR: join(folder, 'data'), LOG_LEVEL: 'silent' })
})
afterAll(async () => {
  if (!stopped) await running.stop()
  await ehr.close()
  rmSync(folder, { recursive: true, force: true })
})

const nowhere: Handler = (_req, res) => sendJson(res, NOT_FOUND, 404)

const ask = async (hook: 'order-sign' | 'order-select', members: object = { fhirServer: ehr.base }) => {
  const context = { userId: 'Practitioner/u', patientId: 'p1', draftOrders: drafts, ...(hook === 'order-select' ? { selections } : {}) }
  const response = await post(`${running.url}/cds-services/pgx-${hook}`, { hook, hookInstance: crypto.randomUUID(), context, ...members })
  const { cards = [], extension } = (await response.json()) as { cards?: readonly Card[]; extension?: Record<string, Trace> }
  return { status: response.status, summaries: cards.map(({ summary }) => summary), trace: extension?.['org.attune.trace'] }
}

const NOT_ASSESSED = [expect.stringMatching(/^Not assessed: clopidogrel against CYP2C19, because /)]
const WARNING = [expect.stringMatching(/^Choose another drug than clopidogrel/)]

const recorded = async () => {
  await running.stop()
  stopped = true
  const ledger = await openLedger({ dataDir: join(folder, 'data'), databaseUrl: null, pseudonymKeyFile: undefined })
  const decisions = await ledger.recent(5, 'one')
  await ledger.close()
  return decisions
}

describe('An order', () => {
  it.each(['order-sign', 'order-select'] as const)(
    'is told as not assessed where the FHIR base is wrong and all is answered 404, at %s, and readiness says so',
    async (hook) => {
      answerFhir = nowhere
      const { status, summaries, trace } = await ask(hook)
      expect([status, summaries, trace?.outcome]).toEqual([200, NOT_ASSESSED, 'not-assessed'])
      const health = (await (await fetch(`${running.url}/readyz`)).json()) as { status: string; parts?: Record<string, object> }
      expect(health).toMatchObject({
        status: 'degraded',
        parts: { fhir: { ok: true, degraded: true, detail: expect.stringContaining('404') } },
      })
    },
  )

  it('brings its warning where the Patient was sent as null and a result speaks of the patient', async () => {
    answerFhir = nowhere
    const { status, summaries } = await ask('order-sign', { prefetch: { patient: null, genotypes: results } })
    expect([status, summaries]).toEqual([200, WARNING])
  })

  it('is decided with the Patient of the FHIR server where the one sent is null', async () => {
    answerFhir = (req, res) => (req.url?.includes('/Patient/p1') ? sendJson(res, person) : sendJson(res, bundle([])))
    const { status, summaries, trace } = await ask('order-sign', { fhirServer: ehr.base, prefetch: { patient: null, genotypes: results } })
    expect([status, summaries]).toEqual([200, WARNING])
    expect(trace?.questions.find(({ key }) => key === 'patient')).toMatchObject({ from: 'fetch', state: 'answered' })
  })

  it('is told as not assessed where the EHR hides the patient and refuses the searches', async () => {
    answerFhir = (req, res) => sendJson(res, NOT_FOUND, req.url?.includes('/Patient/') ? 404 : 403)
    const { status, summaries } = await ask('order-sign')
    expect([status, summaries]).toEqual([200, NOT_ASSESSED])
  })

  it('leaves each gap once in the trace', async () => {
    answerFhir = nowhere
    const { trace } = await ask('order-sign')
    const gaps = (trace as unknown as { gaps: readonly object[] }).gaps.map((gap) => JSON.stringify(gap))
    expect(gaps.length).toBeGreaterThan(0)
    expect(new Set(gaps).size).toBe(gaps.length)
  })

  it('of a patient whom the EHR does not know is refused, and the refusal is recorded with what was asked for', async () => {
    answerFhir = (req, res) => (req.url?.includes('/Patient/') ? nowhere(req, res) : sendJson(res, bundle([])))
    expect((await ask('order-sign')).status).toBe(412)
    const decision = (await recorded()).at(0)
    expect(decision).toMatchObject({ service: 'pgx-order-sign', outcome: 'not-assessed', cards: [], silences: [{ code: 'data-missing' }] })
    expect(decision?.questions.find(({ key }) => key === 'patient')).toMatchObject({ state: 'failed', status: 404 })
    expect(JSON.stringify(decision)).not.toContain('p1')
  })
})
