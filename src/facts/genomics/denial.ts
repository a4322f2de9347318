import type { Finding } from './finding.ts'
import type { GenomicTerms } from './genomic-terms.ts'
import { phenotypesIn } from './phenotype-words.ts'
import { findWord, hasWord, wordPattern } from './wording.ts'

/** `no` and `not` deny only what stands behind them in the same clause: `not poor metabolizer`, but not `copy number not tested`. */
const weaklyDenied = (terms: GenomicTerms, gene: string | null, text: string): number => {
  for (const match of text.matchAll(/(?<![a-z0-9-])(?:not?|denies|never)\s([^.,;:()]{0,80})/gi))
    if (/^(?:an? )?\*\d/.test(match[1] ?? '') || phenotypesIn(terms, gene, match[1] ?? '').length > 0) return match.index
  return -1
}

/** A question mark right behind an allele or a phenotype. `*1/?` is another matter: half a call. */
const ASKED = /(?:\*\d{1,3}[A-Z]?(?:x[\dN]{1,2})?|metabolizer|function|(?<![A-Za-z])[A-Z]{2})\s?\)?\s?\?/i

/** The clause in which a text gives its finding is still open, or asks: `*1/*2 (pending)`, `poor metabolizer?`. */
export const openState = (terms: GenomicTerms, gene: string | null, text: string): Finding['state'] => {
  const clauses = text.split(/[.;\n](?=\s|$)/).filter((clause) => /\*\d/.test(clause) || phenotypesIn(terms, gene, clause).length > 0)
  if (clauses.length === 0) return null
  if (clauses.every((clause) => terms.codes.states.some(({ state, words }) => state === 'pending' && hasWord(clause, words))))
    return 'pending'
  return clauses.every((clause) => ASKED.test(clause)) ? 'indeterminate' : null
}

/** Where a text begins to deny a finding; null when it denies none. A strong denial takes along what stands before it, too. */
export const denialIn = (
  terms: GenomicTerms,
  gene: string | null,
  text: string,
): { readonly at: number; readonly strong: boolean } | null => {
  const strongly = findWord(text, terms.codes.negations)
  const weakly = weaklyDenied(terms, gene, text)
  if (strongly < 0 && weakly < 0) return null
  return { at: strongly >= 0 && weakly >= 0 ? Math.min(strongly, weakly) : Math.max(strongly, weakly), strong: strongly >= 0 }
}

/** What a genotype or a phenotype ends with, and words that may stand between it and what takes it back. */
const ENDS = String.raw`(?:\S\s?[/|]\s?\S+|metabolizer|function|deficien\w+)\s+(?:(?:genotype|diplotype|phenotype|status|is|was|were|has been)\s+)*`

const TAKEN_BACK = new WeakMap<GenomicTerms, RegExp>()

const takenBackPattern = (terms: GenomicTerms): RegExp => {
  const known = TAKEN_BACK.get(terms)
  if (known) return known
  const made = new RegExp(`${ENDS}(?:${wordPattern(terms.codes.takenBack).source})\\s*(?=[.;,)]|$)`, 'i')
  TAKEN_BACK.set(terms, made)
  return made
}

/** `*2/*2 not detected`, `poor metabolizer excluded`: the finding itself is denied, from behind. */
export const isTakenBack = (terms: GenomicTerms, text: string): boolean => takenBackPattern(terms).test(text)

/** Somebody else's result, or words that leave open what was found: neither may be read as the patient's finding. */
export const isNotToBeTold = (terms: GenomicTerms, text: string): boolean =>
  hasWord(text, terms.codes.unclear) || hasWord(text, terms.codes.relatives)

/** The last dot of `e.g.` ends no clause. */
const CLAUSE_END = /(?<!\.[a-z])[.;)](?=\s|$)/i

/**
 * `If poor metabolizer, ...`, `Example: *1/*1`, `Reference range *1/*1`: what is left of a text without such clauses, and whether a
 * genotype or a phenotype stood in them. Null when the text has none.
 */
export const withoutHypotheses = (
  terms: GenomicTerms,
  gene: string | null,
  text: string,
): { readonly rest: string; readonly tookFinding: boolean } | null => {
  const at = findWord(text, terms.codes.hypothetical)
  if (at < 0) return null
  // A dot inside the word itself (`e.g.`) ends no clause.
  const word = wordPattern(terms.codes.hypothetical).exec(text.slice(at).toLowerCase())?.[0] ?? ''
  const behind = text.slice(at + word.length)
  const end = behind.search(CLAUSE_END)
  const taken = end < 0 ? behind : behind.slice(0, end)
  const later = end < 0 ? '' : behind.slice(end)
  const more = withoutHypotheses(terms, gene, later)
  const own = /\*\d/.test(taken) || phenotypesIn(terms, gene, taken).length > 0
  return { rest: text.slice(0, at).trimEnd() + (more?.rest ?? later), tookFinding: own || (more?.tookFinding ?? false) }
}
