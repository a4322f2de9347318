import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { DecisionRecord } from '../../src/contract/decision.ts'
import { type Ledger, openLedger } from '../../src/ledger/ledger.ts'
import { card, decision, feedbackOn, refusedEstimate } from './decisions.ts'
import { embeddedPlace, type Place, postgresMissing, postgresPlace } from './engines.ts'

// Opening an embedded database takes long on a busy machine.
vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 })

const ENGINES = [
  ['PGlite, embedded', embeddedPlace, null],
  ['PostgreSQL', postgresPlace, postgresMissing],
] as const

describe.each(ENGINES)('the ledger on %s', (name, makePlace, missing) => {
  if (missing) {
    it.skip(`did not run: ${missing}`, () => {})
    return
  }
  let place: Place
  let ledger: Ledger
  beforeAll(async () => {
    place = await makePlace()
    ledger = await openLedger(place.config)
  })
  afterAll(async () => {
    await ledger.close()
    await place.clear()
  })

  it('gives back the newest look of the app at one patient until an instant, of that tenant alone, if it kept what it advised', async () => {
    const seen = [{ drug: 'a', consequence: 'avoid', state: 'change-drug' }] as const
    const look = (at: string, more: object = {}) => decision({ service: 'smart-app', patientKey: 'looked-at', at, seen, ...more })
    const [first, second, later] = [look('2026-06-01T09:00:00.000Z'), look('2026-06-02T09:00:00.000Z'), look('2026-06-03T09:00:00.000Z')]
    for (const one of [first, second, later, look('2026-06-02T10:00:00.000Z', { tenant: 'south' })]) await ledger.record(one)
    await ledger.record(decision({ patientKey: 'looked-at', at: '2026-06-02T11:00:00.000Z' }))
    expect(await ledger.lastSeen('north', 'looked-at', '2026-06-02T12:00:00.000Z')).toEqual(second)
    expect(await ledger.lastSeen('north', 'looked-at', '2026-05-01T00:00:00.000Z')).toBeNull()
    expect(await ledger.lastSeen('north', 'somebody-else', '2026-07-01T00:00:00.000Z')).toBeNull()
    const { seen: _, ...unkept } = look('2026-06-02T11:30:00.000Z')
    await ledger.record(unkept)
    expect(await ledger.lastSeen('north', 'looked-at', '2026-06-02T12:00:00.000Z')).toBeNull()
  })

  it('is well, and says on which engine', () => {
    expect(ledger.health()).toEqual({
      ok: true,
      detail: name === 'PostgreSQL' ? 'postgres' : 'pglite',
      state: 'ok',
      engine: name === 'PostgreSQL' ? 'postgres' : 'pglite',
      spooled: 0,
      rejected: 0,
      problem: null,
      walk: { broken: false, endedAt: null },
    })
  })

  it('gives a decision back as it was recorded, to its tenant only', async () => {
    const one = decision({ cards: [card()], silences: [{ about: 'x', code: 'y', because: 'odd text \u0000 \ud800 é "' }] })
    await ledger.record(one)
    expect(await ledger.decision(one.id, 'north')).toEqual(one)
    expect(await ledger.decision(one.id, 'south')).toBeNull()
    expect(await ledger.byCard(one.cards[0]?.uuid ?? '', 'north')).toEqual(one)
    expect(await ledger.byCard(one.cards[0]?.uuid ?? '', 'south')).toBeNull()
  })

  it('records the same decision once, whatever comes twice', async () => {
    const one = decision()
    const before = await ledger.counts()
    await Promise.all([ledger.record(one), ledger.record(one)])
    await ledger.record(one)
    expect((await ledger.counts()).decisions).toBe(before.decisions + 1)
  })

  it('lists the newest decisions of one tenant first', async () => {
    const [first, second, third] = [decision({ tenant: 'list' }), decision({ tenant: 'list' }), decision({ tenant: 'list' })]
    for (const one of [first, second, third]) await ledger.record(one)
    expect((await ledger.recent(2, 'list')).map(({ id }) => id)).toEqual([third.id, second.id])
    expect(await ledger.recent(5, 'nobody')).toEqual([])
  })

  it('joins feedback to the decision that made the card; unknown and foreign cards stay unjoined', async () => {
    const shown = card()
    const one = decision({ tenant: 'feed', cards: [shown] })
    await ledger.record(one)
    const known = feedbackOn(shown.uuid, { tenant: 'feed' })
    const unknown = feedbackOn('9c1f6d2e-0000-4000-8000-000000000000', { tenant: 'feed' })
    const foreign = feedbackOn(shown.uuid, { tenant: 'south' })
    await ledger.feedback([known, unknown, foreign])
    expect(await ledger.feedbackOn({ card: shown.uuid }, 'feed')).toEqual([{ ...known, decision: one.id }])
    expect(await ledger.feedbackOn({ card: unknown.card }, 'feed')).toEqual([unknown])
    expect(await ledger.feedbackOn({ card: shown.uuid }, 'south')).toEqual([foreign])
    expect(await ledger.feedbackOn({ decision: one.id }, 'feed')).toHaveLength(1)
  })

  it('stores an exact repeat of feedback once and every distinct event', async () => {
    const shown = card()
    const event = feedbackOn(shown.uuid, { tenant: 'repeat' })
    const again = feedbackOn(shown.uuid, { tenant: 'repeat', at: '2026-06-01T10:00:00.000Z' }) // another id and arrival, the same event
    const accepted = feedbackOn(shown.uuid, { tenant: 'repeat', outcome: 'accepted', overrideReason: null, acceptedSuggestions: ['s1'] })
    const later = feedbackOn(shown.uuid, { tenant: 'repeat', outcomeTimestamp: '2026-06-01T09:30:00.000Z' })
    await ledger.feedback([event, again, accepted])
    await ledger.feedback([again, later])
    expect((await ledger.feedbackOn({ card: shown.uuid }, 'repeat')).map(({ id }) => id).sort()).toEqual(
      [event.id, accepted.id, later.id].sort(),
    )
  })

  it('takes feedback with hostile text as text', async () => {
    const comment = `'); drop table decision; -- <script>\u0000\ud800`
    const event = feedbackOn('x\u0000y', { tenant: 'hostile', overrideReason: { code: null, system: null, display: null, comment } })
    await ledger.feedback([event])
    expect((await ledger.feedbackOn({}, 'hostile'))[0]?.overrideReason?.comment).toBe(comment)
    expect(ledger.health().state).toBe('ok')
  })

  it('keeps a prediction without its inputs', async () => {
    const before = await ledger.counts()
    await ledger.record(decision({ tenant: 'predict' }), [refusedEstimate])
    expect((await ledger.counts()).predictions).toBe(before.predictions + 1)
  })

  it('counts by tenant', async () => {
    expect(await ledger.counts('feed')).toEqual({ decisions: 1, feedback: 2, predictions: 0 })
  })

  it('has an intact chain after hundreds of records at once', async () => {
    const before = (await ledger.counts()).decisions
    await Promise.all(Array.from({ length: 600 }, () => ledger.record(decision({ tenant: 'many', cards: [card(), card()] }))))
    expect(await ledger.verifyChain()).toMatchObject({ state: 'intact', rows: before + 600 })
  })

  it('finds everything again after closing and opening', async () => {
    const counts = await ledger.counts()
    await ledger.close()
    ledger = await openLedger(place.config)
    expect(await ledger.counts()).toEqual(counts)
    expect((await ledger.verifyChain()).state).toBe('intact')
  })
})

describe.skipIf(postgresMissing !== null)(`tampering with the PostgreSQL ledger${postgresMissing ? ` (${postgresMissing})` : ''}`, () => {
  let place: Place
  let ledger: Ledger
  beforeEach(async () => {
    place = await postgresPlace()
    ledger = await openLedger(place.config)
    for (let n = 0; n < 5; n += 1) await ledger.record(decision())
  })
  afterEach(async () => {
    await ledger.close()
    await place.clear()
  })

  it('is refused by the table itself', async () => {
    for (const statement of ['update decision set outcome = outcome', 'delete from decision', 'truncate decision'])
      await expect(place.sql?.(statement)).rejects.toThrow('append-only')
  })

  it.each([
    [
      'a changed record',
      `update decision set packed = null, record = replace(coalesce(record, '{"outcome":"assessed"}'), '"assessed"', '"not-assessed"') where seq = 3`,
      { seq: 3, because: 'its rows are not what was sealed' },
    ],
    [
      'a record exchanged for another decision’s',
      'update decision d set record = o.record, packed = o.packed from decision o where d.seq = 3 and o.seq = 2',
      { seq: 3, because: 'its rows are not what was sealed' },
    ],
    [
      'a second record beside the first',
      "update decision set record = coalesce(record, '{}'), packed = coalesce(packed, '') where seq = 3",
      { seq: 3, because: 'its rows are not what was sealed' },
    ],
    [
      'a damaged packed record',
      "update decision set packed = '\\x00ff', record = null where seq = 3",
      { seq: 3, because: 'its rows are not what was sealed' },
    ],
    ['a changed column', `update decision set tenant = 'south' where seq = 3`, { seq: 3, because: 'its rows are not what was sealed' }],
    ['a removed row', 'delete from decision where seq = 3', { seq: 3, because: 'its rows are missing' }],
    ['a removed last row', 'delete from decision where seq = 5', { seq: 5, because: 'its rows are missing' }],
    ['a forged end', `update chain_head set hash = repeat('1', 64)`, { seq: 5, because: 'the end of the chain was changed' }],
  ])('%s is found by the chain when someone takes the guard away', async (_, statement, found) => {
    await place.sql?.('drop trigger decision_append_only on decision')
    await place.sql?.(statement)
    expect(await ledger.verifyChain()).toEqual({ state: 'broken', ...found })
  })

  it('two processes write one chain', async () => {
    const other = await openLedger(place.config)
    await Promise.all(Array.from({ length: 200 }, (_, n) => (n % 2 ? ledger : other).record(decision())))
    expect(await ledger.verifyChain()).toMatchObject({ state: 'intact', rows: 205 })
    await other.close()
  })

  it('a process goes on writing beside a later release that has added columns with a value of their own', async () => {
    for (const table of ['entry', 'card', 'concern', 'feedback', 'card_shown'])
      await place.sql?.(`alter table ${table} add column later text not null default 'x'`)
    const shown = card()
    const trace = { card: shown.uuid, concern: 'gene-drug', drug: 'a', rows: [], facts: [], concerns: [{ key: 'k', facts: 'f' }] }
    await ledger.record(decision({ cards: [shown], traces: [trace] as unknown as DecisionRecord['traces'] }))
    await ledger.feedback([feedbackOn(shown.uuid)])
    expect(ledger.health()).toMatchObject({ state: 'ok', rejected: 0, spooled: 0 })
    expect(await ledger.verifyChain()).toMatchObject({ state: 'intact', rows: 6 })
  })
})

describe('privacy of what lies on the disk', () => {
  it('the key that stands for a patient depends on tenant, server and patient, and on the key file', async () => {
    const [place, other] = [await embeddedPlace(), await embeddedPlace()]
    const [ledger, stranger] = [await openLedger(place.config), await openLedger(other.config)]
    const key = ledger.patientKey('north', 'https://ehr.example/fhir', 'p1')
    expect(key).toMatch(/^[0-9a-f]{64}$/)
    expect(ledger.patientKey('north', 'https://ehr.example/fhir/', 'p1')).toBe(key)
    const others = [ledger.patientKey('south', 'https://ehr.example/fhir', 'p1'), ledger.patientKey('north', 'https://ehr.example', 'p1')]
    others.push(
      ledger.patientKey('north', 'https://ehr.example/fhir', 'p2'),
      stranger.patientKey('north', 'https://ehr.example/fhir', 'p1'),
    )
    expect(new Set([key, ...others]).size).toBe(5)
    expect(statSync(join(place.config.dataDir, 'pseudonym.key')).mode & 0o777).toBe(0o600)
    await ledger.close()
    const again = await openLedger(place.config)
    expect(again.patientKey('north', 'https://ehr.example/fhir', 'p1')).toBe(key)
    for (const one of [again, stranger]) await one.close()
    for (const one of [place, other]) await one.clear()
  })

  it('the inputs of a model stand nowhere in the data folder', async () => {
    const place = await embeddedPlace()
    const ledger = await openLedger(place.config)
    await ledger.record(decision(), [refusedEstimate])
    await ledger.close()
    const files = readdirSync(place.config.dataDir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    expect(files.length).toBeGreaterThan(100)
    const holding = (text: string) => files.filter((file) => readFileSync(join(file.parentPath, file.name)).includes(text))
    expect(holding('warfarin-dose').length).toBeGreaterThan(0)
    expect(holding('6789,"years"')).toEqual([])
    await place.clear()
  })

  it('an unreadable or malformed configured key stops the start', async () => {
    const place = await embeddedPlace()
    await expect(openLedger({ ...place.config, pseudonymKeyFile: join(place.config.dataDir, 'none') })).rejects.toMatchObject({
      code: 'config-invalid',
    })
    await place.clear()
  })
})
