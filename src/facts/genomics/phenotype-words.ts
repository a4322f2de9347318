import type { WordedPhenotype } from './finding.ts'
import type { GenomicTerms } from './genomic-terms.ts'
import { escapePattern } from './wording.ts'

type Entry = { readonly word: string; readonly term: string; readonly legacy: boolean; readonly genes: readonly string[] | null }
type Finder = { readonly pattern: RegExp; readonly entries: ReadonlyMap<string, readonly Entry[]> }

const FINDERS = new WeakMap<GenomicTerms, Finder>()

const entriesOf = (terms: GenomicTerms): Entry[] => {
  const own = terms.symbols.flatMap((symbol) =>
    Object.values(terms.table(symbol)?.phenotypes ?? {})
      .map((phenotype) => phenotype.term)
      .filter((term) => term.includes(' ') && !/^-?\d/.test(term)),
  )
  const plain = [...new Set(own)].map((term): Entry => ({ word: term.toLowerCase(), term, legacy: false, genes: null }))
  const other = terms.codes.phenotypes
    .filter((each) => each.short !== true)
    .flatMap(({ term, words, genes, legacy }) =>
      words.map((word): Entry => ({ word: word.toLowerCase(), term, legacy: legacy ?? false, genes: genes ?? null })),
    )
  return [...plain, ...other]
}

const finderOf = (terms: GenomicTerms): Finder => {
  const known = FINDERS.get(terms)
  if (known) return known
  const entries = new Map<string, Entry[]>()
  for (const entry of entriesOf(terms)) entries.set(entry.word, [...(entries.get(entry.word) ?? []), entry])
  const words = [...entries.keys()].sort((left, right) => right.length - left.length).map(escapePattern)
  const made = {
    pattern: new RegExp(`(?<![a-z0-9])(likely |possible |probable |presumed )?(${words.join('|')})(?![a-z0-9])`, 'g'),
    entries,
  }
  FINDERS.set(terms, made)
  return made
}

/** `Normal to Intermediate Metabolizer`: the first word shares the noun of the second and is a phenotype of its own. */
const RANGE = /(?<![a-z])(poor|intermediate|normal|rapid|ultrarapid|decreased|increased|extensive)\s?(?:to|or|-|\/)\s?$/

/** Phenotype code that a gene's table has for a term; null when it has none. */
export const codeOfTerm = (terms: GenomicTerms, gene: string, term: string): string | null => {
  const wanted = term.toLowerCase()
  return Object.entries(terms.table(gene)?.phenotypes ?? {}).find(([, phenotype]) => phenotype.term.toLowerCase() === wanted)?.[0] ?? null
}

const worded = (terms: GenomicTerms, gene: string | null, entry: Entry, modifier: string): WordedPhenotype => {
  const term = modifier === '' ? entry.term : `${modifier[0]?.toUpperCase()}${modifier.slice(1)}${entry.term}`
  return { term, code: gene === null ? null : codeOfTerm(terms, gene, term), legacy: entry.legacy }
}

/** Abbreviations that are no code of a table: `EM`. */
const shortWord = (terms: GenomicTerms, gene: string, word: string): WordedPhenotype[] =>
  terms.codes.phenotypes
    .filter(({ short, words }) => short === true && words.includes(word.toUpperCase()))
    .flatMap(({ term, legacy }) => {
      const code = codeOfTerm(terms, gene, term)
      return code === null ? [] : [{ code, term, legacy: legacy ?? false }]
    })

const wholeWord = (terms: GenomicTerms, gene: string, text: string): WordedPhenotype[] => {
  const rest = terms
    .mentions(text)
    .reduceRight((left, mention) => left.slice(0, mention.start) + left.slice(mention.end), text)
    .replace(/(?:phenotype|status|result|genotype)/gi, '')
    .replace(/^[\s:;,.()-]+|[\s:;,.()-]+$/g, '')
  const phenotypes = Object.entries(terms.table(gene)?.phenotypes ?? {})
  const match = phenotypes.find(
    ([code, { term }]) =>
      code !== 'ind' &&
      (term.toLowerCase() === rest.toLowerCase() || (code.toLowerCase() === rest.toLowerCase() && /^[a-z]?[A-Z]{2,3}$/.test(code))),
  )
  return match ? [{ code: match[0], term: match[1].term, legacy: false }] : shortWord(terms, gene, rest)
}

/** `; IM` or `(PM)`: an abbreviation that stands alone. `5:00 PM` does not. */
const abbreviation = (terms: GenomicTerms, gene: string, text: string): WordedPhenotype[] =>
  [...text.matchAll(/[;,(]\s?([a-z]?[A-Z]{2})\s?(?=[;,.)]|$)/g)].flatMap((match) => {
    const code = match[1] ?? ''
    const phenotype = terms.table(gene)?.phenotypes[code]
    return phenotype ? [{ code, term: phenotype.term, legacy: false }] : shortWord(terms, gene, code)
  })

/**
 * Phenotypes that a text states for a gene (any gene's words when the gene is not known). `Likely` and `Possible` are
 * kept: a gene whose table lacks `Possible Intermediate Metabolizer` has no phenotype here, not the plainer one.
 */
export const phenotypesIn = (terms: GenomicTerms, gene: string | null, text: string): readonly WordedPhenotype[] => {
  const { pattern, entries } = finderOf(terms)
  const lower = text.toLowerCase()
  const entryOf = (word: string): Entry | undefined => {
    const options = entries.get(word) ?? []
    return options.find((option) => gene !== null && option.genes?.includes(gene)) ?? options.find((option) => option.genes === null)
  }
  const found = [...lower.matchAll(pattern)].flatMap((match): WordedPhenotype[] => {
    const word = match[2] ?? ''
    const first = RANGE.exec(lower.slice(Math.max(0, match.index - 24), match.index))?.[1]
    const noun = word.slice(word.lastIndexOf(' ') + 1)
    const ends = [...(first === undefined ? [] : [entryOf(`${first} ${noun}`)]), entryOf(word)]
    return ends.flatMap((entry) => (entry ? [worded(terms, gene, entry, match[1] ?? '')] : []))
  })
  const all = found.length > 0 || gene === null ? found : [...wholeWord(terms, gene, text), ...abbreviation(terms, gene, text)]
  return [...new Map(all.map((phenotype) => [phenotype.term, phenotype])).values()]
}
