import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { isRunning, processName } from './process-name.ts'

const mine = new Set<string>()

const isCode = (error: unknown, code: string): boolean => error instanceof Error && 'code' in error && error.code === code

/** A lock is there a moment before its number is: an empty one is another's until this old, then left behind by a crash. */
const UNWRITTEN_MS = 2000

/**
 * Who holds the lock; `by` is null for a lock that nobody holds, all is null when there is none. Our own number that we did not write
 * is from a former life (container).
 */
const holder = (path: string): { readonly by: string | null } | null => {
  try {
    const name = readFileSync(path, 'utf8')
    const pid = Number.parseInt(name, 10)
    if (!Number.isInteger(pid)) return { by: Date.now() - statSync(path).mtimeMs < UNWRITTEN_MS ? 'another process' : null }
    return { by: pid !== process.pid && isRunning(name) ? `process ${pid}` : null }
  } catch (error) {
    if (isCode(error, 'ENOENT')) return null // given back in this moment
    throw error
  }
}

const refuse = (by: string): never => {
  throw new Error(`${by} is using the embedded ledger in this data folder`)
}

/** Makes the file; false when it is there already. */
const make = (path: string): boolean => {
  try {
    writeFileSync(path, processName(), { flag: 'wx', mode: 0o600 })
    return true
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false
    throw error
  }
}

/** Removes a lock that nobody holds. One process at a time does this, and looks again first: another may have been quicker. */
const clear = (path: string): void => {
  const turn = `${path}.clearing`
  if (!make(turn)) {
    if (holder(turn)?.by === null) rmSync(turn, { force: true }) // killed while clearing
    refuse('another process')
  }
  try {
    if (holder(path)?.by === null) rmSync(path, { force: true })
  } finally {
    rmSync(turn, { force: true })
  }
}

const TRIES = 10

/**
 * Two processes on one embedded database would destroy it. The lock file is made only where there is none, so of two that start in
 * the same moment one is refused; a lock left behind by a killed process is taken over.
 * @returns gives the folder back
 */
export const takeDirectory = (folder: string): (() => void) => {
  const path = `${folder}/lock`
  if (mine.has(path)) refuse(`process ${process.pid}`)
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    if (make(path)) {
      mine.add(path)
      return () => {
        mine.delete(path)
        rmSync(path, { force: true })
      }
    }
    const held = holder(path)
    if (held?.by) refuse(held.by)
    if (held) clear(path)
  }
  return refuse('another process')
}
