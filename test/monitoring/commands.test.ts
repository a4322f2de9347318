import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { MonitoringReport } from '../../src/contract/monitoring.ts'
import { openLedger } from '../../src/ledger/ledger.ts'
import { runMain } from '../cli/run-main.ts'
import { enginesOfRun, type Place } from '../ledger/engines.ts'
import { caller, hospital, makeSite } from '../production/attune.ts'
import { type FakeEhr, startEhr } from '../production/fake-ehr.ts'
import { buildServer, type ServerProcess, spawnServer, urlOf } from '../production/process.ts'
import { daysAgo, recordFirstDays } from './first-days.ts'
import { makeModelsDir, orderWarfarin, people } from './site.ts'
import { ENGINES } from './stores.ts'

vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 })

const MODEL = 'warfarin-dose'

beforeAll(buildServer)

describe.each(enginesOfRun<(typeof ENGINES)[number]>(...ENGINES))(
  'attune models off, on, outcomes and monitor, on %s',
  (name, makePlace, missing) => {
    if (missing) {
      it.skip(`did not run: ${missing}`, () => {})
      return
    }
    const embedded = name !== 'PostgreSQL'
    let place: Place
    let ehr: FakeEhr
    let models: ReturnType<typeof makeModelsDir>
    let site: ReturnType<typeof makeSite>

    beforeAll(async () => {
      models = makeModelsDir()
      place = await makePlace()
      await recordFirstDays(place.config, models.folder, { n: 60, noWeight: 0 })
      await recordFirstDays(place.config, models.folder, { n: 30, from: 3, days: 3, noWeight: 0 })
      ehr = await startEhr([], { delayMs: 0 })
      const file = { modelsDir: models.folder, monitoring: { windowDays: 7, baselineDays: 7, everySeconds: 1 } }
      site = makeSite(hospital(ehr, { features: ['trace'] }, file), {
        ATTUNE_DATA_DIR: place.config.dataDir,
        DATABASE_URL: place.config.databaseUrl ?? '',
      })
    })
    afterAll(async () => {
      await ehr?.stop()
      await place?.clear()
      site?.clear()
      models?.clear()
    })
    beforeEach(() => {
      for (const [key, value] of Object.entries(site.environment)) vi.stubEnv(key, value)
    })
    afterEach(() => vi.unstubAllEnvs())

    const attune = (...words: string[]) => runMain('models', ...words)

    it('monitor shows the models that were asked, and names the others', async () => {
      const { status, out } = await attune('monitor')
      expect([status, out]).toEqual([0, expect.stringContaining(`hospital  ${MODEL} `)])
      expect(out).toContain('30 calls in the window')
      expect(out).toMatch(/Not asked yet: .*kidney/)
      const made = JSON.parse((await attune('monitor', '--json', '--tenant', 'hospital')).out) as MonitoringReport
      expect(made.models.find(({ id }) => id === MODEL)?.reference).toMatchObject({ kind: 'site', n: 60 })
    })

    it('monitor ends with 1 when a figure is at act', async () => {
      const strict = makeSite(
        hospital(
          ehr,
          {},
          { modelsDir: models.folder, monitoring: { windowDays: 7, baselineDays: 7, thresholds: { missing: { watch: 1e-9, act: 1e-9 } } } },
        ),
      )
      await recordFirstDays(place.config, models.folder, { n: 80, from: 2, days: 2, noWeight: 0.9 })
      vi.stubEnv('ATTUNE_CONFIG', strict.path)
      const { status, out } = await attune('monitor')
      expect([status, out]).toEqual([1, expect.stringContaining('ACT      missing')])
      strict.clear()
    })

    it('outcomes of a file are stored row by row, and what was not is said without quoting it', async () => {
      const ledger = await openLedger(place.config)
      const decisions = (await ledger.recent(200, 'hospital')).filter(({ at }) => at < daysAgo(13)).map(({ id }) => id)
      await ledger.close()
      const path = join(models.folder, 'outcomes.csv')
      const [first, second] = decisions
      const today = new Date().toISOString().slice(0, 10)
      writeFileSync(
        path,
        [
          'model,decision,variant,outcome,date',
          `${MODEL},${first},,31.5,${today}`,
          `${MODEL},${first},,31.5,${today}`,
          `${MODEL},${second},,40,${today.slice(0, 7)}`,
          `${MODEL},nosuch,,40,${today}`,
          `${MODEL},${second},,Quillfeather,${today}`,
        ].join('\n'),
      )
      const { status, out, err } = await attune('outcomes', path)
      expect([status, out]).toEqual([
        1,
        'row 4: unknown, No such decision, card or patient is known to this tenant.\nrow 5: unreadable, not as expected: outcome\n1 repeated, 2 stored, 1 unknown, 1 unreadable\n',
      ])
      expect(out + err).not.toContain('Quillfeather')
      const again = await attune('outcomes', path, '--json')
      expect([again.status, JSON.parse(again.out).counts]).toEqual([1, { repeated: 3, unknown: 1, unreadable: 1 }])
    })

    it.each([
      ['off without a model', ['off'], /Name one model/],
      ['off without a reason', ['off', MODEL], /Say why with --because/],
      ['off of a model that is not there', ['off', 'nosuch', '--because', 'x'], /There is no model "nosuch"/],
      ['outcomes without a file', ['outcomes'], /Name one file/],
      ['outcomes of a file that is not there', ['outcomes', '/nowhere.csv'], /nowhere\.csv/],
    ])('%s ends with 2 and says why', async (_what, words, says) => {
      const { status, err } = await attune(...words)
      expect([status, err]).toEqual([2, expect.stringMatching(says)])
    })

    it('off and on are heard by every running process within seconds, and by the next start', async () => {
      const environment = { ...site.environment, LOG_LEVEL: 'warn' }
      const running: readonly ServerProcess[] = (embedded ? [0] : [0, 1]).map(() => spawnServer(environment))
      const urls = await Promise.all(running.map((server) => urlOf(server)))
      const [someone] = people(1, 3, { noWeight: 0 })
      if (!someone) throw new Error('nobody')
      const ask = async (url: string) => (await caller(url, ehr)('/cds-services/pgx-order-sign', { body: orderWarfarin(someone) })).text
      const saysOff = async (wanted: boolean) => {
        for (const end = Date.now() + 120_000; Date.now() < end; ) {
          const answers = await Promise.all(urls.map(ask))
          if (answers.every((answer) => answer.includes('Switched off on') === wanted)) return true
        }
        return false
      }
      expect(await saysOff(false)).toBe(true)
      const off = await attune('off', MODEL, '--because', 'assay   changed', '--by', 'jo')
      expect([off.status, off.out]).toEqual([0, expect.stringContaining(`${MODEL} is switched off`)])
      expect(off.out).toContain('By jo: assay changed')
      expect(await saysOff(true)).toBe(true)
      for (const server of running) expect(server.output()).toContain('a model was switched off')
      const busy = await attune('monitor')
      if (embedded) expect([busy.status, busy.err]).toEqual([2, expect.stringContaining('A running server holds the embedded ledger')])
      else expect(busy.out).toContain('OFF: Switched off on')
      expect((await attune('on', MODEL, '--because', 'assay checked')).status).toBe(0)
      expect(await saysOff(false)).toBe(true)
      expect((await attune('off', MODEL, '--because', 'assay changed again')).status).toBe(0)
      expect(await saysOff(true)).toBe(true)
      for (const server of running) server.child.kill('SIGTERM')
      await Promise.all(running.map((server) => server.ended(120_000)))
      const next = spawnServer(environment)
      const url = await urlOf(next)
      expect(await ask(url)).toContain('assay changed again')
      next.child.kill('SIGTERM')
      expect(await next.ended(120_000)).toBe(0)
    })
  },
)
