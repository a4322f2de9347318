import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { type Kysely, sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { makeBackgroundWalk } from '../../src/ledger/background-walk.ts'
import { openDatabase } from '../../src/ledger/database.ts'
import { type Ledger, openLedger } from '../../src/ledger/ledger.ts'
import type { LedgerTables } from '../../src/ledger/tables.ts'
import { decision } from './decisions.ts'
import { AGAIN, embeddedPlace, type Place, postgresMissing, postgresPlace } from './engines.ts'
import { writeEveryKind } from './every-kind.ts'

// Opening an embedded database takes long on a busy machine.
vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 })

const DAY = 86_400_000
/** More than a walk looks at in one go. */
const MANY = 120

const ENGINES = [
  ['PostgreSQL', postgresPlace, postgresMissing],
  ['PGlite, embedded', embeddedPlace, null],
] as const

describe.each(ENGINES)('The walk that a server makes through its ledger on %s', AGAIN, (name, makePlace, missing) => {
  if (missing) {
    it.skip(`did not run: ${missing}`, () => {})
    return
  }
  let place: Place
  beforeEach(async () => {
    place = await makePlace()
  })
  afterEach(() => place.clear())

  const filled = async (): Promise<Ledger> => {
    const ledger = await openLedger(place.config)
    await Promise.all(Array.from({ length: MANY }, () => ledger.record(decision())))
    await writeEveryKind(ledger)
    return ledger
  }

  /** As somebody does it who may do anything in the database, while no server runs. */
  const tamper = async (change: (db: Kysely<LedgerTables>) => Promise<unknown>): Promise<void> => {
    const { db, close } = await openDatabase(place.config)
    for (const table of ['decision', 'entry', 'chain_head']) await sql`alter table ${sql.table(table)} disable trigger user`.execute(db)
    await change(db)
    await close()
  }

  it('finds nothing in a ledger of every kind of entry, says when it ended, and leaves health as it was', async () => {
    const ledger = await filled()
    const before = ledger.health()
    await ledger.evidence.walk()
    const { walk, ...after } = ledger.health()
    await ledger.close()
    expect(before.walk).toEqual({ broken: false, endedAt: null })
    expect([after.state, walk]).toEqual(['ok', { broken: false, endedAt: expect.any(Number) }])
  })

  it.each<readonly [string, (db: Kysely<LedgerTables>) => Promise<unknown>, string]>([
    [
      'a decision that was changed in its midst',
      (db) => sql`update decision set outcome = 'x' where id = (select ref from entry where seq = 71)`.execute(db),
      'entry 71: its rows are not what was sealed',
    ],
    [
      'a decision that was taken away in its midst',
      (db) => sql`delete from decision where id = (select ref from entry where seq = 72)`.execute(db),
      'entry 72: its rows are missing',
    ],
    ['an entry that was taken away', (db) => sql`delete from entry where seq = 73`.execute(db), 'entry 73: an entry is missing'],
    ['an end that was cut off', (db) => sql`delete from entry where seq > 100`.execute(db), 'entry 101: entries are missing at the end'],
    [
      'an end that is another one',
      (db) => sql`update chain_head set hash = ${'f'.repeat(64)}`.execute(db),
      'the end of the chain was changed',
    ],
  ])('finds %s, while health says nothing of it before', async (_change, change, words) => {
    await (await filled()).close()
    await tamper(change)
    const broken: object[] = []
    const ledger = await openLedger(place.config, { onBroken: (found) => broken.push(found) })
    const before = ledger.health().state
    await ledger.evidence.walk()
    const { ok, state, detail, walk } = ledger.health()
    await ledger.close()
    expect([before, ok, state, walk.broken, broken.length]).toEqual(['ok', true, 'degraded', true, 1])
    expect(detail).toContain(words)
    expect(detail).toContain('attune ledger verify')
  })

  it('takes nothing for damage that retention or an erasure removes while it is under way', async () => {
    const ledger = await filled()
    const walking = ledger.evidence.walk()
    const removed = await ledger.evidence.forget(new Date(Date.now() + 5000 * DAY))
    await walking
    const { state, walk } = ledger.health()
    await ledger.close()
    expect(removed.decisions).toBeGreaterThan(MANY)
    expect([state, walk]).toEqual(['ok', { broken: false, endedAt: expect.any(Number) }])
  })

  it('ends soon when the server does', async () => {
    const ledger = await filled()
    const walking = ledger.evidence.walk()
    await ledger.close()
    await walking
    expect(ledger.health().walk).toEqual({ broken: false, endedAt: null })
  })

  it.runIf(name === 'PostgreSQL')('is made by one of the processes that share a ledger at a time', async () => {
    const [one, other] = [await filled(), await openLedger(place.config)]
    await Promise.all([one.evidence.walk(), other.evidence.walk()])
    const ended = [one, other].filter(({ health }) => health().walk.endedAt !== null)
    await other.evidence.walk()
    const again = other.health().walk.endedAt
    await Promise.all([one.close(), other.close()])
    expect([ended.length, again]).toEqual([1, expect.any(Number)])
  })

  it('is made by itself where it is configured', async () => {
    const ledger = await openLedger({
      ...place.config,
      ledger: { signEverySeconds: 900, signEveryEntries: 1000, walkEverySeconds: 1 },
    })
    await ledger.record(decision())
    await expect.poll(() => ledger.health().walk.endedAt, { timeout: 120_000 }).not.toBeNull()
    await ledger.close()
  })
})

/** A walk on a database of which every read fails. */
const failing = (error: Error) =>
  makeBackgroundWalk({ db: () => Promise.reject(error), databaseUrl: null, everySeconds: null, onBroken: () => {} })

const coded = (code: string | null): Error => Object.assign(new Error('Jane Doe, born 1950'), code === null ? {} : { code })

it.each(['42501', '53200', null])(
  'a walk that cannot go on for a reason of its own (%s) says so, and nothing of the data',
  async (code) => {
    const { walk, trouble, state } = failing(coded(code))
    await walk()
    expect(trouble()).toBe(`the slow walk through the ledger could not be ended (${code ?? 'Error'})`)
    expect(state()).toEqual({ broken: false, endedAt: null })
  },
)

it.each(['08006', '57P01', '57014', 'ECONNREFUSED', 'ETIMEDOUT', 'ENOTFOUND', 'ledger-failed'])(
  'a walk says nothing of a database that is away (%s), of which health tells by itself',
  async (code) => {
    const { walk, trouble } = failing(coded(code))
    await walk()
    expect(trouble()).toBeNull()
  },
)

/** A PostgreSQL that lets in whoever comes and answers nothing after that; `heard`: when it was asked something. */
const silentPostgres = async () => {
  const sockets = new Set<Socket>()
  const letIn = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0, 0x5a, 0, 0, 0, 5, 0x49]) // AuthenticationOk, ReadyForQuery
  let hear = (): void => {}
  const heard = new Promise<void>((resolve) => {
    hear = resolve
  })
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.once('data', () => {
      socket.write(letIn)
      socket.on('data', hear)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const left = () => [...sockets].filter(({ destroyed }) => !destroyed).length
  const clear = () => {
    for (const socket of sockets) socket.destroy()
    server.close()
  }
  return { url: `postgres://a@127.0.0.1:${(server.address() as AddressInfo).port}/a`, heard, left, clear }
}

it('a server that ends waits for no PostgreSQL that has stopped answering its walk, and keeps no connection to it', async () => {
  const postgres = await silentPostgres()
  const { walk, trouble, close } = makeBackgroundWalk({
    db: () => Promise.reject(new Error('not asked')),
    databaseUrl: postgres.url,
    everySeconds: null,
    onBroken: () => {},
  })
  const walking = walk()
  await postgres.heard
  const began = performance.now()
  await Promise.all([close(), walking])
  const seconds = (performance.now() - began) / 1000
  await expect.poll(postgres.left, { timeout: 120_000 }).toBe(0)
  postgres.clear()
  expect([seconds < 20, trouble()]).toEqual([true, null])
}, 600_000)
