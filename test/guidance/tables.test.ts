import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { AttuneError } from '../../src/errors.ts'
import { readGuidanceTables } from '../../src/guidance/guidance-tables.ts'
import { reportCoverage } from '../../src/guidance/report-coverage.ts'
import { theKnowledge } from '../builders/knowledge.ts'

type Table = Record<string, never>
const NAMES = ['populations', 'test-first', 'alternatives']
const tables = (): Map<string, Table> =>
  new Map(NAMES.map((name) => [name, JSON.parse(readFileSync(new URL(`../../rules/${name}.json`, import.meta.url), 'utf8'))]))

const refusal = (spoil: (tables: Map<string, Table>) => void): string => {
  const raw = tables()
  spoil(raw)
  try {
    readGuidanceTables(raw)
  } catch (error) {
    if (error instanceof AttuneError) return error.detail
    throw error
  }
  return 'accepted'
}

// biome-ignore lint/suspicious/noExplicitAny: the tables are spoiled on purpose
const of = (raw: Map<string, Table>, name: string): any => raw.get(name)

describe('tables beside the rows are checked at load', () => {
  it('the tables of this release are accepted', () => {
    expect(refusal(() => {})).toBe('accepted')
  })

  it.each([
    ['a missing table', (raw: Map<string, Table>) => raw.delete('alternatives'), 'alternatives.json'],
    ['an unknown member', (raw: Map<string, Table>) => (of(raw, 'populations').populations.adults.remark = 'x'), 'populations.json'],
    [
      'a rule of an unknown kind',
      (raw: Map<string, Table>) => (of(raw, 'populations').populations.adults.rule.kind = 'guess'),
      'populations.json',
    ],
    [
      'evidence that is not defined',
      (raw: Map<string, Table>) => of(raw, 'populations').populations.NVI.rule.any.push('headache'),
      '"headache"',
    ],
    [
      'a code that is not a SNOMED CT code',
      (raw: Map<string, Table>) => of(raw, 'populations').evidence.acs.snomed.push('MI'),
      'populations.json',
    ],
    ['a test that is not defined', (raw: Map<string, Table>) => of(raw, 'test-first').rows[0].tests.push('CYP9Z9'), 'CYP9Z9'],
    ['a row without its source address', (raw: Map<string, Table>) => delete of(raw, 'test-first').rows[0].url, 'test-first.json'],
    [
      'a check without a citation',
      (raw: Map<string, Table>) => delete of(raw, 'alternatives').drugs.prasugrel.checks[0].source,
      'alternatives.json',
    ],
  ])('%s is refused by name', (_what, spoil, named) => {
    expect(refusal(spoil)).toContain(named)
  })
})

describe('coverage of the guidance', () => {
  const report = reportCoverage(theKnowledge())

  it('every advice row reaches some patient, but for the four that a newer text of CPIC replaces whole', () => {
    expect(report.unreachable).toEqual(
      ['cpic/azathioprine/2', 'cpic/azathioprine/11', 'cpic/mercaptopurine/3', 'cpic/mercaptopurine/10'].map((row) => ({
        row,
        because: 'another row of the same source is always taken in its place',
      })),
    )
  })

  it('rows are advice, listed or off with a reason; nothing is silently unused', () => {
    for (const { rows, advice, listed, off } of report.sources) expect(advice + listed + off).toBe(rows)
    for (const { because } of report.off) expect(because.length).toBeGreaterThan(10)
    expect(report.sources.map(({ source, reached, advice }) => [source, advice - reached])).toEqual([
      ['CPIC', 4],
      ['DPWG', 0],
      ['FDA', 0],
    ])
  })
})
