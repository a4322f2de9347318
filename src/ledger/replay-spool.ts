import { sql } from 'kysely'
import { appendEntries } from './append.ts'
import type { Database } from './database.ts'
import { type Entry, isEntry } from './entries.ts'
import type { Spool, SpoolEntry, SpoolMark } from './spool.ts'

export const LARGEST_BATCH = 256

/** SQLSTATE classes 22 and 23: the data is refused, the database is well. */
export const isRefusal = (error: unknown): boolean => error instanceof Error && 'code' in error && /^2[23]/.test(String(error.code))

type Refuse = (entry: SpoolEntry) => Promise<void>

/** All at once; when the database refuses some entry, one by one, and the refused ones are kept aside. */
export const appendOrRefuse = async (to: Database, entries: readonly Entry[], mark: SpoolMark | null, refuse: Refuse): Promise<void> => {
  try {
    await appendEntries(to, entries, mark)
  } catch (error) {
    if (!isRefusal(error)) throw error
    for (const entry of entries) await appendOne(to, entry, refuse)
    await appendEntries(to, [], mark)
  }
}

const appendOne = async (to: Database, entry: Entry, refuse: Refuse): Promise<void> => {
  try {
    await appendEntries(to, [entry], null)
  } catch (error) {
    if (!isRefusal(error)) throw error
    await refuse(entry)
  }
}

const replayFile = async (to: Database, spool: Spool, file: string, stored: number, refuse: Refuse): Promise<void> => {
  const entries = await spool.read(file)
  for (let at = stored; at < entries.length; at += LARGEST_BATCH) {
    const batch = entries.slice(at, at + LARGEST_BATCH)
    for (const entry of batch) if (!isEntry(entry)) await refuse(entry) // damaged, or of a newer release; before the mark goes past it
    await appendOrRefuse(to, batch.filter(isEntry), { file, lines: at + batch.length }, refuse)
  }
}

/** Sealed spool files into the database, from where it stopped. What is there already stays as it is. */
export const replay = async (to: Database, spool: Spool, refuse: Refuse): Promise<void> => {
  const marks = new Map((await to.db.selectFrom('spool_mark').selectAll().execute()).map(({ file, lines }) => [file, lines]))
  for (const file of await spool.sealed()) await replayFile(to, spool, file, marks.get(file) ?? 0, refuse)
}

/** Lets go of spool files whose entries the database has committed, once they are on its disk too. */
export const settle = async (to: Database, spool: Spool, files: readonly string[]): Promise<void> => {
  if (files.length === 0) return
  if (to.unflushed) {
    await sql`checkpoint`.execute(to.db)
    await to.unflushed.flush()
  }
  for (const file of files) await spool.remove(file)
  await to.db.deleteFrom('spool_mark').where('file', 'in', files).execute()
}
