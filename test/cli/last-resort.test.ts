import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { dumpingOptions } from '../../src/cli/last-resort.ts'

const built = pathToFileURL(join(resolve(import.meta.dirname, '../..'), 'dist/src/cli/last-resort.js')).href

const die = (how: string) =>
  spawnSync(process.execPath, ['--input-type=module', '-e', `import { installLastResort } from '${built}'; installLastResort(); ${how}`], {
    encoding: 'utf8',
  })

describe('A fault that nothing caught', () => {
  it.each([
    ['thrown later', `setTimeout(() => { throw new TypeError('Walter Whitfield *2/*2') }, 1)`],
    ['a promise that nobody awaited', `Promise.reject(new TypeError('Walter Whitfield *2/*2'))`],
  ])('ends the process with one line that quotes nothing: %s', (_name, how) => {
    const { status, stderr } = die(how)
    expect(status).toBe(1)
    expect(stderr).not.toContain('Whitfield')
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(JSON.parse(stderr)).toMatchObject({ level: 'fatal', error: { name: 'TypeError' } })
  })
})

describe('Options of Node that write out what a process holds', () => {
  it.each([
    [['--heapsnapshot-near-heap-limit=2'], ['--heapsnapshot-near-heap-limit']],
    [
      ['--heapsnapshot_near_heap_limit=2', '--heapsnapshot-signal=SIGUSR2'],
      ['--heapsnapshot-near-heap-limit', '--heapsnapshot-signal'],
    ],
    [
      ['--heap-prof', '--inspect=0.0.0.0:9229', '--inspect-brk'],
      ['--heap-prof', '--inspect', '--inspect-brk'],
    ],
    [['--abort-on-uncaught-exception'], ['--abort-on-uncaught-exception']],
    [['--max-old-space-size=512', '--enable-source-maps', '--inspector-lookalike', ''], []],
  ])('%j are known by name', (words, found) => {
    expect(dumpingOptions(words)).toEqual(found)
  })

  it('end the start of a server in production, in words that say why', () => {
    const folder = mkdtempSync(join(tmpdir(), 'attune-dumps-'))
    const file = join(folder, 'attune.json')
    writeFileSync(file, '{"auth":"required"}')
    const words = ['--heapsnapshot-near-heap-limit=1', join(resolve(import.meta.dirname, '../..'), 'dist/src/cli/serve-process.js')]
    const env = { PATH: process.env.PATH ?? '', ATTUNE_CONFIG: file, ATTUNE_DATA_DIR: join(folder, 'data'), PORT: '0' }
    const { status, stderr } = spawnSync(process.execPath, words, { env, encoding: 'utf8', timeout: 300_000 })
    rmSync(folder, { recursive: true })
    expect([status, stderr]).toEqual([1, expect.stringContaining('Node is started with --heapsnapshot-near-heap-limit')])
  })
})
