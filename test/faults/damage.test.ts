import { closeSync, cpSync, openSync, rmSync, statSync, truncateSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabase } from '../../src/ledger/database.ts'
import { type LedgerConfig, openLedger } from '../../src/ledger/ledger.ts'
import { decision } from '../ledger/decisions.ts'
import { emptyPlace, type Place } from '../ledger/engines.ts'
import { ownPostgresMissing, startPostgres } from './own-postgres.ts'

/** What is on the disk of the embedded ledger is damaged while nobody uses it. Nothing of that may pass for a whole ledger. */

const ENTRIES = 120
const PADDING = 'x'.repeat(1000)
const PAGE = 8192

let place: Place
let config: LedgerConfig
let copy = ''
/** Path of the table's file, as PostgreSQL tells it. */
let decisions = ''

const padded = () => decision({ silences: [{ about: 'padding', code: 'x', because: PADDING }] })

beforeAll(async () => {
  place = await emptyPlace()
  config = { ...place.config, ledger: { signEveryEntries: 1_000_000, signEverySeconds: 86_400, walkEverySeconds: 0 } }
  const ledger = await openLedger(config)
  for (let n = 0; n < ENTRIES; n += 1) await ledger.record(padded())
  await ledger.close() // signs the end
  const { db, close } = await openDatabase(config)
  const { rows } = await sql<{ path: string }>`select pg_relation_filepath('decision') as path`.execute(db)
  decisions = rows[0]?.path ?? ''
  await close()
  copy = `${config.dataDir}.copy`
  cpSync(config.dataDir, copy, { recursive: true })
}, 120_000)
afterAll(async () => {
  rmSync(copy, { recursive: true, force: true })
  await place.clear()
})

const database = (...path: string[]): string => join(config.dataDir, 'ledger/pglite', ...path)

/** The file of the table that holds the decisions. */
const tableFile = (): string => database(decisions)

const scribble = (path: string, from: number, bytes: number): void => {
  const file = openSync(path, 'r+')
  writeSync(file, Buffer.alloc(bytes, 0xa5), 0, bytes, from)
  closeSync(file)
}

const attempt = <T>(work: Promise<T>, say: (value: T) => string): Promise<string> =>
  work.then(say, (error: unknown) => `refused: ${error instanceof Error ? error.message : String(error)}`)

/** The next start on the damaged disk: whether a new decision is kept, what verifying says, and what health says. */
const nextStart = async () => {
  const ledger = await openLedger(config, { retryMs: 200 })
  try {
    const kept = await attempt(ledger.record(padded()), () => 'kept')
    const verified = await attempt(ledger.evidence.verify(), ({ faults }) => (faults.length === 0 ? 'whole' : (faults[0]?.because ?? '')))
    const chain = await attempt(ledger.verifyChain(), ({ state }) => state)
    const health = ledger.health().detail
    await ledger.evidence.walk()
    return {
      kept,
      verified,
      chain,
      health,
      walked: ledger.health().detail,
      counts: await attempt(ledger.counts(), (counts) => `${counts.decisions}`),
    }
  } finally {
    await ledger.close()
  }
}

const restore = (): void => {
  rmSync(config.dataDir, { recursive: true, force: true })
  cpSync(copy, config.dataDir, { recursive: true })
}

const AWAY = /^refused: ledger-failed: the ledger's database is away: /
const LOST = expect.stringMatching(/^pglite; the database is not the one whose end was signed last \(entry \d+ of another ledger\)/)

describe('F24: an embedded ledger whose files were damaged', () => {
  it('undamaged, is whole', async () => {
    restore()
    const found = await nextStart()
    expect(found).toEqual({
      kept: 'kept',
      verified: 'whole',
      chain: 'intact',
      health: 'pglite',
      walked: 'pglite',
      counts: `${ENTRIES + 1}`,
    })
  }, 60_000)

  it.each<readonly [string, () => void, object]>([
    [
      'with a page of the decisions overwritten, keeps new ones and is not called whole: the page is named',
      () => scribble(tableFile(), 3 * PAGE + 2000, 1500),
      {
        kept: 'kept',
        verified: expect.stringContaining('invalid page in block 3'),
        chain: expect.stringContaining('invalid page in block 3'),
        health: 'pglite',
        walked: expect.stringMatching(/the ledger does not hold at entry \d+: this entry, or one of the next, cannot be read \(XX001\)/),
      },
    ],
    [
      'with half of the decisions cut off, keeps new ones and is found broken',
      () => truncateSync(tableFile(), PAGE * Math.floor(statSync(tableFile()).size / 2 / PAGE)),
      {
        kept: 'kept',
        verified: expect.not.stringMatching(/^whole$/),
        chain: 'broken',
        health: 'pglite',
        walked: expect.stringMatching(/the ledger does not hold at entry \d+: its rows are missing/),
      },
    ],
    [
      'with its control file cut, says that the database cannot be opened, and keeps new entries in the spool',
      () => truncateSync(database('global/pg_control'), 100),
      {
        kept: 'kept',
        verified: expect.stringMatching(AWAY),
        chain: expect.stringMatching(AWAY),
        health: expect.stringMatching(
          /^pglite degraded; the files of the embedded database cannot be opened, they may be damaged .*1 entries spooled$/,
        ),
      },
    ],
    [
      'whose database is gone, begins anew and says that one was lost',
      () => {
        rmSync(database(), { recursive: true })
        rmSync(join(config.dataDir, 'spool'), { recursive: true })
      },
      { kept: 'kept', health: LOST, counts: '1' },
    ],
    [
      'whose database is gone and whose spool is not, takes from there what it holds, and says that the database was lost',
      () => rmSync(database(), { recursive: true }),
      { kept: 'kept', health: LOST, counts: `${ENTRIES + 1}` },
    ],
  ])(
    '%s',
    async (name, damage, expected) => {
      restore()
      damage()
      const found = await nextStart()
      console.log(`F24, ${name}: ${JSON.stringify(found)}`)
      expect(found).toMatchObject(expected)
    },
    120_000,
  )

  it('that was spooled while the control file was cut, is whole again with the file back: nothing was lost', async () => {
    restore()
    truncateSync(database('global/pg_control'), 100)
    await nextStart()
    cpSync(join(copy, 'ledger/pglite/global/pg_control'), database('global/pg_control'))
    expect(await nextStart()).toMatchObject({
      verified: 'whole',
      chain: 'intact',
      health: 'pglite',
      walked: 'pglite',
      counts: `${ENTRIES + 2}`,
    })
  }, 120_000)

  it('that was taken back to an older copy, says which signed entry is missing', async () => {
    restore()
    await nextStart() // one more entry, and its end is signed
    rmSync(database(), { recursive: true })
    rmSync(join(config.dataDir, 'spool'), { recursive: true })
    cpSync(join(copy, 'ledger/pglite'), database(), { recursive: true })
    expect((await nextStart()).health).toMatch(
      /^pglite; (entries are missing: entry \d+ was signed and is not in the database|entry \d+ is not the one that was signed)$/,
    )
  }, 120_000)
})

describe('F24: an embedded ledger of whose entries a page was overwritten', () => {
  const MANY = 2000
  let own: Place
  let file = ''
  let pages: readonly { readonly page: number; readonly first: number; readonly last: number; readonly removals: number }[] = []

  beforeAll(async () => {
    own = await emptyPlace()
    const ledger = await openLedger(own.config)
    const fill = (n: number) => Promise.all(Array.from({ length: n }, () => ledger.record(decision())))
    await fill(60)
    await ledger.evidence.forget(new Date(Date.now() + 20 * 366 * 86_400_000))
    await fill(MANY)
    await ledger.close()
    const { db, close } = await openDatabase(own.config)
    const { rows } = await sql<{ path: string }>`select pg_relation_filepath('entry') as path`.execute(db)
    const found = await sql<(typeof pages)[number]>`
      select (ctid::text::point)[0]::int as page, min(seq)::int as first, max(seq)::int as last,
        count(*) filter (where kind = 'removal')::int as removals
      from entry group by 1 order by 1`.execute(db)
    await close()
    file = rows[0]?.path ?? ''
    pages = found.rows
  }, 120_000)
  afterAll(() => own.clear())

  /** What health says after a walk, of a copy of which this page is damaged. */
  const walkedWith = async (page: number): Promise<{ readonly broken: boolean; readonly detail: string }> => {
    const { config: whole } = own
    const damaged = { ...whole, dataDir: `${whole.dataDir}.damaged` }
    cpSync(whole.dataDir, damaged.dataDir, { recursive: true })
    scribble(join(damaged.dataDir, 'ledger/pglite', file), page * PAGE, 8000)
    const ledger = await openLedger(damaged)
    await ledger.evidence.walk()
    const { detail, walk } = ledger.health()
    await ledger.close()
    rmSync(damaged.dataDir, { recursive: true })
    return { broken: walk.broken, detail }
  }

  it('says so where the page tells what retention removed, without which no entry can be judged', async () => {
    const { page } = pages.find(({ removals }) => removals > 0) ?? { page: -1 }
    expect(page).toBeGreaterThanOrEqual(0)
    expect(await walkedWith(page)).toEqual({ broken: true, detail: expect.stringContaining('cannot be read (XX001)') })
  }, 120_000)

  it('names an entry of that page, or one of the few before it that are looked at together', async () => {
    const { page, first, last } = pages[Math.floor(pages.length / 2)] ?? { page: 0, first: 0, last: 0 }
    const { broken, detail } = await walkedWith(page)
    const entry = Number(/at entry (\d+)/.exec(detail)?.[1])
    expect([broken, first > 500, entry > first - 20, entry <= last]).toEqual([true, true, true, true])
  }, 120_000)
})

describe.skipIf(ownPostgresMissing !== null)(`F24: PostgreSQL${ownPostgresMissing ? `: not run, ${ownPostgresMissing}` : ''}`, () => {
  it('with a page of the decisions overwritten, keeps new ones and is not called whole: the page is named', async () => {
    const postgres = await startPostgres()
    const own = await emptyPlace()
    config = { ...own.config, databaseUrl: postgres.url }
    try {
      const ledger = await openLedger(config)
      await Promise.all(Array.from({ length: ENTRIES }, () => ledger.record(padded())))
      await ledger.close()
      const client = new Client({ connectionString: postgres.url })
      await client.connect()
      await client.query('checkpoint')
      const { rows } = await client.query("select pg_relation_filepath('decision') as path")
      await client.end()
      postgres.stop()
      scribble(join(postgres.data, rows[0].path), 3 * PAGE + 2000, 1500)
      postgres.start()
      const found = await nextStart()
      console.log(`F24, PostgreSQL with a page overwritten: ${JSON.stringify(found)}`)
      const named = expect.stringContaining('invalid page in block 3')
      expect(found).toMatchObject({
        kept: 'kept',
        verified: named,
        chain: named,
        walked: expect.stringContaining('cannot be read (XX001)'),
      })
    } finally {
      postgres.clear()
      await own.clear()
    }
  }, 200_000)
})
