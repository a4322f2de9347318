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
const turned = (use: 'on' | 'off', at = '2026-06-30T10:00:00.000Z'): ModelSwitch => ({ model: 'a', use, at, by: 'jo', because: 'recall' })

describe('whether a model speaks', () => {
  it('is not known before what was switched has been read: then nothing is said', () => {
    expect(makeSwitches(settings()).standing('a')).toEqual({
      use: 'off',
      because: 'Not computed: whether it was switched off is not known while the ledger is away.',
    })
  })

  it('is by the configuration, until it is switched', () => {
    const switches = makeSwitches(settings({ b: { use: 'off' }, c: { use: 'shadow', challengerOf: 'a' } }))
    switches.take([])
    expect(['a', 'b', 'c', '__proto__'].map((id) => switches.standing(id).use)).toEqual(['on', 'off', 'shadow', 'on'])
    switches.take([turned('off')])
    expect(switches.standing('a')).toEqual({ use: 'off', because: 'Switched off on 2026-06-30: recall' })
    switches.take([turned('on', '2026-07-01T10:00:00.000Z'), turned('off')])
    expect(switches.standing('a')).toEqual({ use: 'on' })
  })

  it('that is off by configuration is not switched on while running', () => {
    const switches = makeSwitches(settings({ a: { use: 'off' } }))
    switches.take([turned('on')])
    expect(switches.standing('a').use).toBe('off')
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
    expect([switches.standing('a'), isTaken()]).toEqual([{ use: 'off', because: 'Switched off on 2026-06-30: recall' }, false])
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
