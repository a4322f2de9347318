import cluster from 'node:cluster'
import { readConfig } from '../config.ts'
import { AttuneError } from '../errors.ts'
import { projectRoot } from '../project-root.ts'
import { supervised } from '../reload/worker-talk.ts'
import { collectGarbage } from './collect-garbage.ts'
import { dumpingOptions, installLastResort } from './last-resort.ts'
import { say, type Verb } from './verb.ts'

const untilStopped = (): Promise<void> =>
  new Promise((resolve) => {
    process.once('SIGTERM', () => resolve())
    process.once('SIGINT', () => resolve())
  })

const greet = (greeting: readonly string[], started: number): void => {
  for (const line of greeting) say(line)
  say(`Ready in ${((performance.now() - started) / 1000).toFixed(1)} s. Stop with Ctrl+C.`)
}

/** From ready until what comes once after it (canary patients, the first look at switches) has come. */
const SETTLED_MS = 1000

/** Answers itself; under a primary process it says that it is ready there, and ends when it is to make room. */
const answer = async (started: number): Promise<number> => {
  const { serve: startServer } = await import('../main.ts') // with all that it needs: a primary process loads none of it
  const watched = supervised()
  const running = await startServer(process.env, watched)
  process.on('SIGHUP', () => void running.reload()) // how it ended stands in the log and in /readyz
  if (watched) watched.ready(running.greeting)
  else greet(running.greeting, started)
  setTimeout(collectGarbage, SETTLED_MS).unref()
  await Promise.race([untilStopped(), ...(watched ? [watched.retired] : [])])
  await running.stop()
  return 0
}

/** The channel to the primary process would keep this one alive. */
const letGo = (): void => {
  if (process.connected) cluster.worker?.disconnect()
}

/** Keeps processes that answer. */
const keep = async (started: number): Promise<number> => {
  const { supervise } = await import('../reload/supervise.ts')
  const stopped = untilStopped()
  const supervision = await supervise(readConfig(process.env, projectRoot))
  if (supervision === null) return 1
  process.on('SIGHUP', () => void supervision.exchange()) // how it ended stands in the log and in /readyz
  greet(supervision.greeting, started)
  await stopped
  await supervision.stop()
  return 0
}

export const serve: Verb = {
  name: 'serve',
  summary: 'Start the server: sandbox without a config file, production with one',
  usage: 'attune serve   (settings come from the environment and ATTUNE_CONFIG; see docs/configuration.md)',
  options: {},
  run: async () => {
    installLastResort()
    const started = performance.now()
    const { mode, processes } = readConfig(process.env, projectRoot)
    const dumping = mode === 'production' ? dumpingOptions() : []
    if (dumping.length > 0)
      throw new AttuneError(
        'config-invalid',
        `Node is started with ${dumping.join(', ')}: what this process holds of patients would be written out`,
      )
    return cluster.isPrimary && processes > 0 ? keep(started) : answer(started).finally(letGo)
  },
}
