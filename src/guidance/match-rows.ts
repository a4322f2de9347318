import { oncePer } from '../once-per.ts'
import type { GeneTables } from '../pgx/gene-tables.ts'
import type { GeneOption, GeneReadout } from './gene-options.ts'
import type { GenotypeLimit } from './guidance-tables.ts'
import { byRowId } from './row-order.ts'
import type { GuidanceRow } from './rules.ts'

/** A row that applies, for which readings of the genes, and by which words. */
export type Match = {
  readonly row: GuidanceRow
  /** The gene readings under which it applies, one per combination. */
  readonly readings: readonly ReadonlyMap<string, GeneOption>[]
  readonly keys: ReadonlyMap<string, string>
  /** False when another reading of the same results gives another answer. */
  readonly certain: boolean
  /** Genes that can be read in more than one way. */
  readonly open: ReadonlySet<string>
}

/** A row whose words a reading has. */
export type Hit = {
  readonly row: GuidanceRow
  readonly entry: ReadonlyMap<string, string>
  readonly reading: ReadonlyMap<string, GeneOption>
}

/** More combinations than this are not tried one by one: the results are then too open to act on. */
const MOST_COMBINATIONS = 128

/** Every combination of the genes' readings; null when there are too many. */
export const combine = (readouts: ReadonlyMap<string, GeneReadout>): ReadonlyMap<string, GeneOption>[] | null => {
  const total = [...readouts.values()].reduce((product, { options }) => product * options.length, 1)
  if (total > MOST_COMBINATIONS) return null
  return [...readouts].reduce<ReadonlyMap<string, GeneOption>[]>(
    (combinations, [gene, { options }]) => combinations.flatMap((one) => options.map((option) => new Map(one).set(gene, option))),
    [new Map()],
  )
}

const NO_SCORE = 'n/a'
const isDiplotype = (key: string): boolean => key.includes('/') && key !== NO_SCORE

/** The key by which a reading matches; an exact diplotype before a phenotype or score. */
const keyFor = (words: readonly string[], option: GeneOption | undefined): string | null => {
  let first: string | null = null
  for (const key of option?.keys ?? []) {
    if (!words.includes(key)) continue
    if (isDiplotype(key)) return key
    first ??= key
  }
  return first
}

const matchEntry = (entry: GuidanceRow['when'][number], reading: ReadonlyMap<string, GeneOption>): Map<string, string> | null => {
  const keys = new Map<string, string>()
  for (const [gene, words] of Object.entries(entry)) {
    const key = keyFor(words, reading.get(gene))
    if (key === null) return null
    keys.set(gene, key)
  }
  return keys.size > 0 ? keys : null
}

/** Alleles of a community-form diplotype; null when it does not name two. */
const allelesOf = (diplotype: string | null): string[] | null => {
  const alleles = diplotype?.split('/') ?? []
  return alleles.length === 2 ? alleles : null
}

/** Where one key holds two kinds of genotype, the functions of the alleles decide; unknown alleles leave both. */
export const passesLimits = (hit: Hit, limits: readonly GenotypeLimit[], genes: GeneTables): boolean =>
  limits.every((limit) => {
    if (limit.guidance !== hit.row.source || hit.entry.get(limit.gene) !== limit.key) return true
    if (!hit.row.actions.some((action) => action.startsWith(limit.action))) return true
    const functions = allelesOf(hit.reading.get(limit.gene)?.clinical?.diplotype ?? null)?.map(
      (allele) => genes.get(limit.gene)?.alleles[allele]?.function ?? null,
    )
    if (!functions || functions.includes(null)) return true
    return functions.some((one) => /normal/i.test(one ?? '')) === limit.normalAllele
  })

const specific = (hit: Hit): boolean => [...hit.entry.values()].some(isDiplotype)
const sameGenes = (one: Hit, other: Hit): boolean => [...one.entry.keys()].sort().join() === [...other.entry.keys()].sort().join()

/** A contraindication of an older text is not dropped because a newer one, perhaps read in part, is silent about it. */
const contraindicates = (row: GuidanceRow): boolean => row.actions.some((action) => /(^|:)contraindicated/.test(action))

/** A row for the exact diplotype wins over a row for its phenotype, and a newer row over one that it supersedes. */
export const withoutBeaten = (hits: readonly Hit[]): Hit[] => {
  if (!hits.some(specific) && !hits.some(({ row }) => row.superseded === 'partly')) return [...hits]
  const exact = hits.filter((hit) => specific(hit) || !hits.some((other) => specific(other) && sameGenes(hit, other)))
  const current = exact.some((hit) => hit.row.superseded === undefined)
  return current ? exact.filter((hit) => hit.row.superseded !== 'partly' || contraindicates(hit.row)) : exact
}

/** One entry of a row, in its place among all entries of the rows. */
type Placed = { readonly at: number; readonly row: GuidanceRow; readonly when: GuidanceRow['when'][number] }

/** Entries by gene and word: each stands under the words of its first gene. Made once; the rows never change. */
const indexOf = oncePer((rows: readonly GuidanceRow[]): ReadonlyMap<string, ReadonlyMap<string, readonly Placed[]>> => {
  const index = new Map<string, Map<string, Placed[]>>()
  const entries = rows.flatMap((row) => row.when.map((when) => ({ row, when })))
  for (const [at, { row, when }] of entries.entries()) {
    const [first] = Object.entries(when)
    if (!first) continue
    const words = index.get(first[0]) ?? new Map<string, Placed[]>()
    index.set(first[0], words)
    for (const word of new Set(first[1])) words.set(word, [...(words.get(word) ?? []), { at, row, when }])
  }
  return index
})

/** Entries that have a word of the reading for their first gene, in the order of the rows. */
const entriesFor = (rows: readonly GuidanceRow[], reading: ReadonlyMap<string, GeneOption>): Placed[] => {
  const found = new Map<number, Placed>()
  for (const [gene, words] of indexOf(rows))
    for (const key of reading.get(gene)?.keys ?? []) for (const placed of words.get(key) ?? []) found.set(placed.at, placed)
  return [...found.values()].sort((one, other) => one.at - other.at)
}

/** Rows that have the words of the reading, each by its first entry that has. */
export const hitsOf = (rows: readonly GuidanceRow[], reading: ReadonlyMap<string, GeneOption>): Hit[] => {
  const hits: Hit[] = []
  for (const { row, when } of entriesFor(rows, reading)) {
    if (hits.at(-1)?.row === row) continue
    const entry = matchEntry(when, reading)
    if (entry) hits.push({ row, entry, reading })
  }
  return hits
}

const answerOfRow = oncePer((row: GuidanceRow): string =>
  JSON.stringify([row.genes, row.population ?? null, row.strength, row.actions, row.label ?? null]),
)

/** What a row says, apart from its id: rows with the same answer are one finding. */
export const answerOf = ({ row }: Hit): string => answerOfRow(row)

const openGenes = (readings: readonly ReadonlyMap<string, GeneOption>[]): Set<string> => {
  const genes = [...(readings[0]?.keys() ?? [])]
  return new Set(genes.filter((gene) => new Set(readings.map((reading) => reading.get(gene))).size > 1))
}

/**
 * Rows of one source and one drug that apply. With several possible readings each is tried:
 * an answer that all of them give is certain, one that only some give is not.
 */
export const matchRows = (
  rows: readonly GuidanceRow[],
  readings: readonly ReadonlyMap<string, GeneOption>[],
  limits: readonly GenotypeLimit[],
  genes: GeneTables,
): Match[] => {
  const open = openGenes(readings)
  const answers = new Map<string, Hit[]>()
  for (const reading of readings)
    for (const hit of withoutBeaten(hitsOf(rows, reading).filter((one) => passesLimits(one, limits, genes)))) {
      const known = answers.get(answerOf(hit))
      if (known) known.push(hit)
      else answers.set(answerOf(hit), [hit])
    }
  return [...answers.values()].flatMap((hits) => {
    // Rows that say the same are one finding, named after the first of them however they were sorted.
    const first = [...hits].sort((a, b) => byRowId(a.row.id, b.row.id))[0]
    if (!first) return []
    return [
      {
        row: first.row,
        readings: hits.map((hit) => hit.reading),
        keys: first.entry,
        certain: new Set(hits.map((hit) => hit.reading)).size === readings.length,
        open,
      },
    ]
  })
}
