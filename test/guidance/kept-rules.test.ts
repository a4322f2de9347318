import { appendFileSync, cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { findKeptRules, packRules, unpackRules } from '../../src/guidance/kept-rules.ts'
import { readKnowledge } from '../../src/guidance/load-knowledge.ts'
import { projectRoot } from '../../src/project-root.ts'

const folder = mkdtempSync(join(tmpdir(), 'attune-kept-rules-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const RULES = join(projectRoot, 'rules')
const { rules, sha256 } = readKnowledge(RULES, null)
const kept = join(folder, 'kept-rules.json')
writeFileSync(kept, packRules({ rules, sha256 }))

/** Every member in its order, maps included: whoever walks over them meets the same. */
const written = (value: unknown): string => JSON.stringify(value, (_, member) => (member instanceof Map ? [...member] : member))

describe('Rules that a build has checked', () => {
  it('are found again as they were read, member by member in their order', () => {
    expect(written(findKeptRules(RULES, kept))).toBe(written({ sha256, rules }))
    expect(unpackRules(packRules({ rules, sha256 }))).toEqual({ rules, sha256 })
  })

  it('are found for the same files in another folder, whatever cases and notes lie beside them', () => {
    const copy = join(folder, 'same')
    cpSync(RULES, copy, { recursive: true })
    rmSync(join(copy, 'cases'), { recursive: true, force: true })
    expect(findKeptRules(copy, kept)?.sha256).toBe(sha256)
  })

  it.each([
    ['a file is changed, if only by a space', (copy: string) => appendFileSync(join(copy, 'loinc.json'), ' ')],
    ['a file is missing', (copy: string) => rmSync(join(copy, 'loinc.json'))],
    ['there is one more file', (copy: string) => writeFileSync(join(copy, 'more.json'), '{}')],
    ['a file has another name', (copy: string) => cpSync(join(copy, 'loinc.json'), join(copy, 'loinc2.json'))],
    ['there is a file that is no rule file', (copy: string) => writeFileSync(join(copy, 'loinc.txt'), '')],
    ['the folder is missing', (copy: string) => rmSync(copy, { recursive: true })],
  ])('are not used when %s', (_, change) => {
    const copy = join(folder, 'changed')
    cpSync(RULES, copy, { recursive: true })
    change(copy)
    expect(findKeptRules(copy, kept)).toBeNull()
    rmSync(copy, { recursive: true, force: true })
  })

  it('are not used by code that was not built with them', () => {
    expect(findKeptRules(RULES)).toBeNull()
  })
})
