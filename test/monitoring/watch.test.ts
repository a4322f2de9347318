import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { CONFIG_SCHEMAS } from '../../src/config.ts'
import { type Ledger, openLedger } from '../../src/ledger/ledger.ts'
import { makeSwitches } from '../../src/monitoring/switches.ts'
import { lookOnce, type WatchKit } from '../../src/monitoring/watch.ts'
import { loadModels, type Models } from '../../src/risk/registry.ts'
import { thresholdsOf } from '../../src/watch-models.ts'
import { embeddedPlace, type Place } from '../ledger/engines.ts'
import { recordFirstDays } from './first-days.ts'
import { makeModelsDir } from './site.ts'

vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 })

const MODEL = 'warfarin-dose'

describe('the watch', () => {
  let place: Place
  let dir: ReturnType<typeof makeModelsDir>
  let ledger: Ledger
  let models: Models
  beforeAll(async () => {
    dir = makeModelsDir()
    place = await embeddedPlace()
    await recordFirstDays(place.config, dir.folder, { n: 80, noWeight: 0 })
    await recordFirstDays(place.config, dir.folder, { n: 80, from: 2, days: 2, noWeight: 0.9 })
    ledger = await openLedger(place.config)
    models = await loadModels(dir.folder, { execution: 'cpu' })
  })
  afterAll(async () => {
    await ledger?.close()
    await models?.close()
    await place?.clear()
    dir?.clear()
  })

  const kitFor = (settings: object): WatchKit => {
    const { monitoring, retention } = CONFIG_SCHEMAS.file.parse({ monitoring: { windowDays: 7, baselineDays: 7 } })
    const known = { [MODEL]: CONFIG_SCHEMAS.model.parse(settings) }
    const switches = makeSwitches({ models: known })
    switches.take([])
    const config = { clients: [], mode: 'production' as const, models: known, monitoring, retention }
    return { config, store: ledger.models, models: models.all, switches, thresholds: thresholdsOf(config) }
  }

  it('tells what reached its limit once, with its words, and switches nothing off by itself', async () => {
    const kit = kitFor({})
    const first = await lookOnce(kit)
    const missing = first.alarms.find(({ figure, subject }) => figure === 'missing' && subject === 'weight_kg')
    expect(missing).toMatchObject({ tenant: 'hospital', model: MODEL, state: 'act', before: null })
    expect(missing?.says).toMatch(/^\d+ % of 80; reference 0 % of 80\.$/)
    expect(first.alarms.filter(({ state }) => state === 'ok' || state === 'not-enough-data')).toEqual([])
    expect([first.switched, kit.switches.standing(MODEL, null)]).toEqual([[], { use: 'on' }])
    expect((await lookOnce(kit)).alarms).toEqual([])
  })

  it('switches a model off where the site asks for it, and says why', async () => {
    const kit = kitFor({ offOnAct: true })
    const { report } = await lookOnce(kit)
    const release = `${report.models.find(({ id }) => id === MODEL)?.version}`
    expect(kit.switches.standing(MODEL, null).use).toBe('on') // nothing changed since the last look
    const figures = report.models.find(({ id }) => id === MODEL)?.figures ?? []
    const sha = report.models.find(({ id }) => id === MODEL)?.sha256.slice(0, 12)
    await ledger.models.noteStates(
      figures
        .filter(({ figure }) => figure === 'missing')
        .map(({ figure, subject }) => ({ tenant: 'hospital', model: MODEL, release: `${release}+${sha}`, figure, subject, state: 'ok' })),
    )
    const { switched } = await lookOnce(kit)
    expect(
      switched.map(({ model, use, by, because }) => [model, use, by, because.startsWith('missing of weight_kg reached its limit.')]),
    ).toEqual([[MODEL, 'off', 'monitoring', true]])
    expect(kit.switches.standing(MODEL, null).use).toBe('off')
    expect((await ledger.models.switches()).map(({ model }) => model)).toEqual([MODEL])
  })
})
