import http, { type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import type { Card } from '../../src/contract/cards.ts'
import { type Running, serve } from '../../src/main.ts'
import { caller, hospital, makeSite } from './attune.ts'
import { type FakeEhr, startEhr } from './fake-ehr.ts'
import { chart, orderSign, PATIENT_ID } from './patient.ts'

vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 })

/** Three medicines that the chart only names by reference. */
const MEDICATIONS = ['a', 'b', 'c']
const named = (id: string) => ({
  resourceType: 'MedicationRequest',
  id: `by-reference-${id}`,
  status: 'active',
  intent: 'order',
  subject: { reference: `Patient/${PATIENT_ID}` },
  medicationReference: { reference: `Medication/${id}` },
})

/** A read that waits for its answer. */
type Held = { readonly path: string; readonly response: ServerResponse }

/** A FHIR server that answers only when it is told to. Medications and conditions come in two pages, the references on the second. */
const startHolding = async () => {
  const held: Held[] = []
  const server = http.createServer((request, response) => void held.push({ path: (request.url ?? '').slice('/fhir/'.length), response }))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/fhir`
  const answerOf = (path: string): object => {
    const [type = '', id] = (path.split('?')[0] ?? '').split('/')
    if (type === 'Patient') return chart[0]
    if (type === 'Medication') return { resourceType: 'Medication', id, code: { text: 'atorvastatin 20 MG Oral Tablet' } }
    const isSecond = path.includes('page=2')
    const own = chart.filter(({ resourceType }) => resourceType === type)
    const found = !isSecond ? own : type === 'MedicationRequest' ? MEDICATIONS.map(named) : []
    const paged = ['MedicationRequest', 'Condition'].includes(type) && !isSecond
    return {
      resourceType: 'Bundle',
      type: 'searchset',
      entry: found.map((resource) => ({ resource })),
      ...(paged ? { link: [{ relation: 'next', url: `${base}/${type}?page=2` }] } : {}),
    }
  }
  return {
    base,
    /** Answers all that is asked, once so many are. */
    round: async (reads: number): Promise<readonly string[]> => {
      await expect.poll(() => held.length, { timeout: 120_000, interval: 5 }).toBe(reads)
      const round = held.splice(0)
      for (const { path, response } of round)
        response.writeHead(200, { 'content-type': 'application/fhir+json' }).end(JSON.stringify(answerOf(path)))
      return round.map(({ path }) => path.replace(/\?(?!page).*/, '')).sort()
    },
    waiting: () => held.length,
    stop: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

let ehr: FakeEhr
let fhir: Awaited<ReturnType<typeof startHolding>>
let site: ReturnType<typeof makeSite>
let running: Running

beforeAll(async () => {
  ehr = await startEhr(chart)
  fhir = await startHolding()
  const network = { allowHttp: true, allowPrivateAddresses: true, budgetMs: 30_000 }
  site = makeSite(hospital(ehr, { fhirServers: [fhir.base] }, { network }))
  running = await serve(site.environment)
})
afterAll(async () => {
  fhir?.stop()
  await running?.stop()
  await ehr?.stop()
  site?.clear()
})

it('F1: a read waits for another only where it follows from it: the whole record at once, then next pages, then what they name', async () => {
  const asking = caller(running.url, ehr)('/cds-services/pgx-order-sign', {
    body: orderSign({ fhirServer: fhir.base, fhirAuthorization: { access_token: ehr.token } }),
  })
  const first = await fhir.round(13)
  const second = await fhir.round(2)
  const third = await fhir.round(3)
  const answer = await asking
  expect(new Set(first).has('Condition')).toBe(true)
  expect([second, third]).toEqual([['Condition?page=2', 'MedicationRequest?page=2'], MEDICATIONS.map((id) => `Medication/${id}`)])
  const summaries = (answer.json().cards as Card[]).map(({ summary }) => summary)
  expect([answer.status, summaries, fhir.waiting()]).toEqual([200, ['Avoid clopidogrel (FDA boxed warning): CYP2C19 poor metabolizer'], 0])
})
