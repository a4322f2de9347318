import type { Action, Finding, GeneBasis } from '../contract/findings.ts'
import type { GeneCall, Genotype } from '../contract/genes.ts'
import type { Lineage } from '../contract/lineage.ts'
import { listWords } from './markdown.ts'
import type { Wording } from './wording.ts'

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

const OPERATORS: readonly (readonly [RegExp, string, string])[] = [
  [/^<=\s*/, 'no more than ', 'or less'],
  [/^<\s*/, 'less than ', ''],
  [/^>=\s*/, 'at least ', ''],
]

/** `50%` is always a share of the usual dose (see `rules/actions.json`). */
const amountWords = (amount: string): string => {
  if (/%$/.test(amount)) return `${amount} of the usual dose`
  if (amount === 'lower' || amount === 'low' || amount === 'reduce') return 'a lower dose than usual'
  if (amount === 'higher') return 'a higher dose than usual'
  return /^(lowest|very|strongly)/.test(amount)
    ? `the ${amount} dose`.replace('the very', 'a very').replace('the strongly', 'a strongly')
    : amount
}

const valueWords = (value: string): string => {
  for (const [sign, words] of OPERATORS) if (sign.test(value)) return words + amountWords(value.replace(sign, ''))
  return amountWords(value)
}

const limitWords = (value: string): string =>
  /^<(?!=)/.test(value) ? `below ${amountWords(value.slice(1).trim())}` : `at ${amountWords(value.replace(/^<=\s*/, ''))} or less`

const fill = (template: string, action: Action, drug: string): string => {
  const detail = action.detail
  const value = action.value ?? ''
  return template
    .replaceAll('{Drug}', capital(drug))
    .replaceAll('{drug}', drug)
    .replaceAll('{value}', value === '' ? 'another dose' : valueWords(value))
    .replaceAll('{limit}', value === '' ? 'the stated limit' : limitWords(value))
    .replaceAll('{named}', detail ? `: ${detail.replaceAll(/,(?=\S)/g, ', ')}` : '')
    .replaceAll('{plain}', detail?.replaceAll(/,(?=\S)/g, ', ') ?? '')
    .replace(/\{detailOr: ([^}]+)\}/, (_all, otherwise: string) => ` ${detail ?? otherwise}`)
    .replaceAll('{detail}', detail ? ` (${detail})` : '')
}

/** One action as a sentence for the detail. */
export const actionSentence = (action: Action, drug: string, wording: Wording): string => {
  const own = fill(wording.actions.get(action.code)?.text ?? action.code, action, drug)
  const sentence = action.atHand
    ? `${own} Ordered: ${action.atHand.because}, ${action.atHand.state === 'within' ? 'within the limit' : 'above the limit'}.`
    : own
  if (!action.condition) return sentence
  const prefix = (wording.conditions.get(action.condition.kind) ?? '').replace('{text}', action.condition.text ?? '')
  return prefix + sentence.charAt(0).toLowerCase() + sentence.slice(1)
}

/** The clause that opens the summary: the first unconditional action that has one, else the first at all. */
export const headline = (finding: Finding, wording: Wording): string => {
  const speaking = finding.actions.filter((action) => wording.actions.get(action.code)?.head)
  const action = speaking.find((candidate) => !candidate.condition) ?? speaking[0]
  const head = action && wording.actions.get(action.code)?.head
  return head ? fill(head, action, finding.drug.name) : `Review ${finding.drug.name}`
}

/** A CPIC term inside a sentence: `Poor Metabolizer` -> `poor metabolizer`; names such as `HLA-B*57:01 positive` stay. */
const termWords = (term: string): string => (/^[A-Z][a-z]/.test(term) ? term.toLowerCase() : term)

/** A genotype in words: `poor metabolizer`, `*57:01 positive`, `rs9923231 C/T`. */
const genotypeWords = (genotype: Genotype | null, key: string | null): string => {
  if (genotype?.phenotype) return termWords(genotype.phenotype.term)
  return key ?? genotype?.diplotype ?? genotype?.keys[0] ?? 'result without a phenotype'
}

const convertedBy = (gene: string, calls: readonly GeneCall[]): string => {
  const call = calls.find((candidate) => candidate.gene === gene)
  if (!call || !('phenoconversion' in call) || call.phenoconversion.state === 'none') return ''
  return listWords(call.phenoconversion.by.map((modifier) => modifier.drug))
}

/** Allele-presence keys: `*57:01 positive`. */
const isPresence = ({ key }: GeneBasis): boolean => key !== null && /^\*.+ (positive|negative)$/.test(key)

const presenceSentence = ({ gene, key, genetic, facts }: GeneBasis): string => {
  const typed = genetic?.diplotype ? `typed ${genetic.diplotype}` : ''
  return `${gene}${key} (${[typed, lineageWords(facts)].filter(Boolean).join('; ')})`
}

/** One gene in the summary: `CYP2C19 poor metabolizer`, `HLA-B*57:01 positive`, `CYP2D6 acts as poor metabolizer (paroxetine)`. */
export const basisWords = (basis: GeneBasis, calls: readonly GeneCall[]): string => {
  if (basis.state === 'no-result') return `${basis.gene} not tested`
  if (isPresence(basis)) return `${basis.gene}${basis.key}`
  const words = genotypeWords(basis.clinical ?? basis.genetic, basis.key)
  const maybe = basis.state === 'candidate' ? ' possible' : ''
  if (!basis.converted) return `${basis.gene} ${words}${maybe}`
  const by = convertedBy(basis.gene, calls)
  return `${basis.gene} acts as ${words}${by ? ` (${by})` : ''}`
}

/** Date, laboratory and resource of one fact. */
export const lineageWords = (facts: readonly Lineage[]): string =>
  facts.map((fact) => [fact.date ? fact.date.slice(0, 10) : 'undated', fact.source, fact.resource].filter(Boolean).join(', ')).join('; ')

/** A gene in the detail, with what the genes alone say and what today's medicines make of it. */
export const basisSentence = (basis: GeneBasis, calls: readonly GeneCall[]): string => {
  if (isPresence(basis)) return presenceSentence(basis)
  if (basis.state === 'no-result') return `${basis.gene}: no usable result on record`
  const genetic = basis.genetic
  const score = genetic?.activityScore ? `, activity score ${genetic.activityScore.text}` : ''
  const own = `${genetic?.diplotype ?? 'diplotype not stated'}: ${genotypeWords(genetic, basis.key)}${score}`
  const today =
    basis.converted && basis.clinical
      ? `; with ${convertedBy(basis.gene, calls)} acts as ${genotypeWords(basis.clinical, basis.key)}${basis.clinical.activityScore ? ` (score ${basis.clinical.activityScore.text})` : ''}`
      : ''
  const facts = basis.facts.length > 0 ? ` (${lineageWords(basis.facts)})` : ''
  return `${basis.gene} ${own}${today}${facts}`
}

/** `CPIC 2022, Strong`; `DPWG, data of 2024-03`; `FDA table, management`. */
export const sourceWords = ({ source, guideline, strength }: Finding): string => {
  const when = guideline.year === null ? `, data of ${guideline.asOf}` : ` ${guideline.year}`
  const what = strength
  return `${source}${when}${what && what !== 'N/A' ? `, ${what.replace(/^\d\s*/, '')}` : ''}`
}

/** The harm in words: the half of a double phrase that this finding's effect means. */
export const riskWords = ({ risk, effect }: Finding, wording: Wording): string | null => {
  const by = risk === null ? undefined : wording.risks.get(risk)?.by
  return effect.map((one) => by?.[one]).find((words) => words !== undefined) ?? risk
}
