import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { projectRoot } from '../../src/project-root.ts'

/** The server as an operating system meets it. */
export type ServerProcess = {
  readonly child: ChildProcess
  /** Standard output and standard error so far. */
  readonly output: () => string
  /** Exit status, or null when it did not end in time and was killed. */
  readonly ended: (withinMs: number) => Promise<number | null>
}

const READY = /discovery\s+(http:\/\/\S+)\/cds-services/
/** Written after the greeting: every part is loaded. */
const DONE = 'Ready in'

/** Makes `dist/` current; does nothing after `npm test` has built. Plain JavaScript, hence without types. */
export const buildServer = async (): Promise<void> => {
  const { build } = (await import(join(projectRoot, 'bin/ready.mjs'))) as { build: () => Promise<void> }
  await build()
}

export const spawnServer = (environment: Readonly<Record<string, string>>, flags: readonly string[] = []): ServerProcess => {
  const { PATH = '' } = process.env
  const child = spawn(process.execPath, [...flags, join(projectRoot, 'dist/server/serve-process.js')], {
    env: { PATH, TZ: 'UTC', PORT: '0', LOG_LEVEL: 'warn', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  child.stdout?.on('data', (chunk: Buffer) => {
    text += chunk.toString('utf8')
  })
  child.stderr?.on('data', (chunk: Buffer) => {
    text += chunk.toString('utf8')
  })
  const closed = new Promise<number | null>((resolve) => child.on('close', (code) => resolve(code)))
  const ended = async (withinMs: number): Promise<number | null> => {
    const timer = setTimeout(() => child.kill('SIGKILL'), withinMs)
    const code = await closed
    clearTimeout(timer)
    return code
  }
  return { child, output: () => text, ended }
}

/** Address of a server that is ready. */
export const urlOf = async (server: ServerProcess, withinMs = 300_000): Promise<string> => {
  for (const until = Date.now() + withinMs; Date.now() < until; ) {
    const url = server.output().includes(DONE) ? server.output().match(READY)?.[1] : undefined
    if (url) return url
    if (server.child.exitCode !== null) break
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  if (server.child.exitCode !== null) await server.ended(120_000) // what it said last comes after its end
  throw new Error(`the server did not become ready (exit status ${server.child.exitCode}): ${server.output()}`)
}

/** Asks them to end, as an operating system does; one that does not is killed. */
export const endServers = async (...servers: readonly (ServerProcess | undefined)[]): Promise<void> => {
  for (const server of servers) server?.child.kill('SIGTERM')
  await Promise.all(servers.map((server) => server?.ended(120_000)))
}
