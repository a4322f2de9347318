import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { AttuneError } from '../../src/errors.ts'
import { readGuidanceTables } from '../../src/guidance/guidance-tables.ts'

type Table = Record<string, never>
const NAMES = ['populations', 'test-first', 'alternatives', 'drug-classes']
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
    [
      'a check of an unknown topic',
      (raw: Map<string, Table>) => (of(raw, 'alternatives').drugs.prasugrel.checks[0].topic = 'luck'),
      'topic',
    ],
    [
      'a replacement with neither a product nor the reason why there is none',
      (raw: Map<string, Table>) => delete of(raw, 'alternatives').drugs.prasugrel.product,
      'either a product or the reason',
    ],
    [
      'a class that is not defined',
      (raw: Map<string, Table>) =>
        of(raw, 'alternatives').drugs.prasugrel.checks.push({
          what: 'x',
          topic: 'allergies',
          rule: { kind: 'allergy', class: 'wizards' },
          result: 'caution',
          because: 'x',
          source: 'x',
          url: 'https://example.org',
        }),
      'class "wizards"',
    ],
    [
      'evidence that both tables define',
      (raw: Map<string, Table>) => (of(raw, 'alternatives').evidence.acs = of(raw, 'populations').evidence.acs),
      'evidence "acs" also stands in populations.json',
    ],
    [
      'a cross-reaction without its source',
      (raw: Map<string, Table>) => delete of(raw, 'drug-classes').classes.azoles.crossReaction.source,
      'drug-classes.json',
    ],
  ])('%s is refused by name', (_what, spoil, named) => {
    expect(refusal(spoil)).toContain(named)
  })
})
