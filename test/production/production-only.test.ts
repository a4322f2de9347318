import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { projectRoot } from '../../src/project-root.ts'
import { orderSign, prefetch } from './patient.ts'
import { buildServer } from './process.ts'

type ProductionOnly = {
  readonly productionPackages: () => readonly string[]
  readonly installedPackages: () => readonly string[]
  readonly copyProduction: (target: string) => number
}

const folder = mkdtempSync(join(tmpdir(), 'attune-production-only-'))
const installed = join(folder, 'opt')
let production: ProductionOnly

beforeAll(async () => {
  await buildServer()
  production = (await import(join(projectRoot, 'bin/production-only.mjs'))) as ProductionOnly
  production.copyProduction(installed)
}, 600_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The entry point of the container, from the copied folder, with nothing of this clone in reach. */
const start = (words: readonly string[], environment: Record<string, string> = {}) => {
  const child = spawn(process.execPath, [join(installed, 'dist/server/serve-process.js'), ...words], {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      PORT: '0',
      NODE_ENV: 'production',
      ATTUNE_DATA_DIR: join(folder, 'data'),
      LOG_LEVEL: 'silent',
      ...environment,
    },
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8')
    })
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  return { child, ended, output: () => text }
}

const configFile = (): string => {
  const path = join(folder, 'attune.yaml')
  writeFileSync(path, 'auth: open\nclients: [{ id: anonymous, tenant: hospital, features: [trace] }]\n')
  return path
}

describe('The production folder', () => {
  it('holds what the lockfile says the server needs, and no development package, no test, no build tool', () => {
    expect(production.productionPackages().filter((path) => !existsSync(join(installed, path, 'package.json')))).toEqual([])
    for (const name of ['react', 'vite', 'typescript', 'oidc-provider', 'fhirclient', 'vitest', 'coffeescript', 'global-agent'])
      expect([name, existsSync(join(installed, 'node_modules', name))]).toEqual([name, false])
    expect(readdirSync(installed).filter((name) => ['test', 'tools', 'src', 'docs', 'smart-app', '.git'].includes(name))).toEqual([])
  })

  it('is smaller than an installation without development packages, by the edges that deploy/not-at-run-time.json names', () => {
    const [copied, all] = [production.productionPackages(), new Set(production.installedPackages())]
    expect(copied.filter((path) => !all.has(path))).toEqual([])
    expect(all.size - copied.length).toBeGreaterThan(20)
  })

  it('serves: rules, models, units, embedded ledger; an order brings its card; SIGTERM ends it with 0', async () => {
    const server = start([], { ATTUNE_CONFIG: configFile() })
    let url: string | undefined
    for (let waited = 0; waited < 300_000 && url === undefined && server.child.exitCode === null; waited += 100) {
      url = server.output().includes('Ready in') ? server.output().match(/discovery\s+(http:\/\/\S+)\/cds-services/)?.[1] : undefined
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    expect(url, server.output()).toBeDefined()
    const answer = await fetch(`${url}/cds-services/pgx-order-sign`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(orderSign({ prefetch: prefetch() })),
    })
    const { cards } = (await answer.json()) as { cards: { summary: string }[] }
    expect(cards.map(({ summary }) => summary)).toEqual(['Avoid clopidogrel (FDA boxed warning): CYP2C19 poor metabolizer'])
    const ready = (await (await fetch(`${url}/readyz`)).json()) as { parts: Record<string, { ok: boolean }> }
    expect(Object.values(ready.parts).filter(({ ok }) => !ok)).toEqual([])
    expect((await fetch(`${url}/app/`)).status).toBe(200)
    server.child.kill('SIGTERM')
    expect(await server.ended).toBe(0)
  }, 600_000)

  it('runs the other verbs of the command line, too', async () => {
    const asked = start(['simulate', '-'], { ATTUNE_CONFIG: configFile() })
    asked.child.stdin.end(JSON.stringify(orderSign({ prefetch: prefetch() })))
    expect([await asked.ended, asked.output()]).toEqual([0, expect.stringContaining('Avoid clopidogrel')])
  }, 600_000)

  it('has no sandbox, and says so instead of starting one', async () => {
    const server = start([])
    expect(await server.ended).toBe(1)
    expect(server.output()).toContain('config-invalid: this installation has no sandbox: name a config file in ATTUNE_CONFIG')
  }, 600_000)
})
