import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { readCaseFile } from '../../src/cli/case-files.ts'
import { verifyCalling } from '../../src/cli/verify-calling.ts'
import { verifyCallingTable } from '../../src/cli/verify-calling-tables.ts'
import { theKnowledge } from '../builders/knowledge.ts'

const file = (name: string): unknown => readCaseFile(fileURLToPath(new URL(`cases/${name}`, import.meta.url)))

describe('Allele calling, case by case', () => {
  it.each(verifyCalling(file('behaviours.jsonl'), theKnowledge()).map((result) => [result.name, result.differences] as const))(
    '%s',
    (_name, differences) => {
      expect(differences).toEqual([])
    },
  )
})

describe('Unphased ties and their pick', () => {
  it.each(verifyCallingTable(file('ties.tsv'), theKnowledge()).map((result) => [result.name, result.differences] as const))(
    '%s',
    (_name, differences) => {
      expect(differences).toEqual([])
    },
  )
})

describe('The same genotypes with and without phase', () => {
  it.each(verifyCallingTable(file('two-ways.tsv'), theKnowledge()).map((result) => [result.name, result.differences] as const))(
    '%s',
    (_name, differences) => {
      expect(differences).toEqual([])
    },
  )
})
