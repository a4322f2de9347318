import { existsSync, readFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeSite } from './attune.ts'
import { buildServer, endServers, type ServerProcess, spawnServer, urlOf } from './process.ts'

const site = makeSite({ auth: 'required' })
const kept = makeSite({ auth: 'required' })
const servers: ServerProcess[] = []

beforeAll(buildServer, 600_000)
afterAll(async () => {
  await endServers(...servers)
  site.clear()
  kept.clear()
})

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const taken = createServer().listen(0, '127.0.0.1', () => {
      const { port } = taken.address() as AddressInfo
      taken.close(() => resolve(port))
    })
  })

const start = async ({ environment }: ReturnType<typeof makeSite>, more: Record<string, string> = {}): Promise<ServerProcess> => {
  const server = spawnServer({ ...environment, ...more })
  servers.push(server)
  await urlOf(server)
  return server
}

const pidOf = ({ child }: ServerProcess): number => child.pid ?? 0

/** The process that answers holds the embedded ledger. */
const answering = ({ dataDir }: ReturnType<typeof makeSite>): number => {
  const lock = join(dataDir, 'ledger/lock')
  return existsSync(lock) ? Number.parseInt(readFileSync(lock, 'utf8'), 10) : 0
}

const ask = async (server: ServerProcess, pid: number): Promise<void> => {
  process.kill(pid, 'SIGUSR1')
  await expect
    .poll(() =>
      server
        .output()
        .split('\n')
        .some((line) => line.includes('SIGUSR1') && line.includes(`"pid":${pid}`)),
    )
    .toBe(true)
}

test('a server in production opens no debugger on SIGUSR1, says so, and goes on', async () => {
  const server = await start(site)
  await ask(server, pidOf(server))
  expect((await fetch(`${await urlOf(server)}/healthz`)).status).toBe(200)
  expect(server.output()).not.toContain('Debugger listening')
})

test('nor does a process that keeps others, or one that it keeps', async () => {
  const server = await start(kept, { ATTUNE_PROCESSES: '1', PORT: `${await freePort()}` })
  const worker = answering(kept)
  expect([worker > 0, worker === pidOf(server)]).toEqual([true, false])
  await ask(server, pidOf(server))
  await ask(server, worker)
  expect((await fetch(`${await urlOf(server)}/healthz`)).status).toBe(200)
  expect(server.output()).not.toContain('Debugger listening')
})
