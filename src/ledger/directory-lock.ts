import { readFileSync, rmSync, writeFileSync } from 'node:fs'

const mine = new Set<string>()

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM' // alive, of another user
  }
}

/** Process that holds the folder, or null. A lock with our own number that we did not take is left from a former life (container). */
const holder = (path: string): number | null => {
  try {
    const pid = Number.parseInt(readFileSync(path, 'utf8'), 10)
    return Number.isInteger(pid) && pid !== process.pid && isAlive(pid) ? pid : null
  } catch {
    return null
  }
}

/**
 * Two processes on one embedded database would destroy it. A lock left behind by a killed process is taken over.
 * @returns gives the folder back
 */
export const takeDirectory = (folder: string): (() => void) => {
  const path = `${folder}/lock`
  const other = mine.has(path) ? process.pid : holder(path)
  if (other !== null) throw new Error(`process ${other} is using the embedded ledger in this data folder`)
  writeFileSync(path, String(process.pid), { mode: 0o600 })
  mine.add(path)
  return () => {
    mine.delete(path)
    rmSync(path, { force: true })
  }
}
