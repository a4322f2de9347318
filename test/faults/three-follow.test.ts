import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { runMain } from '../cli/run-main.ts'
import { type Place, postgresMissing, postgresPlace } from '../ledger/engines.ts'
import { orderSign, prefetch } from '../production/patient.ts'
import { buildServer, endServers, type ServerProcess, spawnServer, urlOf } from '../production/process.ts'
import { copyRules } from '../reload/copy-rules.ts'
import { openSite, START_MS, TENANT } from './open-site.ts'

const GUIDANCE = 'guidance/clopidogrel.json'
/** What a switch may take to hold in every process. */
const MINUTE_MS = 60_000

type Seen = {
  readonly at: number
  readonly status: number
  readonly rules: string
  readonly switches: readonly string[]
  readonly rows: string
}

beforeAll(buildServer, 120_000)

describe.skipIf(postgresMissing !== null)(
  `Three processes that follow one PostgreSQL${postgresMissing ? `: not run, ${postgresMissing}` : ''}`,
  () => {
    let place: Place
    let site: ReturnType<typeof openSite>
    let rules: ReturnType<typeof copyRules>
    let servers: ServerProcess[] = []
    let going = true
    /** What each process answered, oldest first. */
    const seen: Seen[][] = [[], [], []]
    let asking: Promise<unknown>

    const ask = async (url: string): Promise<Seen> => {
      const headers = { 'content-type': 'application/json' }
      const response = await fetch(`${url}/cds-services/pgx-order-sign`, {
        method: 'POST',
        headers,
        body: JSON.stringify(orderSign({ prefetch: prefetch() })),
      })
      const { versions, traces } = (await response.json()).extension['org.attune.trace']
      const rows = (traces as { rows: string[] }[]).flatMap((one) => one.rows).filter((row) => row.startsWith('cpic/'))
      return { at: Date.now(), status: response.status, rules: versions.rules, switches: versions.switches ?? [], rows: rows.join() }
    }

    beforeAll(async () => {
      rules = copyRules()
      place = await postgresPlace()
      site = openSite(
        { ATTUNE_DATA_DIR: place.config.dataDir, DATABASE_URL: place.config.databaseUrl ?? '' },
        { rulesDir: rules.folder, rulesWatchSeconds: 2 },
        { features: ['trace'] },
      )
      for (const [name, value] of Object.entries(site.environment)) vi.stubEnv(name, value)
      servers = [0, 1, 2].map(() => spawnServer(site.environment))
      const urls = await Promise.all(servers.map((server) => urlOf(server, START_MS)))
      asking = Promise.all(
        urls.map(async (url, at) => {
          for (; going; await wait(100)) seen[at]?.push(await ask(url))
        }),
      )
      await vi.waitFor(() => expect(seen.every((own) => own.length > 0)).toBe(true), MINUTE_MS)
    }, 300_000)
    afterAll(async () => {
      going = false
      await asking
      vi.unstubAllEnvs()
      await endServers(...servers)
      await place?.clear()
      site?.clear()
      rules?.clear()
    })

    /** Milliseconds after which the last of the three answers so, and goes on answering so. */
    const untilAll = async (what: string, is: (one: Seen) => boolean, from = Date.now()): Promise<number> => {
      const first = (own: readonly Seen[]) => own.find((one, at) => one.at > from && is(one) && own.slice(at).every(is))
      await vi.waitFor(() => expect(seen.map((own) => first(own) !== undefined)).toEqual([true, true, true]), {
        timeout: MINUTE_MS,
        interval: 100,
      })
      const ms = Math.max(...seen.map((own) => (first(own)?.at ?? Number.POSITIVE_INFINITY) - from))
      console.log(`${what}: in all three processes after ${ms} ms`)
      return ms
    }

    it('rules that change in their folder answer in all three, and no answer is of two versions', async () => {
      const before = seen[0]?.at(-1) as Seen
      rules.release('2999.01.0')
      rules.edit(GUIDANCE, (text) => text.replaceAll('"cpic/clopidogrel/', '"cpic/clopidogrel/9'))
      expect(await untilAll('rulesWatchSeconds: 2', ({ rules: version }) => version.startsWith('2999'))).toBeLessThan(MINUTE_MS)
      const all = seen.flat()
      expect(all.filter(({ status }) => status !== 200)).toEqual([])
      const pairs = new Set(all.map(({ rules: version, rows }) => `${version.split('+')[0]} ${rows}`))
      expect([...pairs].sort()).toEqual([
        `${before.rules.split('+')[0]} ${before.rows}`,
        `2999.01.0 ${before.rows.replace('clopidogrel/', 'clopidogrel/9')}`,
      ])
    }, 120_000)

    it('one step back takes all three back', async () => {
      const { status, out } = await runMain('rules', 'back')
      expect([status, out]).toEqual([0, expect.stringContaining('running servers follow within seconds')])
      expect(await untilAll('rules back', ({ rules: version }) => !version.startsWith('2999'))).toBeLessThan(MINUTE_MS)
    }, 120_000)

    it.each([
      ['a rule', ['rules', 'off', 'clopidogrel', 'CYP2C19'], ['rules', 'on', 'clopidogrel', 'CYP2C19'], 'rule clopidogrel CYP2C19 off'],
      ['a model', ['models', 'off', 'prevent'], ['models', 'on', 'prevent'], 'model prevent off'],
      [
        'a model of one tenant',
        ['models', 'shadow', 'prevent', '--tenant', TENANT],
        ['models', 'on', 'prevent', '--tenant', TENANT],
        'model prevent shadow',
      ],
    ])(
      '%s that is switched is switched in all three, and back',
      async (what, away, back, named) => {
        const why = ['--because', 'a test of three processes']
        expect((await runMain(...away, ...why)).status).toBe(0)
        expect(await untilAll(`${what} off`, ({ switches }) => switches.includes(named))).toBeLessThan(MINUTE_MS)
        expect((await runMain(...back, ...why)).status).toBe(0)
        expect(await untilAll(`${what} on`, ({ switches }) => !switches.includes(named))).toBeLessThan(MINUTE_MS)
        expect(seen.flat().filter(({ status }) => status !== 200)).toEqual([])
      },
      180_000,
    )
  },
)
