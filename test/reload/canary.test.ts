import { mkdirSync, writeFileSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { makeLog } from '../../src/http/log.ts'
import { makeMetrics } from '../../src/http/metrics.ts'
import { openLedger } from '../../src/ledger/ledger.ts'
import { watchCanary } from '../../src/watch-canary.ts'
import { embeddedPlace, type Place } from '../ledger/engines.ts'
import { startReceiver } from '../monitoring/receiver.ts'
import { makeSite } from '../production/attune.ts'
import { openSite } from './site.ts'

vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 })

const TOKEN = 'operator-token-of-forty-characters-00000'
const POOR = 'clopidogrel for a CYP2C19 poor metabolizer'
const NORMAL = 'clopidogrel for a CYP2C19 normal metabolizer'
const LISTENING = 'the address that the service listens on'

describe('Canary patients', () => {
  let place: Place
  let receiver: Awaited<ReturnType<typeof startReceiver>>
  let site: Awaited<ReturnType<typeof openSite>>
  beforeAll(async () => {
    place = await embeddedPlace()
    const tokenFile = join(place.config.dataDir, 'operator-token')
    mkdirSync(place.config.dataDir, { recursive: true })
    writeFileSync(tokenFile, TOKEN)
    receiver = await startReceiver()
    // A busy machine is not late here: answers that are late, or do not come, are below.
    site = await openSite(place, {
      canary: { everySeconds: 1, lateMs: 30_000 },
      monitoring: { webhook: { url: receiver.url } },
      operatorTokenFile: tokenFile,
    })
  })
  afterAll(async () => {
    await site?.close()
    await receiver?.stop()
    await place?.clear()
  })

  const health = async () => (await site.ready()).parts.canary
  const turn = (use: 'on' | 'off') =>
    site.request({
      kind: 'rule',
      subject: 'clopidogrel CYP2C19',
      tenant: null,
      use,
      at: new Date().toISOString(),
      by: 'dr-keller',
      because: 'a test of the canary',
    })

  it('are sent through the whole service, and answered as expected', async () => {
    await vi.waitFor(async () => expect((await health())?.detail).toMatch(/^3 of 3 as expected/), 120_000)
    const metrics = await site.get('/metrics')
    for (const name of [LISTENING, POOR, NORMAL]) expect(metrics).toContain(`attune_canary_ok{case="${name}"} 1`)
    expect(receiver.bodies).toEqual([])
  })

  it('raise an alarm in health, metrics and webhook when a rule no longer speaks, and end it when it does again', async () => {
    await turn('off')
    // A round that was under way may have asked for one patient before and for the other after the switch.
    await vi.waitFor(async () => expect((await health())?.detail).toMatch(/^1 of 3/), 120_000)
    expect(await health()).toMatchObject({
      ok: true,
      degraded: true,
      detail: expect.stringMatching(
        /1 of 3 as expected at .*; clopidogrel for a CYP2C19 poor metabolizer: wrong, expected warning: clopidogrel … CYP2C19 poor metabolizer; came info: Not assessed: clopidogrel/,
      ),
    })
    expect((await site.ready()).status).toBe('degraded')
    expect(await site.get('/metrics')).toContain(`attune_canary_ok{case="${POOR}"} 0`)
    await vi.waitFor(() => expect(receiver.bodies).toHaveLength(2), 120_000)
    await turn('on')
    await vi.waitFor(async () => expect((await health())?.degraded).toBeUndefined(), 120_000)
    await vi.waitFor(() => expect(receiver.bodies).toHaveLength(4), 120_000)
    const told = receiver.bodies.flatMap((body) => (body as { alarms: object[] }).alarms)
    // Alarms of one round are posted side by side.
    expect(new Set(told.map((one) => JSON.stringify({ ...one, because: undefined })))).toEqual(
      new Set(
        [POOR, NORMAL].flatMap((name) => [
          JSON.stringify({ kind: 'canary', case: name, state: 'wrong', before: 'as-expected' }),
          JSON.stringify({ kind: 'canary', case: name, state: 'as-expected', before: 'wrong' }),
        ]),
      ),
    )
  })

  it('are in no report on the cards of all tenants, and hide no figure of a site that is the only one', async () => {
    const since = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10)
    const report = await fetch(`${site.running.url}/api/overrides?since=${since}&by=site`, {
      headers: { authorization: `Bearer ${TOKEN}` },
    })
    expect([report.status, ((await report.json()) as { rows: unknown[] }).rows]).toEqual([200, []])
    expect(await site.get('/metrics')).not.toMatch(/service="pgx-order-sign"/)
  })

  it('go on through a shadow run, are recorded under a tenant of their own, and counted nowhere', async () => {
    await site.request({
      kind: 'site',
      subject: '',
      tenant: null,
      use: 'shadow',
      at: new Date().toISOString(),
      by: 'dr-keller',
      because: 'before go-live',
    })
    await site.running.askCanary()
    expect((await site.running.askCanary())?.map(({ state }) => state)).toEqual(['as-expected', 'as-expected', 'as-expected'])
    expect(await site.get('/metrics')).not.toMatch(/^attune_decisions_total\{/m)
    await site.stop()
    const ledger = await openLedger(place.config)
    const [canary, hospital] = [await ledger.counts('canary'), await ledger.counts('hospital')]
    const [newest] = await ledger.recent(1, 'canary')
    await ledger.close()
    expect([canary.decisions > 3, hospital.decisions, newest?.shadow]).toEqual([true, 0, undefined])
  })
})

describe('A canary patient whose answer', () => {
  /** A service that answers as `app` does, under the watch of the canaries; what it posts to the webhook is kept. */
  const watched = async (app: RequestListener, canary: object) => {
    const file = { canary, monitoring: { webhook: { url: 'https://alarms.example/', tries: 1 } } }
    const site = makeSite(file, { PORT: '9' }) // nothing listens on the port of `discard`
    const posted: { readonly case: string; readonly state: string; readonly before: string; readonly because: string }[] = []
    const post = async (_url: string, _headers: object, body: string) => {
      posted.push(...JSON.parse(body).alarms)
      return 204
    }
    const metrics = makeMetrics()
    const watch = watchCanary({ config: readConfig(site.environment, '.'), log: makeLog('silent'), metrics, post })
    await watch.start(app)
    const end = async (): Promise<void> => {
      await watch.close()
      site.clear()
    }
    return { watch, posted, metrics: () => metrics.text(true), end }
  }
  const told = (posted: readonly object[]) => posted.map((one) => Object.values(one).slice(1, 5).join(' | '))

  it('does not come raises the alarm, once, and ends it when it comes again', async () => {
    let answers = false
    const site = await watched((_request, response) => (answers ? response.end('{"cards":[]}') : response.destroy()), {
      everySeconds: 3600,
    })
    await site.watch.round()
    await site.watch.round()
    expect(told(site.posted)).toEqual([
      `${LISTENING} | missing | as-expected | no answer`,
      `${POOR} | missing | as-expected | no answer`,
      `${NORMAL} | missing | as-expected | no answer`,
    ])
    expect(site.watch.health()).toMatchObject({
      ok: true,
      degraded: true,
      detail: expect.stringContaining(`${NORMAL}: missing, no answer`),
    })
    expect(await site.metrics()).toContain(`attune_canary_ok{case="${NORMAL}"} 0`)
    answers = true
    await site.watch.round()
    expect(told(site.posted).slice(3)).toEqual([
      expect.stringContaining(`${POOR} | wrong | missing | expected warning`),
      `${NORMAL} | as-expected | missing | `,
    ])
    await site.end()
  })

  it('comes later than it may raises the alarm, though it is right', async () => {
    const site = await watched((_request, response) => void setTimeout(() => response.end('{"cards":[]}'), 100), {
      everySeconds: 3600,
      lateMs: 50,
    })
    const [, , normal] = (await site.watch.round()) ?? []
    expect(normal).toEqual({ name: NORMAL, state: 'late', because: expect.stringMatching(/^it took \d+ ms, more than 50$/) })
    expect(told(site.posted)).toContainEqual(expect.stringContaining(`${NORMAL} | late | as-expected | it took`))
    expect(await site.metrics()).toContain(`attune_canary_ok{case="${NORMAL}"} 0`)
    await site.end()
  })

  it('never ends is waited for no longer than the patience, and the first round comes soon after the start', async () => {
    const site = await watched(() => {}, { everySeconds: 86_400, lateMs: 10 })
    expect(site.watch.health().detail).toBe('the first round is due 5 s after the start')
    await vi.waitFor(() => expect(site.posted).toHaveLength(3), { timeout: 120_000, interval: 200 })
    expect(told(site.posted)).toContainEqual(`${NORMAL} | missing | as-expected | no answer in time`)
    await site.end()
  })
})
