import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readCaseFile } from '../../src/cli/case-files.ts'
import { isCallingFile, verifyCalling } from '../../src/cli/verify-calling.ts'
import { isCallingTable, verifyCallingTable } from '../../src/cli/verify-calling-tables.ts'
import { theKnowledge } from '../builders/knowledge.ts'

const folder = mkdtempSync(join(tmpdir(), 'attune-calling-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const written = (name: string, text: string): string => {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

const heterozygous = {
  id: 'one',
  kind: 'positions',
  phased: false,
  reference_genes: [],
  genotypes: { 'CYP3A5:rs776746': ['T', 'C'] },
  missing: {},
  expected: { CYP3A5: ['*1/*3'] },
}

const run = (...lines: readonly object[]) =>
  verifyCalling(readCaseFile(written('cases.jsonl', lines.map((line) => JSON.stringify(line)).join('\n'))), theKnowledge())

describe('A file of allele-calling cases', () => {
  it('is told by its lines; a header line is no case', () => {
    const content = readCaseFile(written('cases.jsonl', `${JSON.stringify({ _meta: 'x' })}\n${JSON.stringify(heterozygous)}\n`))
    expect([isCallingFile(content), isCallingTable(content)]).toEqual([true, false])
    expect(verifyCalling(content, theKnowledge())).toEqual([{ name: 'one', passed: true, differences: [] }])
  })

  it('says what was called instead, and why nothing was', () => {
    expect(
      run(
        { ...heterozygous, expected: { CYP3A5: ['*1/*1'] } },
        { ...heterozygous, id: 'two', genotypes: { 'CYP3A5:rs776746': ['T', 'G'] } },
      ).map(({ differences }) => differences),
    ).toEqual([
      ['CYP3A5: expected *1/*1, got *1/*3; *1/*1 cannot be: rs776746 is T/C'],
      ['CYP3A5: expected *1/*3, got not-called: a base that no definition knows: G at rs776746; *1/*3 cannot be: rs776746 is T/G'],
    ])
  })

  it('takes the best diplotypes or all that fit, and one of them when the case asks for it', () => {
    const tie = {
      ...heterozygous,
      genotypes: { 'TPMT:rs1142345': ['T', 'C'], 'TPMT:rs1800460': ['C', 'T'] },
    }
    const passed = (more: object): boolean | undefined => run({ ...tie, ...more })[0]?.passed
    const best = { TPMT: ['*1/*3A'] }
    const all = { TPMT: ['*3B/*3C', '*3A/*1'] }
    expect([
      passed({ expected: best }),
      passed({ expected: all }),
      passed({ expected: best, candidates: 'all' }),
      passed({ expected: all, candidates: 'best' }),
    ]).toEqual([true, true, false, false])
  })

  it('a full list of positions is read as a record would be', () => {
    const genotypes = { 'chr19:39248147': 'C|T' }
    expect(run({ id: 'vcf', kind: 'vcf', genotypes, expected: ['rs12979860 reference (C)/rs12979860 variant (T)'] })).toEqual([
      { name: 'vcf', passed: true, differences: [] },
    ])
  })

  it.each([
    ['an unknown position', { genotypes: { 'CYP3A5:rs1': ['T', 'C'] } }, 'no position CYP3A5:rs1 in the definitions'],
    ['an unknown gene', { expected: { CYP9Z9: ['*1/*1'] } }, 'no definitions for CYP9Z9'],
    ['a base that is none', { genotypes: { 'UGT1A1:rs3064744': ['TA(12)', 'TA(7)'] } }, '"TA(12)" is no base of rs3064744'],
  ])('%s fails its case only', (_name, more, says) => {
    const [broken, whole] = run({ ...heterozygous, ...more }, heterozygous)
    expect([broken?.differences, whole?.passed]).toEqual([[says], true])
  })

  it('a member that is misspelt makes the file unreadable, with the line', () => {
    expect(() => run(heterozygous, { ...heterozygous, phasd: true })).toThrow(/line 2: .*phasd/s)
  })
})

describe('A table of allele-calling cases', () => {
  const table = (text: string) => verifyCallingTable(readCaseFile(written('cases.tsv', text)), theKnowledge())
  const ties = 'missing positions\trs1801279\trs1801280\trs1799930\trs1208\trs1799931\toutput\tpick\n'

  it('names the row whose call or pick differs', () => {
    expect(table(`# remark\n${ties}none\tG/G\tT/C\tG/G\tA/G\tG/G\t*4/*5\t*1/*16\n`)).toEqual([
      {
        name: 'row 1',
        passed: false,
        differences: ['output: expected *4/*5, got *1/*16, *4/*5', 'pick: expected *1/*16, got *4/*5'],
      },
    ])
  })

  it('a column that is no position of the definitions is said', () => {
    const [row] = table('rs1\tphased_call\tphased_inferred\tunphased_call\tunphased_inferred\n0/1\tref/ref\t\t\t\n')
    expect(row?.differences).toEqual(['no position rs1 in the definitions'])
  })

  it('columns of two genes are refused', () => {
    const [row] = table('rs776746\trs887829\tphased_call\tphased_inferred\tunphased_call\tunphased_inferred\n0/1\t0/1\tref/ref\t\t\t\n')
    expect(row?.differences).toEqual(['the columns belong to 2 genes'])
  })
})

describe('A file that holds no cases', () => {
  it.each([
    ['an empty file', ''],
    ['a page of prose', 'These are not cases.\nNor is this.\n'],
    ['binary content', '\u0000\u0001\u0002'],
    ['a row with more cells than the header', 'a\tb\n1\t2\t3\n'],
  ])('%s is unreadable', (_name, text) => {
    expect(() => readCaseFile(written('other', text))).toThrow(/input-unreadable/)
  })

  it('a file that is not there is unreadable', () => {
    expect(() => readCaseFile(join(folder, 'nothing'))).toThrow(/input-unreadable/)
  })
})
