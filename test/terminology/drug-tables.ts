import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeDrugIndex } from '../../src/terminology/drug-index.ts'
import type { DrugTables } from '../../src/terminology/drug-tables.ts'

const rows = (file: string): unknown =>
  (JSON.parse(readFileSync(join(import.meta.dirname, '../../rules/drugs', file), 'utf8')) as { rows: unknown }).rows

/** The tables of this release, whose form `loadKnowledge` checks. */
export const tables = {
  ingredients: rows('ingredients.json'),
  products: rows('products.json'),
  codes: rows('codes.json'),
} as DrugTables

export const drugs = makeDrugIndex(tables)
