import { type AlleleLexicon, type NamedAllele, STAR } from '../../pgx/allele-lexicon.ts'
import type { GeneTable } from '../../pgx/gene-tables.ts'
import { isInTable } from '../../pgx/genotype.ts'
import { escapePattern } from './wording.ts'

/** An allele's name where it stands in a text. */
export type Token = { readonly name: NamedAllele; readonly start: number; readonly end: number }
type Joint = 'pair' | 'or' | 'bar' | 'plus' | 'other'

const SEARCH = new WeakMap<AlleleLexicon, RegExp>()

/** Star alleles and the gene's own allele names, wherever they stand in a text. */
const alleleSearch = (table: GeneTable, lexicon: AlleleLexicon): RegExp => {
  const known = SEARCH.get(lexicon)
  if (known) return known
  const reference =
    table.referenceAllele && !table.referenceAllele.startsWith('*') && table.referenceAllele.length > 3 ? [table.referenceAllele] : []
  const names = [...reference, ...lexicon.searchable].map((name) => `(?<![a-z0-9.])${escapePattern(name)}(?![a-z0-9])`)
  const search = new RegExp([...names, STAR.source].join('|'), 'gi')
  SEARCH.set(lexicon, search)
  return search
}

/** All allele names of a text, in its order. */
export const findTokens = (text: string, table: GeneTable, lexicon: AlleleLexicon): Token[] =>
  [...text.matchAll(alleleSearch(table, lexicon))].flatMap((match) => {
    const name = lexicon.resolve(match[0])
    return name === null ? [] : [{ name, start: match.index, end: match.index + match[0].length }]
  })

const JOINTS: readonly (readonly [RegExp, Joint])[] = [
  [/^\)?\s?\/\s?\(?$/, 'pair'],
  [/^\s?\|\s?$/, 'bar'],
  [/^\s?[+~]\s?$/, 'plus'],
  [/^\)?\s?(?:[,;]|,?\s?or|\(or|\(?possible:?|\(?possibly:?|\(?alternatively:?)\s?\(?$/i, 'or'],
]

const jointOf = (between: string): Joint => JOINTS.find(([pattern]) => pattern.test(between))?.[1] ?? 'other'

type Chain = { readonly names: NamedAllele[]; readonly joints: Joint[] }

/** Tandem alleles (`*36+*10`) are one allele. Where nothing else can join the two copies, `+` and `|` do. */
const readChains = (text: string, tokens: readonly Token[], table: GeneTable, lexicon: AlleleLexicon): Chain[] => {
  const raw = tokens.slice(1).map((token, index) => jointOf(text.slice(tokens[index]?.end, token.start)))
  const paired = raw.includes('pair')
  const isTandem = (left: NamedAllele, right: NamedAllele): boolean =>
    paired || table.special.includes('copy-number') || isInTable(table, [lexicon.resolve(`${left.allele}+${right.allele}`)?.allele ?? ''])
  const chains: Chain[] = []
  let chain: Chain | null = null
  tokens.forEach((token, index) => {
    const joint = raw[index - 1]
    const last = chain?.names.at(-1)
    if (chain === null || joint === undefined || joint === 'other') {
      chain = { names: [token.name], joints: [] }
      chains.push(chain)
    } else if (joint === 'plus' && last && isTandem(last, token.name)) {
      chain.names[chain.names.length - 1] = lexicon.resolve(`${last.allele}+${token.name.allele}`) ?? token.name
    } else {
      chain.joints.push(joint === 'plus' ? 'pair' : joint === 'bar' ? (paired ? 'or' : 'pair') : joint)
      chain.names.push(token.name)
    }
  })
  return chains
}

export type Pair = readonly [NamedAllele, NamedAllele]

/** `*5 or *15 / *1` means two alternatives of one allele; `*1/*2, *1/*3` two diplotypes. */
const pairsOf = (chain: Chain): Pair[] => {
  const groups: NamedAllele[][] = [[]]
  chain.names.forEach((name, index) => {
    if (index > 0 && chain.joints[index - 1] === 'or') groups.push([])
    groups.at(-1)?.push(name)
  })
  const pairs = groups.flatMap((group) => (group.length === 2 ? [group as unknown as Pair] : [])) // length checked
  const first = groups.findIndex((group) => group.length === 2)
  if (first < 0 || groups.some((group) => group.length > 2)) return []
  const model = pairs[0] as Pair // first >= 0
  const extra = groups.flatMap((group, index): Pair[] => {
    const [only] = group
    if (group.length !== 1 || only === undefined) return []
    return [index < first ? [only, model[1]] : [model[0], only]]
  })
  return [...pairs, ...extra]
}

/** Every pair of alleles that a text states; several where it leaves alternatives. */
export const findPairs = (text: string, tokens: readonly Token[], table: GeneTable, lexicon: AlleleLexicon): readonly Pair[] =>
  readChains(text, tokens, table, lexicon).flatMap(pairsOf)
