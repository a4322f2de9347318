import { FDA_LABELS, type LabelReading } from './fda-labels.ts'
import { FDA_PARTS } from './fda-readings.ts'
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
  [
    /ADR up|toxicity|haemolysis|reactions|hypersensitivity|hyperthermia|QT|neutropenia|liver|arrhythmia|myelosuppression|respiratory/,
    'adr-up',
  ],
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
const whenOf = (genes: readonly string[], keys: readonly string[]): DraftRow['when'] => genes.map((gene) => ({ [gene]: [...keys] }))

const urlOf = (row: Row): string =>
  cell(row, 'source') === 'FDA-label'
    ? `https://www.clinpgx.org/labelAnnotation/${cell(row, 'id')}`
    : `https://www.clinpgx.org/fdaPgxAssociations#${cell(row, 'id')}`

const partsOf = (row: Row, reading: LabelReading | undefined): LabelReading['parts'] => {
  const parts = reading?.parts ?? FDA_PARTS[cell(row, 'id')]
  if (parts !== undefined) return parts
  return [{ keys: keysOf(row), actions: splitOutsideBrackets(cell(row, 'actions'), ';') }]
}

/** The year of the label that was read, where the reference's own text was not. */
const yearOf = (row: Row, reading: LabelReading | undefined): number | null =>
  reading === undefined || cell(row, 'verified') === 'seen' ? null : Number(reading.read.asOf.slice(0, 4))

const readingOf = (row: Row): LabelReading | undefined => {
  const reading = FDA_LABELS[cell(row, 'id')]
  return reading?.subgroup === undefined || reading.subgroup === cell(row, 'subgroup') ? reading : undefined
}

const draftsOf = (row: Row): DraftRow[] => {
  const genes = genesOf(row)
  const verified = cell(row, 'verified')
  if (verified !== 'seen' && verified !== 'not seen')
    throw new TableError('fda.tsv', null, `${cell(row, 'id')}: verified is "${verified}", neither "seen" nor "not seen"`)
  const reading = readingOf(row)
  const seen = verified === 'seen' || reading !== undefined
  const common = {
    source: 'FDA' as const,
    drug: cell(row, 'drug'),
    genes,
    strength: null,
    tier: cell(row, 'source') === 'FDA-label' ? 'label' : cell(row, 'tier'),
    guideline: {
      id: cell(row, 'id'),
      url: urlOf(row),
      year: yearOf(row, reading),
      pmid: [],
      asOf: verified === 'seen' ? '2026-07' : (reading?.read.asOf ?? '2025-11'),
    },
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
  return partsOf(row, reading).map((part) => {
    const effect = part.effect ?? cell(row, 'effect')
    return {
      ...common,
      when: whenOf(genes, part.keys),
      actions: [...part.actions],
      effect: effectOf(effect),
      risk: effect === '' ? null : effect,
      standing: 'advice',
      ...(part.label === undefined ? {} : { label: [...part.label] }),
      ...(reading === undefined ? {} : { read: reading.read }),
    }
  })
}

/** FDA table and label rows; `entries` counts the reference's rows, some of which become several. */
export const draftFda = (reference: string): { rows: DraftRow[]; entries: number } => {
  const table = readTable(reference, 'fda.tsv')
  const rows = table.flatMap(draftsOf)
  const apart = [...Object.keys(FDA_PARTS), ...Object.keys(FDA_LABELS)]
  const gone = apart.filter((id) => !table.some((row) => cell(row, 'id') === id))
  if (gone.length > 0)
    throw new TableError('fda.tsv', null, `${gone.join(', ')} is treated apart (fda-readings.ts, fda-labels.ts) but no longer in the table`)
  return { rows, entries: table.length }
}
