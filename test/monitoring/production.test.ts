import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Card } from '../../src/contract/cards.ts'
import type { MonitoringReport, WatchedModel } from '../../src/contract/monitoring.ts'
import { type Running, serve } from '../../src/main.ts'
import { leaveSwitch } from '../../src/monitoring/switch-inbox.ts'
import { enginesOfRun, type Place } from '../ledger/engines.ts'
import { caller, hospital, makeSite } from '../production/attune.ts'
import { type FakeEhr, startEhr } from '../production/fake-ehr.ts'
import { recordFirstDays } from './first-days.ts'
import { startReceiver } from './receiver.ts'
import { makeModelsDir, orderWarfarin, people, type Someone } from './site.ts'
import { ENGINES } from './stores.ts'

vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 })

const SIGN = '/cds-services/pgx-order-sign'
const MODEL = 'warfarin-dose'
const CHALLENGER = 'warfarin-dose-next'
const TOKEN = 'operator-token-of-forty-characters-00000'

describe.each(enginesOfRun<(typeof ENGINES)[number]>(...ENGINES))('a model in production, on %s', (name, makePlace, missing) => {
  if (missing) {
    it.skip(`did not run: ${missing}`, () => {})
    return
  }
  const embedded = name !== 'PostgreSQL'
  let place: Place
  let ehr: FakeEhr
  let models: ReturnType<typeof makeModelsDir>
  let receiver: Awaited<ReturnType<typeof startReceiver>>
  let site: ReturnType<typeof makeSite>
  let running: Running
  let call: ReturnType<typeof caller>

  beforeAll(async () => {
    models = makeModelsDir()
    place = await makePlace()
    await recordFirstDays(place.config, models.folder)
    ehr = await startEhr([], { delayMs: 0 })
    receiver = await startReceiver({ refuseFirst: 1 })
    writeFileSync(join(models.folder, 'token'), TOKEN)
    const file = {
      modelsDir: models.folder,
      operatorTokenFile: join(models.folder, 'token'),
      models: { [CHALLENGER]: { use: 'shadow', challengerOf: MODEL } },
      monitoring: {
        windowDays: 7,
        baselineDays: 7,
        everySeconds: 1,
        webhook: { url: receiver.url, tokenFile: join(models.folder, 'token') },
      },
    }
    site = makeSite(hospital(ehr, { features: ['trace'] }, file), {
      ATTUNE_DATA_DIR: place.config.dataDir,
      DATABASE_URL: place.config.databaseUrl ?? '',
    })
    running = await serve(site.environment)
    call = caller(running.url, ehr)
  })
  afterAll(async () => {
    await running?.stop()
    await ehr?.stop()
    await receiver?.stop()
    await place?.clear()
    site?.clear()
    models?.clear()
  })

  type Answer = { readonly cards: readonly Card[]; readonly extension: { readonly 'org.attune.trace': { readonly decision: string } } }

  /** Where the machine stops, the door turns calls away: an EHR comes again. */
  const sendOrder = async (one: Someone, tries = 20): ReturnType<typeof call> => {
    const answer = await call(SIGN, { body: orderWarfarin(one) })
    if (answer.status !== 503 || tries === 1) return answer
    await wait(1000)
    return sendOrder(one, tries - 1)
  }
  /** Calls the service for each of them, eight at a time. */
  const order = async (those: readonly Someone[]): Promise<Answer[]> => {
    const answers: Answer[] = []
    for (let at = 0; at < those.length; at += 8) {
      const some = await Promise.all(those.slice(at, at + 8).map((one) => sendOrder(one)))
      for (const { status, json } of some) {
        expect(status).toBe(200)
        answers.push(json())
      }
    }
    return answers
  }
  const report = async (): Promise<MonitoringReport> => (await call('/api/monitoring')).json()
  const modelOf = async (id: string): Promise<WatchedModel> => {
    const one = (await report()).models.find((model) => model.id === id)
    if (!one) throw new Error(`${id} is not in the report`)
    return one
  }
  const stateOf = async (figure: string, subject: string, id = MODEL) =>
    (await modelOf(id)).figures.find((one) => one.figure === figure && one.subject === subject)?.state
  /** What the webhook was told of one figure, in order. */
  const toldOf = (figure: string, subject: string) =>
    (receiver.bodies as { alarms: { figure: string; subject: string; model: string; state: string }[] }[])
      .flatMap(({ alarms }) => alarms)
      .filter((alarm) => alarm.model === MODEL && alarm.figure === figure && alarm.subject === subject)
      .map(({ state }) => state)
  const until = async (what: () => boolean | Promise<boolean>): Promise<void> => {
    for (const end = Date.now() + 120_000; Date.now() < end; await wait(100)) if (await what()) return
    throw new Error('it did not happen in time')
  }
  const metric = async (start: string): Promise<string | undefined> =>
    (await call('/metrics', { token: TOKEN })).text.split('\n').find((line) => line.startsWith(start))

  let answers: Answer[] = []

  it('has its first days as reference, and nothing to say before the window holds calls', async () => {
    const { reference, state, calls, standing } = await modelOf(MODEL)
    expect([reference.kind, reference.n, state, calls.asked, standing.use]).toEqual(['site', 400, 'not-enough-data', 0, 'on'])
  })

  it('is well while the people are like those of the first days', async () => {
    answers = await order(people(240, 23))
    const { state, calls, figures } = await modelOf(MODEL)
    expect([calls.asked, calls.estimated + calls.refused, calls.byPlace]).toEqual([240, 240, [{ place: 'pgx-order-sign', n: 240 }]])
    expect(figures.filter((one) => one.state === 'watch' || one.state === 'act')).toEqual([])
    expect([state, await stateOf('missing', 'weight_kg'), await stateOf('psi', 'age')]).not.toContain('act')
    expect(await stateOf('missing', 'weight_kg')).toBe('ok')
  })

  it('is watched when an input is missing more often, and asks for action when it goes on', async () => {
    await order(people(40, 31, { noWeight: 1 }))
    expect(await stateOf('missing', 'weight_kg')).toBe('watch')
    await until(() => toldOf('missing', 'weight_kg').includes('watch'))
    await order(people(80, 37, { noWeight: 1 }))
    expect(await stateOf('missing', 'weight_kg')).toBe('act')
    await until(() => toldOf('missing', 'weight_kg').includes('act'))
    expect(toldOf('missing', 'weight_kg')).toEqual(['watch', 'act'])
    expect((await modelOf(MODEL)).state).toBe('act')
  })

  it('asks for action when the people are others', async () => {
    await order(people(260, 41, { age: 38 }))
    expect(await stateOf('psi', 'age')).toBe('act')
    await until(() => toldOf('psi', 'age').includes('act'))
  })

  it('says so in Prometheus, with labels that the models bound', async () => {
    const labels = `tenant="hospital",model="${MODEL}"`
    await until(async () => (await metric(`attune_model_state{${labels},figure="psi",subject="age"}`))?.endsWith(' 2') ?? false)
    expect(Number((await metric(`attune_model_psi{${labels},input="age"}`))?.split(' ').at(-1))).toBeGreaterThan(0.25)
    expect(await metric(`attune_model_state{${labels},figure="",subject=""}`)).toMatch(/ 2$/)
    expect(await metric(`attune_model_use{tenant="hospital",model="${CHALLENGER}",use="shadow"}`)).toMatch(/ 1$/)
    expect(await metric('attune_shadow_lost_total')).toMatch(/ 0$/)
  })

  it('tells the webhook again when it was not taken, with its token, and nothing of a patient', async () => {
    expect(receiver.tries()).toBeGreaterThan(receiver.bodies.length)
    expect(new Set(receiver.authorizations)).toEqual(new Set([`Bearer ${TOKEN}`]))
    const everything = JSON.stringify([receiver.bodies, await report(), (await call('/metrics', { token: null })).text])
    expect(/p23-|p31-|p37-|p41-/.exec(everything)).toBeNull()
  })

  it('runs its challenger beside it: the same numbers here, on the page only', async () => {
    await until(async () => ((await modelOf(CHALLENGER)).comparison?.both ?? 0) >= 300)
    const { comparison, standing, calls } = await modelOf(CHALLENGER)
    const { calls: own } = await modelOf(MODEL)
    expect(standing).toEqual({ use: 'shadow', challengerOf: MODEL })
    expect([calls.asked, calls.estimated]).toEqual([own.asked, own.estimated])
    expect([
      comparison?.both,
      comparison?.neither,
      comparison?.onlyChampion,
      comparison?.onlyChallenger,
      comparison?.meanDifference,
    ]).toEqual([own.estimated, own.refused, 0, 0, 0])
    expect(answers.filter(({ cards }) => JSON.stringify(cards).includes(CHALLENGER))).toHaveLength(0)
    expect((await call('/readyz', { token: null })).json().parts.models.detail).toContain(`${CHALLENGER}: runs in the shadow only`)
  })

  it('takes outcomes of its estimates, says of each what became of it, and shows how it did', async () => {
    const decisions = answers.map(({ extension }) => extension['org.attune.trace'].decision)
    const outcomes = decisions.map((decision, at) => ({
      model: MODEL,
      decision,
      outcome: 30 + (at % 7),
      date: new Date().toISOString().slice(0, 10),
    }))
    const sent = await call('/api/outcomes', { body: { outcomes: [...outcomes, { ...outcomes[0], decision: 'nosuch' }] } })
    const states = sent.json().receipts.map(({ state }: { state: string }) => state)
    const { calls } = await modelOf(MODEL)
    expect([sent.status, states.at(-1)]).toEqual([200, 'unknown'])
    const stored = states.filter((state: string) => state === 'stored').length
    expect(stored).toBeGreaterThan(200)
    expect(stored).toBeLessThanOrEqual(calls.estimated)
    const error = (await modelOf(MODEL)).figures.find(({ figure }) => figure === 'mean-error')
    expect([error?.n, error?.reference]).toEqual([stored, 0])
    expect(error?.state).toMatch(/ok|watch|act/)
    const challenger = (await modelOf(CHALLENGER)).figures.find(({ figure }) => figure === 'mean-error')
    expect(challenger?.n ?? 0).toBe(0)
    const again = await call('/api/outcomes', { body: { outcomes } })
    expect(new Set(again.json().receipts.map(({ state }: { state: string }) => state))).toEqual(new Set(['repeated', 'unknown']))
  })

  it.each([
    ['no list', {}],
    ['an unknown member', { outcomes: [{ model: MODEL, decision: 'd', outcome: 1, date: '2026-01-01', mood: 'good' }] }],
    ['neither decision, card nor patient', { outcomes: [{ model: MODEL, outcome: 1, date: '2026-01-01' }] }],
    ['a word for an outcome', { outcomes: [{ model: MODEL, decision: 'd', outcome: 'yes', date: '2026-01-01' }] }],
    ['a day that is none', { outcomes: [{ model: MODEL, decision: 'd', outcome: 1, date: '2026-13-77' }] }],
    ['the last day but none of a February', { outcomes: [{ model: MODEL, decision: 'd', outcome: 1, date: '2026-02-30' }] }],
    ['a text that no database keeps', { outcomes: [{ model: MODEL, decision: 'd\0', outcome: 1, date: '2026-01-01' }] }],
  ])('refuses outcomes with %s, and says what is wrong', async (_what, body) => {
    const { status, text } = await call('/api/outcomes', { body })
    expect([status, text.includes('outcomes')]).toEqual([400, true])
  })

  it('tells nobody without a token, a client of its own tenant, and the operator of all', async () => {
    expect((await call('/api/monitoring', { token: null })).status).toBe(401)
    expect((await call('/api/outcomes', { token: null, body: { outcomes: [] } })).status).toBe(401)
    expect((await call('/api/monitoring', { token: `${TOKEN}x` })).status).toBe(401)
    const all = await call('/api/monitoring', { token: TOKEN })
    expect([all.status, all.json().models.length > 0]).toEqual([200, true])
    expect(new Set((await report()).models.map(({ tenant }) => tenant))).toEqual(new Set(['hospital']))
  })

  it('is switched off within seconds, visibly everywhere, and on again', async () => {
    /** What is said names the day of the switch, which at midnight is not that of the answer. */
    const turn = async (use: 'on' | 'off', at: string) => {
      const one = { model: MODEL, tenant: null, use, at, by: 'jo', because: 'recall 17' } as const
      if (embedded) return void (await until(leaveSwitch(place.config.dataDir, one)))
      await place.sql?.(
        `insert into practice_switch (at, kind, subject, use, by, because) values ('${at}', 'model', '${MODEL}', '${use}', 'jo', 'recall 17')`,
      )
    }
    const off = new Date().toISOString()
    const day = off.slice(0, 10)
    await turn('off', off)
    await until(async () => (await modelOf(MODEL)).standing.use === 'off')
    const [answer] = await order(people(1, 43, { noWeight: 0 }))
    const said = JSON.stringify(answer)
    expect(said.includes(`Switched off on ${day}: recall 17`)).toBe(true)
    expect((await call('/readyz', { token: null })).json().parts.models.detail).toContain(`${MODEL}: Switched off on ${day}: recall 17`)
    expect((await modelOf(MODEL)).switches.map(({ by, because, use }) => [by, because, use])).toEqual([['jo', 'recall 17', 'off']])
    const before = (await modelOf(MODEL)).calls
    await turn('on', new Date().toISOString())
    await until(async () => (await modelOf(MODEL)).standing.use === 'on')
    const [after] = await order(people(1, 47, { noWeight: 0 }))
    expect(JSON.stringify(after).includes('Switched off')).toBe(false)
    expect((await modelOf(MODEL)).calls.estimated).toBe(before.estimated + 1)
  })
})
