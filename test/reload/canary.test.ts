import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { openLedger } from '../../src/ledger/ledger.ts'
import { embeddedPlace, type Place } from '../ledger/engines.ts'
import { startReceiver } from '../monitoring/receiver.ts'
import { openSite } from './site.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const POOR = 'clopidogrel for a CYP2C19 poor metabolizer'
const NORMAL = 'clopidogrel for a CYP2C19 normal metabolizer'
const LISTENING = 'the address that the service listens on'

describe('Canary patients', () => {
  let place: Place
  let receiver: Awaited<ReturnType<typeof startReceiver>>
  let site: Awaited<ReturnType<typeof openSite>>
  beforeAll(async () => {
    place = await embeddedPlace()
    receiver = await startReceiver()
    // A busy machine is not late here; what late is has a site of its own below.
    site = await openSite(place, { canary: { everySeconds: 1, lateMs: 30_000 }, monitoring: { webhook: { url: receiver.url } } })
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
    await vi.waitFor(async () => expect((await health())?.detail).toMatch(/^3 of 3 as expected/), 60_000)
    const metrics = await site.get('/metrics')
    for (const name of [LISTENING, POOR, NORMAL]) expect(metrics).toContain(`attune_canary_ok{case="${name}"} 1`)
    expect(receiver.bodies).toEqual([])
  })

  it('raise an alarm in health, metrics and webhook when a rule no longer speaks, and end it when it does again', async () => {
    await turn('off')
    await vi.waitFor(async () => expect(await health()).toMatchObject({ ok: true, degraded: true }), 60_000)
    expect((await health())?.detail).toMatch(
      /1 of 3 as expected at .*; clopidogrel for a CYP2C19 poor metabolizer: wrong, expected warning: clopidogrel … CYP2C19 poor metabolizer; came info: Not assessed: clopidogrel/,
    )
    expect((await site.ready()).status).toBe('degraded')
    expect(await site.get('/metrics')).toContain(`attune_canary_ok{case="${POOR}"} 0`)
    await vi.waitFor(() => expect(receiver.bodies).toHaveLength(2), 30_000)
    await turn('on')
    await vi.waitFor(async () => expect((await health())?.degraded).toBeUndefined(), 60_000)
    await vi.waitFor(() => expect(receiver.bodies).toHaveLength(4), 30_000)
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
