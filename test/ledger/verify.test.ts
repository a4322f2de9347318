import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { type Kysely, sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { addRow } from '../../src/ledger/add-row.ts'
import { type Database, openDatabase } from '../../src/ledger/database.ts'
import { openLedger } from '../../src/ledger/ledger.ts'
import { makeSigner, type PublicKeys } from '../../src/ledger/signing.ts'
import type { LedgerTables } from '../../src/ledger/tables.ts'
import { type Verified, verifyLedger } from '../../src/ledger/verify.ts'
import { decision } from './decisions.ts'
import { embeddedPlace, type Place, postgresMissing, postgresPlace } from './engines.ts'
import { writeEveryKind } from './every-kind.ts'

// Opening an embedded database takes long on a busy machine.
vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 })

const ENGINES = [
  ['PostgreSQL', postgresPlace, postgresMissing],
  ['PGlite, embedded', embeddedPlace, null],
] as const

/** Tables that are evidence, and those that carry the proof. */
const TABLES = [
  'decision',
  'card',
  'concern',
  'prediction',
  'feedback',
  'review',
  'shadow_call',
  'outcome',
  'model_switch',
  'practice_switch',
  'rules_order',
  'entry',
  'chain_head',
  'signed_head',
  'sealed_box',
] as const

type Cell = { readonly table: (typeof TABLES)[number]; readonly column: string; readonly type: string; readonly row: string }

/** The server's own tables, whatever schema the test has. */
const cellsOf = async (db: Kysely<LedgerTables>): Promise<Cell[]> => {
  const cells: Cell[] = []
  for (const table of TABLES) {
    const columns = await sql<{ column: string; type: string }>`select column_name as column, data_type as type
      from information_schema.columns where table_schema = current_schema() and table_name = ${table} and column_name <> 'one'`.execute(db)
    const rows = await sql<{ row: string }>`select ctid::text as row from ${sql.table(table)}`.execute(db)
    for (const { column, type } of columns.rows) for (const { row } of rows.rows) cells.push({ table, column, type, row })
  }
  return cells
}

/** A switch of a model as releases wrote it before switches had tenants. */
const switchAsBefore = async ({ config }: Place): Promise<void> => {
  const { db, close } = await openDatabase(config)
  const row = { at: '2026-06-02T09:00:00.000Z', model: 'bleeding', use: 'off', by: 'somebody', because: 'of reasons' }
  await db.transaction().execute((transaction) => addRow(transaction, 'model_switch', row))
  await close()
}

/** Another value of the same kind; the smallest change that the type knows. */
const other = ({ column, type }: Pick<Cell, 'column' | 'type'>, how: number) => {
  const it = sql.ref(column)
  if (type === 'bigint') return sql`coalesce(${it}, 0) + ${sql.lit(how + 1)}`
  if (type === 'double precision') return sql`coalesce(${it}, 0) + 0.001`
  if (type === 'date') return sql`${it} + 1`
  if (type.startsWith('timestamp')) return sql`${it} + interval '1 microsecond'`
  if (type === 'bytea')
    return how === 0 ? sql`coalesce(${it}, '') || ' '::bytea` : how === 1 ? sql`'x'::bytea || coalesce(${it}, '')` : sql`''::bytea`
  const choices = [sql`coalesce(${it}, '') || ' '`, sql`'x' || coalesce(${it}, '')`, sql`case when ${it} = '' then 'y' else '' end`]
  return choices[how % choices.length] ?? sql`''`
}

type Change = { readonly name: string; readonly make: (db: Kysely<LedgerTables>) => Promise<void> }

const undone = Symbol('undone')

/** Makes a change, looks, and takes it back. */
const during = async (database: Database, change: Change, keys: readonly PublicKeys[], headsFile: string | null): Promise<Verified> => {
  let seen: Verified | null = null
  await database.db
    .transaction()
    .execute(async (transaction) => {
      await change.make(transaction)
      // the walk opens a snapshot of its own; here it looks from within the change
      const same = new Proxy(transaction, {
        get: (target, name) =>
          name === 'transaction'
            ? () => {
                const self = {
                  setIsolationLevel: () => self,
                  setAccessMode: () => self,
                  execute: (work: (db: unknown) => unknown) => work(target),
                }
                return self
              }
            : Reflect.get(target, name, target),
      })
      seen = await verifyLedger(same, { trusted: keys, headsFile })
      throw undone
    })
    .catch((error: unknown) => {
      if (error !== undone) throw error
    })
  if (!seen) throw new Error('nothing was seen')
  return seen
}

describe.each(ENGINES)('What attune ledger verify finds on %s', (_name, makePlace, missing) => {
  if (missing) {
    it.skip(`did not run: ${missing}`, () => {})
    return
  }
  let place: Place
  let database: Database
  let keys: readonly PublicKeys[]
  let headsFile: string
  let cells: Cell[]

  beforeAll(async () => {
    place = await makePlace()
    await (await openLedger(place.config)).close()
    await switchAsBefore(place)
    const ledger = await openLedger(place.config)
    await writeEveryKind(ledger)
    await ledger.evidence.signHead()
    await ledger.record(decision())
    await ledger.evidence.signHead()
    await ledger.record(decision())
    expect(ledger.health().state).toBe('ok')
    keys = await ledger.evidence.publicKeys()
    headsFile = join(place.config.dataDir, 'ledger-heads.ndjson')
    await ledger.close()
    database = await openDatabase(place.config)
    for (const table of TABLES) await sql`alter table ${sql.table(table)} disable trigger user`.execute(database.db)
    for (const table of ['review', 'outcome', 'model_switch', 'practice_switch', 'rules_order'])
      await sql`alter table ${sql.table(table)} alter column seq drop identity`.execute(database.db)
    cells = await cellsOf(database.db)
  })
  afterAll(async () => {
    await database?.close()
    await place?.clear()
  })

  it('a ledger that nobody touched is intact, signed by both methods, and tells what is not signed yet', async () => {
    const { state, faults, decisions, unsigned, heads } = await verifyLedger(database.db, { trusted: keys, headsFile })
    expect({ state, faults, decisions, unsigned, heads }).toEqual({
      state: 'intact',
      faults: [],
      decisions: 4,
      unsigned: 1,
      heads: { signedUpTo: expect.any(Number), inDatabase: 2, inFile: 2 },
    })
  })

  it('holds rows of every table of which it speaks', () => {
    expect(new Set(cells.map(({ table }) => table))).toEqual(new Set(TABLES))
  })

  const finds = async (change: Change): Promise<void> => {
    const { state } = await during(database, change, keys, headsFile)
    expect(state, change.name).toBe('broken')
  }

  it('any change of any column of any row', async () => {
    const runs = process.env.ATTUNE_TEST_WHOLE === '1' ? cells.length * 3 : 40
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: cells.length - 1 }), fc.integer({ min: 0, max: 2 }), async (at, how) => {
        const cell = cells[at] as Cell
        await finds({
          name: `${cell.table}.${cell.column} (${how})`,
          make: async (db) => {
            await sql`update ${sql.table(cell.table)} set ${sql.ref(cell.column)} = ${other(cell, how)} where ctid = ${cell.row}::tid`.execute(
              db,
            )
          },
        }).catch((error: unknown) => {
          // the database itself does not take the value: a key that is there already, a kind that it does not know
          if (error instanceof Error && 'code' in error && String(error.code).startsWith('23')) return
          throw error
        })
      }),
      { numRuns: runs },
    )
  })

  it('any row that is taken out', async () => {
    const rows = [...new Map(cells.map((cell) => [`${cell.table} ${cell.row}`, cell])).values()]
    const some = process.env.ATTUNE_TEST_WHOLE === '1' ? rows : rows.filter((_, at) => at % 2 === 0)
    for (const { table, row } of some)
      await finds({
        name: `${table} ${row} removed`,
        make: async (db) => void (await sql`delete from ${sql.table(table)} where ctid = ${row}::tid`.execute(db)),
      })
  })

  it.each([
    [
      'two entries that change places',
      sql`update entry set seq = case seq when 2 then -3 else -2 end where seq in (2, 3); `,
      sql`update entry set seq = -seq where seq < 0`,
    ],
    ['an estimate that nobody made', sql`insert into prediction select * from prediction limit 1`],
    ['feedback that nobody sent', sql`insert into feedback select 'new', at, tenant, card, outcome, 'new', record from feedback limit 1`],
    [
      'an entry behind the last one',
      sql`insert into entry select seq + 1, at, kind, 'new', rows, box, body, hash, 'new' from entry order by seq desc limit 1`,
    ],
    [
      'a cut tail with a head that was put right',
      sql`delete from decision where seq > 3`,
      sql`delete from entry where seq > 3`,
      sql`update chain_head set seq = 3, hash = (select hash from entry where seq = 3)`,
    ],
  ])('%s', async (name, ...statements) => {
    await finds({
      name: String(name),
      make: async (db) => {
        for (const statement of statements.slice(0)) if (typeof statement === 'object') await statement.execute(db)
      },
    })
  })

  it('a tail cut off whole, heads and all: only by the heads file', async () => {
    const cut: Change = {
      name: 'cut tail',
      make: async (db) => {
        const { rows } = await sql<{ seq: string }>`select seq from signed_head order by seq limit 1`.execute(db)
        const last = sql.lit(Number(rows[0]?.seq))
        const { rows: gone } = await sql<{ ref: string }>`delete from entry where seq > ${last} returning ref`.execute(db)
        for (const { ref } of gone) await sql`delete from decision where id = ${ref}`.execute(db)
        await sql`delete from signed_head where seq > ${last}`.execute(db)
        await sql`update chain_head set seq = ${last}, hash = (select hash from entry where seq = ${last})`.execute(db)
      },
    }
    expect((await during(database, cut, keys, null)).state).toBe('intact')
    const { faults } = await during(database, cut, keys, headsFile)
    expect(faults.map(({ because }) => because)).toEqual([
      'the heads file tells of this entry, and it is not there: the end of the chain was cut off',
    ])
  })

  it('heads that somebody else signed, keys of somebody else, and a heads file that was changed', async () => {
    const stranger = await makeSigner(Buffer.alloc(32, 7), 'ledger').publicKeys()
    const other = await verifyLedger(database.db, { trusted: [stranger], headsFile: null })
    expect(other.faults.map(({ because }) => because)).toContain('none of the keys that are known from outside vouches for them')
    const lines = readFileSync(headsFile, 'utf8')
    const changed = join(place.config.dataDir, 'changed.ndjson')
    for (const member of ['seq', 'hash', 'at', 'key', 'previous', 'ledger', 'ed25519', 'mldsa65'] as const) {
      const [first = '', second = ''] = lines.split('\n')
      const head = JSON.parse(second)
      writeFileSync(
        changed,
        `${first}\n${JSON.stringify({ ...head, [member]: member === 'seq' ? head.seq - 1 : `${head[member].slice(0, -1)}~` })}\n`,
      )
      expect((await verifyLedger(database.db, { trusted: keys, headsFile: changed })).state, member).toBe('broken')
    }
    writeFileSync(changed, lines)
    appendFileSync(changed, 'half a li')
    expect((await verifyLedger(database.db, { trusted: keys, headsFile: changed })).state).toBe('broken')
  })
})
