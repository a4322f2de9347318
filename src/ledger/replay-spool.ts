import { sql } from 'kysely'
import { appendEntries } from './append.ts'
import type { Database } from './database.ts'
import { type Entry, isEntry } from './entries.ts'
import { flushFiles } from './flush-files.ts'
import type { Spool } from './spool.ts'

export const LARGEST_BATCH = 256

/** SQLSTATE classes 22 and 23: the data is refused, the database is well. */
export const isRefusal = (error: unknown): boolean => error instanceof Error && 'code' in error && /^2[23]/.test(String(error.code))

type Refuse = (entry: Entry) => Promise<void>

/** All at once; when the database refuses some entry, one by one, and the refused ones are kept aside. */
export const appendOrRefuse = async (to: Database, entries: readonly Entry[], refuse: Refuse): Promise<void> => {
  try {
    if (entries.length > 0) await appendEntries(to.db, entries)
  } catch (error) {
    if (!isRefusal(error)) throw error
    const [only] = entries
    if (entries.length === 1 && only) return refuse(only)
    for (const entry of entries) await appendOrRefuse(to, [entry], refuse)
  }
}

/** Sealed spool files into the database. What is there already stays as it is. */
export const replay = async (to: Database, spool: Spool, refuse: Refuse): Promise<void> => {
  for (const file of await spool.sealed()) {
    const entries = (await spool.read(file)).filter(isEntry)
    for (let at = 0; at < entries.length; at += LARGEST_BATCH) await appendOrRefuse(to, entries.slice(at, at + LARGEST_BATCH), refuse)
  }
}

/** Lets go of spool files whose entries the database has committed, once they are on its disk too. */
export const settle = async (to: Database, spool: Spool, files: readonly string[]): Promise<void> => {
  if (files.length === 0) return
  if (to.unflushed) {
    await sql`checkpoint`.execute(to.db)
    await flushFiles(to.unflushed)
  }
  for (const file of files) await spool.remove(file)
}
