import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openLedger } from '../../src/ledger/ledger.ts'
import { runMain } from '../cli/run-main.ts'
import { card, decision, feedbackOn } from './decisions.ts'
import { AGAIN, embeddedPlace, type Place, postgresMissing, postgresPlace } from './engines.ts'

vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 })

let place: Place
beforeEach(async () => {
  place = postgresMissing === null ? await postgresPlace() : await embeddedPlace()
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await place.clear()
})

const PATIENT = 'a'.repeat(64)
const at = (name: string): string => join(place.config.dataDir, name)

// biome-ignore lint/suspicious/noExplicitAny: JSON as an auditor's system reads it
type Json = any

/** What the R4 resource and the BALP profiles ask of an event (cardinalities and codes); empty when all of it is there. */
const faultsOf = (event: Json): string[] => {
  const agents: readonly Json[] = event.agent ?? []
  const ofType = (code: string) => agents.filter(({ type }) => type?.coding?.[0]?.code === code)

  const entities = (code: string): readonly Json[] => (event.entity ?? []).filter(({ type }: Json) => type?.code === code)
  const profile: string = event.meta?.profile?.[0] ?? ''
  const read = /Read$/.test(profile)
  const machines = [...ofType('110152'), ...ofType('110153')]
  const rules: readonly (readonly [string, boolean])[] = [
    ['resourceType', event.resourceType === 'AuditEvent'],
    ['id', /^[A-Za-z0-9.-]{1,64}$/.test(event.id)],
    ['type 1..1', event.type?.system === 'http://terminology.hl7.org/CodeSystem/audit-event-type' && event.type.code === 'rest'],
    ['subtype', event.subtype?.[0]?.code === (read ? 'read' : 'create')],
    ['subtype.system', event.subtype?.[0]?.system === 'http://hl7.org/fhir/restful-interaction'],
    ['action', event.action === (read ? 'R' : 'C')],
    ['recorded 1..1, an instant', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(event.recorded)],
    ['outcome', event.outcome === '0'],
    ['agent 1..*', agents.length >= 2],
    ['agent.requestor 1..1', agents.every(({ requestor }) => typeof requestor === 'boolean')],
    ['one client, one server', ofType('110152').length === 1 && ofType('110153').length === 1],
    ['who and network of both', machines.every(({ who, network }) => who?.identifier?.value && network?.address && network.type === '5')],
    ['user is the requestor', ofType('IRCP').every(({ requestor, who, network }) => requestor && who && !network)],
    ['source.observer 1..1', typeof event.source?.observer?.identifier?.value === 'string'],
    ['one object', entities('2').length === 1 && entities('2')[0].what && entities('2')[0].role?.code === '4'],
    [
      'one patient',
      !/Patient/.test(profile) || (entities('1').length === 1 && entities('1')[0].role?.code === '1' && entities('1')[0].what),
    ],
  ]
  return rules.flatMap(([rule, holds]) => (holds ? [] : [rule]))
}

const run = (...words: readonly string[]) => {
  const client = { id: 'ehr', tenant: 'north', fhirServers: ['https://ehr.north.test/fhir'] }
  writeFileSync(at('attune.json'), JSON.stringify({ auth: 'required', publicUrl: 'https://attune.test', clients: [client] }))
  vi.stubEnv('ATTUNE_CONFIG', at('attune.json'))
  const where = place.config.databaseUrl ? ['--database', place.config.databaseUrl] : []
  return runMain('audit', ...words, '--data', place.config.dataDir, ...where)
}

const eventsIn = (name: string) =>
  readFileSync(at(name), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))

const written = async () => {
  const shown = card()
  const ledger = await openLedger(place.config)
  const one = decision({ requestId: 'request-1', cards: [shown] })
  await ledger.record(one)
  await ledger.record(decision({ service: 'smart-app', userKey: null }))
  await ledger.feedback([feedbackOn(shown.uuid)])
  await ledger.feedback([feedbackOn('a card that nobody knows')])
  for (const kind of ['mark', 'sign-off', 'written', 'report'] as const)
    await ledger.reviews.add({ tenant: 'north', patientKey: PATIENT }, kind, {}, null)
  await ledger.record(decision({ tenant: 'south', patientKey: 'f'.repeat(64) }))
  await ledger.close()
  return one
}

describe('attune audit export', AGAIN, () => {
  it('writes what was read, shown, told back, opened and reviewed, one event each, as FHIR and BALP want them', async () => {
    const one = await written()
    const { status, out } = await run('export', '--to', at('audit.ndjson'), '--tenant', 'north')
    expect([status, out]).toEqual([0, expect.stringMatching(/^patient-read {4}2\n/)])
    const events = eventsIn('audit.ndjson')
    const whats = [
      'patient-read',
      'decision-shown',
      'patient-read',
      'app-opened',
      'feedback',
      'feedback',
      'mark',
      'sign-off',
      'written',
      'report',
    ]
    expect(events.map(({ subtype }) => subtype[1].code)).toEqual(whats)
    expect(events.map((event) => faultsOf(event))).toEqual(events.map(() => []))
    expect(events.map(({ meta }) => meta.profile[0].split('.').at(-1))).toEqual([
      ...Array(4).fill('PatientRead'),
      'PatientCreate',
      'Create', // of a card that nobody knows no patient is known
      ...Array(4).fill('PatientCreate'),
    ])
    expect(events[1]).toMatchObject({
      agent: [{ who: { display: 'Attune' } }, { who: { display: 'ehr' } }, { who: { identifier: { value: one.userKey } } }],
      source: { site: 'north' },
      entity: [
        { what: { identifier: { value: one.id } } },
        { what: { identifier: { value: PATIENT } } },
        { what: { identifier: { value: 'request-1' } } },
      ],
    })
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length)
    expect(statSync(at('audit.ndjson')).mode & 0o777).toBe(0o600)
  })

  it('takes the entries of a span of time, and tells of those without content', async () => {
    await written()
    const ledger = await openLedger(place.config)
    await ledger.evidence.erase({ tenant: 'north', patientKeys: [PATIENT] }, 'asked for')
    await ledger.close()
    const none = await run('export', '--to', at('later.ndjson'), '--since', '2100-01-01')
    expect([none.status, eventsIn('later.ndjson')]).toEqual([0, []])
    const all = await run('export', '--to', at('all.ndjson'), '--json')
    expect(JSON.parse(all.out)).toMatchObject({
      events: { 'patient-read': 1, 'decision-shown': 1, feedback: 1, mark: 0 },
      withoutContent: 7,
    })
  })

  it('says of an answer in the shadow that the record was read, and not that anything was given to the EHR', async () => {
    const hidden = { because: 'on trial', cards: [card()], traces: [] }
    const ledger = await openLedger(place.config)
    await ledger.record(decision({ shadow: { of: 'service', ...hidden } }))
    await ledger.record(decision({ cards: [card()], shadow: { of: 'rules', ...hidden } }))
    await ledger.close()
    await run('export', '--to', at('audit.ndjson'))
    const whats = eventsIn('audit.ndjson').map(({ subtype }) => subtype[1].code)
    expect(whats).toEqual(['patient-read', 'patient-read', 'decision-shown'])
  })

  it('claims no profile for a client that the configuration does not know any more: its address is not known', async () => {
    const ledger = await openLedger(place.config)
    await ledger.record(decision({ client: 'gone' }))
    await ledger.close()
    await run('export', '--to', at('audit.ndjson'))
    const [event] = eventsIn('audit.ndjson')
    expect([event.meta, faultsOf(event)]).toEqual([undefined, expect.arrayContaining(['who and network of both'])])
  })

  it.each([
    ['a file that is there already', () => ['export', '--to', at('attune.json')]],
    ['no file', () => ['export']],
    ['a date that is none', () => ['export', '--to', at('x'), '--since', 'yesterday']],
    ['another word', () => ['import', '--to', at('x')]],
  ])('refuses %s', async (_name, words) => {
    await written()
    expect((await run(...words())).status).toBe(2)
  })
})
