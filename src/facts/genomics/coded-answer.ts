import type { Coding } from '../../contract/lineage.ts'
import { type Finding, finding, NO_FINDING, type WordedPhenotype } from './finding.ts'
import type { GenomicTerms } from './genomic-terms.ts'
import { codeOfTerm, phenotypesIn } from './phenotype-words.ts'
import { isDescriptionId } from './snomed-id.ts'
import { hasWord, plainText } from './wording.ts'

/** What an answer code says (LOINC answers, SNOMED qualifiers); `badCode` when its display says another thing. */
type Answer = { readonly found: Finding; readonly presence: boolean | null; readonly badCode: boolean }

const phenotypeOfTerm = (terms: GenomicTerms, gene: string | null, term: string, legacy: boolean): WordedPhenotype => ({
  term,
  code: gene === null ? null : codeOfTerm(terms, gene, term),
  legacy,
})

export const yesNo = (terms: GenomicTerms, text: string): boolean | null => {
  if (hasWord(text, terms.codes.presenceWords.negative)) return false
  return hasWord(text, terms.codes.presenceWords.positive) ? true : null
}

export const answerOf = (terms: GenomicTerms, gene: string | null, coding: Coding): Answer | null => {
  const badCode = terms.codes.misprints.includes(coding.code) || isDescriptionId(coding)
  const answer = badCode ? undefined : terms.codes.answers[coding.code]
  if (!answer) return badCode ? { found: NO_FINDING, presence: null, badCode } : null
  const says = coding.display ? phenotypesIn(terms, gene, plainText(coding.display)) : []
  const shows = coding.display && answer.presence !== undefined ? yesNo(terms, plainText(coding.display)) : null
  const differs =
    (answer.term !== undefined && says.length > 0 && !says.some((phenotype) => phenotype.term === answer.term)) ||
    (shows !== null && shows !== (answer.presence === 'positive'))
  if (differs) return { found: finding({ flags: ['bad-code'], state: 'indeterminate' }), presence: null, badCode: true }
  const phenotypes = answer.term === undefined ? [] : [phenotypeOfTerm(terms, gene, answer.term, answer.legacy ?? false)]
  return {
    found: finding({ phenotypes, state: answer.state ?? null }),
    presence: answer.presence === undefined ? null : answer.presence === 'positive',
    badCode: false,
  }
}
