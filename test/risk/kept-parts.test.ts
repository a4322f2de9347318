import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { makeKeptParts } from '../../src/risk/kept-parts.ts'

const folder = mkdtempSync(join(tmpdir(), 'attune-kept-parts-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const path = join(folder, 'kept-models.json')

const never = (): never => {
  throw new Error('it was read once more')
}

describe('Files of models that a build has read', () => {
  it('are given away once, in the order of their members, and then read again', () => {
    const build = makeKeptParts(null)
    const noted = build.note()
    const read = { b: [1, null, 'x'], a: { nested: true } }
    expect(build.parse('manifest.json 01', () => read)).toBe(read)
    writeFileSync(path, noted())
    const start = makeKeptParts(path)
    expect(JSON.stringify(start.parse('manifest.json 01', never))).toBe(JSON.stringify(read))
    expect(() => start.parse('manifest.json 01', never)).toThrow('it was read once more')
  })

  it('are read again when their bytes are others, or they are called otherwise', () => {
    const start = makeKeptParts(path)
    expect(() => start.parse('manifest.json 02', never)).toThrow('it was read once more')
    expect(() => start.parse('card.json 01', never)).toThrow('it was read once more')
  })

  it('are not kept when a text could not give them back, nor when they were refused', () => {
    const build = makeKeptParts(null)
    const noted = build.note()
    build.parse('a 1', () => ({ absent: undefined }))
    build.parse('b 1', () => ({ number: Number.NaN }))
    expect(() => build.parse('c 1', never)).toThrow()
    expect(noted()).toBe('{}')
  })

  it.each(['', '{"manifest.json 01":'])('are read as any others where what was kept is not whole: %j', (text) => {
    writeFileSync(path, text)
    expect(makeKeptParts(path).parse('manifest.json 01', () => 'read')).toBe('read')
  })
})
