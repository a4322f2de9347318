import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { DecisionRecord } from '../../src/contract/decision.ts'
import type { ServiceTally, ServiceWatchReport } from '../../src/contract/service-watch.ts'
import { openLedger } from '../../src/ledger/ledger.ts'
import { type Running, serve } from '../../src/main.ts'
import { countCall } from '../../src/monitoring/services/count-call.ts'
import { card, decision } from '../ledger/decisions.ts'
import { embeddedPlace, type Place } from '../ledger/engines.ts'
import { caller, hospital, makeSite } from '../production/attune.ts'
import { type FakeEhr, startEhr } from '../production/fake-ehr.ts'
import { startReceiver } from './receiver.ts'
import { orderWarfarin, people } from './site.ts'
import { ENGINES, openPlace } from './stores.ts'

vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 })

const DAY_MS = 86_400_000
/** One instant for what is recorded and what is expected: the tests may go on beyond midnight. */
const BEGUN = Date.now()
const daysAgo = (n: number): string => new Date(BEGUN - n * DAY_MS).toISOString()
const dayAgo = (n: number): string => daysAgo(n).slice(0, 10)
const NAMES = {
  row: (id: string) => (id === 'cpic/one/1' ? { drug: 'one', genes: ['GENE1', 'GENE2'] } : undefined),
  isDrug: (name: string) => name === 'one' || name === 'two',
}

/** A call with a card on one drug for two orders, and a silence on another. */
const aCall = (): DecisionRecord => {
  const [first, second] = [card(), { ...card(), indicator: 'info' as const }]
  const about = {
    concern: 'guidance',
    drug: 'one',
    findings: [],
    facts: [],
    rows: ['cpic/one/1', 'cpic/elsewhere/7'],
    concerns: [],
  } as const
  return decision({
    cards: [first, second],
    traces: [
      { ...about, card: first.uuid, order: 'MedicationRequest/1' },
      { ...about, card: second.uuid, order: 'MedicationRequest/2' },
    ],
    silences: [
      { about: 'two', code: 'no-change', because: 'x', order: 'MedicationRequest/3' },
      { about: 'Jane Q. Sample 555-0100', code: 'unknown-drug', because: 'x', order: 'MedicationRequest/3' },
    ],
  })
}

describe('What a call adds to the counts of its service', () => {
  it('is names of rules, drugs, genes and codes, each once a call; no text of a record', () => {
    const [tally] = countCall(aCall(), NAMES)
    const { mode, cells } = tally as ServiceTally
    expect([mode, cells.map((cell) => cell.join('|')).sort()]).toEqual([
      'shown',
      [
        'drug|one|card',
        'drug|one|card:guidance',
        'drug|one|looked',
        'drug|two|looked',
        'drug|two|silence:no-change',
        'drug|two|silent',
        'pair|one GENE1|fired',
        'pair|one GENE2|fired',
        `release|${aCall().versions.rules}|calls`,
        'rule|cpic/one/1|fired',
        'service||assessed|1',
        'service||calls|1',
        'service||cards:info|1',
        'service||cards:warning|1',
        'service||interrupting|1',
        'service||orders|3',
        'service||silence:no-change|1',
        'service||silence:unknown-drug|1',
        'service||with-card|1',
      ],
    ])
  })

  it('is of the shadow where nobody saw it, and of both where a rule runs in the shadow', () => {
    const one = aCall()
    const shadow = { because: 'first weeks', cards: one.cards, traces: one.traces }
    const ofShadow = { ...one, cards: [], traces: [], silences: [...one.silences, { about: 'this call', code: 'shadow', because: 'x' }] }
    const [alone] = countCall(one, NAMES)
    expect(countCall({ ...ofShadow, shadow: { ...shadow, of: 'site' } }, NAMES)).toEqual([{ ...alone, mode: 'shadow' }])
    const trial = countCall({ ...one, cards: [], traces: [], shadow: { ...shadow, of: 'rules' } }, NAMES)
    expect(trial.map(({ mode, cells }) => [mode, cells.some(([kind]) => kind === 'rule')])).toEqual([
      ['shown', false],
      ['trial', true],
    ])
  })
})

describe.each(ENGINES)('The counts of services on %s', (_name, makePlace, missing) => {
  if (missing) {
    it.skip(`did not run: ${missing}`, () => {})
    return
  }
  it('are stored with the call, once, also when it comes twice', async () => {
    const { ledger, close } = await openPlace(makePlace)
    const calls = Array.from({ length: 5 }, aCall)
    await Promise.all(calls.map((one) => ledger.record(one, [], [], countCall(one, NAMES))))
    await Promise.all(calls.map((one) => ledger.record(one, [], [], countCall(one, NAMES))))
    const [span, day] = [{ from: '2026-06-01', to: '2026-06-02', mode: 'shown', tenant: 'north' } as const, '2026-06-01']
    const counts = await ledger.services.counts(span)
    const of = (kind: string, measure: string) => counts.find((one) => one.kind === kind && one.measure === measure)
    expect([of('service', 'calls')?.n, of('service', 'orders')?.n, of('rule', 'fired')?.n]).toEqual([5, 15, 5])
    expect(await ledger.services.counts({ ...span, tenant: 'south' })).toEqual([])
    expect((await ledger.services.firsts('north')).filter(({ kind }) => kind === 'rule')).toEqual([
      { tenant: 'north', service: 'pgx-order-sign', mode: 'shown', kind: 'rule', subject: 'cpic/one/1', day },
    ])
    expect(await ledger.services.hours(new Date(0), null)).toEqual([
      { hour: '2026-06-01T09:00:00.000Z', tenant: 'north', service: 'pgx-order-sign', n: 5, last: '2026-06-01T09:00:00.000Z' },
    ])
    await ledger.services.forget('2026-06-02')
    expect([await ledger.services.counts(span), await ledger.services.hours(new Date(0), null)]).toEqual([[], []])
    await close()
  })
})

const TOKEN = 'operator-token-of-forty-characters-00000'
const SERVICE = 'pgx-order-sign'

describe('A site whose rule has died', () => {
  let place: Place
  let ehr: FakeEhr
  let receiver: Awaited<ReturnType<typeof startReceiver>>
  let site: ReturnType<typeof makeSite>
  let running: Running
  let call: ReturnType<typeof caller>
  const LIVE = 'fda/warfarin/1'
  let rules: readonly string[]

  /** Two months of a site, a hundred calls a day; one rule stopped three days ago. */
  const recordMonths = async (dead: string, alive: string): Promise<void> => {
    const ledger = await openLedger(place.config)
    for (let ago = 70; ago >= 1; ago -= 1) {
      const counted: ServiceTally = {
        mode: 'shown',
        cells: [
          ['service', '', 'calls', 100],
          ['service', '', 'silent', 80],
          ['rule', alive, 'fired', 10],
          ...(ago > 3 ? [['rule', dead, 'fired', 10] as const] : []),
        ],
      }
      await ledger.record(decision({ id: randomUUID(), at: daysAgo(ago), tenant: 'hospital', service: SERVICE }), [], [], [counted])
    }
    const unseen: ServiceTally = { mode: 'shadow', cells: [['service', '', 'calls', 7]] }
    await ledger.record(decision({ id: randomUUID(), at: daysAgo(2), tenant: 'hospital', service: SERVICE }), [], [], [unseen])
    await ledger.close()
  }

  beforeAll(async () => {
    place = await embeddedPlace()
    const { readdirSync, readFileSync } = await import('node:fs')
    rules = readdirSync('rules/guidance')
      .slice(0, 5)
      .flatMap((file) => JSON.parse(readFileSync(join('rules/guidance', file), 'utf8')).rows.map(({ id }: { id: string }) => id))
    await recordMonths(rules[0] ?? LIVE, rules[1] ?? LIVE)
    ehr = await startEhr([], { delayMs: 0 })
    receiver = await startReceiver()
    writeFileSync(join(place.config.dataDir, 'token'), TOKEN)
    const file = {
      operatorTokenFile: join(place.config.dataDir, 'token'),
      monitoring: { everySeconds: 1, webhook: { url: receiver.url } },
    }
    site = makeSite(hospital(ehr, {}, file), { ATTUNE_DATA_DIR: place.config.dataDir })
    running = await serve(site.environment)
    call = caller(running.url, ehr)
  })
  afterAll(async () => {
    await running?.stop()
    await ehr?.stop()
    await receiver?.stop()
    await place?.clear()
    site?.clear()
  })

  const until = async <T>(what: () => T | Promise<T>, ms = 120_000): Promise<NonNullable<T>> => {
    for (const end = Date.now() + ms; Date.now() < end; await wait(200)) {
      const found = await what()
      if (found) return found as NonNullable<T>
    }
    throw new Error('it did not happen in time')
  }
  const report = async (): Promise<ServiceWatchReport> => (await call('/api/monitoring/services')).json()

  it('tells it once: webhook, metric, health and page; the service stays ready', async () => {
    type Told = { readonly figure: string; readonly subject: string; readonly state: string; readonly service: string }
    const told = () => (receiver.bodies as { alarms: Told[] }[]).flatMap(({ alarms }) => alarms)
    await until(() => told().some(({ figure }) => figure === 'zero'))
    await wait(2500)
    expect(told().filter(({ figure }) => figure === 'zero')).toMatchObject([
      { tenant: 'hospital', service: SERVICE, figure: 'zero', subject: rules[0], state: 'act', before: null, value: 0 },
    ])
    const { text } = await call('/metrics', { token: TOKEN })
    expect(text).toContain(`attune_service_figure_state{tenant="hospital",service="${SERVICE}",figure="zero",subject="${rules[0]}"} 2`)
    expect(text).toContain(`attune_service_state{tenant="hospital",service="${SERVICE}"} 2`)
    expect(text).not.toContain(`subject="${rules[1]}"`)
    const ready = await call('/readyz', { token: null })
    expect([ready.status, ready.json().parts.services.detail]).toEqual([200, expect.stringContaining(`hospital ${SERVICE}: `)])
  })

  it('counts its own calls from then on, each once, with the tenant of the caller only', async () => {
    const callsIn = ({ services }: Awaited<ReturnType<typeof report>>): number =>
      (services[0]?.days ?? []).filter(({ day }) => day >= dayAgo(0)).reduce((sum, { calls }) => sum + calls, 0)
    const before = callsIn(await report())
    for (const one of people(3, 5)) expect((await call(`/cds-services/${SERVICE}`, { body: orderWarfarin(one) })).status).toBe(200)
    const after = await report()
    expect(after.services.map(({ tenant, service }) => [tenant, service])).toEqual([['hospital', SERVICE]])
    expect(callsIn(after)).toBe(before + 3)
    expect(after.services[0]?.drugs.find(({ drug }) => drug === 'warfarin')?.looked).toBe(3)
    expect(JSON.stringify(after)).not.toMatch(/p5-/)
  })

  it('tells of each day how many of its calls were answered in the shadow', async () => {
    const days = (await report()).services[0]?.days ?? []
    const quiet = { calls: 100, withCard: 0, silent: 80, notAssessed: 0, shadow: 0 }
    expect(days.filter(({ day }) => day >= dayAgo(3) && day < dayAgo(0))).toEqual([
      { ...quiet, day: dayAgo(3) },
      { ...quiet, day: dayAgo(2), calls: 107, shadow: 7 },
      { ...quiet, day: dayAgo(1) },
    ])
  })

  it('is shown to nobody without a token, and to the operator', async () => {
    expect((await call('/api/monitoring/services', { token: null })).status).toBe(401)
    expect((await call('/api/monitoring/services', { token: TOKEN })).json().services).toHaveLength(1)
  })
})
