import { pairsByDrug } from '../../guidance/cpic-pairs.ts'
import type { Knowledge } from '../../guidance/rules.ts'
import { type PairReach, reachPairs } from './reach-pairs.ts'
import { type RowReach, reachRows, type Seen } from './reach-rows.ts'
import { reachSpecial } from './reach-special.ts'
import { type EntryReach, reachAlternatives, reachModifiers, reachTestFirst } from './reach-tables.ts'
import { orderOf } from './trial.ts'

/** One input file of the rules, and what became of its rows. */
export type SourceCoverage = {
  readonly source: string
  readonly file: string
  /** Rows of the file, rows that were made of them, and rows that are there. */
  readonly rows: number | null
  readonly made: number | null
  readonly held: number | null
  /** Used: a patient was found to whom the engine shows it. */
  readonly shown: number
  /** Only said to be listed by its source. */
  readonly listed: number
  /** Overruled by another row, off, recalled or not usable; each with its reason. */
  readonly notUsed: number
}

export type Coverage = {
  readonly version: string
  readonly asOf: string
  readonly sources: readonly SourceCoverage[]
  readonly rows: readonly RowReach[]
  readonly pairs: readonly PairReach[]
  readonly special: readonly EntryReach[]
  readonly modifiers: readonly EntryReach[]
  readonly testFirst: readonly EntryReach[]
  readonly alternatives: readonly EntryReach[]
  /** Drugs that orders can name only by text: no RxNorm code of them is known. */
  readonly textOnly: readonly string[]
  /** What is in the rules but reaches nobody, without a reason: each is a fault of the rules or of the engine. */
  readonly silent: readonly { readonly where: string; readonly what: string }[]
}

type Counts = Pick<SourceCoverage, 'shown' | 'listed' | 'notUsed'>

const ofRows = (rows: readonly RowReach[]): Counts => {
  const shown = rows.filter(({ standing, reached }) => standing === 'advice' && reached).length
  const listed = rows.filter(({ standing, reached }) => standing === 'listed' && reached).length
  return { shown, listed, notUsed: rows.length - shown - listed }
}

const ofPairs = (pairs: readonly PairReach[]): Counts => ({
  shown: pairs.filter(({ as }) => as === 'advice' || as === 'other-source').length,
  listed: pairs.filter(({ as }) => as === 'listed').length,
  notUsed: pairs.filter(({ as }) => as === 'not-usable').length,
})

const ofEntries = (entries: readonly EntryReach[]): Counts => {
  const shown = entries.filter(({ as }) => as === 'used').length
  return { shown, listed: 0, notUsed: entries.length - shown }
}

type SourceRow = { readonly id: string; readonly file: string | null; readonly rows: number | null; readonly made: number | null }

/** Source and number of rows as the generator wrote them down; checked at load. */
const sourceRows = (knowledge: Knowledge): readonly SourceRow[] =>
  (knowledge.tables.get('sources') as { readonly rows: readonly SourceRow[] }).rows // in its schema since load

const coverSource = (id: string, held: number, counts: Counts, knowledge: Knowledge): SourceCoverage => {
  const source = sourceRows(knowledge).find((row) => row.id === id)
  return { source: id, file: source?.file ?? id, rows: source?.rows ?? null, made: source?.made ?? null, held, ...counts }
}

const lostRows = (sources: readonly SourceCoverage[]): Coverage['silent'] =>
  sources.flatMap(({ file, made, held }) =>
    made === null
      ? [{ where: file, what: 'sources.json does not say how many rows were made of it' }]
      : made === held
        ? []
        : [{ where: file, what: `${made} rows were made of it, ${held} are in the rules` }],
  )

const silentOf = (items: readonly { readonly where: string; readonly silent: readonly string[] }[]): Coverage['silent'] =>
  items.flatMap(({ where, silent }) => silent.map((what) => ({ where, what })))

const textOnlyDrugs = (knowledge: Knowledge): string[] =>
  [...new Set([...knowledge.guidance.keys(), ...pairsByDrug(knowledge).keys()])]
    .filter((drug) => orderOf(drug, knowledge)?.how === 'text')
    .sort()

/**
 * What the loaded rules hold and what of it reaches a patient, source by source. Reach is not read off the rules but shown:
 * the engine of the service runs on synthetic patients made for each row, word, population and condition.
 * @throws AttuneError `rules-invalid` when a table does not have the shape that the generator writes
 */
export const coverRules = (knowledge: Knowledge): Coverage => {
  const seen: Seen = { alternatives: new Map() }
  const rows = reachRows(knowledge, seen)
  const pairs = reachPairs(rows, knowledge)
  const special = reachSpecial(rows, knowledge)
  const modifiers = reachModifiers(knowledge)
  const testFirst = reachTestFirst(knowledge)
  const alternatives = reachAlternatives(seen, knowledge)
  const origin = new Map([...knowledge.guidance.values()].flat().map((row) => [row.id, row.origin]))
  const own = rows.filter(({ row }) => origin.get(row) === undefined)
  const guideline = own.filter(({ source }) => source !== 'FDA')
  const fda = own.filter(({ source }) => source === 'FDA')
  const sources = [
    coverSource('recommendations', guideline.length, ofRows(guideline), knowledge),
    coverSource('fda', fda.length, ofRows(fda), knowledge),
    coverSource('special', special.length, ofEntries(special), knowledge),
    coverSource('cpic-pairs', pairs.length, ofPairs(pairs), knowledge),
    coverSource('phenoconversion', modifiers.length, ofEntries(modifiers), knowledge),
  ]
  return {
    version: knowledge.version,
    asOf: knowledge.asOf,
    sources,
    rows,
    pairs,
    special,
    modifiers,
    testFirst,
    alternatives,
    textOnly: textOnlyDrugs(knowledge),
    silent: [
      ...lostRows(sources),
      ...silentOf(rows.map(({ row, silent }) => ({ where: row, silent }))),
      ...silentOf(pairs.map(({ pair, silent }) => ({ where: `cpic-pairs: ${pair}`, silent }))),
      ...[...special, ...modifiers, ...testFirst, ...alternatives].flatMap(({ entry, silent }) =>
        silent.map((what) => ({ where: entry, what })),
      ),
    ],
  }
}
