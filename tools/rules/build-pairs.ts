import type { CpicPair } from '../../src/guidance/rules.ts'
import { cell, type Row, readTable, TableError } from './read-tables.ts'
import { writeRules } from './write-rules.ts'

const FILE = 'cpic_pairs.tsv'

/** Names of the pair list that are no substance of their own -> the substance, or the two, that orders name. */
const SAME_AS: Readonly<Record<string, readonly string[]>> = {
  'divalproex sodium': ['valproic acid'],
  'fluticasone/salmeterol': ['fluticasone propionate', 'salmeterol'],
  salbutamol: ['albuterol'],
  'vitamin c': ['ascorbic acid'],
}

/** Entries that name no drug which a product could hold, and why. */
const NO_DRUG: Readonly<Record<string, string>> = {
  'hormonal contraceptives for systemic use': 'a class of drugs, not a substance: no order can name it',
}

const listOf = (text: string): string[] => text.split(';').filter((part) => part !== '')
const rxcuiOf = (text: string): string | null => (/^\d+$/.test(text) ? text : null)

const pairOf = (row: Row): CpicPair => {
  const name = cell(row, 'drug')
  const own = NO_DRUG[name]
  return {
    gene: cell(row, 'gene'),
    drug: name,
    drugs: own === undefined ? (SAME_AS[name] ?? [name]) : [],
    rxcui: rxcuiOf(cell(row, 'rxcui')),
    level: cell(row, 'cpic_level') as CpicPair['level'], // checked at load
    status: cell(row, 'status') as CpicPair['status'], // checked at load
    clinpgxLevel: cell(row, 'clinpgx_level') || null,
    fdaLabel: cell(row, 'fda_label') || null,
    pmid: listOf(cell(row, 'pmids')),
    ...(own === undefined ? {} : { note: own }),
  }
}

/** The pairs in the order of the source. @throws TableError when a name that is treated apart has gone from the table */
export const readPairs = (reference: string): CpicPair[] => {
  const pairs = readTable(reference, FILE).map(pairOf)
  const gone = [...Object.keys(SAME_AS), ...Object.keys(NO_DRUG)].filter((name) => !pairs.some(({ drug }) => drug === name))
  if (gone.length > 0) throw new TableError(FILE, null, `${gone.join(', ')} is treated apart (build-pairs.ts) but no longer in the table`)
  return pairs
}

/** Substances that only a pair may name, with the code that the pair list gives. */
export const drugsOfPairs = (reference: string): { name: string; rxcui: string | null }[] => {
  const drugs = readPairs(reference).flatMap(({ drug, drugs: names, rxcui }) =>
    names.map((name) => ({ name, rxcui: names.length === 1 && name === drug ? rxcui : null })),
  )
  return [...new Map(drugs.map((drug) => [drug.name, drug])).values()]
}

export const buildPairs = (reference: string, rulesDir: string): number => {
  const rows = readPairs(reference)
  writeRules(rulesDir, 'cpic-pairs.json', {
    about:
      'Gene-drug pairs as CPIC lists them, with level and status. A level says how strong the case for guidance is; it is no advice, and none is made of it. drug: the name in the list; drugs: the substances that orders name. Levels of pairs whose guidance came out after 2023-08 (beta blockers, methadone, hydralazine, new thiopurine text) are the old ones.',
    source: 'cpic-pairs',
    rows,
  })
  return rows.length
}
