import { open, readdir, stat } from 'node:fs/promises'

/** Files of an engine that does not bring them to the disk by itself. */
export type Unflushed = {
  /** All of them, and the folders that they are in. Not to be called again before it has ended. */
  flush(): Promise<void>
  /** The log of what was committed, alone. */
  flushLog(): Promise<void>
}

/** A file that went away meanwhile (a recycled log segment) needs no flush; of one that is there, whatever fails is told. */
const unlessGone = <T>(work: Promise<T>): Promise<T | null> =>
  work.catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })

const flush = async (path: string): Promise<void> => {
  const handle = await unlessGone(open(path, 'r'))
  await handle?.sync().finally(() => handle.close())
}

/** The folder itself first: the names of what lies in it are its content. */
const pathsIn = async (folder: string): Promise<string[]> => {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true })
  return [folder, ...entries.map(({ parentPath, name }) => `${parentPath}/${name}`)]
}

/** The longest tick of a file system's clock. */
const TICK_MS = 2000

/** Another one after each write, unless that comes within the same tick of the file system's clock. */
const stateOf = async (path: string): Promise<string | null> => {
  const found = await unlessGone(stat(path))
  return found && `${found.ino} ${found.size} ${found.ctimeMs}`
}

/**
 * PGlite runs with fsync off and its file layer answers fsync without doing it (electric-sql/pglite issue 1107), so after a checkpoint we
 * do it ourselves before a spool file is let go. Of its thousand files a few dozen change: one that was flushed as it is now, a tick and
 * more after it was first seen so, is passed over. Sooner would not do, because of what may have been written in that tick.
 */
export const unflushedIn = (folder: string, now = () => performance.now()): Unflushed => {
  let before = new Map<string, { readonly state: string | null; readonly since: number; readonly flushed: number }>()
  return {
    flush: async () => {
      const seen: typeof before = new Map()
      for (const path of await pathsIn(folder)) {
        const state = await stateOf(path)
        const at = now()
        const same = before.get(path)
        const known = same?.state === state ? same : { state, since: at, flushed: at }
        const isFlushed = known.flushed - known.since > TICK_MS
        if (!isFlushed) await flush(path)
        seen.set(path, isFlushed ? known : { ...known, flushed: at })
      }
      before = seen
    },
    flushLog: async () => {
      for (const path of await pathsIn(`${folder}/pg_wal`)) await flush(path)
    },
  }
}
