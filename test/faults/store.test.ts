import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { AttuneError } from '../../src/errors.ts'
import { openLedger } from '../../src/ledger/ledger.ts'
import { type Running, serve } from '../../src/main.ts'
import { decision } from '../ledger/decisions.ts'
import { orderSign, prefetch } from '../production/patient.ts'
import { copyModels } from '../risk/models-copy.ts'
import { type Answer, call, makeAgent, percentile } from './call.ts'
import { NOTHING_LOST, whatWasKept } from './kept.ts'
import { openSite, TENANT } from './open-site.ts'
import { ownPostgresMissing, smallDisk, startPostgres } from './own-postgres.ts'
import { emptyNotebook, type Notebook, SIGN } from './prescribers.ts'

const models = copyModels('tisdale')
const agent = makeAgent()
afterAll(() => {
  agent.destroy()
  models.remove()
})

/** Writes until the disk takes no more. */
const fill = (path: string): void => {
  const file = openSync(path, 'w')
  try {
    for (;;) writeSync(file, Buffer.alloc(4096))
  } catch {
    closeSync(file)
  }
}

type Attune = { readonly running: Running; readonly site: ReturnType<typeof openSite>; readonly notebook: Notebook }

const startAttune = async (environment: Readonly<Record<string, string>>): Promise<Attune> => {
  const site = openSite(environment, { modelsDir: models.dir })
  return { running: await serve(site.environment), site, notebook: emptyNotebook() }
}

const sign = ({ running }: Attune): Promise<Answer> => call(running.url + SIGN, agent, JSON.stringify(orderSign({ prefetch: prefetch() })))

/** Signs and gives feedback; writes down what was acknowledged. Gives the statuses of both answers. */
const prescribe = async (attune: Attune): Promise<readonly [number, number | null]> => {
  const answer = await sign(attune)
  attune.notebook.times.push(answer.ms)
  if (answer.status !== 200) return [answer.status, null]
  const card = JSON.parse(answer.text).cards[0].uuid as string
  attune.notebook.decisions.push(card)
  const told = { card, outcome: 'accepted', acceptedSuggestions: [{ id: 's' }], outcomeTimestamp: '2026-11-21T10:00:00Z' }
  const feedback = await call(`${attune.running.url}${SIGN}/feedback`, agent, JSON.stringify({ feedback: [told] }))
  if (feedback.status === 200) attune.notebook.feedback.push(card)
  return [200, feedback.status]
}

const ledgerOf = async ({ running }: Attune): Promise<{ readonly status: number; readonly detail: string }> => {
  const response = await fetch(`${running.url}/readyz`)
  const { parts } = (await response.json()) as { parts: { ledger: { detail: string } } }
  return { status: response.status, detail: parts.ledger.detail }
}

const isWell = (attune: Attune, engine: string): Promise<void> =>
  vi.waitFor(async () => expect(await ledgerOf(attune)).toEqual({ status: 200, detail: engine }), { timeout: 200_000, interval: 500 })

describe.skipIf(ownPostgresMissing !== null)(`F24: PostgreSQL${ownPostgresMissing ? `: not run, ${ownPostgresMissing}` : ''}`, () => {
  let postgres: Awaited<ReturnType<typeof startPostgres>>
  let attune: Attune
  /** Of its own, so that it can be filled; null where this user may not mount one. */
  let disk: ReturnType<typeof smallDisk>
  beforeAll(async () => {
    disk = smallDisk(300_000_000)
    postgres = await startPostgres(disk?.path)
    attune = await startAttune({ DATABASE_URL: postgres.url })
    await isWell(attune, 'postgres')
    await prescribe(attune)
  }, 400_000)
  afterAll(async () => {
    await attune?.running.stop()
    postgres?.clear()
    disk?.clear()
    attune?.site.clear()
  })

  let decisions = 1

  const sql = async (...texts: string[]): Promise<Client> => {
    const client = new Client({ connectionString: postgres.url })
    client.on('error', () => undefined)
    await client.connect()
    for (const text of texts) await client.query(text)
    return client
  }

  /** What a fault is, and how it ends. */
  const FAULTS: readonly (readonly [string, () => Promise<(() => Promise<void>) | null>])[] = [
    [
      'locked by another session',
      async () => {
        const client = await sql('begin', 'lock table decision, feedback in access exclusive mode')
        return () => client.end()
      },
    ],
    [
      'read-only',
      async () => {
        const client = await sql('alter database postgres set default_transaction_read_only = on')
        await client.query("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'attune-ledger'")
        await client.end()
        return async () => {
          const again = await sql(
            'set default_transaction_read_only = off',
            'alter database postgres set default_transaction_read_only = off',
          )
          await again.query("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'attune-ledger'")
          await again.end()
        }
      },
    ],
    [
      'on a disk without room',
      async () => {
        if (disk === null) return null
        const junk = join(disk.path, 'junk')
        fill(junk)
        return async () => {
          rmSync(junk)
          postgres.revive()
        }
      },
    ],
    [
      'killed',
      async () => {
        postgres.stop()
        return async () => postgres.start()
      },
    ],
  ]

  it.each(FAULTS)(
    '%s: every call is answered, health says degraded, and all entries are stored when it is back',
    async (name, begin) => {
      const end = await begin()
      if (end === null) return console.log(`F24, PostgreSQL ${name}: not run, this user may not mount a file system in memory`)
      const before = attune.notebook.times.length
      const statuses: unknown[] = []
      for (let n = 0; n < 12; n += 1) {
        decisions += 1
        statuses.push(await prescribe(attune))
        await wait(250) // long enough for the tries to reach the database to fall among the calls
      }
      const { status, detail } = await ledgerOf(attune)
      const times = attune.notebook.times.slice(before)
      console.log(`F24, PostgreSQL ${name}: answers p50 ${percentile(times, 0.5)} ms, slowest ${percentile(times, 1)} ms; ${detail}`)
      expect(statuses).toEqual(statuses.map(() => [200, 200]))
      expect([status, detail]).toEqual([200, expect.stringMatching(/^postgres degraded; .*entries spooled/)])
      await end()
      await isWell(attune, 'postgres')
    },
    200_000,
  )

  it('after all of it, every acknowledged entry is there and the chain is intact', async () => {
    const { dataDir } = attune.running.config
    expect(attune.notebook.decisions.length).toBe(decisions)
    expect(await whatWasKept({ dataDir, databaseUrl: postgres.url, pseudonymKeyFile: undefined }, TENANT, attune.notebook)).toEqual(
      NOTHING_LOST,
    )
  }, 60_000)
})

/** Entries of 10 kB that at most fit into the room that the spool has made ahead on a disk that is full by now. */
const MOST_IN_ROOM = 200

describe('F24: the disk of the embedded ledger is full', () => {
  it('what cannot be kept is not acknowledged (503), what was is not lost, and with room again entries are kept without a restart', async ({
    skip,
  }) => {
    const disk = smallDisk(160_000_000)
    if (disk === null) return skip('this user may not mount a file system in memory')
    const config = { dataDir: join(disk.path, 'data'), databaseUrl: null, pseudonymKeyFile: undefined }
    const ledger = await openLedger(config, { retryMs: 200 })
    const acknowledged: string[] = []
    const record = async (): Promise<string> => {
      const one = decision({ silences: [{ about: 'padding', code: 'x', because: 'x'.repeat(10_000) }] }) // more than a page that is begun
      try {
        await ledger.record(one)
        acknowledged.push(one.id)
        return 'kept'
      } catch (error) {
        const { status, code } = error as AttuneError
        return `${status} ${code}`
      }
    }
    try {
      expect(await record()).toBe('kept')
      const junk = join(disk.path, 'junk')
      fill(junk)
      let answer = await record()
      for (let n = 0; answer === 'kept' && n < MOST_IN_ROOM; n += 1) answer = await record()
      expect(answer).toBe('503 ledger-failed')
      for (let n = 0; n < 5; n += 1) expect(await record()).toBe('503 ledger-failed')
      expect(ledger.health()).toMatchObject({ ok: false, state: 'degraded' })
      rmSync(junk)
      expect(await record()).toBe('kept')
      await expect.poll(() => ledger.health().state, { timeout: 60_000, interval: 200 }).toBe('ok')
      const there = new Set((await ledger.recent(2 * MOST_IN_ROOM, 'north')).map(({ id }) => id))
      expect(acknowledged.filter((id) => !there.has(id))).toEqual([])
      expect((await ledger.verifyChain()).state).toBe('intact')
    } finally {
      await ledger.close()
      disk.clear()
    }
  }, 400_000)
})
