import { existsSync, mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Socket } from 'node:net'
import { dirname } from 'node:path'
import { Kysely, PostgresDialect, type PostgresPool, type PostgresPoolClient } from 'kysely'
import { makeDatabase } from './first-start.ts'
import { type Unflushed, unflushedIn } from './flush-files.ts'
import { checkVersion, migrate } from './migrations.ts'
import { openPgliteThread, type PgliteThread } from './pglite-thread.ts'
import type { LedgerTables } from './tables.ts'

export type Engine = 'pglite' | 'postgres'
export type Database = {
  readonly db: Kysely<LedgerTables>
  /** Files that must be flushed by us, because the engine does not; null for PostgreSQL. */
  readonly unflushed: Unflushed | null
  /** Whether records go into it deflated (packed-record.ts). */
  readonly packs: boolean
  readonly close: () => Promise<void>
}

/** Less shared memory than PostgreSQL's 150 MB: the ledger appends small rows, and idle memory is a goal of the service. */
const SMALL = [
  'shared_buffers=4MB',
  'wal_buffers=1MB',
  'max_wal_size=64MB',
  'min_wal_size=32MB',
  'max_connections=1', // PGlite is one connection; the tables of locks and of reads in flight are made for this many
  'io_max_concurrency=1',
].flatMap((setting) => ['-c', setting])

/** PGlite is one connection: transactions queue for it. */
const asPool = (pglite: PgliteThread): PostgresPool => {
  let last: Promise<void> = Promise.resolve()
  const connect = async (): Promise<PostgresPoolClient> => {
    const before = last
    let free = (): void => {}
    last = new Promise((resolve) => {
      free = resolve
    })
    await before
    const query = async (text: string, parameters: readonly unknown[]) => {
      const { rows, affectedRows } = await pglite.query(text, parameters)
      return { command: text.trimStart().slice(0, 6).trim().toUpperCase(), rowCount: affectedRows ?? rows.length, rows }
    }
    return { query: query as PostgresPoolClient['query'], release: free } // cursors are never asked for
  }
  return { connect, end: () => pglite.close() }
}

const openPglite = async (folder: string): Promise<Database> => {
  mkdirSync(dirname(folder), { recursive: true, mode: 0o700 })
  await makeDatabase(folder)
  const pglite = await openPgliteThread(folder, SMALL).catch((cause: unknown) => {
    const because = cause instanceof Error ? cause.message : String(cause) // its own words, as "Aborted()"
    throw new Error(`the files of the embedded database cannot be opened, they may be damaged (docs/operations.md): ${because}`, { cause })
  })
  const db = new Kysely<LedgerTables>({ dialect: new PostgresDialect({ pool: asPool(pglite) }) })
  const close = async () => {
    await db.destroy() // ends the pool, but only when a query was asked of it
    await pglite.close()
  }
  return { db, unflushed: unflushedIn(folder), packs: true, close }
}

/** Loaded only where PostgreSQL is configured. */
const loadPg = (): typeof import('pg') => createRequire(import.meta.url)('pg')

/**
 * Longest wait for a lock that another session holds, in milliseconds. Processes that share the ledger hold the end of the chain for a
 * batch, some ten milliseconds; who waits longer than this waits for something else, and the entries go to the spool meanwhile.
 */
const LOCK_MS = 750

/** A call does not wait longer for the database; who walks the whole chain does. */
const CALL_MS = 5000
const WALK_MS = 3_600_000

/**
 * @param longestMs a query that takes longer is given up
 * @returns besides, `cut`: ends the connections at once, whatever is asked on them; a server that hangs answers no farewell either
 */
export const openPostgres = (databaseUrl: string, longestMs: number = CALL_MS): Database & { readonly cut: () => void } => {
  const { Pool } = loadPg()
  const sockets = new Set<Socket>()
  const makeSocket = (): Socket => {
    const socket = new Socket()
    sockets.add(socket)
    return socket.once('close', () => sockets.delete(socket))
  }
  const pool = new Pool({
    connectionString: databaseUrl,
    stream: makeSocket,
    max: 4,
    connectionTimeoutMillis: 2000,
    query_timeout: longestMs,
    statement_timeout: longestMs,
    lock_timeout: LOCK_MS,
    keepAlive: true,
    application_name: 'attune-ledger',
  })
  // A connection that dies is replaced at the next use and the query in flight fails; unheard, the event would end the process.
  pool.on('error', () => {})
  pool.on('connect', (client) => {
    client.on('error', () => {})
  })
  const db = new Kysely<LedgerTables>({ dialect: new PostgresDialect({ pool }) })
  const cut = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  return { db, unflushed: null, packs: false, close: () => db.destroy(), cut }
}

type Place = { readonly dataDir: string; readonly databaseUrl: string | null }

const open = ({ dataDir, databaseUrl }: Place, longestMs: number): Promise<Database> | Database =>
  databaseUrl ? openPostgres(databaseUrl, longestMs) : openPglite(`${dataDir}/ledger/pglite`)

const openAnd = async (opening: Promise<Database> | Database, prepare: (db: Database['db']) => Promise<void>): Promise<Database> => {
  const database = await opening
  try {
    await prepare(database.db)
    return database
  } catch (error) {
    await database.close().catch(() => {}) // the reason it could not be used is the error to tell
    throw error
  }
}

/** Opens and migrates the database of the ledger. */
export const openDatabase = (config: Place): Promise<Database> => openAnd(open(config, CALL_MS), migrate)

/** Opens the database of a ledger as it is, for a long look. @throws Error when there is none of this release */
export const openToLook = (config: Place): Promise<Database> => {
  if (!config.databaseUrl && !existsSync(`${config.dataDir}/ledger/pglite/PG_VERSION`))
    throw new Error('there is no ledger in this data folder')
  return openAnd(open(config, WALK_MS), checkVersion)
}
