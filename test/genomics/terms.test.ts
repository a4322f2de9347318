import { describe, expect, test } from 'vitest'
import { genomicTerms } from '../../src/facts/genomics/genomic-terms.ts'
import { theTerms } from '../builders/knowledge.ts'

type Json = { [member: string]: unknown }

/** The release's rules with one table changed, under fresh gene tables so that nothing kept is used. */
const withTable = (name: string, change: (table: Json) => void): (() => unknown) => {
  const { genes, tables } = theTerms()
  const table = structuredClone(tables.get(name)) as Json // our own rule file
  change(table)
  return () => genomicTerms({ genes: new Map(genes), tables: new Map(tables).set(name, table) })
}

const part = (table: Json, name: string): Json => table[name] as Json // an object in both files

describe('names and codes stop the start when they', () => {
  test.each([
    [
      'name a gene that has no table',
      'gene-names',
      (table: Json) => Object.assign(part(table, 'genes'), { CYP9Z9: {} }),
      'gene-names: no gene CYP9Z9',
    ],
    [
      'name an allele that the gene lacks',
      'gene-names',
      (table: Json) => Object.assign(part(table, 'genes'), { TPMT: { alleles: [{ name: 'old', allele: '*99' }] } }),
      'gene-names: TPMT has no allele *99',
    ],
    [
      'hold a member that nobody reads',
      'gene-names',
      (table: Json) => Object.assign(part(table, 'genes'), { TPMT: { nickname: 'x' } }),
      'nickname',
    ],
    [
      'hold a misprinted LOINC',
      'genomic-codes',
      (table: Json) => Object.assign(part(table, 'perGene'), { '79714-4': 'CYP2C19' }),
      'genomic-codes: 79714-4 fails its check digit',
    ],
    [
      'hold a SNOMED description number',
      'genomic-codes',
      (table: Json) => Object.assign(part(table, 'conditions'), { '356744012': { gene: 'TPMT' } }),
      'genomic-codes: 356744012 is no SNOMED CT concept number',
    ],
    [
      'use a phenotype that no gene has',
      'genomic-codes',
      (table: Json) => Object.assign(part(table, 'answers'), { 'LA9657-3': { term: 'Bad Metabolizer' } }),
      'genomic-codes: no gene has the phenotype Bad Metabolizer',
    ],
    [
      'ask for an allele that the gene does not ask for',
      'genomic-codes',
      (table: Json) => Object.assign(part(table, 'presence'), { '50956-2': { gene: 'HLA-B', allele: '*99:99' } }),
      'genomic-codes: HLA-B does not ask for *99:99',
    ],
  ] as const)('%s', (_name, file, change, problem) => {
    expect(withTable(file, change)).toThrow(problem)
  })

  test('are missing', () => {
    const { genes } = theTerms()
    expect(() => genomicTerms({ genes: new Map(genes), tables: new Map() })).toThrow('rules-invalid')
  })
})
