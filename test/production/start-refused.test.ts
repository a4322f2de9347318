import { spawnSync } from 'node:child_process'
import { appendFileSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { projectRoot } from '../../src/project-root.ts'
import { makeSite } from './attune.ts'
import { buildServer, spawnServer, urlOf } from './process.ts'

type Site = ReturnType<typeof makeSite>
const sites: Site[] = []
/** One data folder for all: only the first start makes a database, and each refusal must give the folder back. */
const dataDir = mkdtempSync(join(tmpdir(), 'attune-data-'))
const siteOf = (config: object): Site => {
  const site = makeSite(config, { ATTUNE_DATA_DIR: dataDir })
  sites.push(site)
  return site
}

beforeAll(buildServer, 600_000)
afterAll(() => {
  for (const site of sites) site.clear()
  rmSync(dataDir, { recursive: true, force: true })
})

/** Starts a server that must refuse: what it says, and that it ends by itself with a status other than 0. */
const refusal = async (environment: Readonly<Record<string, string>>): Promise<{ code: number | null; said: string }> => {
  const server = spawnServer(environment)
  const code = await server.ended(120_000)
  return { code, said: server.output() }
}

const copyOf = (folder: 'rules' | 'models', site: Site): string => {
  cpSync(join(projectRoot, folder), join(site.folder, folder), { recursive: true })
  return join(site.folder, folder)
}

it('a second process on the same embedded data is refused, and the first goes on', async () => {
  const site = siteOf({})
  const first = spawnServer(site.environment)
  const url = await urlOf(first)
  const { code, said } = await refusal(site.environment)
  expect([code, said.trim()]).toEqual([1, `ledger-failed: process ${first.child.pid} is using the embedded ledger in this data folder`])
  for (const words of [
    ['ledger', 'verify'],
    ['audit', 'export', '--to', join(site.folder, 'audit.ndjson')],
  ]) {
    const looked = spawnSync(process.execPath, [join(projectRoot, 'dist/src/cli/serve-process.js'), ...words], {
      env: { PATH: process.env.PATH ?? '', ...site.environment },
      encoding: 'utf8',
    })
    expect([looked.status, looked.stderr]).toEqual([
      expect.any(Number),
      expect.stringContaining('stop that process, or name a snapshot of the folder with --data'),
    ])
    expect(looked.status).not.toBe(0)
  }
  expect((await fetch(`${url}/readyz`)).status).toBe(200)
  first.child.kill('SIGTERM')
  expect(await first.ended(120_000)).toBe(0)
}, 600_000)

it('a damaged rule file stops the start: the file is named and the process ends', async () => {
  const site = siteOf({ rulesDir: 'x' })
  const rulesDir = copyOf('rules', site)
  writeFileSync(join(rulesDir, 'actions.json'), '{')
  writeFileSync(site.path, JSON.stringify({ rulesDir }))
  const { code, said } = await refusal(site.environment)
  expect(said).toMatch(/^rules-invalid: .*\n.*actions\.json.*not valid JSON/m)
  expect(code).toBe(1)
})

it('a rules folder that is not there stops the start', async () => {
  const { code, said } = await refusal(siteOf({ rulesDir: '/nowhere/rules' }).environment)
  expect(said).toMatch(/^rules-invalid: .*\/nowhere\/rules cannot be read/m)
  expect(code).toBe(1)
})

it('one changed byte in a model stops the start: the file is named and the process ends', async () => {
  const site = siteOf({})
  const modelsDir = copyOf('models', site)
  const [model = ''] = readdirSync(modelsDir)
  const [graph = ''] = readdirSync(join(modelsDir, model)).filter((name) => name.endsWith('.onnx'))
  appendFileSync(join(modelsDir, model, graph), 'x')
  writeFileSync(site.path, JSON.stringify({ modelsDir }))
  const { code, said } = await refusal(site.environment)
  expect(said).toContain(`model-invalid: ${model}: ${graph} does not have the SHA-256`)
  expect(code).toBe(1)
})

/** Files that the build has read and kept: with other bytes they are read and checked as any others. */
it('an edited golden vector, a manifest and a card with one word more stop the start together: each model is named', async () => {
  const site = siteOf({})
  const modelsDir = copyOf('models', site)
  const edit = (path: string, change: (text: string) => string): void => {
    const file = join(modelsDir, path)
    const before = readFileSync(file, 'utf8')
    writeFileSync(file, change(before))
    expect(readFileSync(file, 'utf8')).not.toBe(before)
  }
  edit('af/vectors.json', (text) => text.replace(/("expected": *\{ *"[^"]+": *)([0-9.]+)/, '$19$2'))
  edit('kfre/manifest.json', (text) => text.replace('{', '{"misspelt": 1,'))
  edit('acute/card.json', (text) => text.replace('{', '{"misspelt": 1,'))
  writeFileSync(site.path, JSON.stringify({ modelsDir }))
  const { code, said } = await refusal(site.environment)
  expect(said).toMatch(/^(model-invalid: )?af: test vectors missed: af-s000 \(off by /m)
  expect(said).toMatch(/kfre: manifest\.json: .*misspelt/s)
  expect(said).toMatch(/acute: card\.json: .*misspelt/s)
  expect(code).toBe(1)
})

it('one rule row with one member more stops the start: file and row are named', async () => {
  const site = siteOf({ rulesDir: 'x' })
  const rulesDir = copyOf('rules', site)
  const path = join(rulesDir, 'loinc.json')
  const loinc = JSON.parse(readFileSync(path, 'utf8'))
  writeFileSync(path, JSON.stringify({ ...loinc, rows: [{ ...loinc.rows[0], misspelt: 1 }, ...loinc.rows.slice(1)] }))
  writeFileSync(site.path, JSON.stringify({ rulesDir }))
  const { code, said } = await refusal(site.environment)
  expect(said).toMatch(/^rules-invalid: 1 problem in the rules\nloinc\.json \[rows\.0\]: .*misspelt/m)
  expect(code).toBe(1)
})

it('a port in use is said, and the process ends', async () => {
  const other: Server = createServer()
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const { port } = other.address() as AddressInfo
  const { code, said } = await refusal({ ...siteOf({}).environment, PORT: String(port) })
  other.close()
  expect([code, said.trim()]).toEqual([1, `config-invalid: port ${port} is in use; set PORT to another one`])
})

it('a data folder that cannot be used is said by its path', async () => {
  const site = siteOf({})
  const file = join(site.folder, 'file')
  writeFileSync(file, 'not a folder')
  const { code, said } = await refusal({ ...site.environment, ATTUNE_DATA_DIR: file })
  expect(said).toContain(file)
  expect(code).toBe(1)
})

it('a frame ancestor that is no origin stops the start', async () => {
  const { code, said } = await refusal(siteOf({ clients: [{ id: 'a', frameAncestors: ["'self'; script-src *"] }] }).environment)
  expect(said).toContain('is not an origin')
  expect(code).toBe(1)
})
