import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { projectRoot } from '../../src/project-root.ts'
import { buildServer } from './process.ts'

const folder = mkdtempSync(join(tmpdir(), 'attune-lock-'))
const MODULE = pathToFileURL(join(projectRoot, 'dist/src/ledger/directory-lock.js')).href

beforeAll(buildServer, 600_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A process that reaches for the folder at `instant` and holds it until all have tried. */
const reach = (instant: number): Promise<string> =>
  new Promise((resolve) => {
    const code = `
      const { takeDirectory } = await import(${JSON.stringify(MODULE)})
      while (Date.now() < ${instant});
      try { takeDirectory(${JSON.stringify(folder)}); process.stdout.write('taken') } catch { process.stdout.write('refused') }
      setTimeout(() => process.exit(), 600)`
    const child = spawn(process.execPath, ['--input-type=module', '--eval', code])
    let said = ''
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString('utf8')
    })
    child.on('close', () => resolve(said))
  })

it.each([
  ['an empty data folder', null],
  ['a data folder that a killed process left locked', '999999999'],
])(
  'of processes that start on %s in the same moment one gets it',
  async (_name, left) => {
    for (let round = 0; round < 6; round += 1) {
      rmSync(join(folder, 'lock'), { force: true })
      if (left !== null) writeFileSync(join(folder, 'lock'), left)
      const instant = Date.now() + 1000
      const said = await Promise.all([reach(instant), reach(instant), reach(instant)])
      expect(said.sort()).toEqual(['refused', 'refused', 'taken'])
    }
  },
  60_000,
)
