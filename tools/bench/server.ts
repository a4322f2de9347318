import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { projectRoot } from '../../src/project-root.ts'

/** Loaded into each process that a tool starts; see there. */
export const ENDS_WITH_PARENT = join(projectRoot, 'dist/tools/ends-with-parent.js')

/** How the image starts Node. */
export const LAUNCH: { readonly flags: readonly string[]; readonly environment: Readonly<Record<string, string>> } = JSON.parse(
  readFileSync(join(projectRoot, 'bin/launch.json'), 'utf8'),
)

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })

const waitUntilReady = async (url: string, child: ChildProcess): Promise<void> => {
  for (let tries = 0; tries < 2400; tries += 1) {
    if (child.exitCode !== null) throw new Error('the server ended before it was ready')
    const ready = await fetch(url).then(
      (response) => response.ok,
      () => false,
    )
    if (ready) return
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  throw new Error('the server was not ready in a minute')
}

export type Server = { readonly child: ChildProcess; readonly base: string; readonly coldStartMs: number }

const start = async (dataDir: string, environment: Readonly<Record<string, string>>): Promise<Server> => {
  const port = await freePort()
  const started = performance.now()
  const child = spawn(
    process.execPath,
    [...LAUNCH.flags, '--import', ENDS_WITH_PARENT, join(projectRoot, 'dist/server/serve-process.js')],
    {
      env: { ...process.env, ...LAUNCH.environment, PORT: String(port), ATTUNE_DATA_DIR: dataDir, LOG_LEVEL: 'error', ...environment },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    },
  )
  const base = `http://127.0.0.1:${port}`
  await waitUntilReady(`${base}/readyz`, child)
  return { child, base, coldStartMs: Math.round(performance.now() - started) }
}

/** The sandbox as `npm start` runs it, in a process and a data folder of its own. */
export const startSandbox = (dataDir: string): Promise<Server> => start(dataDir, {})

/** Without limits that would answer the measuring client with 429. */
const LIMITS = { requestsPerMinute: 100_000_000 } as const

/** Hook calls of anybody. */
export const OPEN_TO_ALL = { auth: 'open', clients: [{ id: 'anonymous' }], limits: LIMITS } as const

/** Hook calls of one EHR that signs them, and may name its FHIR servers. */
export const hospitalOf = (ehr: { readonly issuer: string; readonly jku: string; readonly fhirServers: readonly string[] }) => ({
  auth: 'required',
  network: { allowHttp: true, allowPrivateAddresses: true },
  limits: LIMITS,
  clients: [{ id: 'ehr', iss: ehr.issuer, jku: ehr.jku, algorithms: ['ES384', 'RS384'], fhirServers: ehr.fhirServers }],
})

/** Attune with a configuration, in a process of its own. */
export const startAttune = (dataDir: string, config: object = OPEN_TO_ALL): Promise<Server> => {
  const path = join(dataDir, 'attune.json')
  writeFileSync(path, JSON.stringify(config))
  return start(dataDir, { ATTUNE_CONFIG: path })
}

export const stopServer = async ({ child }: Pick<Server, 'child'>): Promise<void> => {
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  await ended
}
