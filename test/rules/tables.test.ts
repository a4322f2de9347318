import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { draftFda } from '../../tools/rules/build-fda.ts'
import { draftGuidance } from '../../tools/rules/build-guidance.ts'
import { readPairs } from '../../tools/rules/build-pairs.ts'
import { buildSources } from '../../tools/rules/build-sources.ts'
import { readSpecial } from '../../tools/rules/build-special.ts'
import { makeRules } from '../../tools/rules/make-rules.ts'
import { readTable, TableError } from '../../tools/rules/read-tables.ts'
import { TABLE_SHAPES } from '../../tools/rules/table-shapes.ts'
import { type Json, RULES } from './broken-rules.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'attune-tables-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const put = (file: string, content: string | Buffer): void => writeFileSync(join(dir, file), content)
const refusal = (run: () => unknown): string => {
  try {
    run()
  } catch (error) {
    if (error instanceof TableError) return error.message
    throw error
  }
  return 'accepted'
}

const LOINC = '# our own table\ncode\tdisplay\tuse\tsource\tcheck\n79714-2\tCYP2C19\tresult\tus\tok\n79715-9\tCYP2D6\tresult\tus\tok\n'
const READ = (): unknown => readTable(dir, 'loinc.tsv')

describe('a reference table is refused, with file, line and reason', () => {
  it('not when it is whole', () => {
    put('loinc.tsv', LOINC)
    expect(readTable(dir, 'loinc.tsv').map((row) => row.code)).toEqual(['79714-2', '79715-9'])
  })

  it.each([
    [
      'a column that is not known',
      LOINC.replace('check\n', 'check\tweight\n').replaceAll('ok\n', 'ok\t1\n'),
      'loinc.tsv, line 2: unknown column weight: nobody has read what it means',
    ],
    ['a column that is missing', LOINC.replaceAll('\tok', '').replace('\tcheck', ''), 'loinc.tsv, line 2: no column check'],
    ['a column that is named otherwise', LOINC.replace('display', 'name'), 'loinc.tsv, line 2: no column display'],
    [
      'a column twice',
      LOINC.replace('use\t', 'use\tuse\t').replaceAll('result\t', 'result\tresult\t'),
      'loinc.tsv, line 2: two columns use',
    ],
    ['a line with too few cells', LOINC.replace('\tok\n', '\n'), 'loinc.tsv, line 3: 4 cells, 5 columns'],
    ['a line with too many cells', LOINC.replace('CYP2D6\t', 'CYP2D6\tx\t'), 'loinc.tsv, line 4: 6 cells, 5 columns'],
    ['a row twice', LOINC.replace('79715-9', '79714-2'), 'loinc.tsv, line 4: the same code as line 3'],
    ['a cut end', LOINC.slice(0, -3), 'loinc.tsv, line 4: the file ends in the middle of a line: it may be cut'],
    ['no rows', LOINC.split('\n').slice(0, 2).join('\n').concat('\n'), 'loinc.tsv: the table has no rows'],
    ['no header', '# only a comment\n', 'loinc.tsv: the table has no header line'],
    ['nothing', '', 'loinc.tsv: the file is empty'],
    ['a byte order mark', `\uFEFF${LOINC}`, 'loinc.tsv, line 1: the file starts with a byte order mark'],
    ['carriage returns', LOINC.replaceAll('\n', '\r\n'), 'loinc.tsv: lines end in carriage returns'],
    ['binary content', Buffer.from([0x1f, 0x8b, 8, 0, 0, 0]), 'loinc.tsv: the file is binary, not text'],
    ['another encoding', Buffer.concat([Buffer.from(LOINC), Buffer.from([0xe9, 10])]), 'loinc.tsv: the file is not UTF-8'],
    ['a line of 10 MB', LOINC.replace('CYP2D6', 'x'.repeat(10 * 1024 * 1024)), /^loinc\.tsv, line 4: \d+ characters in one line$/],
  ])('%s', (_title, content, says) => {
    put('loinc.tsv', content)
    if (typeof says === 'string') expect(refusal(READ)).toBe(says)
    else expect(refusal(READ)).toMatch(says)
  })

  it('a table that is not there', () => {
    expect(refusal(READ)).toBe('loinc.tsv: cannot be read (ENOENT)')
  })
})

describe('docs/rules.md', () => {
  const page = readFileSync(join(RULES, '../docs/rules.md'), 'utf8')

  it.each(Object.entries(TABLE_SHAPES))('names the columns of %s as the generator knows them', (file, { columns }) => {
    expect(page).toContain(`| \`${file}\` | ${columns.join(' ')} |`)
  })
})

const ROW = {
  src: 'CPIC',
  drug: 'xdrug',
  genes: ['CYP2C19'],
  when: [{ CYP2C19: ['PM'] }],
  strength: 'Strong',
  actions: ['avoid'],
  effect: ['adr-up'],
  risk: null,
  flags: 'A',
  guideline: 'PA1',
  pmid: ['12345678'],
  year: 2030,
  asof: '2030-01',
} as const
const recommendations = (...rows: readonly object[]): void =>
  put('recommendations.jsonl', [{ _meta: {} }, ...rows].map((row) => `${JSON.stringify(row)}\n`).join(''))
const draft = (): unknown => draftGuidance(dir)

describe('a recommendation is refused, with line and member', () => {
  it('not when it is as it should be', () => {
    recommendations(ROW)
    expect(draftGuidance(dir).map(({ drug, standing }) => [drug, standing])).toEqual([['xdrug', 'advice']])
  })

  it.each([
    ['a member that is new', { ...ROW, ancestry: 'any' }, 'recommendations.jsonl, line 3: the row: Unrecognized key: "ancestry"'],
    ['a strength that is new', { ...ROW, strength: 'Very strong' }, /^recommendations\.jsonl, line 3: strength: Invalid option/],
    ['a source that is new', { ...ROW, src: 'RNPGx' }, /^recommendations\.jsonl, line 3: src: Invalid option/],
    ['an effect that is new', { ...ROW, effect: ['hiccups'] }, /^recommendations\.jsonl, line 3: effect\.0: Invalid option/],
    ['no actions', { ...ROW, actions: [] }, /^recommendations\.jsonl, line 3: actions: /],
    ['a reading that is neither seen nor not seen', { ...ROW, seen: 'maybe' }, /^recommendations\.jsonl, line 3: seen: /],
    ['the same statement', ROW, 'recommendations.jsonl, line 3: the same statement as line 2'],
  ])('%s', (_title, row, says) => {
    recommendations(ROW, row)
    if (typeof says === 'string') expect(refusal(draft)).toBe(says)
    else expect(refusal(draft)).toMatch(says)
  })

  it('a line that is cut', () => {
    put('recommendations.jsonl', `{"_meta": {}}\n${JSON.stringify(ROW)}\n{"src": "CP\n`)
    expect(refusal(draft)).toBe('recommendations.jsonl, line 3: not valid JSON')
  })

  it('a first row where the header should be', () => {
    put('recommendations.jsonl', `${JSON.stringify(ROW)}\n`)
    expect(refusal(draft)).toBe('recommendations.jsonl, line 1: the first line must hold _meta')
  })
})

describe('other tables are refused', () => {
  it('FDA entries that are read in another way than known', () => {
    put('fda.tsv', `${TABLE_SHAPES['fda.tsv']?.columns.join('\t')}\nFDA-table\t1 management\txdrug\tCYP2C19\tPM\tavoid\t\tPA1\tpartly\n`)
    expect(refusal(() => draftFda(dir))).toBe('fda.tsv: PA1: verified is "partly", neither "seen" nor "not seen"')
  })

  it('an FDA entry that is treated apart and has gone', () => {
    put('fda.tsv', `${TABLE_SHAPES['fda.tsv']?.columns.join('\t')}\nFDA-table\t1 management\txdrug\tCYP2C19\tPM\tavoid\t\tPA1\tseen\n`)
    expect(refusal(() => draftFda(dir))).toMatch(
      /^fda\.tsv: PA\d+.* is treated apart \(fda-readings\.ts, fda-labels\.ts\) but no longer in the table$/,
    )
  })

  it('a pair name that is treated apart and has gone', () => {
    put('cpic_pairs.tsv', `${TABLE_SHAPES['cpic_pairs.tsv']?.columns.join('\t')}\nCYP2C19\txdrug\t1\tA\tfinal\t1A\t\t12345678\n`)
    expect(refusal(() => readPairs(dir))).toMatch(/^cpic_pairs\.tsv: .*salbutamol.* is treated apart/)
  })

  it('facts outside the tables in another shape', () => {
    put('special.json', JSON.stringify({ _meta: { about: 'x', sources: [] }, acenocoumarol: {} }))
    expect(refusal(() => readSpecial(dir))).toMatch(/^special\.json: .*Unrecognized key: "acenocoumarol"/)
  })
})

/** Every input file with this many rows of made-up words. */
const fill = (rows: number): void => {
  for (const [file, { columns }] of Object.entries(TABLE_SHAPES)) {
    const lines = Array.from({ length: rows }, (_, at) => columns.map((column) => `${column}-${at}`).join('\t'))
    put(file, `${[columns.join('\t'), ...lines].join('\n')}\n`)
  }
  recommendations(...Array.from({ length: rows }, (_, at) => ({ ...ROW, drug: `drug-${at}` })))
  put('special.json', '{}')
  put('phenotype_logic.json', '{}')
}

describe('a release that holds fewer rows than the last one', () => {
  const rowsOf = (id: string): number =>
    JSON.parse(readFileSync(join(dir, 'rules/sources.json'), 'utf8')).rows.find((row: Json) => row.id === id).rows
  beforeEach(() => {
    mkdirSync(join(dir, 'rules'))
    fill(3)
    buildSources(dir, join(dir, 'rules'), {})
  })

  it('is refused', () => {
    fill(2)
    expect(refusal(() => buildSources(dir, join(dir, 'rules'), {}))).toMatch(
      /^\w+\.tsv: 2 rows, 3 before\. If rows were meant to go: --may-shrink \w+\.tsv$/,
    )
    expect(rowsOf('recommendations')).toBe(3)
  })

  it('is taken where the files are named', () => {
    fill(2)
    buildSources(dir, join(dir, 'rules'), {}, [...Object.keys(TABLE_SHAPES), 'recommendations.jsonl'])
    expect(rowsOf('recommendations')).toBe(2)
  })

  it('one that holds more is taken', () => {
    fill(4)
    buildSources(dir, join(dir, 'rules'), {})
    expect(rowsOf('recommendations')).toBe(4)
  })
})

/** Folder of the reference tables; not part of this repository. */
const reference = process.env.ATTUNE_REFERENCE

describe.skipIf(reference === undefined || !existsSync(reference))(
  'the whole generator (runs where ATTUNE_REFERENCE names the reference tables)',
  () => {
    const altered = (file: string, change: (text: string) => string): { tables: string; rules: string } => {
      const [tables, rules] = [join(dir, 'tables'), join(dir, 'rules')]
      mkdirSync(tables)
      for (const name of readdirSync(reference ?? '')) writeFileSync(join(tables, name), readFileSync(join(reference ?? '', name)))
      writeFileSync(join(tables, file), change(readFileSync(join(tables, file), 'utf8')))
      cpSync(RULES, rules, { recursive: true })
      return { tables, rules }
    }

    it.each([
      ['an action code that is not known', '"actions":["avoid"]', '"actions":["forbid"]', 'unknown action code "forbid"'],
      [
        'a population that is not known',
        '"population":"pediatrics"',
        '"population":"octogenarians"',
        'population "octogenarians" is not described',
      ],
      ['a word that no gene result has', '"*57:01 positive"', '"*57:99 positive"', 'no HLA-B result has the key "*57:99 positive"'],
      ['a drug that is not known', '"drug":"abacavir"', '"drug":"abacavirum"', 'guidance for abacavirum, which drugs.tsv does not have'],
    ])('%s: nothing is written', (_title, from, to, says) => {
      const { tables, rules } = altered('recommendations.jsonl', (text) => text.replace(from, to))
      const before = readFileSync(join(rules, 'guidance/abacavir.json'), 'utf8')
      expect(() => makeRules(tables, rules)).toThrow(says)
      expect(readFileSync(join(rules, 'guidance/abacavir.json'), 'utf8')).toBe(before)
      expect(readdirSync(join(rules, 'guidance')).length).toBe(readdirSync(join(RULES, 'guidance')).length)
    })

    it('a cut table: nothing is written', () => {
      const { tables, rules } = altered('cpic_pairs.tsv', (text) => `${text.split('\n').slice(0, 300).join('\n')}\n`)
      expect(() => makeRules(tables, rules)).toThrow(/cpic_pairs\.tsv/)
      expect(readFileSync(join(rules, 'cpic-pairs.json'), 'utf8')).toBe(readFileSync(join(RULES, 'cpic-pairs.json'), 'utf8'))
    })
  },
)
