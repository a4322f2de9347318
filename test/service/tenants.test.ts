import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Card } from '../../src/contract/cards.ts'
import type { ProfileEvent } from '../../src/contract/profile.ts'
import { openLedger } from '../../src/ledger/ledger.ts'
import { type Running, serve } from '../../src/main.ts'
import { caller, makeSite } from '../production/attune.ts'
import { type FakeEhr, startEhr } from '../production/fake-ehr.ts'
import { CYP2C19_GENOTYPE, clopidogrel } from '../production/patient.ts'

/** Two hospitals that number their patients and users alike; everything else of them differs, and is easy to find. */
const HOSPITALS = {
  north: { name: 'Aldermarkname', token: 'north-token-marker', genotype: '*2/*2', user: 'dr-1', note: 'aldermarknote' },
  south: { name: 'Bexleymarkname', token: 'south-token-marker', genotype: '*1/*2', user: 'dr-1', note: 'bexleymarknote' },
} as const
type Tenant = keyof typeof HOSPITALS
const TENANTS = ['north', 'south'] as const
const PATIENT = 'pt-1'

const chartOf = ({ name, genotype }: (typeof HOSPITALS)[Tenant]) => [
  { resourceType: 'Patient', id: PATIENT, name: [{ family: name }], gender: 'female', birthDate: '1961-03-04' },
  {
    resourceType: 'Observation',
    id: 'cyp2c19',
    status: 'final',
    category: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'laboratory' }] }],
    ...CYP2C19_GENOTYPE,
    valueCodeableConcept: { text: genotype },
    subject: { reference: `Patient/${PATIENT}` },
    effectiveDateTime: '2025-06-01',
  },
  { ...clopidogrel('taken-1', PATIENT), status: 'active' },
]

const SIGN = '/cds-services/pgx-order-sign'
const WARNING = 'CYP2C19 poor metabolizer'

type Site = { readonly ehr: FakeEhr; readonly call: ReturnType<typeof caller> }
type Answered = { readonly status: number; readonly text: string }

let attune: Running
let site: ReturnType<typeof makeSite>
/** What north's user was told before overriding anything. */
let firstCards: readonly Card[] = []
const sites = new Map<Tenant, Site>()
const of = (tenant: Tenant): Site => {
  const found = sites.get(tenant)
  if (!found) throw new Error('no such tenant')
  return found
}

beforeAll(async () => {
  for (const tenant of TENANTS) {
    const { token } = HOSPITALS[tenant]
    sites.set(tenant, { ehr: await startEhr(chartOf(HOSPITALS[tenant]), { token, delayMs: 0 }), call: caller('', {} as FakeEhr) })
  }
  const clients = TENANTS.map((tenant) => {
    const { ehr } = of(tenant)
    return { id: `ehr-${tenant}`, tenant, iss: ehr.issuer, jku: ehr.jku, fhirServers: [ehr.fhir] }
  })
  site = makeSite({
    auth: 'required',
    network: { allowHttp: true, allowPrivateAddresses: true, budgetMs: 20_000, app: { budgetMs: 60_000 } },
    clients,
  })
  attune = await serve(site.environment)
  for (const tenant of TENANTS) sites.set(tenant, { ehr: of(tenant).ehr, call: caller(attune.url, of(tenant).ehr) })
  firstCards = await cardsOf('north')
}, 600_000)
afterAll(async () => {
  await attune?.stop()
  for (const { ehr } of sites.values()) await ehr.stop()
  site?.clear()
})

const orderSign = (tenant: Tenant, server: Tenant = tenant) => ({
  hook: 'order-sign',
  hookInstance: crypto.randomUUID(),
  fhirServer: of(server).ehr.fhir,
  fhirAuthorization: { access_token: HOSPITALS[tenant].token },
  context: {
    userId: `Practitioner/${HOSPITALS[tenant].user}`,
    patientId: PATIENT,
    draftOrders: { resourceType: 'Bundle', type: 'collection', entry: [{ resource: clopidogrel('draft-1', PATIENT) }] },
  },
})

const cardsOf = async (tenant: Tenant): Promise<Card[]> => (await of(tenant).call(SIGN, { body: orderSign(tenant) })).json().cards as Card[]

const app = (tenant: Tenant, path: string, body: object) => of(tenant).call(path, { token: HOSPITALS[tenant].token, body })
const record = (tenant: Tenant) => ({ fhirServer: of(tenant).ehr.fhir, patient: PATIENT })

const eventsOf = ({ text }: Answered) =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as ProfileEvent)

const sealedOf = async (tenant: Tenant) => {
  const events = eventsOf(await app(tenant, '/api/profile', record(tenant)))
  const review = events.find((event) => event.event === 'review')
  const done = events.find((event) => event.event === 'done')
  if (review?.event !== 'review' || done?.event !== 'done') throw new Error('no review')
  return { ...record(tenant), decision: done.decision, ...review.review }
}

/** Everything that a hospital can ask of the server. */
const OPERATIONS: Readonly<Record<string, (tenant: Tenant) => Promise<Answered>>> = {
  discovery: (tenant) => of(tenant).call('/cds-services'),
  'an order at signing': (tenant) => of(tenant).call(SIGN, { body: orderSign(tenant) }),
  'an opened chart': (tenant) =>
    of(tenant).call('/cds-services/pgx-patient-view', {
      body: {
        ...orderSign(tenant),
        hook: 'patient-view',
        context: { userId: `Practitioner/${HOSPITALS[tenant].user}`, patientId: PATIENT },
      },
    }),
  'feedback with a comment': async (tenant) => {
    const [card] = await cardsOf(tenant)
    const overrideReason = { userComment: HOSPITALS[tenant].note }
    const feedback = [{ card: card?.uuid ?? 'none', outcome: 'overridden', overrideReason, outcomeTimestamp: new Date().toISOString() }]
    return of(tenant).call(`${SIGN}/feedback`, { body: { feedback } })
  },
  'a profile': (tenant) => app(tenant, '/api/profile', record(tenant)),
  'a passport': (tenant) => app(tenant, '/api/passport', record(tenant)),
  'a note on a review': async (tenant) => {
    const sealed = await sealedOf(tenant)
    const marks = [{ flag: sealed.flags[0]?.id ?? 'none', mark: 'reviewed', note: HOSPITALS[tenant].note }]
    return app(tenant, '/api/review', { ...sealed, marks })
  },
  'the list of a review': async (tenant) => app(tenant, '/api/review/list', await sealedOf(tenant)),
  'a sign-off': async (tenant) => {
    const sealed = await sealedOf(tenant)
    const marks = [{ flag: sealed.flags[0]?.id ?? 'none', mark: 'accepted' }]
    const marked = await app(tenant, '/api/review', { ...sealed, marks })
    return marked.status === 200 ? app(tenant, '/api/review/sign-off', { ...sealed, mayWrite: false, language: 'en' }) : marked
  },
  'an outcome': (tenant) =>
    of(tenant).call('/api/outcomes', {
      body: { outcomes: [{ model: 'ascvd-pce', outcome: 1, date: '2026-11-01', patient: PATIENT, fhirServer: of(tenant).ehr.fhir }] },
    }),
  'the monitoring of models': (tenant) => of(tenant).call('/api/monitoring'),
  'the monitoring of services': (tenant) => of(tenant).call('/api/monitoring/services'),
  'the report of overrides': (tenant) => of(tenant).call('/api/overrides'),
  'the report of the shadow': (tenant) => of(tenant).call('/api/shadow'),
}

const otherOf = (tenant: Tenant): Tenant => (tenant === 'north' ? 'south' : 'north')

/** Markers of another hospital that an answer holds. */
const foreignIn = (text: string, tenant: Tenant): string[] =>
  Object.values(HOSPITALS[otherOf(tenant)]).filter(
    (marker) => marker !== HOSPITALS[tenant].user && marker.length > 5 && text.includes(marker),
  )

/** All that one hospital asks, one after another; what it was told of the other. */
const runAll = async (tenant: Tenant) => {
  const told: unknown[] = []
  for (const [name, operate] of Object.entries(OPERATIONS)) {
    const { status, text } = await operate(tenant)
    told.push([name, status, foreignIn(text, tenant)])
  }
  return told
}
const ALL_WELL = Object.keys(OPERATIONS).map((name) => [name, 200, []])

/** What reached an EHR with the other's token, or asked for by its address. */
const foreignTokens = (): string[] =>
  TENANTS.flatMap((tenant) =>
    of(tenant)
      .ehr.seen.map(({ authorization }) => authorization ?? '')
      .filter((said) => said.includes(HOSPITALS[otherOf(tenant)].token)),
  )

describe('Two hospitals on one server, with the same ids of patients and users', () => {
  test('each is told of its own patient: the same order warns in one and not in the other', async () => {
    const [north, south] = [JSON.stringify(firstCards), JSON.stringify(await cardsOf('south'))]
    expect([north.includes(WARNING), south.includes(WARNING)]).toEqual([true, false])
  })

  test('every operation of one after every operation of the other, in both orders: nothing of one is told to the other', async () => {
    for (const tenant of ['north', 'south', 'north'] as const) expect([tenant, await runAll(tenant)]).toEqual([tenant, ALL_WELL])
    expect(foreignTokens()).toEqual([])
  }, 600_000)

  test('all operations of both at the same time: nothing of one is told to the other', async () => {
    const told = await Promise.all(
      TENANTS.flatMap((tenant) =>
        Object.entries(OPERATIONS).map(async ([name, operate]) => {
          const { status, text } = await operate(tenant)
          return [tenant, name, status, foreignIn(text, tenant)]
        }),
      ),
    )
    expect(told).toEqual(TENANTS.flatMap((tenant) => ALL_WELL.map((row) => [tenant, ...row])))
    expect(foreignTokens()).toEqual([])
  }, 600_000)

  test("a server of the other hospital may not be named: the caller's token goes nowhere, and nothing is told", async () => {
    of('south').ehr.takeReads()
    const answer = await of('north').call(SIGN, { body: orderSign('north', 'south') })
    expect([foreignIn(answer.text, 'north'), of('south').ehr.takeReads()]).toEqual([[], []])
  })

  test("a JWT of one hospital is nothing under the other's name", async () => {
    const { ehr } = of('north')
    const forged = ehr.sign(`${attune.url}/cds-services`, 'ES384', { iss: of('south').ehr.issuer })
    const claimed = ehr.sign(`${attune.url}/cds-services`, 'ES384', { tenant: 'south' })
    const statuses = await Promise.all([forged, claimed].map(async (token) => (await of('north').call('/cds-services', { token })).status))
    expect(statuses).toEqual([401, 401])
  })

  test('figures by tenant are not told without the token of the operator', async () => {
    const metrics = await (await fetch(`${attune.url}/metrics`)).text()
    expect(metrics).toContain('attune_decisions_total')
    expect(metrics).not.toMatch(/north|south/)
  })

  test('in the ledger decisions, feedback, overrides and keys of patients are apart', async () => {
    const [card] = firstCards
    const feedback = [{ card: card?.uuid, outcome: 'overridden', outcomeTimestamp: new Date().toISOString() }]
    for (const tenant of ['south', 'north'] as const) await of(tenant).call(`${SIGN}/feedback`, { body: { feedback } }) // south: of the other's card
    await attune.stop()
    const ledger = await openLedger({ dataDir: site.dataDir, databaseUrl: null, pseudonymKeyFile: undefined })
    try {
      const uuid = card?.uuid ?? ''
      const decision = await ledger.byCard(uuid, 'north')
      expect({
        own: decision?.tenant,
        byCard: await ledger.byCard(uuid, 'south'),
        byId: await ledger.decision(decision?.id ?? '', 'south'),
        joinedAtHome: (await ledger.feedbackOn({ card: uuid }, 'north')).map((event) => event.decision),
        joined: (await ledger.feedbackOn({ card: uuid }, 'south')).map((event) => event.decision),
      }).toEqual({ own: 'north', byCard: null, byId: null, joinedAtHome: [decision?.id], joined: [null] })

      const keysOf = (tenant: Tenant) => ({
        tenant,
        patientKey: ledger.patientKey(tenant, of(tenant).ehr.fhir, PATIENT),
        userKey: ledger.userKey(tenant, of(tenant).ehr.fhir, `Practitioner/${HOSPITALS[tenant].user}`),
      })
      const [north, south] = [keysOf('north'), keysOf('south')]
      expect([north.patientKey === south.patientKey, north.userKey === south.userKey]).toEqual([false, false])
      const since = new Date(Date.now() - 3_600_000)
      const [own, crossed] = [await ledger.overrides(north, since), await ledger.overrides({ ...north, tenant: 'south' }, since)]
      expect([own.length > 0, crossed]).toEqual([true, []])
      for (const tenant of TENANTS)
        expect(
          (await ledger.recent(200, tenant)).filter((one) => one.tenant !== tenant || foreignIn(JSON.stringify(one), tenant).length > 0),
        ).toEqual([])
    } finally {
      await ledger.close()
      attune = await serve(site.environment)
    }
  }, 600_000)
})
