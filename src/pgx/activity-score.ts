import type { ActivityScore } from '../contract/genes.ts'
import type { GeneTable } from './gene-tables.ts'

/** Score as guidance rows write it: `0.0`, `1.25`, `≥3.0`. */
const scoreText = (value: number, atLeast: boolean): string => {
  const plain = String(Number(value.toFixed(4)))
  return `${atLeast ? '≥' : ''}${plain.includes('.') ? plain : `${plain}.0`}`
}

export const activityScore = (value: number, atLeast = false): ActivityScore => ({
  value: Number(value.toFixed(4)),
  atLeast,
  text: scoreText(value, atLeast),
})

/** Activity value of one allele: `0.25`, `≥3.0`; null for `n/a`, an unknown allele or anything that is not a number. */
const parseActivity = (text: string | null): ActivityScore | null => {
  if (text === null) return null
  const atLeast = text.startsWith('≥') || text.startsWith('>=')
  const digits = text.replace('≥', '').replace('>=', '').trim()
  const value = Number(digits)
  return digits === '' || !Number.isFinite(value) ? null : activityScore(value, atLeast)
}

/** Sum of the alleles' activity values; an open-ended value makes the sum open-ended, a missing one makes it unknown. */
export const scoreAlleles = (table: GeneTable, alleles: readonly string[]): ActivityScore | null => {
  let value = 0
  let atLeast = false
  for (const allele of alleles) {
    const part = parseActivity(table.alleles[allele]?.activity ?? null)
    if (part === null) return null
    value += part.value
    atLeast ||= part.atLeast
  }
  return activityScore(value, atLeast)
}

/** Score after an enzyme inhibitor. Zero is exact however many copies there are. */
export const multiplyScore = (score: ActivityScore, factor: number): ActivityScore =>
  factor === 0 ? activityScore(0) : activityScore(score.value * factor, score.atLeast)

type Range = NonNullable<GeneTable['ranges']>[number]

const holds = (range: Range, value: number): boolean =>
  (range.from === undefined || value >= range.from) &&
  (range.to === undefined || value <= range.to) &&
  (range.above === undefined || value > range.above) &&
  (range.below === undefined || value < range.below)

const isOpenUpwards = (range: Range): boolean => range.to === undefined && range.below === undefined

/** Phenotype code of a score; null when no range holds it, or when an open-ended score could reach a higher range. */
export const phenotypeOfScore = (table: GeneTable, score: ActivityScore): string | null => {
  const range = table.ranges?.find((candidate) => holds(candidate, score.value))
  if (range === undefined) return null
  return score.atLeast && !isOpenUpwards(range) ? null : range.phenotype
}

const SCORES = new WeakMap<GeneTable, readonly ActivityScore[]>()

/** Every score that two alleles of the table can add up to, lowest first. These are the scores that guidance rows name. */
export const possibleScores = (table: GeneTable): readonly ActivityScore[] => {
  const known = SCORES.get(table)
  if (known) return known
  const single = new Map<string, ActivityScore>()
  for (const allele of Object.values(table.alleles)) {
    const score = parseActivity(allele.activity)
    if (score) single.set(score.text, score)
  }
  const sums = new Map<string, ActivityScore>()
  for (const first of single.values())
    for (const second of single.values()) {
      const sum = activityScore(first.value + second.value, first.atLeast || second.atLeast)
      sums.set(sum.text, sum)
    }
  const scores = [...sums.values()].sort((left, right) => left.value - right.value || Number(left.atLeast) - Number(right.atLeast))
  SCORES.set(table, scores)
  return scores
}

/** Possible scores that have this phenotype. */
export const scoresOfPhenotype = (table: GeneTable, phenotype: string): readonly ActivityScore[] =>
  possibleScores(table).filter((score) => phenotypeOfScore(table, score) === phenotype)

/**
 * Guidance rows list the scores that two alleles can have. A score halved by an inhibitor (0.375) lies between them:
 * it is looked up as the next lower listed score of the same phenotype, or the next higher one when there is none.
 */
export const listedScore = (table: GeneTable, score: ActivityScore): ActivityScore | null => {
  const listed = possibleScores(table)
  const same = listed.find((candidate) => candidate.text === score.text)
  if (same) return same
  const phenotype = phenotypeOfScore(table, score)
  if (phenotype === null || score.atLeast) return null
  const alike = scoresOfPhenotype(table, phenotype).filter((candidate) => !candidate.atLeast)
  return alike.findLast((candidate) => candidate.value < score.value) ?? alike[0] ?? null
}
