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

/** Another one after each write, unless that comes within the same tick of the file system's clock. */
const stateOf = async (path: string): Promise<string | null> => {
  const found = await unlessGone(stat(path))
  return found && `${found.ino} ${found.size} ${found.ctimeMs}`
}

/**
 * PGlite runs with fsync off and its file layer answers fsync without doing it (electric-sql/pglite issue 1107), so after a checkpoint we
 * do it ourselves before a spool file is let go. Of its thousand files a few dozen change: one that has been flushed twice as it is now is
 * passed over. Once would not do, because of what may have been written in the tick in which it was looked at.
 */
export const unflushedIn = (folder: string): Unflushed => {
  let before = new Map<string, { readonly state: string | null; readonly times: number }>()
  return {
    flush: async () => {
      const now: typeof before = new Map()
      for (const path of await pathsIn(folder)) {
        const state = await stateOf(path)
        const known = before.get(path)
        const times = known?.state === state ? known.times : 0
        if (times < 2) await flush(path)
        now.set(path, { state, times: times + 1 })
      }
      before = now
    },
    flushLog: async () => {
      for (const path of await pathsIn(`${folder}/pg_wal`)) await flush(path)
    },
  }
}
