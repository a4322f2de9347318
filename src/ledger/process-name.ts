import { readFileSync } from 'node:fs'

/** Place of the start among what /proc/PID/stat says behind the name of the program. */
const BEGAN = 19

/** This start of the machine, and when in it the process began; null where the system does not say (only Linux does). */
const birthOf = (pid: number): string | null => {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const began = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[BEGAN] // the name may hold anything, also a bracket
    return `${boot}/${began}`
  } catch {
    return null
  }
}

/**
 * What a file says of the process that wrote it: its number, and what tells it from another one that has this number later. Numbers are
 * given again, after a start of the machine often to the same few.
 */
export const processName = (): string => [process.pid, birthOf(process.pid)].filter((one) => one !== null).join(' ')

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM' // alive, of another user
  }
}

/** Whether the process of that name lives; an earlier release wrote the number alone, which is then all that is asked. */
export const isRunning = (name: string): boolean => {
  const [number = '', birth] = name.trim().split(' ')
  const pid = Number.parseInt(number, 10)
  if (!Number.isInteger(pid) || !isAlive(pid)) return false
  const now = birthOf(pid)
  return birth === undefined || now === null || birth === now
}
