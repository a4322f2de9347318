import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { verifyCases } from '../../src/cli/verify-cases.ts'
import { theKnowledge } from '../builders/knowledge.ts'

const folder = new URL('../../rules/cases/', import.meta.url)
const files = readdirSync(folder).filter((file) => JSON.parse(readFileSync(new URL(file, folder), 'utf8')).kind === 'guidance-cases')

describe('guidance cases kept as data', () => {
  it('there are at least 60, in more than one file', () => {
    const count = files.reduce((sum, file) => sum + JSON.parse(readFileSync(new URL(file, folder), 'utf8')).cases.length, 0)
    expect(count).toBeGreaterThanOrEqual(60)
    expect(files.length).toBeGreaterThan(1)
  })

  for (const file of files)
    describe(file, () => {
      for (const result of verifyCases(JSON.parse(readFileSync(new URL(file, folder), 'utf8')), theKnowledge()))
        it(result.name, () => {
          expect(result.differences).toEqual([])
        })
    })
})

describe('a case that is wrong is found out', () => {
  const file = (patient: object, expected: object) => ({ kind: 'guidance-cases', cases: [{ name: 'one', patient, expect: expected }] })
  const order = { drug: 'abacavir' }

  it('a missing finding, an unexpected finding and a wrong state are each named', () => {
    const content = file(
      { genes: { 'HLA-B': '*57:01 positive' }, order },
      {
        state: 'not-assessed',
        findings: [
          { source: 'CPIC', consequence: 'standard' },
          { source: 'DPWG', consequence: 'contraindicated' },
        ],
      },
    )
    const [result] = verifyCases(content, theKnowledge())
    expect(result?.passed).toBe(false)
    expect(result?.differences.map((difference) => difference.slice(0, 18))).toEqual([
      'state: expected "n',
      'expected finding {',
      'unexpected finding',
    ])
  })

  it('a gene that the rules do not know is a failed case, not a crash', () => {
    expect(verifyCases(file({ genes: { CYP9Z9: '*1/*1' }, order }, {}), theKnowledge())).toEqual([
      { name: 'one', passed: false, differences: ['CYP9Z9 is not a gene of the rules'] },
    ])
  })

  it('an allele that the table does not have is a failed case, never read as normal', () => {
    expect(verifyCases(file({ genes: { CYP2C19: '*1/*999' }, order }, {}), theKnowledge())[0]?.differences).toEqual([
      '"*1/*999" is not a CYP2C19 result that the tables know',
    ])
  })

  it('a misspelled member is refused with its place', () => {
    expect(() => verifyCases(file({ order, gens: {} }, {}), theKnowledge())).toThrow(/gens/)
  })
})
