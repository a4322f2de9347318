import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { projectRoot } from '../../src/project-root.ts'
import { buildServer } from './process.ts'

/** Texts of a patient that are in memory when the process dies. */
const MARKERS = ['Zephyrhillsmark', 'MRNMARK90210', 'accesstokenmark', 'genotypemark'] as const
const HELD = `globalThis.held = { name: '${MARKERS[0]}', id: '${MARKERS[1]}', token: 'Bearer ${MARKERS[2]}', genotype: '${MARKERS[3]} *2/*2' };`

const WAYS: readonly (readonly [name: string, program: string, options: readonly string[]])[] = [
  ['an exception that nothing caught', `setImmediate(() => { throw new Error(JSON.stringify(held)) })`, []],
  ['a promise that nobody waited for', `Promise.reject(new Error(JSON.stringify(held)))`, []],
  ['a thrown thing that is no error', `setImmediate(() => { throw held })`, []],
  ['an error that names its cause', `setImmediate(() => { throw new Error(held.name, { cause: new Error(held.token) }) })`, []],
  ['a stack without end', `const f = (text) => f(text + held.name) + 1; setImmediate(() => f(held.id))`, []],
  [
    'a heap that is full',
    `const all = []; setImmediate(() => { for (let n = 0; ; n += 1) all.push({ ...held, n, text: (held.name + n).repeat(50).split('') }) })`,
    ['--max-old-space-size=24'],
  ],
]

/** What an operator may have set for all of Node on a machine. */
const EAGER = ['--report-on-fatalerror', '--report-uncaught-exception', '--report-on-signal']

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

describe('A process that dies of', () => {
  beforeAll(buildServer, 600_000)

  test.each(WAYS)('%s says nothing of what it held, and leaves no file behind', (_name, program, options) => {
    const folder = mkdtempSync(join(tmpdir(), 'attune-crash-'))
    folders.push(folder)
    const lastResort = pathToFileURL(join(projectRoot, 'dist/src/cli/last-resort.js')).href
    const script = `import { installLastResort } from '${lastResort}'; installLastResort(); ${HELD} ${program}`
    const { status, signal, stdout, stderr } = spawnSync(process.execPath, [...EAGER, ...options, '--input-type=module', '-e', script], {
      cwd: folder,
      env: { PATH: process.env.PATH ?? '', TMPDIR: folder },
      encoding: 'utf8',
      timeout: 300_000,
    })
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    const texts = [stdout, stderr, ...files.map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))]
    expect({ died: status !== 0 || signal !== null, files: files.map(({ name }) => name) }).toEqual({ died: true, files: [] })
    expect(MARKERS.filter((marker) => texts.some((text) => text.includes(marker)))).toEqual([])
    expect(stderr.length).toBeGreaterThan(20) // it does say that it died
  })
})
