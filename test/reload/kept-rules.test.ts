import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { copyRules } from '../../src/reload/kept-rules.ts'

let dir: string
let rules: string
const home = () => join(dir, 'rules-kept')

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'attune-kept-rules-'))
  rules = join(dir, 'rules')
  mkdirSync(join(rules, 'genes'), { recursive: true })
  writeFileSync(join(rules, 'sources.json'), '{}')
  writeFileSync(join(rules, 'genes/one.json'), '{"gene":"one"}')
  writeFileSync(join(rules, '.hidden'), 'no rule')
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

describe('The copy of the rules that are used', () => {
  it('is found by what lies in the folder, and nothing is written for it a second time', async () => {
    const kept = await copyRules(rules, dir)
    const before = statSync(home()).mtimeMs
    cpSync(rules, join(dir, 'elsewhere'), { recursive: true })
    expect(await copyRules(rules, dir)).toBe(kept)
    expect(await copyRules(join(dir, 'elsewhere'), dir)).toBe(kept)
    expect(statSync(home()).mtimeMs).toBe(before)
  })

  it('is made again where a file of it is missing or was changed', async () => {
    const kept = await copyRules(rules, dir)
    writeFileSync(join(kept, 'genes/one.json'), '{"gene":"other"}')
    expect(await copyRules(rules, dir)).toBe(kept)
    expect(readFileSync(join(kept, 'genes/one.json'), 'utf8')).toBe('{"gene":"one"}')
    rmSync(join(kept, 'sources.json'))
    expect(await copyRules(rules, dir)).toBe(kept)
    expect(readdirSync(kept)).toContain('sources.json')
  })

  it('holds what a link in the folder leads to, also where the rest is kept already', async () => {
    const without = await copyRules(rules, dir)
    writeFileSync(join(dir, 'two.json'), '{"gene":"two"}')
    symlinkSync(join(dir, 'two.json'), join(rules, 'genes/two.json'))
    const kept = await copyRules(rules, dir)
    expect(kept).not.toBe(without)
    expect(readFileSync(join(kept, 'genes/two.json'), 'utf8')).toBe('{"gene":"two"}')
  })

  it('is another one for other rules', async () => {
    const kept = await copyRules(rules, dir)
    writeFileSync(join(rules, 'genes/two.json'), '{"gene":"two"}')
    expect(await copyRules(rules, dir)).not.toBe(kept)
  })
})
