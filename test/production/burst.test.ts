import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Running, serve } from '../../src/main.ts'
import { caller, hospital, makeSite } from './attune.ts'
import { type FakeEhr, startEhr } from './fake-ehr.ts'
import { chart, orderSign } from './patient.ts'

/** A healthy EHR that takes 500 ms for each read. */
let ehr: FakeEhr
let site: ReturnType<typeof makeSite>
let running: Running | null = null

beforeAll(async () => {
  ehr = await startEhr(chart, { delayMs: 500 })
})
afterAll(async () => {
  await ehr.stop()
})

const summariesOf = async (calls: number, network: object, client: object = {}): Promise<Set<string>[]> => {
  site = makeSite(hospital(ehr, client, { network: { allowHttp: true, allowPrivateAddresses: true, ...network } }))
  running = await serve(site.environment)
  const call = caller(running.url, ehr)
  await call('/cds-services') // the key set is read now
  const ask = async () => {
    const body = orderSign({ fhirServer: ehr.fhir, fhirAuthorization: { access_token: ehr.token } })
    return (await call('/cds-services/pgx-order-sign', { body })).json().cards[0].summary as string
  }
  try {
    const together = await Promise.all(Array.from({ length: calls }, ask))
    return [new Set(together), new Set([await ask()])]
  } finally {
    await running.stop()
    site.clear()
  }
}

const WARNING = new Set(['Avoid clopidogrel (FDA boxed warning): CYP2C19 poor metabolizer'])

it('twenty prescribers who sign at the same moment, none with prefetch, are all warned where connections enough are allowed', async () => {
  expect(await summariesOf(20, { connections: 64, budgetMs: 5000 })).toEqual([WARNING, WARNING])
})

it('a hospital may allow more connections to its own EHR than others have', async () => {
  expect(await summariesOf(20, { connections: 1, budgetMs: 5000 }, { connections: 64 })).toEqual([WARNING, WARNING])
})

it('after a burst that too few connections could not serve in time, the next prescriber is warned: a healthy EHR is not left alone', async () => {
  const [burst, next] = await summariesOf(20, { connections: 9, budgetMs: 2000 })
  expect([...(burst ?? [])].some((summary) => summary.startsWith('Not assessed'))).toBe(true)
  expect(next).toEqual(WARNING)
})
