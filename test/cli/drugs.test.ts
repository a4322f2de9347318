import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { projectRoot } from '../../src/project-root.ts'
import { buildServer } from '../production/process.ts'
import { aRelease } from '../terminology/rxnorm-release.ts'

const folder = mkdtempSync(join(tmpdir(), 'attune-drugs-'))
beforeAll(buildServer, 600_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The command as a user runs it. */
const attune = (
  words: readonly string[],
  environment: Record<string, string> = {},
): Promise<{ status: number | null; out: string; err: string }> =>
  new Promise((resolve, reject) => {
    const env = { ...process.env, ...environment }
    const child = spawn(process.execPath, [join(projectRoot, 'bin/attune.mjs'), ...words], { cwd: folder, env })
    let [out, err] = ['', '']
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString('utf8')
    })
    child.stderr.on('data', (chunk: Buffer) => {
      err += chunk.toString('utf8')
    })
    child.on('error', reject)
    child.on('close', (status) => resolve({ status, out, err }))
  })

it('a release becomes a map, which other verbs then use', async () => {
  const made = await attune(['drugs', 'import', aRelease().write(), '--json'])
  expect(made.status).toBe(0)
  expect(JSON.parse(made.out)).toMatchObject({ release: 'RXNORM_TEST_1', counts: { ingredients: 4 }, comparison: { conflicts: [] } })
  expect(readdirSync(folder)).toEqual(['attune-drug-map.tsv'])
  writeFileSync(join(folder, 'attune.yaml'), `drugMap: ${join(folder, 'attune-drug-map.tsv')}\n`)
  const environment = { ATTUNE_CONFIG: join(folder, 'attune.yaml') }
  const known = await attune(['recommend', '--drug', '90000001', '--gene', 'CYP2C19=*2/*2'], environment)
  expect([known.status, known.out.split('\n')[0]]).toEqual([0, 'clopidogrel: assessed-with-gaps'])
}, 600_000)

it('a folder without the files is exit status 2, with file and reason on standard error', async () => {
  const { status, out, err } = await attune(['drugs', 'import', folder, '--out', 'never.tsv'])
  expect({ status, out }).toEqual({ status: 2, out: '' })
  expect(err.endsWith('input-unreadable: RXNCONSO.RRF: the folder does not hold it\n')).toBe(true)
}, 600_000)

it.each([[['drugs']], [['drugs', 'export', '.']], [['drugs', 'import']], [['drugs', 'import', '.', '.']]])(
  '%j is wrong use: exit status 2, with the usage',
  async (words) => {
    const { status, err } = await attune(words)
    expect([status, err.includes('attune drugs import FOLDER')]).toEqual([2, true])
  },
  60_000,
)
