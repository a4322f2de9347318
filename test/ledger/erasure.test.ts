import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { CONFIG_SCHEMAS } from '../../src/config.ts'
import { openDatabase } from '../../src/ledger/database.ts'
import { openLedger } from '../../src/ledger/ledger.ts'
import { readRecord, recordOf } from '../../src/ledger/packed-record.ts'
import { runMain } from '../cli/run-main.ts'
import { card, decision, feedbackOn } from './decisions.ts'
import { AGAIN, embeddedPlace, type Place, postgresMissing, postgresPlace } from './engines.ts'
import { writeEveryKind } from './every-kind.ts'

vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 })

let place: Place
beforeEach(async () => {
  place = postgresMissing === null ? await postgresPlace() : await embeddedPlace()
})
afterEach(async () => {
  vi.restoreAllMocks()
  await place.clear()
})

const opened = async <T>(work: (ledger: Awaited<ReturnType<typeof openLedger>>) => Promise<T>): Promise<T> => {
  const ledger = await openLedger(place.config)
  try {
    return await work(ledger)
  } finally {
    await ledger.close()
  }
}

const BASE = 'https://ehr.north.test/fhir'
const OTHER = 'c'.repeat(64)
const ASKED = { tenant: 'north', patientKeys: ['a'.repeat(64)] }

/** All text of the database, in whatever tables it has, with what its packed records say. */
const everything = async (): Promise<string> => {
  const { db, close } = await openDatabase(place.config)
  const { rows: tables } = await sql<{ name: string }>`select table_name as name from information_schema.tables
    where table_schema = current_schema()`.execute(db)
  expect(tables.length).toBeGreaterThan(10)
  const texts = await Promise.all(
    tables.map(async ({ name }) =>
      (await sql<{ t: string }>`select x::text as t from ${sql.table(name)} x`.execute(db)).rows.map(({ t }) => t).join(),
    ),
  )
  const { rows: packed } = await sql<{ t: string }>`select ${recordOf('decision')} as t from decision where packed is not null`.execute(db)
  texts.push(...packed.map(({ t }) => readRecord(t)))
  await close()
  return texts.join()
}

describe('A patient who is to be forgotten', AGAIN, () => {
  it('is: everything of this one is gone, of others nothing; the chain holds and tells how many entries were erased', async () => {
    const other = decision({ patientKey: OTHER, cards: [card()] })
    await opened(async (ledger) => {
      await writeEveryKind(ledger)
      await ledger.record(other, [], [], [], Buffer.from('of another'))
      await ledger.feedback([feedbackOn(other.cards[0]?.uuid ?? '')])
      await ledger.reviews.add({ tenant: 'north', patientKey: OTHER }, 'mark', {}, { note: 'of another' })
      expect(await ledger.evidence.countOf(ASKED)).toEqual({ feedback: 2, shadow: 1, outcome: 1, review: 2, decision: 2 })
      const erased = await ledger.evidence.erase(ASKED, 'asked for on 2026-06-03, file 12')
      expect(erased).toEqual({ feedback: 2, shadow: 1, outcome: 1, review: 2, decision: 2 })
      expect(await ledger.evidence.verify()).toMatchObject({ state: 'intact', faults: [], decisions: 1, removed: 0, erased: 8 })
      expect(await ledger.counts()).toEqual({ decisions: 1, feedback: 1, predictions: 0 })
      expect(await ledger.decision(other.id, 'north')).toEqual(other)
      expect(await ledger.reviews.of({ tenant: 'north', patientKey: OTHER })).toHaveLength(1)
      expect((await ledger.inputsOf(other.id, 'north')).state).toBe('kept')
      await ledger.record(decision()) // the patient comes again
      expect(await ledger.evidence.verify()).toMatchObject({ state: 'intact', decisions: 2, erased: 8 })
    })
    expect((await everything()).split(ASKED.patientKeys[0] ?? '')).toHaveLength(1 + 2) // of the newest decision alone: its column and its record
  })

  it('of one tenant leaves the same key of another tenant alone', async () => {
    await opened(async (ledger) => {
      await ledger.record(decision())
      await ledger.record(decision({ tenant: 'south' }))
      expect(await ledger.evidence.erase(ASKED, 'asked for')).toMatchObject({ decision: 1 })
      expect([await ledger.counts('north'), await ledger.counts('south')]).toMatchObject([{ decisions: 0 }, { decisions: 1 }])
    })
  })

  it('cannot be made up: rows that are gone by an erasure that nobody signed are told', async () => {
    await opened((ledger) => ledger.record(decision()))
    const { openChain } = await import('../../src/ledger/chain.ts')
    const database = await openDatabase(place.config)
    await database.db.transaction().execute(async (transaction) => {
      await sql`set local attune.removal = 'on'`.execute(transaction)
      await sql`delete from decision`.execute(transaction)
      const chain = await openChain(transaction)
      chain.add({ kind: 'erasure', ref: 'x', rows: null, body: JSON.stringify({ entries: [1], because: 'tidy' }) })
      await chain.commit()
    })
    await database.close()
    await opened(async ({ evidence }) => {
      expect((await evidence.verify()).faults).toEqual([{ entry: 2, what: 'erasure x', because: 'it was signed for another ledger' }])
    })
  })

  it('cannot be half undone: a row that comes back is told', async () => {
    const one = decision()
    await opened(async (ledger) => {
      await ledger.record(one)
      await ledger.evidence.erase(ASKED, 'asked for')
    })
    const database = await openDatabase(place.config)
    const row = { seq: 1, id: one.id, at: one.at, tenant: 'north', service: 's', outcome: 'assessed', patient_key: OTHER, record: '{}' }
    await database.db.insertInto('decision').values(row).execute()
    await database.close()
    await opened(async ({ evidence }) => {
      expect((await evidence.verify()).faults).toEqual([
        { entry: 1, what: `decision ${one.id}`, because: 'rows are there that were removed' },
      ])
    })
  })
})

describe('attune ledger erase', AGAIN, () => {
  const where = (): string[] => (place.config.databaseUrl ? ['--database', place.config.databaseUrl] : [])
  const run = (words: readonly string[], stdin = '') => {
    vi.stubEnv('ATTUNE_DATA_DIR', place.config.dataDir)
    vi.stubEnv('ATTUNE_CONFIG', configFile())
    vi.spyOn(process, 'stdin', 'get').mockReturnValue(Readable.from([stdin]) as unknown as typeof process.stdin)
    return runMain('ledger', ...words, ...where())
  }
  const configFile = (): string => {
    const path = join(place.config.dataDir, 'attune.json')
    writeFileSync(path, JSON.stringify({ auth: 'required', ledger: { signingKeyFile: keysOf('b') } }))
    return path
  }
  /** A file with one signing key: this digit throughout. */
  const keysOf = (digit: string): string => {
    const path = join(place.config.dataDir, `sign-${digit}.keys`)
    writeFileSync(path, digit.repeat(64))
    return path
  }
  const NAMED = ['erase', '--tenant', 'north', '--fhir-server', BASE]

  it('takes the id from its input, counts until it is confirmed, and the ledger is intact and says what was erased', async () => {
    await opened((ledger) => ledger.record(decision({ patientKey: ledger.patientKey('north', BASE, 'p-77') })))
    const counted = await run(NAMED, 'p-77\n')
    expect([counted.status, counted.out]).toEqual([0, expect.stringContaining('It would erase entries: 0 of kind feedback')])
    const silent = await run([...NAMED, '--confirm'], 'p-77\n')
    expect([silent.status, silent.err]).toEqual([2, expect.stringContaining('Say why with --because')])
    const erased = await run([...NAMED, '--confirm', '--because', 'file 12'], 'p-77\n')
    expect([erased.status, erased.out]).toEqual([0, expect.stringContaining('1 of kind decision')])
    expect(`${counted.out}${erased.out}${erased.err}`).not.toContain('p-77')
    const verified = await run(['verify'])
    expect([verified.status, verified.out]).toEqual([0, expect.stringContaining('1 erased on request')])
    expect((await run(NAMED, 'p-77')).out).toBe('The ledger holds nothing of this patient.\n')
  })

  it('whose signing key is not at hand removes nothing and says in plain words which key is missing and where that is told', async () => {
    const ledger = await openLedger({
      ...place.config,
      ledger: CONFIG_SCHEMAS.file.parse({ ledger: { signingKeyFile: keysOf('a') } }).ledger,
    })
    await ledger.record(decision({ patientKey: OTHER }))
    await ledger.close() // signs its end
    const refused = await run(['erase', '--tenant', 'north', '--patient-key', OTHER, '--confirm', '--because', 'file 12'])
    expect(refused.status).toBe(1)
    expect(refused.err).toMatch(
      /^ledger-failed: the ledger is signed with key [0-9a-f]{16}, which is not among the keys of this process: .*docs\/operations\.md, section 3\)\n$/,
    )
    expect(await opened((again) => again.counts())).toMatchObject({ decisions: 1 })
  })

  it.each([
    ['without a tenant', ['erase', '--fhir-server', BASE], 'p'],
    ['without a patient', ['erase', '--tenant', 'north'], 'p'],
    ['with two ways to name one', [...NAMED, '--patient-key', OTHER], 'p'],
    ['with an empty input', NAMED, ''],
    ['with more than one id', NAMED, 'p1\np2'],
  ])('does nothing %s', async (_name, words, stdin) => {
    await opened((ledger) => ledger.record(decision()))
    expect((await run(words, stdin)).status).toBe(2)
    expect(await opened((ledger) => ledger.counts())).toMatchObject({ decisions: 1 })
  })
})
