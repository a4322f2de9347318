import { readFileSync } from 'node:fs'
import { isRunning } from '../../ledger/process-name.ts'
import { pidFile } from '../../reload/supervise.ts'
import { printJson, say, UsageError } from '../verb.ts'
import type { Action } from './action.ts'
import { siteConfig } from './open-store.ts'

/** The primary process of the service on this data folder; null where none runs. */
const primaryOf = (dataDir: string): number | null => {
  try {
    const name = readFileSync(pidFile(dataDir), 'utf8')
    return isRunning(name) ? Number.parseInt(name, 10) : null // never a signal to another that has its number now
  } catch {
    return null
  }
}

export const reload: Action = {
  summary: 'Exchange the processes of the running service on this machine for fresh ones, with the models and rules of now',
  usage: 'attune models reload [--json]',
  options: {},
  run: async ({ values, positionals }) => {
    if (positionals.length > 0) throw new UsageError('All models are loaded anew; name none.')
    const { dataDir } = siteConfig()
    const pid = primaryOf(dataDir)
    if (pid === null)
      throw new UsageError(
        'No service with processes of its own runs on this data folder. Set ATTUNE_PROCESSES, or start the server again.',
      )
    process.kill(pid, 'SIGHUP')
    if (values.json === true) printJson({ asked: pid })
    else say(`Process ${pid} was asked for fresh processes. /readyz says under "processes" when they have taken over, or why they did not.`)
    return 0
  },
}
