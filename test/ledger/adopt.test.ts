import { sql } from 'kysely'
import { describe, expect, it, vi } from 'vitest'
import { CHAIN_START, chainHash } from '../../src/ledger/canonical.ts'
import { type Database, openDatabase } from '../../src/ledger/database.ts'
import { openLedger } from '../../src/ledger/ledger.ts'
import { readRecord, recordOf } from '../../src/ledger/packed-record.ts'
import { decision } from './decisions.ts'
import { embeddedPlace, type Place, postgresMissing, postgresPlace } from './engines.ts'
import { writeEveryKind } from './every-kind.ts'

// Opening an embedded database takes long on a busy machine.
vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 })

/** The tables as the release before the chain of all entries had them, with its own chain over decisions alone. */
const asBefore = async ({ db }: Database): Promise<void> => {
  const run = (text: string) => sql.raw(text).execute(db)
  for (const table of ['decision', 'review', 'feedback']) await run(`drop trigger ${table}_append_only on ${table}`)
  await run('alter table decision add column previous_hash text, add column hash text')
  await run('alter table review add column locked text')
  await run(`update review r set locked = b.box from sealed_box b where b.kind = 'review' and b.ref = r.id`)
  await run('update decision set seq = -seq')
  let previous = CHAIN_START
  const rows = await db
    .selectFrom('decision')
    .select(['id', recordOf('decision').as('stored')])
    .orderBy('seq', 'desc')
    .execute()
  for (const [at, { id, stored }] of rows.entries()) {
    const record = readRecord(stored ?? '')
    const hash = chainHash(previous, record)
    await sql`update decision set seq = ${at + 1}, previous_hash = ${previous}, hash = ${hash}, record = ${record} where id = ${id}`.execute(
      db,
    )
    previous = hash
  }
  await sql`update chain_head set seq = ${rows.length}, hash = ${previous}`.execute(db)
  await run('alter table decision drop column packed, drop column about, alter column record set not null')
  for (const table of ['entry', 'sealed_box', 'signed_head']) await run(`drop table ${table}`)
  await run('alter table chain_head drop column ledger')
  for (const table of ['decision', 'review'])
    await run(
      `create trigger ${table}_append_only before update or delete or truncate on ${table} for each statement execute function refuse_change()`,
    )
  await run('delete from ledger_migration where version >= 9') // the chain of all entries came with that one
}

const earlierLedger = async (place: Place, damage: string | null): Promise<readonly string[]> => {
  const ledger = await openLedger(place.config)
  const ids = await writeEveryKind(ledger)
  await ledger.close()
  const database = await openDatabase(place.config)
  await asBefore(database)
  if (damage !== null) {
    await sql`set attune.removal = 'on'`.execute(database.db)
    await sql.raw(damage).execute(database.db)
  }
  await database.close()
  return ids
}

const ENGINES = [
  ['PostgreSQL', postgresPlace, postgresMissing],
  ['the embedded database', embeddedPlace, null],
] as const
const makePlace = () => (postgresMissing === null ? postgresPlace() : embeddedPlace())

describe('A ledger of an earlier release', () => {
  it.each(ENGINES.filter(([, , missing]) => missing === null))(
    'on %s keeps its records as they were, and new ones beside them are sealed and read alike',
    async (_, placeOf) => {
      const place = await placeOf()
      const ids = await earlierLedger(place, null)
      const ledger = await openLedger(place.config)
      const next = decision()
      await ledger.record(next)
      expect(await ledger.recent(1, 'north')).toEqual([next])
      expect((await ledger.recent(5, 'north')).map(({ id }) => id)).toEqual([next.id, ...[...ids].reverse()])
      expect(await ledger.evidence.verify()).toMatchObject({ state: 'intact', faults: [], decisions: 3 })
      await ledger.close()
      await place.clear()
    },
  )

  it('is taken into the chain as it stands: nothing is lost, notes open, and it is intact', async () => {
    const place = await makePlace()
    const ids = await earlierLedger(place, null)
    const ledger = await openLedger(place.config)
    expect(await ledger.evidence.verify()).toMatchObject({ state: 'intact', faults: [], decisions: 2 })
    expect((await ledger.recent(5, 'north')).map(({ id }) => id)).toEqual([...ids].reverse())
    const reviews = await ledger.reviews.of({ tenant: 'north', patientKey: 'a'.repeat(64) })
    expect(reviews.map(({ secret }) => secret)).toEqual([{ note: 'told in confidence' }, null])
    await ledger.close()
    const { db, close } = await openDatabase(place.config)
    const adopted = await db.selectFrom('entry').select('body').where('kind', '=', 'adopted').executeTakeFirstOrThrow()
    expect(JSON.parse(adopted.body ?? '')).toEqual({ decisions: 2, head: expect.stringMatching(/^[0-9a-f]{64}$/), brokenAt: null })
    await close()
    await place.clear()
  })

  it('whose own chain was broken says where', async () => {
    const place = await makePlace()
    await earlierLedger(place, `update decision set record = replace(record, 'not-assessed', 'assessed') where seq = 2`)
    await (await openLedger(place.config)).close()
    const { db, close } = await openDatabase(place.config)
    const adopted = await db.selectFrom('entry').select('body').where('kind', '=', 'adopted').executeTakeFirstOrThrow()
    expect(JSON.parse(adopted.body ?? '')).toMatchObject({ decisions: 2, brokenAt: 2 })
    await close()
    await place.clear()
  })
})
