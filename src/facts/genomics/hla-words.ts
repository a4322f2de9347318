import type { GeneTable } from '../../pgx/gene-tables.ts'
import { type AlleleStatus, presenceGenotype } from '../../pgx/genotype.ts'
import type { GenomicCodes } from './codes.ts'
import { type Finding, finding } from './finding.ts'
import { ofInterest, silentFlags, type Typed } from './hla-alleles.ts'
import { findWord, hasWord } from './wording.ts'

const presenceWord = (text: string, codes: GenomicCodes): boolean | null => {
  if (findWord(text, codes.presenceWords.negative) >= 0) return false
  return findWord(text, codes.presenceWords.positive) >= 0 ? true : null
}

/**
 * The word of each allele. Words stand after their alleles (`*57:01 negative, *15:02 positive`), or, when the first word
 * comes before the first allele, ahead of all alleles up to the next word (`negative for *57:01 and *15:02`).
 */
const wordsOf = (text: string, typed: readonly Typed[], codes: GenomicCodes): readonly (boolean | null)[] => {
  const before = typed.map((allele, index) => presenceWord(text.slice(typed[index - 1]?.end ?? 0, allele.start), codes))
  if (before[0] === null || before[0] === undefined)
    return typed.map((allele, index) => presenceWord(text.slice(allele.end, typed[index + 1]?.start ?? text.length), codes))
  let last: boolean | null = null
  return before.map((word) => {
    last = word ?? last
    return last
  })
}

/** Only a joining word or sign, and the gene's name, stand between: `*57:01 and HLA-B*15:02`. */
const JOINED = /^\s?(?:and|[,&+/])\s?(?:HLA-)?[A-Z]?[A-Z0-9]{0,4}$/i

/** Nothing that takes the allele back (`not tested`, `pending`, `rule out`) stands beside it. */
const isStated = (text: string, typed: readonly Typed[], index: number, codes: GenomicCodes): boolean => {
  const around = [
    text.slice(typed[index - 1]?.end ?? 0, typed[index]?.start),
    text.slice(typed[index]?.end, typed[index + 1]?.start ?? text.length),
  ]
  const takenBack = (piece: string): boolean => hasWord(piece, codes.negations) || codes.states.some(({ words }) => hasWord(piece, words))
  return !around.some(takenBack)
}

/** Index of the next allele that has a word, where each one up to it is joined to the next; -1 where none is. */
const joinedTo = (text: string, typed: readonly Typed[], words: readonly (boolean | null)[], index: number): number => {
  const next = words.findIndex((word, at) => at > index && word !== null)
  const between = typed.slice(index, next).map((allele, at) => text.slice(allele.end, typed[index + at + 1]?.start))
  return next >= 0 && between.every((piece) => JOINED.test(piece)) ? next : -1
}

/** `*57:01 and *15:02 positive`: a positive word is of all that are joined. A negative one may be of the last alone. */
const sharedWords = (text: string, typed: readonly Typed[], words: readonly (boolean | null)[]): readonly (boolean | null)[] =>
  words.map((word, index) => word ?? (words[joinedTo(text, typed, words, index)] === true ? true : null))

/** What a text leaves open that names alleles of interest without a word, beside others with one (`*57:01 or *15:02 positive`). */
const openStatuses = (
  stated: readonly AlleleStatus[],
  wordless: readonly string[],
  either: boolean,
): readonly (readonly AlleleStatus[])[] => {
  const all = (positive: boolean): AlleleStatus[] => wordless.map((allele) => ({ allele, positive }))
  if (!either) return [true, false].map((positive) => [...stated, ...all(positive)])
  const negative = stated.filter(({ positive }) => !positive)
  return [...all(true).map((one) => [...negative, one]), stated]
}

/** Presence tests in words. Null where no word tells presence or absence of any allele. */
export const fromWords = (text: string, table: GeneTable, typed: readonly Typed[], codes: GenomicCodes): Finding | null => {
  const own = wordsOf(text, typed, codes)
  if (own.every((word) => word === null)) return hasWord(text, codes.negations) ? finding({ state: 'negated-text' }) : null
  const found = sharedWords(text, typed, own)
  const statuses = typed.flatMap((allele, index): AlleleStatus[] => {
    const interest = allele.silent ? null : ofInterest(table, allele)
    const positive = found[index]
    return interest === null || positive === null || positive === undefined ? [] : [{ allele: interest, positive }]
  })
  const flags = [...(typed.some((allele) => allele.legacy) ? ['legacy-allele-name'] : []), ...silentFlags(table, typed)]
  if (statuses.length === 0)
    return finding({ flags: typed.some((allele) => allele.coarse) ? ['low-resolution'] : silentFlags(table, typed) })
  const wordless = typed.flatMap((allele, index) => {
    const interest = allele.silent ? null : ofInterest(table, allele)
    const told = statuses.some((status) => status.allele === interest)
    return interest === null || told || !isStated(text, typed, index, codes) ? [] : [{ interest, index }]
  })
  const names = [...new Set(wordless.map(({ interest }) => interest))]
  if (names.length === 0) return finding({ genotypes: [presenceGenotype(table, statuses, null)], flags, inWords: true })
  const either = wordless.some(({ index }) => found.find((word, at) => at > index && word !== null) === true)
  const genotypes = openStatuses(statuses, names, either).map((open) => presenceGenotype(table, open, null))
  return finding({ genotypes, flags: ['ambiguous-diplotype', ...flags], inWords: true })
}
