import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { copyRules, type Json } from '../rules/broken-rules.ts'
import { type Ran, runMain } from './run-main.ts'

/** What the report names as silently unused. */
const silent = (out: string): string[] => {
  const lines = out.trimEnd().split('\n')
  const at = lines.findIndex((line) => line.startsWith('SILENTLY UNUSED'))
  return at < 0 ? [] : lines.slice(at + 1).map((line) => line.trim())
}

const rowNamed = (rows: readonly Json[], member: string, name: string): Json => rows.find((row: Json) => row[member] === name)

describe('attune rules report on the rules of this release', () => {
  let ran: Ran
  beforeAll(async () => {
    ran = await runMain('rules', 'report')
  }, 600_000)

  it('finds nothing silently unused', () => {
    expect({ status: ran.status, silent: silent(ran.out) }).toEqual({ status: 0, silent: [] })
    expect(ran.out).toContain('Nothing is silently unused.')
    expect(ran.err).not.toBe('')
  })

  it('counts the rows of every source: in its file, in the rules, shown, listed only, not used', () => {
    const table = Object.fromEntries(
      ran.out
        .split('\n')
        .filter((line) => /^\S+\.(jsonl|tsv|json) /.test(line))
        .map((line) => line.split(/\s+/))
        .map(([file, ...cells]) => [file, cells.map(Number)]),
    )
    expect(table).toMatchObject({
      'recommendations.jsonl': [660, 660, 650, 0, 10],
      'fda.tsv': [228, 246, 108, 138, 0],
      'cpic_pairs.tsv': [518, 518, 146, 371, 1],
    })
    expect(table['special.json']?.slice(0, 2)).toEqual([31, 31])
  })

  it('names the four rows that a newer text replaces whole, with the newer ones', () => {
    const overruled = ran.out.split('\n').filter((line) => /^ {2}cpic\/(azathioprine|mercaptopurine)\/\d+: superseded/.test(line))
    expect(overruled.map((line) => line.trim().split(':')[0])).toEqual([
      'cpic/azathioprine/2',
      'cpic/azathioprine/11',
      'cpic/mercaptopurine/3',
      'cpic/mercaptopurine/10',
    ])
  })
})

/** One thing that is broken, and the line by which the report must name it. */
const BROKEN: readonly { readonly title: string; readonly file: string; readonly edit: (json: Json) => void; readonly line: RegExp }[] = [
  {
    title: 'a population that no record can meet',
    file: 'populations.json',
    edit: ({ populations }) => {
      populations.NVI.rule.unless = populations.NVI.rule.any
    },
    line: /^cpic\/clopidogrel\/\d+: no record can meet the population "NVI"$/,
  },
  {
    title: 'a population whose ages exclude each other',
    file: 'populations.json',
    edit: ({ populations }) => {
      populations.pediatrics.rule = { kind: 'age', from: 18, below: 18 }
    },
    line: /^cpic\/voriconazole\/\d+: no patient with CYP2C19 \w+ meets it$/,
  },
  {
    title: 'a word of a row that no genotype can have there',
    file: 'populations.json',
    edit: ({ genotypeLimits }) =>
      void genotypeLimits.push({ ...genotypeLimits[0], guidance: 'CPIC', gene: 'DPYD', key: '0.0', action: 'avoid', normalAllele: true }),
    line: /^cpic\/capecitabine\/\d+: no patient with DPYD 0\.0 meets it$/,
  },
  {
    title: 'a drug that no order can name',
    file: 'drugs/ingredients.json',
    edit: ({ rows }) => void Object.assign(rowNamed(rows, 'name', 'mavacamten'), { noText: true, brands: [], atc: [] }),
    line: /^dpwg\/mavacamten\/1: no order can name mavacamten: no code, no product, no name in text$/,
  },
  {
    title: 'an action for an age which the population of its row excludes',
    file: 'guidance/atomoxetine.json',
    edit: ({ rows }) => void rowNamed(rows, 'population', 'adults').actions.push('max=20 mg/day(under 12 y)'),
    line: /^cpic\/atomoxetine\/\d+: no patient is told "max 20 mg\/day under 12 y"$/,
  },
  {
    title: 'a row that has gone from the rules although its source holds it',
    file: 'guidance/codeine.json',
    edit: ({ rows }) => void rows.splice(0, 1),
    line: /^recommendations\.jsonl: 660 rows were made of it, 659 are in the rules$/,
  },
  {
    title: 'a pair that has gone',
    file: 'cpic-pairs.json',
    edit: ({ rows }) => void rows.pop(),
    line: /^cpic_pairs\.tsv: 518 rows were made of it, 517 are in the rules$/,
  },
  {
    title: 'a pair whose code is another drug in the tables',
    file: 'cpic-pairs.json',
    edit: ({ rows }) => {
      rowNamed(rows, 'drug', 'divalproex sodium').drugs = ['atenolol']
    },
    line: /^cpic-pairs: POLG divalproex sodium: RxNorm 266856 is not known as atenolol$/,
  },
  {
    title: 'a fact outside the tables with neither rows nor a reason',
    file: 'special.json',
    edit: ({ entries }) => void delete rowNamed(entries, 'id', 'warfarin/6').off,
    line: /^warfarin\/6 .*: neither rows nor a reason$/,
  },
  {
    title: 'a test before use that no order asks for',
    file: 'test-first.json',
    edit: ({ rows }) => {
      for (const row of rows) if (row.drugs.includes('abacavir')) Object.assign(row, { verified: false, note: 'switched off' })
    },
    line: /^test\/abacavir: an order of abacavir does not ask for HLA-B, and no reason is given$/,
  },
]

describe('attune rules report fails on rules that are silently unused, and names', () => {
  const copy = copyRules()
  let ran: Ran
  let json: Json
  beforeAll(async () => {
    for (const { file, edit } of BROKEN) {
      const path = join(copy.dir, file)
      const content: Json = JSON.parse(readFileSync(path, 'utf8'))
      edit(content)
      writeFileSync(path, JSON.stringify(content))
    }
    ran = await runMain('rules', 'report', copy.dir)
    json = JSON.parse((await runMain('rules', 'report', copy.dir, '--json')).out)
  }, 600_000)
  afterAll(() => copy.remove())

  it('with exit status 1', () => {
    expect(ran.status).toBe(1)
  })

  it.each(BROKEN)('$title', ({ line }) => {
    expect(silent(ran.out).filter((one) => line.test(one)).length).toBeGreaterThan(0)
  })

  it('the same for machines', () => {
    expect(json.silent.map(({ where, what }: Json) => `${where}: ${what}`)).toEqual(silent(ran.out))
  })

  it('and every row that is not reached with a reason or as silent', () => {
    const bare = [...json.rows, ...json.pairs, ...json.special, ...json.modifiers, ...json.testFirst, ...json.alternatives].filter(
      (one: Json) => (one.reached === false || one.as === 'off' || one.as === 'listed') && one.reasons.length + one.silent.length === 0,
    )
    expect(bare).toEqual([])
  })
})

describe('attune rules report on rules that do not load', () => {
  it('gives no report, but file, row and reason', async () => {
    const copy = copyRules()
    const path = join(copy.dir, 'guidance/clopidogrel.json')
    const content: Json = JSON.parse(readFileSync(path, 'utf8'))
    content.rows[0].when = [{ CYP2C19: ['DF'] }]
    writeFileSync(path, JSON.stringify(content))
    const { status, out, err } = await runMain('rules', 'report', copy.dir)
    copy.remove()
    expect({ status, out }).toEqual({ status: 1, out: '' })
    expect(err).toContain('guidance/clopidogrel.json [cpic/clopidogrel/1]: no CYP2C19 result has the key "DF"')
  })
})
