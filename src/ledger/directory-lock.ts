import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'

const mine = new Set<string>()

const isCode = (error: unknown, code: string): boolean => error instanceof Error && 'code' in error && error.code === code

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return isCode(error, 'EPERM') // alive, of another user
  }
}

/** A lock is there a moment before its number is: an empty one is another's until this old, then left behind by a crash. */
const UNWRITTEN_MS = 2000

/** What stands in the lock, and whose it is; null when it is nobody's. Our own number that we did not write is from a former life (container). */
const holder = (path: string): { readonly text: string; readonly by: string | null } | null => {
  try {
    const text = readFileSync(path, 'utf8')
    const pid = Number.parseInt(text, 10)
    if (!Number.isInteger(pid)) return { text, by: Date.now() - statSync(path).mtimeMs < UNWRITTEN_MS ? 'another process' : null }
    return { text, by: pid !== process.pid && isAlive(pid) ? `process ${pid}` : null }
  } catch (error) {
    if (isCode(error, 'ENOENT')) return null // given back in this moment
    throw error
  }
}

const refuse = (by: string): never => {
  throw new Error(`${by} is using the embedded ledger in this data folder`)
}

/** Puts a lock that nobody holds out of the way. What is moved is looked at again: another process may have been quicker. */
const clear = (path: string, seen: string): void => {
  const aside = `${path}.${process.pid}`
  try {
    renameSync(path, aside)
  } catch (error) {
    if (isCode(error, 'ENOENT')) return
    throw error
  }
  if (readFileSync(aside, 'utf8') !== seen) {
    renameSync(aside, path)
    refuse('another process')
  }
  rmSync(aside, { force: true })
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
    try {
      writeFileSync(path, String(process.pid), { flag: 'wx', mode: 0o600 })
      mine.add(path)
      return () => {
        mine.delete(path)
        rmSync(path, { force: true })
      }
    } catch (error) {
      if (!isCode(error, 'EEXIST')) throw error
    }
    const held = holder(path)
    if (held?.by) refuse(held.by)
    if (held) clear(path, held.text)
  }
  return refuse('another process')
}
