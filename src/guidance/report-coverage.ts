import type { GuidanceSource } from '../contract/findings.ts'
import { possibleScores } from '../pgx/activity-score.ts'
import type { GeneTable } from '../pgx/gene-tables.ts'
import { lookUpGenotype } from '../pgx/genotype.ts'
import type { GeneOption } from './gene-options.ts'
import { matchRows } from './match-rows.ts'
import { prepareGuidance, type RowGroup } from './prepare.ts'
import type { GuidanceRow, Knowledge } from './rules.ts'

/** A row that cannot be shown to any patient, and why. */
export type Unused = { readonly row: string; readonly because: string }

export type SourceCoverage = {
  readonly source: GuidanceSource
  readonly rows: number
  /** Shown as advice. */
  readonly advice: number
  /** Only says that the source lists the pair. */
  readonly listed: number
  readonly off: number
  /** Advice rows that some result and population reach. */
  readonly reached: number
  /** Advice that a newer row of the same drug and source overrules where both match. */
  readonly partlySuperseded: number
  readonly drugs: number
  readonly genes: readonly string[]
}

export type Coverage = {
  readonly version: string
  readonly asOf: string
  readonly genes: number
  readonly alleles: number
  readonly drugsWithGuidance: number
  readonly modifiers: { readonly used: number; readonly off: number }
  readonly sources: readonly SourceCoverage[]
  readonly unreachable: readonly Unused[]
  readonly off: readonly Unused[]
}

const SOURCES: readonly GuidanceSource[] = ['CPIC', 'DPWG', 'FDA']
const NO_RESULT = 'NR'

/** Every word, diplotypes apart, under which a result of this gene can be looked up. */
const wordsOf = (table: GeneTable): ReadonlySet<string> => {
  const words = new Set<string>([NO_RESULT, table.phenotypes.ind?.key ?? 'ind'])
  for (const { key } of Object.values(table.phenotypes)) words.add(key)
  for (const score of table.lookup === 'activity-score' ? possibleScores(table) : []) words.add(score.text)
  for (const allele of table.presence ?? []) for (const status of ['positive', 'negative']) words.add(`${allele} ${status}`)
  return words
}

/** The keys of a result that has this word among them; null when no result of the gene has. */
const keysWith = (word: string, table: GeneTable, words: ReadonlySet<string>): readonly string[] | null => {
  if (words.has(word)) return [word]
  const alleles = word.split('/')
  const keys = alleles.length === 2 ? lookUpGenotype(table, alleles).keys : []
  return keys.includes(word) ? keys : null
}

const optionOf = (keys: readonly string[]): GeneOption => ({
  keys,
  state: keys.includes(NO_RESULT) ? 'no-result' : 'called',
  genetic: null,
  clinical: null,
  converted: false,
  facts: [],
})

type Reading = ReadonlyMap<string, GeneOption>

/** Every reading of the group's genes that the row's entry asks for; other genes of the group have no result. */
const readingsFor = (row: GuidanceRow, group: RowGroup, knowledge: Knowledge, words: ReadonlyMap<string, ReadonlySet<string>>): Reading[] =>
  row.when.flatMap((entry) =>
    group.genes.reduce<Reading[]>(
      (readings, gene) => {
        const table = knowledge.genes.get(gene)
        const possible = (entry[gene] ?? [NO_RESULT]).flatMap((word) => {
          const keys = table ? keysWith(word, table, words.get(gene) ?? new Set()) : null
          return keys === null ? [] : [optionOf(keys)]
        })
        return readings.flatMap((reading) => possible.map((option) => new Map(reading).set(gene, option)))
      },
      [new Map()],
    ),
  )

const whyUnreachable = (
  row: GuidanceRow,
  group: RowGroup,
  knowledge: Knowledge,
  words: ReadonlyMap<string, ReadonlySet<string>>,
): string | null => {
  const { populations, genotypeLimits } = prepareGuidance(knowledge).tables.populations
  if (row.population !== undefined && !(row.population in populations)) return `the population "${row.population}" is not described`
  const readings = readingsFor(row, group, knowledge, words)
  if (readings.length === 0) return 'no result of its genes has one of its keys'
  const reached = readings.some((reading) =>
    matchRows(group.rows, [reading], genotypeLimits, knowledge.genes).some((match) => match.row.id === row.id),
  )
  return reached ? null : 'another row of the same source is always taken in its place'
}

const findUnreachable = (knowledge: Knowledge): Unused[] => {
  const words = new Map([...knowledge.genes].map(([gene, table]) => [gene, wordsOf(table)]))
  return [...prepareGuidance(knowledge).drugs.values()].flatMap(({ groups }) =>
    groups.flatMap((group) =>
      group.rows.flatMap((row) => {
        const because = whyUnreachable(row, group, knowledge, words)
        return because === null ? [] : [{ row: row.id, because }]
      }),
    ),
  )
}

const coverSource = (source: GuidanceSource, all: readonly GuidanceRow[], unreachable: ReadonlySet<string>): SourceCoverage => {
  const rows = all.filter((row) => row.source === source)
  const count = (standing: GuidanceRow['standing']): number => rows.filter((row) => row.standing === standing).length
  return {
    source,
    rows: rows.length,
    advice: count('advice'),
    listed: count('listed'),
    off: count('off'),
    reached: rows.filter((row) => row.standing === 'advice' && !unreachable.has(row.id)).length,
    partlySuperseded: rows.filter((row) => row.superseded === 'partly').length,
    drugs: new Set(rows.map((row) => row.drug)).size,
    genes: [...new Set(rows.flatMap((row) => row.genes))].sort(),
  }
}

/**
 * What the loaded rules hold and what of it can reach a patient, source by source. For `attune rules report`.
 * Each advice row is tried with every result that its keys stand for, against all rows of its group:
 * a row that is never taken is named with its reason, so that nothing is silently unused.
 */
export const reportCoverage = (knowledge: Knowledge): Coverage => {
  const rows = [...knowledge.guidance.values()].flat()
  const used = knowledge.modifiers.filter((row) => row.verified === 'seen').length
  const unreachable = findUnreachable(knowledge)
  const lost = new Set(unreachable.map(({ row }) => row))
  return {
    version: knowledge.version,
    asOf: knowledge.asOf,
    genes: knowledge.genes.size,
    alleles: [...knowledge.genes.values()].reduce((sum, gene) => sum + Object.keys(gene.alleles).length, 0),
    drugsWithGuidance: knowledge.guidance.size,
    modifiers: { used, off: knowledge.modifiers.length - used },
    sources: SOURCES.map((source) => coverSource(source, rows, lost)),
    unreachable,
    off: rows.filter((row) => row.standing === 'off').map((row) => ({ row: row.id, because: row.note ?? 'no reason is given' })),
  }
}
