import { describeError } from '../http/log.ts'

/** Node's own last words quote the error's message, which may quote what was sent. These name the error and where it happened, nothing else. */
const dieQuietly = (error: unknown): void => {
  process.stderr.write(
    `${JSON.stringify({ level: 'fatal', error: describeError(error), msg: 'stopped by a fault that nothing caught' })}\n`,
  )
  process.exit(1)
}

/**
 * Diagnostic reports of Node hold the message of the error, the environment with its passwords, and more: whatever NODE_OPTIONS asks
 * for, this process writes none by itself.
 */
const writeNoReports = (): void => {
  if (!process.report) return
  process.report.reportOnFatalError = false
  process.report.reportOnUncaughtException = false
  process.report.reportOnSignal = false
}

/** Options of Node that write what is in memory, or everything that runs, to a file or a port. */
const DUMPS = /^--(heapsnapshot-near-heap-limit|heapsnapshot-signal|heap-prof|abort-on-uncaught-exception|inspect(-brk|-port|-wait)?)(=|$)/

/** Those among the options of this process, from its command line and NODE_OPTIONS. */
export const dumpingOptions = (
  words: readonly string[] = [...process.execArgv, ...(process.env.NODE_OPTIONS ?? '').split(/\s+/)],
): string[] => [...new Set(words.flatMap((word) => DUMPS.exec(word.replaceAll('_', '-'))?.[0].replace('=', '') ?? []))]

/**
 * On SIGUSR1 Node opens its debugger, and whoever reaches that port reads all memory. A listener of ours stands in its place
 * (https://nodejs.org/docs/latest-v20.x/api/process.html#signal-events); Node 20 has no option that does the same.
 */
export const keepDebuggerShut = (): void => {
  process.off('SIGUSR1', sayShut).on('SIGUSR1', sayShut)
}

const sayShut = (): void => {
  process.stderr.write(`${JSON.stringify({ level: 'warn', pid: process.pid, msg: 'SIGUSR1 came: the debugger stays shut' })}\n`)
}

/** What happens to a fault that nothing caught: one line without patient data, exit status 1. What was recorded is on the disk. */
export const installLastResort = (): void => {
  writeNoReports()
  process.on('uncaughtException', dieQuietly)
  process.on('unhandledRejection', dieQuietly)
}
