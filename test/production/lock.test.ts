import { spawn } from 'node:child_process'
import { once } from 'node:events'
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

/** A process that reaches for the folder at `instant`, and holds it until it is let go. */
const reach = (instant: number) => {
  const code = `
    const { takeDirectory } = await import(${JSON.stringify(MODULE)})
    process.stdin.on('end', () => process.exit()).resume()
    while (Date.now() < ${instant});
    try { takeDirectory(${JSON.stringify(folder)}); console.log('taken') } catch { console.log('refused') }`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', code])
  const said = new Promise<string>((resolve) => child.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString('utf8').trim())))
  const letGo = async (): Promise<void> => {
    const gone = once(child, 'close')
    child.stdin.end()
    await gone
  }
  return { said, letGo }
}

it.each([
  ['an empty data folder', null],
  ['a data folder that a killed process left locked', '999999999'],
])('of processes that start on %s in the same moment one gets it', async (_name, left) => {
  for (let round = 0; round < 6; round += 1) {
    rmSync(join(folder, 'lock'), { force: true })
    if (left !== null) writeFileSync(join(folder, 'lock'), left)
    const instant = Date.now() + 1000
    const three = [reach(instant), reach(instant), reach(instant)]
    const said = await Promise.all(three.map((one) => one.said)) // a machine may be too slow for one moment: who comes later is refused as well
    await Promise.all(three.map(({ letGo }) => letGo()))
    expect(said.sort()).toEqual(['refused', 'refused', 'taken'])
  }
})
