import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { CONFIG_SCHEMAS, readConfig } from '../../src/config.ts'
import type { ModelSwitch } from '../../src/contract/monitoring.ts'
import { openLedger } from '../../src/ledger/ledger.ts'
import { startMonitor } from '../../src/monitoring/monitor.ts'
import { leaveSwitch, waitingSwitches } from '../../src/monitoring/switch-inbox.ts'
import { makeSwitches } from '../../src/monitoring/switches.ts'
import { thresholdsOf } from '../../src/watch-models.ts'

const settings = (models: Record<string, object> = {}) => ({
  models: Object.fromEntries(Object.entries(models).map(([id, one]) => [id, CONFIG_SCHEMAS.model.parse(one)])),
})
const turned = (use: ModelSwitch['use'], at = '2026-06-30T10:00:00.000Z', tenant: string | null = null): ModelSwitch => ({
  model: 'a',
  tenant,
  use,
  at,
  by: 'jo',
  because: 'recall',
})

describe('whether a model speaks', () => {
  it('is not known before what was switched has been read: then nothing is said', () => {
    expect(makeSwitches(settings()).standing('a', null)).toEqual({
      use: 'off',
      because: 'Not computed: whether it was switched off is not known while the ledger is away.',
    })
  })

  it('is by the configuration, until it is switched', () => {
    const switches = makeSwitches(settings({ b: { use: 'off' }, c: { use: 'shadow', challengerOf: 'a' } }))
    switches.take([])
    expect(['a', 'b', 'c', '__proto__'].map((id) => switches.standing(id, null).use)).toEqual(['on', 'off', 'shadow', 'on'])
    switches.take([turned('off')])
    expect(switches.standing('a', null)).toEqual({ use: 'off', because: 'Switched off on 2026-06-30: recall' })
    switches.take([turned('on', '2026-07-01T10:00:00.000Z'), turned('off')])
    expect(switches.standing('a', null)).toEqual({ use: 'on' })
  })

  it('is for each tenant by its own switches and by those of all, the most silent first; one tenant never reaches another', () => {
    const switches = makeSwitches(settings({ b: { use: 'shadow', challengerOf: 'a' } }))
    const uses = (tenant: string | null) => [switches.standing('a', tenant).use, switches.standing('b', tenant).use]
    switches.take([turned('off', '2026-07-02T10:00:00.000Z', 'clinic')])
    expect([uses('clinic'), uses('hospital'), uses(null)]).toEqual([
      ['off', 'shadow'],
      ['on', 'shadow'],
      ['on', 'shadow'],
    ])
    expect(switches.strictest('a')).toEqual({ use: 'off', because: 'Switched off on 2026-07-02: recall' })
    const forAll = turned('off', '2026-07-03T10:00:00.000Z')
    const onAtClinic = turned('on', '2026-07-04T10:00:00.000Z', 'clinic')
    switches.take([onAtClinic, forAll, turned('off', '2026-07-02T10:00:00.000Z', 'clinic')])
    expect([uses('clinic')[0], uses('hospital')[0]]).toEqual(['off', 'off'])
    switches.take([turned('shadow', '2026-07-05T10:00:00.000Z', 'clinic'), turned('on'), onAtClinic, forAll])
    expect([switches.standing('a', 'clinic'), uses('hospital')[0]]).toEqual([{ use: 'shadow', challengerOf: null }, 'on'])
    expect(switches.standing('b', 'clinic')).toEqual({ use: 'shadow', challengerOf: 'a' })
  })

  it('changes its version when a standing may have changed, and only then', () => {
    const switches = makeSwitches(settings())
    const seen = [switches.version]
    for (const all of [[], [], [turned('off')], [turned('off')]]) {
      switches.take(all)
      seen.push(switches.version)
    }
    expect(seen).toEqual([0, 1, 1, 2, 2])
  })

  it('that is off by configuration is not switched on while running', () => {
    const switches = makeSwitches(settings({ a: { use: 'off' } }))
    switches.take([turned('on')])
    expect(switches.standing('a', null).use).toBe('off')
  })
})

describe('switches left in the data folder', () => {
  it('silence a model while the ledger cannot be written, and are not lost', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'attune-switches-'))
    const ledger = await openLedger({ dataDir: folder, databaseUrl: 'postgres://nobody@127.0.0.1:1/none', pseudonymKeyFile: undefined })
    const switches = makeSwitches(settings())
    switches.take([])
    const troubles: string[] = []
    const listeners = { onReport: () => {}, onAlarm: () => {}, onSwitch: () => {}, onTrouble: (what: string) => troubles.push(what) }
    const file = CONFIG_SCHEMAS.file.parse({ monitoring: { everySeconds: 86_400 } })
    const { monitoring, retention } = file
    const config = { clients: [], mode: 'production' as const, models: {}, monitoring, retention, dataDir: folder, databaseUrl: null }
    const kit = { config, store: ledger.models, models: [], switches, thresholds: thresholdsOf(config), post: async () => null, listeners }
    const isTaken = leaveSwitch(folder, turned('off'))
    const monitor = await startMonitor(kit)
    expect([switches.standing('a', null), isTaken()]).toEqual([{ use: 'off', because: 'Switched off on 2026-06-30: recall' }, false])
    expect(troubles).toEqual(['the switches of models could not be read'])
    await monitor.close()
    await ledger.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it('wait in order, and a file that is none is told as such', () => {
    const folder = mkdtempSync(join(tmpdir(), 'attune-switches-'))
    expect(waitingSwitches(folder)).toEqual([])
    const isTaken = leaveSwitch(folder, turned('off'))
    writeFileSync(join(folder, 'switches', '9-odd.json'), '{"model":"a","use":"sideways"}')
    const waiting = waitingSwitches(folder)
    expect(waiting.map(({ one }) => one)).toEqual([turned('off'), null])
    expect(isTaken()).toBe(false)
    for (const { done } of waiting) done()
    expect([isTaken(), waitingSwitches(folder)]).toEqual([true, []])
    rmSync(folder, { recursive: true, force: true })
  })
})

describe('the configuration of monitoring', () => {
  const configOf = (file: object) => {
    const folder = mkdtempSync(join(tmpdir(), 'attune-config-'))
    writeFileSync(join(folder, 'attune.json'), JSON.stringify(file))
    try {
      return readConfig({ ATTUNE_CONFIG: join(folder, 'attune.json') }, '.')
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }

  it.each([
    [
      'a challenger that is not in the shadow',
      { models: { a: { challengerOf: 'b' } } },
      /models\.a: challengerOf is only for use "shadow"/,
    ],
    [
      'a model that challenges itself',
      { models: { a: { use: 'shadow', challengerOf: 'a' } } },
      /models\.a: a model cannot challenge itself/,
    ],
    [
      'a webhook over http',
      { monitoring: { webhook: { url: 'http://alarms.example' } } },
      /monitoring\.webhook\.url http:\/\/alarms\.example is not https/,
    ],
    ['a token file that is not there', { operatorTokenFile: '/nowhere' }, /the token file is not there: \/nowhere/],
    ['an unknown use', { models: { a: { use: 'maybe' } } }, /models\.a\.use/],
  ])('with %s stops the start', (_what, file, says) => {
    expect(() => configOf(file)).toThrow(says)
  })
})
