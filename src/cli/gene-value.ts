import type { Genotype } from '../contract/genes.ts'
import { activityScore } from '../pgx/activity-score.ts'
import type { GeneTable } from '../pgx/gene-tables.ts'
import { genotypeOfScore, isInTable, lookUpGenotype, phenotypeGenotype, presenceGenotype } from '../pgx/genotype.ts'

const SCORE = /^(≥|>=)?\s*(\d+(?:\.\d+)?)$/
const PRESENCE = /^(\*\d+:\d+) (positive|negative)$/

const fromPresence = (table: GeneTable, value: string): Genotype | null => {
  if (table.method !== 'allele-presence') return null
  const statuses = value.split(',').map((word) => PRESENCE.exec(word.trim()))
  const known = statuses.flatMap((match) => (match?.[1] === undefined ? [] : [{ allele: match[1], positive: match[2] === 'positive' }]))
  return known.length > 0 && known.length === statuses.length ? presenceGenotype(table, known, null) : null
}

const fromScore = (table: GeneTable, value: string): Genotype | null => {
  const match = table.lookup === 'activity-score' ? SCORE.exec(value) : null
  return match ? genotypeOfScore(table, activityScore(Number(match[2]), match[1] !== undefined), null) : null
}

/** Alleles may hold a slash of their own only in names that the table knows: the longest split that fits is taken. */
const fromAlleles = (table: GeneTable, value: string): Genotype | null => {
  const parts = value.split('/')
  for (let at = 0; at <= parts.length; at += 1) {
    const alleles = [parts.slice(0, at).join('/'), parts.slice(at).join('/')].filter((allele) => allele !== '')
    if (alleles.length > 0 && isInTable(table, alleles)) return lookUpGenotype(table, alleles)
  }
  return null
}

const fromPhenotype = (table: GeneTable, value: string): Genotype | null => {
  const wanted = value.toLowerCase()
  const code = Object.entries(table.phenotypes).find(([name, { term, key }]) =>
    [name, term, key].some((word) => word.toLowerCase() === wanted),
  )?.[0]
  return code === undefined ? null : phenotypeGenotype(table, code)
}

/**
 * A gene's result as people write it: `*2/*2`, `PM`, `Poor Metabolizer`, `0.5`, `*57:01 positive`, `-1639 AG`.
 * Null when the gene's table knows no such value; then nothing is guessed.
 */
export const parseGeneValue = (table: GeneTable, value: string): Genotype | null =>
  fromPresence(table, value) ?? fromAlleles(table, value) ?? fromPhenotype(table, value) ?? fromScore(table, value)
