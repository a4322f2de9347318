import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { loadCallingRules } from '../../src/guidance/load-calling-rules.ts'
import { loadKnowledge } from '../../src/guidance/load-knowledge.ts'
import { copyRules, RULES } from './broken-rules.ts'

const copy = copyRules()
afterAll(() => copy.remove())

describe('The rules that a call reads', () => {
  it('are those of the whole rules, under the same version', () => {
    const whole = loadKnowledge(RULES)
    const rules = loadCallingRules(RULES)
    expect(rules.version).toBe(whole.version)
    expect(rules.genes).toEqual(whole.genes)
    for (const [name, table] of rules.tables) expect([name, table]).toEqual([name, whole.tables.get(name)])
    expect([...rules.tables.keys()]).toEqual([...whole.tables.keys()].filter((name) => name === 'gene-names' || name.endsWith('.variants')))
  })

  it.each([
    ['genes/TPMT.json', '{"symbol": "TPMT"}', /TPMT\.json/],
    ['genes/TPMT.variants.json', '{', /TPMT\.variants\.json \[-\]: not valid JSON/],
    ['phenotypes.json', '{}', /phenotypes\.json/],
  ])('are refused when %s is broken', (file, content, reason) => {
    const broken = copyRules()
    writeFileSync(join(broken.dir, file), content)
    expect(() => loadCallingRules(broken.dir)).toThrow(reason)
    broken.remove()
  })

  it('do not hide another version of the rest', () => {
    writeFileSync(join(copy.dir, 'actions.json'), '{}')
    expect(loadCallingRules(copy.dir).version).not.toBe(loadCallingRules(RULES).version)
  })
})
