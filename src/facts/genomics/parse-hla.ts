import type { Genotype } from '../../contract/genes.ts'
import type { GeneTable } from '../../pgx/gene-tables.ts'
import { type AlleleStatus, NO_GENOTYPE, presenceGenotype } from '../../pgx/genotype.ts'
import type { GenomicCodes } from './codes.ts'
import { type Finding, finding } from './finding.ts'
import { findWord, hasWord } from './wording.ts'

/** `*57:01:01`, `*5701`, `*57`, `*57:XX`, a multiple-allele code; `57:03` after a slash continues the allele before it. */
const TYPED = /\*(\d{2,4})((?::(?:\d{2,4}|[A-Z]{2,6})){0,3})([NLSCAQGP](?![A-Za-z]))?|(?<=\/)(\d{2}):(\d{2})(?!\d)/g

type Typed = {
  readonly name: string
  readonly coarse: boolean
  readonly legacy: boolean
  readonly continues: boolean
  readonly end: number
  readonly start: number
}

const typedOf = (match: RegExpExecArray): Typed => {
  const [all, first = '', rest = '', , group, allele] = match
  const place = { start: match.index, end: match.index + all.length }
  if (group !== undefined) return { name: `*${group}:${allele}`, coarse: false, legacy: false, continues: true, ...place }
  const run = first.length === 4 && rest === ''
  const fields = run ? [first.slice(0, 2), first.slice(2)] : [first, ...rest.split(':').filter((field) => field !== '')]
  const coarse = fields.length < 2 || fields.some((field) => !/^\d+$/.test(field))
  return { name: `*${fields.join(':')}`, coarse, legacy: run, continues: false, ...place }
}

/** Allele of interest that a typed allele is or belongs to: `*57:01:01` is `*57:01`. */
const ofInterest = (table: GeneTable, typed: Typed): string | null =>
  typed.coarse ? null : (table.presence?.find((allele) => typed.name === allele || typed.name.startsWith(`${allele}:`)) ?? null)

const shown = (table: GeneTable, typed: Typed): string => `${table.symbol}${ofInterest(table, typed) ?? typed.name}`

/** Two alleles typed at two fields or more tell presence and absence; anything less tells presence only. */
const fromTyping = (table: GeneTable, typed: readonly Typed[]): Genotype => {
  const full = typed.length === 2 && typed.every((allele) => !allele.coarse)
  const found = new Set(typed.flatMap((allele) => ofInterest(table, allele) ?? []))
  const statuses = (table.presence ?? []).flatMap((allele): AlleleStatus[] =>
    found.has(allele) ? [{ allele, positive: true }] : full ? [{ allele, positive: false }] : [],
  )
  const names = typed.map((allele) => shown(table, allele)).sort()
  const diplotype = names.length === 1 ? `${names[0]} (second allele not stated)` : names.join('/')
  return presenceGenotype(table, statuses, diplotype)
}

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

const fromWords = (text: string, table: GeneTable, typed: readonly Typed[], codes: GenomicCodes): Finding | null => {
  const found = wordsOf(text, typed, codes)
  if (found.every((word) => word === null)) return hasWord(text, codes.negations) ? finding({ state: 'negated-text' }) : null
  const statuses = typed.flatMap((allele, index): AlleleStatus[] => {
    const interest = ofInterest(table, allele)
    const positive = found[index]
    return interest === null || positive === null || positive === undefined ? [] : [{ allele: interest, positive }]
  })
  const legacy = typed.some((allele) => allele.legacy) ? ['legacy-allele-name'] : []
  if (statuses.length > 0) return finding({ genotypes: [presenceGenotype(table, statuses, null)], flags: legacy, inWords: true })
  return typed.some((allele) => allele.coarse) ? finding({ flags: ['low-resolution'] }) : finding({})
}

/** Alternatives of one allele that the test could not tell apart. */
const fromAlternatives = (table: GeneTable, typed: readonly Typed[]): Finding => {
  const interests = typed.map((allele) => ofInterest(table, allele))
  const [asked] = interests.filter((allele): allele is string => allele !== null)
  const genotypes = typed.map((allele, index): Genotype => {
    if (asked === undefined) return { ...NO_GENOTYPE, diplotype: shown(table, allele) }
    return presenceGenotype(table, [{ allele: asked, positive: interests[index] === asked }], null)
  })
  return finding({ genotypes, flags: ['ambiguous-diplotype'] })
}

/** Two alleles are a genotype only when a separator joins them, not when a sentence names both. */
const areJoined = (text: string, typed: readonly Typed[]): boolean => {
  const [first, second] = typed
  if (first === undefined || second === undefined) return true
  return /^(?:\s?[/+|~,;]\s?|\s)(?:HLA-)?[A-Z]?[A-Z0-9]{0,4}$/i.test(text.slice(first.end, second.start))
}

/** Most genotypes that a GL string may leave open; beyond that the typing is too coarse. */
const MOST_OPEN = 32

const typedIn = (text: string): readonly Typed[] => [...text.matchAll(TYPED)].map((match) => typedOf(match as RegExpExecArray)) // matchAll gives exec results

/** GL string: `|` between genotypes, `+` between the two copies, `/` between alternatives of one copy (Milius 2013). */
const fromGlString = (table: GeneTable, text: string): Finding | null => {
  const genotypes = text.split('|').flatMap((one) => {
    const [left, right, third] = one.split('+').map(typedIn)
    if (!left || !right || third) return []
    return left.flatMap((first) => right.map((second) => [first, second]))
  })
  if (genotypes.length === 0 || genotypes.length > MOST_OPEN) return finding({ flags: ['low-resolution'] })
  if (genotypes.flat().some((typed) => typed.coarse)) return finding({ flags: ['low-resolution'] })
  const called = genotypes.map((pair) => fromTyping(table, pair))
  const [first] = called
  const alike = called.every((genotype) => genotype.keys.join() === first?.keys.join())
  return finding({ genotypes: alike && first ? [{ ...first, diplotype: null }] : called, flags: ['ambiguous-diplotype'] })
}

/** Two names without stars and nothing else: `57:01/07:02` are two copies, `57:01/57:03` are alternatives of one. */
const BARE = /^\s?(\d{2}):(\d{2})\s?[/,]\s?(\d{2}):(\d{2})\s?$/

const withStars = (text: string): string =>
  text.replace(BARE, (_all, group: string, allele: string, otherGroup: string, otherAllele: string) =>
    group === otherGroup ? `*${group}:${allele}/${otherGroup}:${otherAllele}` : `*${group}:${allele}/*${otherGroup}:${otherAllele}`,
  )

/** HLA typing and presence tests. Null when the text names no allele. */
export const parseHla = (raw: string, table: GeneTable, codes: GenomicCodes): Finding | null => {
  const whole = raw.replace(/^[a-z]{2,8}#[0-9.-]{1,12}#/i, '')
  const text = withStars(whole)
  const typed = typedIn(text)
  if (typed.length === 0) return null
  if (typed[0]?.continues) return finding({ flags: ['low-resolution'] })
  if (text.includes('+') && (text.includes('|') || /\/\s?(?:HLA-)?[A-Z]{0,4}\d?\*?\d/.test(text))) return fromGlString(table, text)
  const pending = codes.states.some(({ state, words }) => state === 'pending' && hasWord(text, words))
  if (pending && typed.length === 1) return finding({ state: 'pending' })
  const worded = fromWords(text, table, typed, codes)
  if (worded) return worded
  if (typed.some((allele) => allele.continues) || (typed.length > 1 && /unresolved|ambiguous/i.test(text)))
    return fromAlternatives(table, typed)
  if (typed.some((allele) => allele.coarse)) return finding({ flags: ['low-resolution'] })
  if (typed.length > 2 || !areJoined(text, typed))
    return finding({ flags: ['ambiguous-diplotype'], variants: typed.map((allele) => shown(table, allele)) })
  // One allele is a typing result only where nothing else is said of it: `pending`, `not tested`, `possible`, `no`.
  const besides = typed.length === 1 ? saidBesides(text, table, typed, codes) : null
  if (besides) return besides
  const genotype = fromTyping(table, typed)
  // One allele that nobody asks about says nothing about the ones that matter.
  if (genotype.keys.length === 0) return finding({})
  // In a GL string the two copies are joined by `+`; some servers write `/`.
  const misjoined = whole !== raw && typed.length === 2 && !text.includes('+') ? ['nonconformant'] : []
  return finding({
    genotypes: [genotype],
    diplotype: genotype.diplotype,
    flags: [...misjoined, ...(typed.some((allele) => allele.legacy) ? ['legacy-allele-name'] : [])],
  })
}

/** Words that say nothing about what was found. */
const PLAIN_WORDS =
  /(?<![a-z])(?:hla|class|type|typing|typed|allele|alleles|genotype|genotyping|diplotype|haplotype|result|results|gene|locus|and)(?![a-z])/gi

/** What a text says besides its alleles: nothing, a reason why there is no finding, or something that was not understood. */
const saidBesides = (text: string, table: GeneTable, typed: readonly Typed[], codes: GenomicCodes): Finding | null => {
  const rest = typed.reduceRight((left, allele) => `${left.slice(0, allele.start)} ${left.slice(allele.end)}`, text)
  const state = codes.states.find(({ words }) => hasWord(text, words))?.state
  if (state !== undefined) return finding({ state })
  const letter = table.symbol.split('-').at(-1) ?? ''
  const words = rest.replace(PLAIN_WORDS, ' ').replace(new RegExp(`(?<![a-z])${letter}(?![a-z])`, 'gi'), ' ')
  return /[a-z?]/i.test(words) ? finding({ state: 'indeterminate' }) : null
}

/** Whether the text holds the table's allele, for presence tests whose answer stands elsewhere. */
export const alleleAskedFor = (text: string, table: GeneTable): string | null => {
  const typed = typedIn(text)
  const interests = new Set(typed.flatMap((allele) => ofInterest(table, allele) ?? []))
  return interests.size === 1 ? ([...interests][0] ?? null) : null
}
