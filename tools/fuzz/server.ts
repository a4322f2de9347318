import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot } from '../../src/project-root.ts'
import { ENDS_WITH_PARENT } from '../bench/server.ts'
import type { Seen } from './watch-loop.ts'

/** The server in a process of its own, as production runs it, with a window into its event loop and memory. */
export type FuzzedServer = {
  readonly base: string
  readonly child: ChildProcess
  /** Since it was last asked. */
  readonly look: (how?: { readonly collect?: boolean }) => Promise<Seen>
  /** What it wrote since this was last called: its log from level error on but for alarms of the monitors, and anything unexpected. */
  readonly said: () => string
  readonly stop: () => Promise<void>
}

/** Hostile requests are answered "not assessed" far more often than a hospital's: the monitors say so, and shall. */
const ALARM = /"msg":"monitoring of \w+: a figure has changed its state"/

const READY = /discovery\s+(http:\/\/\S+)\/cds-services[\s\S]*Ready in/

/** Flags of Node, and the file that is loaded before the server and answers over the channel. */
type Start = { readonly flags: readonly string[]; readonly watch: string }

const FUZZED: Start = { flags: ['--expose-gc'], watch: 'watch-loop.js' }

export const startServer = async (folder: string, config: object, start: Start = FUZZED): Promise<FuzzedServer> => {
  const path = join(folder, 'attune.json')
  writeFileSync(path, JSON.stringify(config))
  const watch = join(projectRoot, 'dist/tools/fuzz', start.watch)
  const child = spawn(
    process.execPath,
    [...start.flags, '--import', ENDS_WITH_PARENT, '--import', watch, join(projectRoot, 'dist/src/cli/serve-process.js')],
    {
      env: { ...process.env, PORT: '0', ATTUNE_CONFIG: path, ATTUNE_DATA_DIR: join(folder, 'data'), LOG_LEVEL: 'error' },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    },
  )
  let [greeting, text] = ['', '']
  child.stdout?.on('data', (chunk: Buffer) => {
    greeting += chunk
    text += chunk
  })
  child.stderr?.on('data', (chunk: Buffer) => {
    text += chunk
  })
  for (const until = Date.now() + 180_000; !READY.test(greeting); ) {
    if (child.exitCode !== null || Date.now() > until) throw new Error(`the server did not start: ${text}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  const said = () => {
    const lines = text.split('\n')
    text = ''
    return lines.filter((line) => !ALARM.test(line)).join('\n')
  }
  said()
  return {
    base: READY.exec(greeting)?.[1] ?? '',
    child,
    said,
    look: async (how = {}) => {
      if (!child.connected) throw new Error('the server has ended')
      child.send(how)
      const [seen] = await once(child, 'message')
      return seen as Seen
    },
    stop: async () => {
      if (child.exitCode !== null) return
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
    },
  }
}
