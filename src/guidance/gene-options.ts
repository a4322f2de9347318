import type { GeneCall, GeneReading, Genotype, Phenoconversion } from '../contract/genes.ts'
import type { Gap, Lineage } from '../contract/lineage.ts'
import { oncePerPair } from '../once-per.ts'
import { activityScore, scoresOfPhenotype } from '../pgx/activity-score.ts'
import type { GeneTable } from '../pgx/gene-tables.ts'
import { isInTable, lookUpGenotype } from '../pgx/genotype.ts'
import type { GuidanceRow } from './rules.ts'

/** One way to read a gene for a set of rows: the words under which it is looked up. */
export type GeneOption = {
  readonly keys: readonly string[]
  readonly state: 'called' | 'no-result'
  readonly genetic: Genotype | null
  readonly clinical: Genotype | null
  readonly converted: boolean
  /** What medicines make of it for the drug at hand; absent when nothing does. */
  readonly phenoconversion?: Exclude<Phenoconversion, { readonly state: 'none' }>
  readonly facts: readonly Lineage[]
  /** Of results by allele: what states the one that a row asks for. */
  readonly factsOfKey?: ReadonlyMap<string, readonly Lineage[]>
}

/** Every way to read a gene, and why it is not certain. */
export type GeneReadout = {
  readonly options: readonly GeneOption[]
  readonly gap: Gap | null
  /** Why there is more than one option: results differ, or the result is coarser than the rows, which ask for a score or a diplotype. */
  readonly open: 'conflict' | 'no-score' | 'no-diplotype' | null
}

const NO_RESULT = 'NR'
const STATUS = / (positive|negative)$/

/** A gene without a usable result. */
export const noResult: GeneOption = {
  keys: [NO_RESULT],
  state: 'no-result',
  genetic: null,
  clinical: null,
  converted: false,
  facts: [],
}

const VOCABULARIES = new WeakMap<readonly GuidanceRow[], Map<string, ReadonlySet<string>>>()

/** Words that rows use for one gene; kept with the rows, which never change. */
const vocabularyOf = (rows: readonly GuidanceRow[], gene: string): ReadonlySet<string> => {
  const kept = VOCABULARIES.get(rows) ?? new Map<string, ReadonlySet<string>>()
  VOCABULARIES.set(rows, kept)
  const words = kept.get(gene) ?? new Set(rows.flatMap((row) => row.when.flatMap((entry) => entry[gene] ?? [])))
  kept.set(gene, words)
  return words
}

const stemsOf = (words: Iterable<string>): Set<string> =>
  new Set([...words].filter((word) => STATUS.test(word)).map((word) => word.replace(STATUS, '')))

/** Allele-wise genes (HLA): the alleles that the rows ask for and the result does not speak of. */
const unansweredAlleles = (genotype: Genotype, vocabulary: ReadonlySet<string>): string[] => {
  const answered = stemsOf(genotype.keys)
  return [...stemsOf(vocabulary)].filter((stem) => !answered.has(stem)).sort()
}

const genotypesOf = ({ genotype, candidates }: GeneReading): readonly Genotype[] => [genotype, ...candidates]

const isUsed = ({ use }: GeneReading): boolean => use === 'act' || use === 'candidates'

const agrees = (one: Genotype, genetic: Genotype): boolean =>
  (one.diplotype !== null && one.diplotype === genetic.diplotype) ||
  (one.phenotype !== null && one.phenotype.code === genetic.phenotype?.code) ||
  one.keys.some((key) => genetic.keys.includes(key))

type Stated = { readonly facts: readonly Lineage[]; readonly factsOfKey?: ReadonlyMap<string, readonly Lineage[]> }

const lineagesOf = (readings: readonly GeneReading[]): readonly Lineage[] => readings.map(({ lineage }) => lineage)

/**
 * What a genotype rests on: results that are used and that state it. One that was withdrawn, replaced or set aside is no source of it, nor
 * is the test of another allele. Kept with the readings: each drug and source asks for them.
 */
const statedBy = oncePerPair((readings: readonly GeneReading[], genetic: Genotype): Stated => {
  const used = readings.filter((reading) => isUsed(reading) && genotypesOf(reading).some((one) => agrees(one, genetic)))
  const statuses = genetic.keys.filter((key) => STATUS.test(key))
  if (statuses.length === 0) return { facts: lineagesOf(used) }
  const stating = (key: string) => used.filter((reading) => genotypesOf(reading).some(({ keys }) => keys.includes(key)))
  return { facts: lineagesOf(used), factsOfKey: new Map(statuses.map((key) => [key, lineagesOf(stating(key))])) }
})

const asOption = (genetic: Genotype, clinical: Genotype, phenoconversion: Phenoconversion, stated: Stated): GeneOption => ({
  keys: clinical.keys,
  state: 'called',
  genetic,
  clinical,
  converted: phenoconversion.state === 'converted',
  ...(phenoconversion.state === 'none' ? {} : { phenoconversion }),
  ...stated,
})

/** A phenotype without a score stands for each score that has it: rows that ask for scores are tried with every one. */
const spreadScores = (option: GeneOption, table: GeneTable, vocabulary: ReadonlySet<string>): GeneOption[] => {
  const { clinical } = option
  if (table.lookup !== 'activity-score' || !clinical || clinical.activityScore !== null || clinical.phenotype === null) return [option]
  const scores = scoresOfPhenotype(table, clinical.phenotype.code).filter((score) => vocabulary.has(score.text))
  if (scores.length === 0) return [option]
  return scores.map((score) => ({
    ...option,
    keys: [...clinical.keys, score.text],
    clinical: { ...clinical, activityScore: activityScore(score.value, score.atLeast) },
  }))
}

const DIPLOTYPE = /^[^/]+\/[^/]+$/

/**
 * A phenotype or score without a diplotype stands for each diplotype that has it: where rows name some of them apart (`*1/*2` no change,
 * other intermediate metabolizers half the dose), all are tried, and the other ones as well.
 */
const spreadDiplotypes = (option: GeneOption, table: GeneTable, vocabulary: ReadonlySet<string>): GeneOption[] => {
  const { clinical, genetic } = option
  if (!clinical?.phenotype || clinical.diplotype !== null || genetic?.diplotype) return [option]
  const { phenotype, activityScore: score } = clinical
  const named = [...vocabulary].filter((word) => word !== 'n/a' && DIPLOTYPE.test(word)).sort()
  const fitting = named.filter((word) => {
    const alleles = word.split('/')
    const one = isInTable(table, alleles) ? lookUpGenotype(table, alleles) : null
    return one?.phenotype?.code === phenotype.code && (score === null || one.activityScore?.text === score.text)
  })
  return [option, ...fitting.map((word) => ({ ...option, keys: [...option.keys, word] }))]
}

const gapOf = (gene: string, code: Gap['code'], because: string): Gap => ({ about: gene, code, because })

/** Result not usable for these rows: the word of the table for it (`ind`, `n/a`) where the rows have one, else no result at all. */
const indeterminate = (table: GeneTable | undefined, vocabulary: ReadonlySet<string>): GeneOption => {
  const key = table?.phenotypes.ind?.key ?? 'ind'
  return vocabulary.has(key) ? { ...noResult, keys: [key] } : noResult
}

/** A result that the tables know as indeterminate is no normal one: rows may speak of it, and that it tells nothing is said. */
const unclearGap = (gene: string, pairs: readonly GeneOption[]): Gap | null =>
  pairs.every((option) => option.clinical?.phenotype?.code === 'ind')
    ? gapOf(gene, 'indeterminate', `the ${gene} result has no certain meaning`)
    : null

const ofCall = (
  gene: string,
  pairs: readonly GeneOption[],
  table: GeneTable,
  vocabulary: ReadonlySet<string>,
  conflict: boolean,
): GeneReadout => {
  const missing = pairs.flatMap((option) => (option.clinical ? unansweredAlleles(option.clinical, vocabulary) : []))
  const unanswered = [...new Set(missing)]
  const answersSome = stemsOf(vocabulary).size > unanswered.length
  const spread = pairs.flatMap((option) => spreadScores(option, table, vocabulary))
  // `no result` may be looked up for the alleles that were not tested, but only when none of those asked for was.
  const whole = spread.flatMap((option) => spreadDiplotypes(option, table, vocabulary))
  const options = unanswered.length > 0 && !answersSome ? [noResult] : whole
  const coarse = whole.length > spread.length ? 'no-diplotype' : spread.length > pairs.length ? 'no-score' : null
  const open = conflict ? 'conflict' : coarse
  const gap =
    unanswered.length > 0
      ? gapOf(gene, 'not-tested', `${gene} was tested, but not for ${unanswered.join(' and ')}`)
      : unclearGap(gene, pairs)
  return { options, gap, open }
}

/** Nothing is a result of the gene: it was said to be studied, or only its enzyme was measured. Rows about an unclear result do not fit. */
const isWithoutResult = ({ flags, readings }: Extract<GeneCall, { state: 'indeterminate' }>): boolean =>
  flags.length === 0 && !readings.some(({ use }) => use === 'inform')

/**
 * Every way to read a gene for these rows. A gene without a usable result is never read as normal:
 * it can only match rows that speak of a missing (`NR`) or indeterminate (`ind`, `n/a`) result.
 */
export const readGene = (
  gene: string,
  call: GeneCall | undefined,
  table: GeneTable | undefined,
  rows: readonly GuidanceRow[],
): GeneReadout => {
  const vocabulary = vocabularyOf(rows, gene)
  if (call === undefined || call.state === 'not-tested' || table === undefined)
    return { options: [noResult], gap: gapOf(gene, 'not-tested', `no ${gene} result was found in the record`), open: null }
  switch (call.state) {
    case 'indeterminate':
      return {
        options: [isWithoutResult(call) ? noResult : indeterminate(table, vocabulary)],
        gap: gapOf(gene, 'indeterminate', call.because),
        open: null,
      }
    case 'called': {
      if (call.clinical.keys.length === 0)
        return {
          options: [indeterminate(table, vocabulary)],
          gap: gapOf(
            gene,
            'indeterminate',
            `the ${gene} result${call.clinical.diplotype === null ? '' : ` ${call.clinical.diplotype}`} has no phenotype in the tables`,
          ),
          open: null,
        }
      return ofCall(
        gene,
        [asOption(call.genetic, call.clinical, call.phenoconversion, statedBy(call.readings, call.genetic))],
        table,
        vocabulary,
        false,
      )
    }
    case 'candidates':
      return ofCall(
        gene,
        call.candidates.map((candidate) =>
          asOption(candidate.genetic, candidate.clinical, call.phenoconversion, statedBy(candidate.readings, candidate.genetic)),
        ),
        table,
        vocabulary,
        call.candidates.length > 1,
      )
  }
}
