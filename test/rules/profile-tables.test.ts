import { describe, expect, test } from 'vitest'
import { readCgmRules } from '../../src/devices/cgm-rules.ts'
import { deviceKinds } from '../../src/facts/devices/device-kinds.ts'
import { familyTables } from '../../src/facts/family-tables.ts'
import { labTerms } from '../../src/facts/laboratory/lab-terms.ts'
import { lifestyleTables } from '../../src/facts/lifestyle.ts'
import { readNoteTables } from '../../src/notes/tables.ts'
import { theKnowledge } from '../builders/knowledge.ts'
import type { Json } from './broken-rules.ts'

type Tables = ReadonlyMap<string, unknown>

const broken = (name: string, change: (table: Json) => void): Tables => {
  const table = structuredClone(theKnowledge().tables.get(name))
  change(table)
  return new Map(theKnowledge().tables).set(name, table)
}

const LOADERS: readonly (readonly [name: string, load: (tables: Tables) => unknown])[] = [
  ['lab-groups', labTerms],
  ['omics', labTerms],
  ['device-codes', (tables) => deviceKinds({ tables })],
  ['cgm', (tables) => readCgmRules(tables.get('cgm'))],
  ['social-history', lifestyleTables],
  ['surveys', lifestyleTables],
  ['family-history', familyTables],
  ['notes-context', readNoteTables],
  ['notes-targets', readNoteTables],
]

const refusal = (load: () => unknown): unknown => {
  try {
    load()
  } catch (error) {
    return error
  }
  return null
}

describe('a table of the profile stops the start and is named', () => {
  test.each(LOADERS)('%s, with a member that nobody knows', (name, load) => {
    const tables = broken(name, (table) => Object.assign(table, { more: 1 }))
    expect(refusal(() => load(tables))).toMatchObject({ code: 'rules-invalid', message: expect.stringContaining(name) })
  })

  test.each(LOADERS)('%s, with a row of another form', (name, load) => {
    const tables = broken(name, (table) => {
      const rows = Object.values(table).find((each) => Array.isArray(each) && typeof each[0] === 'object') as Json[] | undefined
      if (rows) rows[0] = { id: 7 }
      else table.window = { days: 'two weeks' }
    })
    expect(refusal(() => load(tables))).toMatchObject({ code: 'rules-invalid', message: expect.stringContaining(name) })
  })
})

describe('every table of the profile says where it is from', () => {
  test.each(LOADERS)('%s', (name) => {
    const { source, sources, basis } = theKnowledge().tables.get(name) as Json
    expect(source ?? sources ?? basis).toBeTruthy()
  })
})
