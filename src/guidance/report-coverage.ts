import type { GuidanceSource } from '../contract/findings.ts'
import { possibleScores } from '../pgx/activity-score.ts'
import type { GeneTable } from '../pgx/gene-tables.ts'
import { lookUpGenotype } from '../pgx/genotype.ts'
import { prepareGuidance } from './prepare.ts'
import type { GuidanceRow, Knowledge } from './rules.ts'

/** A row that no patient can reach, and why. */
export type Unreachable = { readonly row: string; readonly because: string }

export type CoverageReport = {
  readonly sources: readonly {
    readonly source: GuidanceSource
    readonly rows: number
    /** Shown as advice. */
    readonly advice: number
    /** Only says that the source lists the pair. */
    readonly listed: number
    readonly off: number
    /** Advice rows that some genotype and population reach. */
    readonly reached: number
  }[]
  readonly unreachable: readonly Unreachable[]
  readonly off: readonly { readonly row: string; readonly because: string }[]
}

const NO_RESULT = 'NR'

/** Every word under which a result of this gene can be looked up. */
const wordsOf = (table: GeneTable): ReadonlySet<string> => {
  const words = new Set<string>([NO_RESULT, 'ind', 'n/a'])
  for (const { key } of Object.values(table.phenotypes)) words.add(key)
  for (const score of table.lookup === 'activity-score' ? possibleScores(table) : []) words.add(score.text)
  for (const allele of table.presence ?? []) for (const status of ['positive', 'negative']) words.add(`${allele} ${status}`)
  return words
}

/** A diplotype key is reachable when the tables produce exactly this text for its alleles. */
const isDiplotype = (word: string, table: GeneTable): boolean => {
  const alleles = word.split('/')
  return alleles.length === 2 && lookUpGenotype(table, alleles).keys.includes(word)
}

const whyUnreachable = (row: GuidanceRow, knowledge: Knowledge, words: ReadonlyMap<string, ReadonlySet<string>>): string | null => {
  const { tables } = prepareGuidance(knowledge)
  if (row.population !== undefined && !(row.population in tables.populations.populations))
    return `the population "${row.population}" is not described`
  const reasons = row.when.map((entry) => {
    for (const [gene, keys] of Object.entries(entry)) {
      const table = knowledge.genes.get(gene)
      if (!table) return `${gene} has no table`
      if (!keys.some((key) => words.get(gene)?.has(key) || isDiplotype(key, table)))
        return `no ${gene} result has the key ${keys.join(', ')}`
    }
    return null
  })
  if (reasons.length === 0) return 'the row names no result'
  return reasons.some((reason) => reason === null) ? null : (reasons[0] ?? null)
}

/**
 * How much of the knowledge can reach a patient, per source. A row that nothing reaches is named with its reason:
 * nothing is silently unused.
 */
export const reportCoverage = (knowledge: Knowledge): CoverageReport => {
  const rows = [...knowledge.guidance.values()].flat()
  const words = new Map([...knowledge.genes].map(([gene, table]) => [gene, wordsOf(table)]))
  const unreachable = rows
    .filter((row) => row.standing === 'advice')
    .flatMap((row) => {
      const because = whyUnreachable(row, knowledge, words)
      return because === null ? [] : [{ row: row.id, because }]
    })
  const lost = new Set(unreachable.map(({ row }) => row))
  const sources = (['CPIC', 'DPWG', 'FDA'] as const).map((source) => {
    const own = rows.filter((row) => row.source === source)
    const count = (standing: GuidanceRow['standing']): number => own.filter((row) => row.standing === standing).length
    const reached = own.filter((row) => row.standing === 'advice' && !lost.has(row.id)).length
    return { source, rows: own.length, advice: count('advice'), listed: count('listed'), off: count('off'), reached }
  })
  const off = rows.filter((row) => row.standing === 'off').map((row) => ({ row: row.id, because: row.note ?? 'no reason is given' }))
  return { sources, unreachable, off }
}
