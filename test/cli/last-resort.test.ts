import { spawnSync } from 'node:child_process'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'

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
