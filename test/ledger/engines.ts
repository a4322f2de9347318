import { randomUUID } from 'node:crypto'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { openPostgres } from '../../src/ledger/database.ts'
import { type LedgerConfig, openLedger } from '../../src/ledger/ledger.ts'
import { migrate } from '../../src/ledger/migrations.ts'

/** A place for one test's ledger; `sql` speaks to the same database beside the ledger (PostgreSQL only). */
export type Place = {
  readonly config: LedgerConfig
  readonly sql: ((text: string) => Promise<void>) | null
  readonly clear: () => Promise<void>
}

const POSTGRES = process.env.TEST_DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/test'

const connect = async (): Promise<Client> => {
  const client = new Client({ connectionString: POSTGRES, connectionTimeoutMillis: 15_000 })
  await client.connect()
  return client
}

/** Null when PostgreSQL answers, else why it does not: the tests on it then say that they did not run. */
export const postgresMissing: string | null = await connect().then(
  async (client) => {
    await client.end()
    return null
  },
  (error: unknown) => `no PostgreSQL for tests (TEST_DATABASE_URL): ${error instanceof Error ? error.message : String(error)}`,
)

/**
 * For tests above the ledger, whose own tests take both engines: PostgreSQL where there is one, as hospitals have it, else the embedded
 * database; both with ATTUNE_TEST_WHOLE=1.
 */
export const enginesOfRun = <T>(embedded: T, postgres: T): readonly T[] => {
  if (process.env.ATTUNE_TEST_WHOLE === '1') return [embedded, postgres]
  return [postgresMissing === null ? postgres : embedded]
}

/** The ledger gives up what takes a database more than seconds: a machine that stops may do so to a test, but not in each try. */
export const AGAIN = { retry: 2 }

const folder = (): string => mkdtempSync(join(tmpdir(), 'attune-ledger-'))

/** A data folder in which nothing was ever started. */
export const emptyPlace = async (): Promise<Place> => {
  const dataDir = folder()
  const config = { dataDir, databaseUrl: null, pseudonymKeyFile: undefined }
  return { config, sql: null, clear: async () => rmSync(dataDir, { recursive: true, force: true }) }
}

let template: Promise<string> | null = null

/** Making an embedded database takes seconds; each test file makes one and copies it. */
const makeTemplate = async (): Promise<string> => {
  const { config } = await emptyPlace()
  process.once('exit', () => rmSync(config.dataDir, { recursive: true, force: true }))
  await (await openLedger(config)).close()
  return `${config.dataDir}/ledger`
}

export const embeddedPlace = async (): Promise<Place> => {
  template ??= makeTemplate()
  const place = await emptyPlace()
  cpSync(await template, `${place.config.dataDir}/ledger`, { recursive: true })
  return place
}

/**
 * Makes the tables, for as long as that takes: processes make them one after the other, and a call on a machine that stops gives up
 * before its turn.
 */
const makeTables = async (url: string): Promise<void> => {
  for (let tries = 1; ; tries += 1) {
    const database = openPostgres(url, 300_000)
    const failure = await migrate(database.db).catch((error: unknown) => error)
    await database.close()
    if (failure === undefined) return
    if (tries === 10) throw failure
  }
}

/** A schema of its own, dropped afterwards. */
export const postgresPlace = async (): Promise<Place> => {
  const dataDir = folder()
  const schema = `attune_test_${randomUUID().replaceAll('-', '')}`
  const client = await connect()
  await client.query(`create schema ${schema}`)
  await client.query(`set search_path to ${schema}`)
  const url = new URL(POSTGRES)
  url.searchParams.set('options', `-csearch_path=${schema}`)
  await makeTables(url.href)
  return {
    config: { dataDir, databaseUrl: url.href, pseudonymKeyFile: undefined },
    sql: async (text) => {
      await client.query(text)
    },
    clear: async () => {
      await client.query(`drop schema ${schema} cascade`)
      await client.end()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}
