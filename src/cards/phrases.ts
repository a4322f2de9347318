import type { Finding, GeneBasis } from '../contract/findings.ts'
import type { GeneCall, Genotype } from '../contract/genes.ts'
import type { Lineage } from '../contract/lineage.ts'
import { listWords } from './markdown.ts'
import type { Wording } from './wording.ts'

/** A CPIC term inside a sentence: `Poor Metabolizer` -> `poor metabolizer`; abbreviations and allele names stay as they are. */
const termWords = (term: string): string => term.replaceAll(/\b[A-Z][a-z]+\b/g, (word) => word.toLowerCase())

/** Keys of rows that are codes of the tables, not words. */
const INDETERMINATE = new Set(['ind', 'n/a'])

/** A genotype in words: `poor metabolizer`, `*57:01 positive`, `rs9923231 C/T`. */
const genotypeWords = (genotype: Genotype | null, key: string | null): string => {
  if (genotype?.phenotype) return termWords(genotype.phenotype.term)
  // Several readings that lead to one row by different words: none of the words is that of the result.
  if (genotype?.diplotype && key !== null && !genotype.keys.includes(key)) return genotype.diplotype
  if (key !== null && INDETERMINATE.has(key)) return 'indeterminate'
  return key ?? genotype?.diplotype ?? genotype?.keys[0] ?? 'result without a phenotype'
}

/** Phenotypes that are the usual ones; for some drugs they are the ones to act on, so this alone decides nothing. */
export const USUAL: ReadonlySet<string> = new Set(['NM', 'NF', 'normal', 'normal-risk'])

const callOf = (gene: string, calls: readonly GeneCall[]): GeneCall | undefined => calls.find((candidate) => candidate.gene === gene)

const convertedBy = ({ phenoconversion }: GeneBasis): string => listWords((phenoconversion?.by ?? []).map((modifier) => modifier.drug))

/** Allele-presence keys: `*57:01 positive`. */
const isPresence = ({ key }: GeneBasis): boolean => key !== null && /^\*.+ (positive|negative)$/.test(key)

const presenceSentence = ({ gene, key, genetic, facts }: GeneBasis): string => {
  const typed = genetic?.diplotype ? `typed ${genetic.diplotype}` : ''
  return `${gene}${key} (${[typed, lineageWords(facts)].filter(Boolean).join('; ')})`
}

/** Why a gene has no result to go by: it was not tested, or its result tells nothing. */
const missingWords = ({ gene, key }: GeneBasis, calls: readonly GeneCall[]): string => {
  const tested = callOf(gene, calls)
  const known = tested !== undefined && tested.state !== 'not-tested'
  return (key !== null && INDETERMINATE.has(key)) || known ? `${gene} without a usable result` : `${gene} not tested`
}

/** One gene in the summary: `CYP2C19 poor metabolizer`, `HLA-B*57:01 positive`, `CYP2D6 acts as poor metabolizer (paroxetine)`. */
export const basisWords = (basis: GeneBasis, calls: readonly GeneCall[]): string => {
  if (basis.state === 'no-result') return missingWords(basis, calls)
  if (isPresence(basis)) return `${basis.gene}${basis.key}${basis.state === 'candidate' ? ' possible' : ''}`
  const words = genotypeWords(basis.clinical ?? basis.genetic, basis.key)
  // A result that is only coarser than the rows is certain in what it says.
  const maybe = basis.state === 'candidate' && callOf(basis.gene, calls)?.state !== 'called' ? ' possible' : ''
  if (!basis.converted) return `${basis.gene} ${words}${maybe}`
  const by = convertedBy(basis)
  return `${basis.gene} acts as ${words}${by ? ` (${by})` : ''}`
}

const weightOf = (basis: GeneBasis): number =>
  basis.state === 'no-result' ? 2 : basis.key !== null && / negative$/.test(basis.key) ? 1 : 0

/** Genes in the order in which they matter: results, negative tests, missing results. */
export const byWeight = (basis: readonly GeneBasis[]): GeneBasis[] => [...basis].sort((a, b) => weightOf(a) - weightOf(b))

/** Genes with the same result are said together: `CYP2C19 and CYP2D6 poor metabolizer`. */
const sharedWords = (basis: readonly GeneBasis[], calls: readonly GeneCall[]): string | null => {
  const results = new Set(basis.map((one) => basisWords(one, calls).slice(one.gene.length)))
  const [result] = results
  return results.size === 1 && result?.startsWith(' ') ? `${listWords(basis.map(({ gene }) => gene))}${result}` : null
}

/** The genes of a summary: `CYP2D6 poor metabolizer (CYP2C19 not tested)`. */
export const reasonWords = (basis: readonly GeneBasis[], calls: readonly GeneCall[]): string => {
  const ordered = byWeight(basis)
  const known = ordered.filter(({ state }) => state !== 'no-result')
  const missing = ordered.filter(({ state }) => state === 'no-result')
  const words = (some: readonly GeneBasis[]) => sharedWords(some, calls) ?? listWords(some.map((one) => basisWords(one, calls)))
  if (known.length === 0 || missing.length === 0) return words(ordered)
  return `${words(known)} (${words(missing)})`
}

/** Results that are not the usual ones: what a summary keeps where it has no room for all. */
export const unusual = (basis: readonly GeneBasis[]): GeneBasis[] =>
  basis.filter(({ state, clinical }) => state !== 'no-result' && !USUAL.has(clinical?.phenotype?.code ?? ''))

/** The word of the row that matched, for the table of sources: `CYP2D6 score 1.0`, `TPMT intermediate metabolizer`, `NUDT15 not tested`. */
export const rowWords = (basis: GeneBasis, calls: readonly GeneCall[]): string => {
  if (basis.state === 'no-result') return missingWords(basis, calls)
  if (basis.key === null) return basis.gene
  if (isPresence(basis)) return `${basis.gene}${basis.key}`
  if (/^≥?\d/.test(basis.key)) return `${basis.gene} activity score ${basis.key}`
  const { clinical, genetic } = basis
  const spelled = /^[*c-]|\//.test(basis.key) && !INDETERMINATE.has(basis.key)
  return `${basis.gene} ${spelled ? basis.key : genotypeWords(clinical ?? genetic, basis.key)}`
}

/** One of several readings of the results, by the genes that are open: `CYP2C9 *3/*3, poor metabolizer`. */
export const readingWords = ({ basis }: Finding, calls: readonly GeneCall[]): string =>
  listWords(
    basis
      .filter(({ state }) => state === 'candidate')
      .map((one) => {
        const words = rowWords(one, calls)
        const diplotype = one.genetic?.diplotype ?? null
        if (diplotype === null || words.includes(diplotype)) return words
        return `${one.gene} ${diplotype}, ${words.slice(one.gene.length + 1)}`
      }),
  )

/** Date, laboratory and resource of one fact. */
export const lineageWords = (facts: readonly Lineage[]): string =>
  facts.map((fact) => [fact.date ? fact.date.slice(0, 10) : 'undated', fact.source, fact.resource].filter(Boolean).join(', ')).join('; ')

const scoreWords = (genotype: Genotype | null): string => (genotype?.activityScore ? `, activity score ${genotype.activityScore.text}` : '')

/** A gene in the detail, with what the genes alone say and what today's medicines make of it. */
export const basisSentence = (basis: GeneBasis, calls: readonly GeneCall[]): string => {
  if (basis.state === 'no-result') return missingWords(basis, calls)
  if (isPresence(basis)) return presenceSentence(basis)
  const { genetic, clinical, key } = basis
  const words = genotypeWords(genetic, basis.converted ? null : key)
  const own = `${words === genetic?.diplotype && words.includes(' or ') ? 'one of these' : words}${scoreWords(genetic)}`
  const today =
    basis.converted && clinical
      ? `; with ${convertedBy(basis) || 'a medicine in use'} acts as ${genotypeWords(clinical, key)}${scoreWords(clinical)}`
      : ''
  const facts = basis.facts.length > 0 ? ` (${lineageWords(basis.facts)})` : ''
  if (basis.converted && genetic?.keys.length === 0 && genetic.diplotype === null) return `${basis.gene} without a usable result${today}`
  const who = genetic?.diplotype ? `${basis.gene} ${genetic.diplotype}` : `${basis.gene}, diplotype not stated`
  return `${who}: ${own}${today}${facts}`
}

/** What medicines do to a gene's product, by which rule, and what was not counted. The drug itself does not count. */
export const modifierNotes = ({ basis }: Finding): string[] =>
  basis.flatMap(({ gene, phenoconversion }) => (phenoconversion ? [`${gene}: ${phenoconversion.note}`] : []))

const PLACES = { 'boxed-warning': 'boxed warning', contraindications: 'contraindications' } as const

/** `boxed warning and contraindications`: where a label says it. */
export const placeWords = ({ label = [] }: Finding): string => listWords(label.map((place) => PLACES[place]))

/** `CPIC 2022, Strong`; `DPWG, data of 2024-03`; `FDA, data of 2026-07, management`. */
export const sourceWords = (finding: Finding): string => {
  const { source, guideline, strength } = finding
  const when = guideline.year === null ? `, data of ${guideline.asOf}` : ` ${guideline.year}`
  const what = strength
  const place = placeWords(finding)
  return `${source}${when}${what && what !== 'N/A' ? `, ${what.replace(/^\d\s*/, '')}` : ''}${place ? `, ${place}` : ''}`
}

/** The harm in words: the half of a double phrase that this finding's effects mean; the whole where they mean both or neither. */
export const riskWords = ({ risk, effect }: Finding, wording: Wording): string | null => {
  const known = risk === null ? undefined : wording.risks.get(risk)
  const by = known?.by
  const halves = new Set(effect.flatMap((one) => by?.[one] ?? []))
  const [only] = halves
  return halves.size === 1 && only !== undefined ? only : (known?.words ?? risk)
}

/**
 * What the row can carry of its hints at effects, which a program made from words: an exposure that rises and falls, that falls while
 * harm grows, or that rises while the effect wanes may be that of a metabolite, and no direction is told.
 */
export const effectWords = ({ effect }: Finding, wording: Wording): string[] => {
  const has = (one: string): boolean => effect.includes(one)
  const unsure = (has('exposure-up') && (has('exposure-down') || has('efficacy-down'))) || (has('exposure-down') && has('adr-up'))
  return effect.filter((one) => !(unsure && one.startsWith('exposure-'))).flatMap((one) => wording.effects.get(one) ?? [])
}
