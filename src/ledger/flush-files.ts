import { open, readdir } from 'node:fs/promises'

/** A file that went away meanwhile (a recycled log segment) needs no flush. */
const flush = async (path: string): Promise<void> => {
  const handle = await open(path, 'r').catch(() => null)
  await handle?.sync().finally(() => handle.close())
}

/**
 * Flushes every file under a folder to the disk. PGlite runs with fsync off and its file layer answers fsync without doing it
 * (electric-sql/pglite issue 1107), so after a checkpoint we do it ourselves before a spool file is let go.
 */
export const flushFiles = async (folder: string): Promise<void> => {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true })
  for (const entry of entries) await flush(`${entry.parentPath}/${entry.name}`)
}
