import { serve as startServer } from '../main.ts'
import { installLastResort } from './last-resort.ts'
import { say, type Verb } from './verb.ts'

const untilStopped = (): Promise<void> =>
  new Promise((resolve) => {
    process.once('SIGTERM', () => resolve())
    process.once('SIGINT', () => resolve())
  })

export const serve: Verb = {
  name: 'serve',
  summary: 'Start the server: sandbox without a config file, production with one',
  usage: 'attune serve   (settings come from the environment and ATTUNE_CONFIG; see docs/configuration.md)',
  options: {},
  run: async () => {
    installLastResort()
    const started = performance.now()
    const running = await startServer(process.env)
    for (const line of running.greeting) say(line)
    say(`Ready in ${((performance.now() - started) / 1000).toFixed(1)} s. Stop with Ctrl+C.`)
    process.on('SIGHUP', () => void running.reload()) // how it ended stands in the log and in /readyz
    await untilStopped()
    await running.stop()
    return 0
  },
}
