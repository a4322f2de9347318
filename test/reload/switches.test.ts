import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { ModelSwitch } from '../../src/contract/monitoring.ts'
import type { PracticeSwitch } from '../../src/contract/switches.ts'
import { openDatabase } from '../../src/ledger/database.ts'
import { leaveSwitch } from '../../src/monitoring/switch-inbox.ts'
import { embeddedPlace, type Place } from '../ledger/engines.ts'
import { type Answer, openSite, summaries, untilInForce } from './site.ts'

vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 })

const today = new Date().toISOString().slice(0, 10)
/** Now, and never after the day on which the test began: what is said names the day. */
const at = (): string => new Date(Math.min(Date.now(), Date.parse(`${today}T23:59:59.999Z`))).toISOString()

const turned = (one: Partial<PracticeSwitch>): PracticeSwitch => ({
  kind: 'rule',
  subject: 'clopidogrel CYP2C19',
  tenant: null,
  use: 'off',
  at: at(),
  by: 'dr-keller',
  because: 'the table is under review',
  ...one,
})
const MODEL = 'prevent'
const SAID = `Switched off on ${today}: the assay was recalled`
const OFF = `guidance clopidogrel CYP2C19 is switched off at this site since ${today}, because the table is under review`

let place: Place
let site: Awaited<ReturnType<typeof openSite>>

/** A site of its own for the tests of one group, with an embedded ledger. */
const openOwnSite = (file: object = {}): void => {
  beforeAll(async () => {
    place = await embeddedPlace()
    site = await openSite(place, file)
  })
  afterAll(async () => {
    await site?.close()
    await place?.clear()
  })
}

describe('A rule that is switched off for one tenant', () => {
  openOwnSite()

  it('speaks before; off is said in the answer, in the versions and in /readyz, and another tenant never notices', async () => {
    const before = await site.ask()
    expect(summaries(before)[0]).toMatch(/^Avoid clopidogrel/)
    expect(before.trace.versions.switches).toBeUndefined()
    await site.request(turned({ tenant: 'hospital' }))
    const off = await site.ask()
    expect(summaries(off)).toEqual([
      expect.stringMatching(/^Not assessed: clopidogrel, because guidance clopidogrel CYP2C19 is switched off/),
    ])
    expect(off.cards[0]?.detail).toContain(OFF)
    expect(off.trace.versions.switches).toEqual(['rule clopidogrel CYP2C19 off'])
    const elsewhere = await site.ask('clinic')
    expect(summaries(elsewhere)).toEqual(summaries(before))
    expect(elsewhere.trace.versions.switches).toBeUndefined()
    const { status, parts } = await site.ready()
    expect([status, parts.switches]).toEqual(['ready', { ok: true, detail: `${OFF} (tenant hospital)` }])
  })

  it('stays off after a restart, speaks again when it is switched on, and of a single row only that row is silent', async () => {
    await site.stop()
    await site.start()
    expect(summaries(await site.ask())[0]).toMatch(/^Not assessed/)
    await site.request(turned({ tenant: 'hospital', use: 'on', because: 'reviewed' }))
    const again = await site.ask()
    expect(summaries(again)[0]).toMatch(/^Avoid clopidogrel/)
    const [row = ''] = again.trace.traces[0]?.rows ?? []
    await site.request(turned({ subject: row, because: 'one row is wrong' }))
    const without = await site.ask()
    expect(without.trace.traces[0]?.rows).toEqual(again.trace.traces[0]?.rows.filter((one) => one !== row))
    expect(without.cards[0]?.detail).toContain(`guidance ${row} is switched off at this site since ${today}, because one row is wrong`)
    await site.request(turned({ subject: row, use: 'on', because: 'mended' }))
    expect(summaries(await site.ask())).toEqual(summaries(again))
  })
})

describe('A model that is switched for one tenant', () => {
  openOwnSite()

  const turnModel = async (use: ModelSwitch['use'], tenant: string | null): Promise<void> => {
    const one = { model: MODEL, tenant, use, at: at(), by: 'dr-keller', because: 'the assay was recalled' }
    await untilInForce((each) => leaveSwitch(place.config.dataDir, each as ModelSwitch), one)
  }
  const versions = async () => ({ hospital: await switchesAt('hospital'), clinic: await switchesAt('clinic') })
  const switchesAt = async (tenant: string) => (await site.ask(tenant)).trace.versions.switches ?? []
  const post = (path: string, body: object) =>
    fetch(`${site.running.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${site.ehr.token}` },
      body: JSON.stringify(body),
    })
  /** The EHR of both tenants opens the app for the first of them. */
  const profile = async (): Promise<string> => (await post('/api/profile', { fhirServer: site.ehr.fhir, patient: 'pt-5521' })).text()
  const whatIf = async (at: object): Promise<string> => (await post('/api/what-if', { model: MODEL, inputs: {}, change: {}, ...at })).text()

  it('is silent there, in the app and on a what-if too, named in the versions of its decisions, and speaks elsewhere', async () => {
    expect(await versions()).toEqual({ hospital: [], clinic: [] })
    await turnModel('off', 'hospital')
    expect(await versions()).toEqual({ hospital: [`model ${MODEL} off`], clinic: [] })
    const app = await profile()
    for (const said of [SAID, `"switches":["model ${MODEL} off"]`]) expect(app).toContain(said)
    expect(await whatIf({ fhirServer: site.ehr.fhir })).toContain(SAID)
    expect(await whatIf({})).toContain(SAID) // nobody says at whose site
    expect((await site.ready()).parts.models?.detail).toContain(`${MODEL} (tenant hospital): ${SAID}`)
    await turnModel('on', 'hospital')
    await turnModel('off', 'clinic')
    expect(await versions()).toEqual({ hospital: [], clinic: [`model ${MODEL} off`] })
    expect(await profile()).not.toMatch(/Switched off on|"switches"/)
    expect(await whatIf({ fhirServer: site.ehr.fhir })).not.toContain(SAID)
  })

  it('is off for each while it is off for all, and `on` for one does not lift that', async () => {
    await turnModel('off', null)
    await turnModel('on', 'clinic')
    expect(await versions()).toEqual({ hospital: [`model ${MODEL} off`], clinic: [`model ${MODEL} off`] })
    await turnModel('on', null)
    expect(await versions()).toEqual({ hospital: [], clinic: [] })
  })

  it('in the shadow shows nobody anything, says so in the versions, and holds after a restart', async () => {
    await turnModel('shadow', 'hospital')
    await site.stop()
    await site.start()
    expect(await versions()).toEqual({ hospital: [`model ${MODEL} shadow`], clinic: [] })
    const shown = await profile()
    expect([shown.includes('"event":"estimates"'), shown.includes(`"id":"${MODEL}"`)]).toEqual([true, false])
  })
})

describe('What runs in the shadow', () => {
  openOwnSite({ shadow: [{ tenant: 'clinic', because: 'trial before go-live' }] })
  const kept: { site?: [Answer, Answer]; rule?: [Answer, Answer] } = {}

  it('a site: the prescriber gets an empty answer, and the record keeps the cards that would have been shown', async () => {
    const shown = await site.ask()
    const silent = await site.ask('clinic')
    expect([silent.status, silent.cards]).toEqual([200, []])
    kept.site = [silent, shown]
  })

  it('a site: a client that gets the trace is told where the record is, which question was asked and why nothing is shown, and nothing that was found', async () => {
    const [{ trace: silent }, { trace: shown }] = kept.site as [Answer, Answer]
    const because = 'this site runs in the shadow by its configuration, because trial before go-live'
    expect(silent).toEqual({
      decision: expect.any(String),
      ms: expect.any(Number),
      versions: { ...shown.versions, switches: ['site shadow'] },
      questions: shown.questions,
      silences: [{ about: 'this call', code: 'shadow', because }],
    })
    for (const found of ['outcome', 'gaps', 'traces', 'considered']) expect(shown).toHaveProperty(found)
  })

  it('a site: the app offers nothing, says so, and its look is recorded as one that nobody saw', async () => {
    const { ehr, running } = site
    const response = await fetch(`${running.url}/api/profile`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${ehr.token}` },
      body: JSON.stringify({ fhirServer: ehr.fhir, patient: 'pt-5521' }),
    })
    // Both tenants share this EHR; the app's is the first of the two, which is open until it is switched.
    expect(await response.text()).toContain('"event":"assessment"')
    await site.request(turned({ kind: 'site', subject: '', tenant: 'hospital', use: 'shadow', because: 'a pause' }))
    const again = await fetch(`${running.url}/api/profile`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${ehr.token}` },
      body: JSON.stringify({ fhirServer: ehr.fhir, patient: 'pt-5521' }),
    })
    const events = (await again.text())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { event: string; code?: string })
    expect(events.at(-1)).toMatchObject({ event: 'error', code: 'in-shadow' })
    expect(events.filter(({ event }) => ['assessment', 'review', 'estimates', 'background', 'done'].includes(event))).toEqual([])
    await site.request(turned({ kind: 'site', subject: '', tenant: 'hospital', use: 'on', because: 'go-live' }))
  })

  it('a service alone: the others of the site go on', async () => {
    await site.request(turned({ kind: 'service', subject: 'pgx-order-sign', use: 'shadow', tenant: 'hospital', because: 'too loud' }))
    expect((await site.ask()).cards).toEqual([])
    await site.request(turned({ kind: 'service', subject: 'pgx-order-sign', use: 'on', tenant: 'hospital', because: 'mended' }))
    expect((await site.ask()).cards).toHaveLength(1)
  })

  it('a rule alone: the answer is as without it, and the record keeps what it would have added', async () => {
    const open = await site.ask()
    await site.request(turned({ use: 'shadow', tenant: 'hospital', because: 'new wording' }))
    const answer = await site.ask()
    const because = `guidance clopidogrel CYP2C19 runs in the shadow at this site since ${today}, because new wording`
    expect(answer.cards).toEqual([])
    expect(answer.trace.silences.map((silence) => silence.because).join()).toContain(because)
    kept.rule = [answer, open]
  })

  it('the records keep the cards that would have been shown, and by which rows', async () => {
    const decisionOf = (answer: Answer | undefined) => answer?.trace.decision ?? ''
    const [record, open, trial] = await site.records(
      ['clinic', decisionOf(kept.site?.[0])],
      ['hospital', decisionOf(kept.site?.[1])],
      ['hospital', decisionOf(kept.rule?.[0])],
    )
    const because = 'this site runs in the shadow by its configuration, because trial before go-live'
    const shown = open?.cards.map(({ summary }) => summary)
    expect(record).toMatchObject({ cards: [], traces: [], outcome: open?.outcome, shadow: { of: 'site', because } })
    expect(record?.shadow?.cards.map(({ summary }) => summary)).toEqual(shown)
    expect(record?.shadow?.traces.map(({ rows }) => rows)).toEqual(open?.traces.map(({ rows }) => rows))
    expect([shown?.length, open?.shadow]).toEqual([1, undefined])
    expect(trial?.shadow?.of).toBe('rules')
    expect(trial?.shadow?.cards.map(({ summary }) => summary)).toEqual(summaries(kept.rule?.[1] as Answer))
    expect(trial?.versions.switches).toEqual(['rule clopidogrel CYP2C19 shadow'])
  })

  it('what models said there is counted apart, as what nobody saw', async () => {
    const { db, close } = await openDatabase(place.config)
    const { rows } = await sql<{ said: string }>`select distinct tenant || ' ' || mode as said from model_day order by 1`.execute(db)
    await close()
    // The app was opened once before and once during the shadow of the hospital; no model has a say in an order of clopidogrel.
    expect(rows.map(({ said }) => said)).toEqual(['hospital shown', 'hospital unseen'])
  })
})
