import { FDA_PARTS, type FdaPart } from './fda-readings.ts'
import type { DraftRow } from './guidance-rows.ts'
import { cell, type Row, readTable, splitOutsideBrackets, TableError } from './read-tables.ts'

/** Words of the reference's subgroup column -> keys of guidance rows. */
const KEYS: Readonly<Record<string, string>> = {
  deficient: 'Deficient',
  'deficient-CNSHA': 'Deficient with CNSHA',
  variable: 'Variable',
  '-1639AG': '-1639 AG',
  '-1639AA': '-1639 AA',
}

const EFFECTS: readonly (readonly [RegExp, string])[] = [
  [/(exposure|active metabolite) up/, 'exposure-up'],
  [/(exposure|active metabolite) down/, 'exposure-down'],
  [/ADR up|toxicity|haemolysis|reactions|hypersensitivity|QT|neutropenia|liver|arrhythmia|myelosuppression|respiratory/, 'adr-up'],
]

const effectOf = (text: string): string[] => {
  const found = EFFECTS.filter(([pattern]) => pattern.test(text)).map(([, effect]) => effect)
  return found.length > 0 ? found : ['not-stated']
}

const genesOf = (row: Row): string[] =>
  cell(row, 'gene')
    .split(/[+,]/)
    .map((gene) => gene.trim())

const keysOf = (row: Row): string[] =>
  cell(row, 'subgroup')
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '')
    .map((word) => KEYS[word] ?? word)

/** With several genes the entry speaks of each of them, so either one is enough. */
const whenOf = (genes: readonly string[], keys: readonly string[]): DraftRow['when'] => genes.map((gene) => ({ [gene]: keys }))

const urlOf = (row: Row): string =>
  cell(row, 'source') === 'FDA-label'
    ? `https://www.clinpgx.org/labelAnnotation/${cell(row, 'id')}`
    : `https://www.clinpgx.org/fdaPgxAssociations#${cell(row, 'id')}`

const partsOf = (row: Row): readonly FdaPart[] => {
  const parts = FDA_PARTS[cell(row, 'id')]
  if (parts !== undefined) return parts
  return [{ keys: keysOf(row), actions: splitOutsideBrackets(cell(row, 'actions'), ';') }]
}

const draftsOf = (row: Row): DraftRow[] => {
  const genes = genesOf(row)
  const verified = cell(row, 'verified')
  if (verified !== 'seen' && verified !== 'not seen')
    throw new TableError('fda.tsv', null, `${cell(row, 'id')}: verified is "${verified}", neither "seen" nor "not seen"`)
  const seen = verified === 'seen'
  const common = {
    source: 'FDA' as const,
    drug: cell(row, 'drug'),
    genes,
    strength: null,
    tier: cell(row, 'source') === 'FDA-label' ? 'label' : cell(row, 'tier'),
    guideline: { id: cell(row, 'id'), url: urlOf(row), year: null, pmid: [], asOf: seen ? '2026-07' : '2025-11' },
  }
  if (!seen)
    return [
      {
        ...common,
        when: [],
        actions: [],
        effect: ['not-stated'],
        risk: null,
        standing: 'listed',
        note: 'the entry itself was not read: only that the FDA lists the pair',
      },
    ]
  const effect = cell(row, 'effect')
  return partsOf(row).map((part) => ({
    ...common,
    when: whenOf(genes, part.keys),
    actions: part.actions,
    effect: effectOf(effect),
    risk: effect === '' ? null : effect,
    standing: 'advice',
  }))
}

/** FDA table and label rows; `entries` counts the reference's rows, some of which become several. */
export const draftFda = (reference: string): { rows: DraftRow[]; entries: number } => {
  const table = readTable(reference, 'fda.tsv')
  const rows = table.flatMap(draftsOf)
  const gone = Object.keys(FDA_PARTS).filter((id) => !table.some((row) => cell(row, 'id') === id))
  if (gone.length > 0)
    throw new TableError('fda.tsv', null, `${gone.join(', ')} is treated apart (fda-readings.ts) but no longer in the table`)
  return { rows, entries: table.length }
}
