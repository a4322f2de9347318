import type { Genotype } from '../../contract/genes.ts'
import type { GeneTable } from '../../pgx/gene-tables.ts'
import { type AlleleStatus, NO_GENOTYPE, presenceGenotype } from '../../pgx/genotype.ts'
import type { GenomicCodes } from './codes.ts'
import { type Finding, finding } from './finding.ts'
import { ofInterest, shown, silentFlags, type Typed, typedIn } from './hla-alleles.ts'
import { fromWords } from './hla-words.ts'
import { hasWord } from './wording.ts'

/** Two alleles typed at two fields or more tell presence and absence; anything less tells presence only. */
const fromTyping = (table: GeneTable, typed: readonly Typed[]): Genotype => {
  const full = typed.length === 2 && typed.every((allele) => !allele.coarse)
  const namesOf = (silent: boolean): ReadonlySet<string> =>
    new Set(typed.filter((allele) => allele.silent === silent).flatMap((allele) => ofInterest(table, allele) ?? []))
  const [found, silent] = [namesOf(false), namesOf(true)]
  const statuses = (table.presence ?? []).flatMap((allele): AlleleStatus[] => {
    if (found.has(allele)) return [{ allele, positive: true }]
    return full && !silent.has(allele) ? [{ allele, positive: false }] : []
  })
  const names = typed.map((allele) => shown(table, allele)).sort()
  const diplotype = names.length === 1 ? `${names[0]} (second allele not stated)` : names.join('/')
  return presenceGenotype(table, statuses, diplotype)
}

/** Alternatives of one allele that the test could not tell apart. */
const fromAlternatives = (table: GeneTable, typed: readonly Typed[]): Finding => {
  const interests = typed.map((allele) => ofInterest(table, allele))
  const [asked] = interests.filter((allele): allele is string => allele !== null)
  const genotypes = typed.map((allele, index): Genotype => {
    if (asked === undefined || allele.silent) return { ...NO_GENOTYPE, diplotype: shown(table, allele) }
    return presenceGenotype(table, [{ allele: asked, positive: interests[index] === asked }], null)
  })
  return finding({ genotypes, flags: ['ambiguous-diplotype', ...silentFlags(table, typed)] })
}

/** Two alleles are a genotype only when a separator joins them, not when a sentence names both. */
const areJoined = (text: string, typed: readonly Typed[]): boolean => {
  const [first, second] = typed
  if (first === undefined || second === undefined) return true
  return /^(?:\s?[/+|~,;]\s?|\s)(?:HLA-)?[A-Z]?[A-Z0-9]{0,4}$/i.test(text.slice(first.end, second.start))
}

/** Most genotypes that a GL string may leave open; beyond that the typing is too coarse. */
const MOST_OPEN = 32

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
  const silent = silentFlags(table, genotypes.flat())
  return finding({ genotypes: alike && first ? [{ ...first, diplotype: null }] : called, flags: ['ambiguous-diplotype', ...silent] })
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
  if (genotype.keys.length === 0) return finding({ flags: silentFlags(table, typed) })
  // In a GL string the two copies are joined by `+`; some servers write `/`.
  const misjoined = whole !== raw && typed.length === 2 && !text.includes('+') ? ['nonconformant'] : []
  return finding({
    genotypes: [genotype],
    diplotype: genotype.diplotype,
    flags: [...silentFlags(table, typed), ...misjoined, ...(typed.some((allele) => allele.legacy) ? ['legacy-allele-name'] : [])],
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
