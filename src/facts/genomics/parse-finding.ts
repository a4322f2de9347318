import type { Coding } from '../../contract/lineage.ts'
import type { GeneTable } from '../../pgx/gene-tables.ts'
import { type AlleleStatus, NO_GENOTYPE, presenceGenotype } from '../../pgx/genotype.ts'
import { codingsOf, type Fields, isFields, textOf } from './fhir-fields.ts'
import { type Finding, finding, NO_FINDING, saysSomething, type WordedPhenotype } from './finding.ts'
import type { GenomicTerms } from './genomic-terms.ts'
import { parseAlleles } from './parse-alleles.ts'
import { parseHla } from './parse-hla.ts'
import { parseSites } from './parse-sites.ts'
import { codeOfTerm, phenotypesIn } from './phenotype-words.ts'
import { isDescriptionId } from './snomed-id.ts'
import { findWord, hasWord, plainText } from './wording.ts'

const isTyped = (table: GeneTable): boolean => table.method === 'allele-presence' && Object.keys(table.alleles).length === 0

/** `CYP2D6*4`, `CYP2D6_*1` and `CYP2D6 *1` all lose the gene before the star. */
export const withoutGeneBeforeStar = (terms: GenomicTerms, text: string): string =>
  terms
    .mentions(text)
    .reduceRight(
      (left, { start, end }) =>
        /^[\s_]{0,2}\*/.test(left.slice(end)) ? left.slice(0, start) + left.slice(end).replace(/^[\s_]+/, '') : left,
      text,
    )

/**
 * Alleles and sites in one text (`*1/*2 (rs4244285 G/A)`): the diplotype stands. Where the sites make another genotype, both stay
 * open and the disagreement is flagged.
 */
const bothRead = (sites: Finding, alleles: Finding): Finding => {
  if (alleles.genotypes.length === 0) return sites
  const codes = new Set(alleles.genotypes.map((genotype) => genotype.phenotype?.code ?? null))
  const agree = sites.genotypes.length === 0 || sites.genotypes.some((site) => codes.has(site.phenotype?.code ?? null))
  if (agree || sites.flags.includes('limited-coverage')) return alleles
  return {
    ...alleles,
    genotypes: [...alleles.genotypes, ...sites.genotypes],
    flags: [...new Set([...alleles.flags, 'variant-evidence-conflict'])],
  }
}

const alleleFinding = (terms: GenomicTerms, gene: string, table: GeneTable, text: string): Finding | null => {
  if (isTyped(table)) {
    const read = parseHla(withoutGeneBeforeStar(terms, text), table, terms.codes)
    if (read) return read
    const serotype = terms.mentions(text).some((mention) => /\d$/.test(text.slice(mention.start, mention.end)))
    return serotype ? finding({ flags: ['low-resolution'] }) : null
  }
  const clean = withoutGeneBeforeStar(terms, text)
  const sites = parseSites(clean, table, terms.sites(gene))
  const alleles = parseAlleles(clean, table, terms.lexicon(gene), hasWord(clean, terms.codes.presenceWords.negative))
  return sites === null || alleles === null ? (sites ?? alleles) : bothRead(sites, alleles)
}

/** A denial right before a gene's name belongs to that gene: `CYP9Z1 *1/*2, not CYP9Z2 poor metabolizer`. */
const denialBefore = (terms: GenomicTerms, before: string): number => {
  const words = [...terms.codes.negations, 'no', 'not', 'never', 'denies']
  const tail = before.slice(-40)
  const found = words.map((word) => tail.toLowerCase().lastIndexOf(word)).filter((at) => at >= 0)
  const at = Math.max(...found, -1)
  return at >= 0 && !/[*\d.;]/.test(tail.slice(at)) ? tail.length - at : 0
}

/**
 * One text with several genes: each stretch from one gene's name to the next is read for its gene. None where alleles stand before
 * the first name: then it cannot be told whether the names come before or after what they name.
 */
export const segments = (terms: GenomicTerms, text: string): readonly { readonly gene: string; readonly text: string }[] => {
  const mentions = terms.mentions(text)
  const first = mentions.filter((mention, index) => mention.gene !== mentions[index - 1]?.gene)
  if (first.length > 1 && /\*\d/.test(text.slice(0, first[0]?.start))) return []
  const starts = first.map((mention, index) =>
    index === 0 ? 0 : mention.start - denialBefore(terms, text.slice(first[index - 1]?.end, mention.start)),
  )
  return first.map((mention, index) => ({ gene: mention.gene, text: text.slice(starts[index], starts[index + 1]) }))
}

/** Two star alleles when nobody says of which gene: kept as text, never looked up. */
const alleleFindingWithoutGene = (text: string): Finding | null => {
  const match = /(\*\d{1,3}[A-Z]?)\s?\/\s?(\*\d{1,3}[A-Z]?)/.exec(text)
  return match
    ? finding({ genotypes: [{ ...NO_GENOTYPE, diplotype: `${match[1]}/${match[2]}` }], diplotype: `${match[1]}/${match[2]}` })
    : null
}

const hasPresenceWord = (terms: GenomicTerms, text: string): boolean =>
  hasWord(text, terms.codes.presenceWords.negative) || hasWord(text, terms.codes.presenceWords.positive)

const stateOf = (terms: GenomicTerms, text: string): Finding['state'] =>
  terms.codes.states.find(({ words }) => hasWord(text, words))?.state ?? null

/** `Possible CYP2C19 poor metabolizer` is not a poor metabolizer; `Possible Intermediate Metabolizer` is a term of its own. */
const isDoubted = (terms: GenomicTerms, text: string, phenotypes: readonly WordedPhenotype[]): boolean =>
  hasWord(text, terms.codes.doubts) && !phenotypes.some((phenotype) => hasWord(phenotype.term, terms.codes.doubts))

/** `no` and `not` deny only what stands behind them in the same clause: `not poor metabolizer`, but not `copy number not tested`. */
const weaklyDenied = (terms: GenomicTerms, gene: string | null, text: string): number => {
  for (const match of text.matchAll(/(?<![a-z0-9-])(?:not?|denies|never)\s([^.,;:()]{0,80})/gi))
    if (phenotypesIn(terms, gene, match[1] ?? '').length > 0) return match.index
  return -1
}

/** The clause in which a text gives its finding is still open, or asks: `*1/*2 (pending)`, `poor metabolizer?`. */
const openState = (terms: GenomicTerms, gene: string | null, text: string): Finding['state'] => {
  const clauses = text.split(/[.;\n](?=\s|$)/).filter((clause) => /\*\d/.test(clause) || phenotypesIn(terms, gene, clause).length > 0)
  if (clauses.length === 0) return null
  if (clauses.every((clause) => terms.codes.states.some(({ state, words }) => state === 'pending' && hasWord(clause, words))))
    return 'pending'
  return clauses.every((clause) => /\?\s?\)?\s?$/.test(clause) && !/\/\s?\*?\?/.test(clause)) ? 'indeterminate' : null
}

/** In a text about several genes only the stretches about this one are read for it. */
const ownPart = (terms: GenomicTerms, gene: string | null, text: string): string => {
  const all = gene === null ? [] : segments(terms, text)
  const own = all.filter((segment) => segment.gene === gene)
  return own.length === 0 || own.length === all.length ? text : own.map((segment) => segment.text).join('; ')
}

/** What one text says about one gene; `null` stands for a gene that is not known. */
export const findingInText = (terms: GenomicTerms, gene: string | null, raw: string): Finding => {
  const text = ownPart(terms, gene, plainText(raw))
  const table = gene === null ? undefined : terms.table(gene)
  const strongly = findWord(text, terms.codes.negations)
  const weakly = weaklyDenied(terms, gene, text)
  const denied = strongly >= 0 && weakly >= 0 ? Math.min(strongly, weakly) : Math.max(strongly, weakly)
  const typed = table !== undefined && isTyped(table)
  // What is denied is no finding; what stands before the denial may be one. Presence tests read their own negatives.
  const stated = denied >= 0 && !typed ? text.slice(0, denied) : text
  const open = openState(terms, gene, stated)
  if (open !== null && (!typed || !hasPresenceWord(terms, text))) return finding({ state: open })
  const alleles = gene !== null && table ? alleleFinding(terms, gene, table, stated) : alleleFindingWithoutGene(stated)
  if (alleles && alleles.genotypes.length > 0) return { ...alleles, phenotypes: typed ? [] : phenotypesIn(terms, gene, stated) }
  const phenotypes = typed ? [] : phenotypesIn(terms, gene, stated)
  if (denied >= 0 && !typed && (strongly >= 0 || phenotypes.length === 0)) return finding({ state: 'negated-text' })
  if (phenotypes.length > 0)
    return isDoubted(terms, stated, phenotypes) ? finding({ state: 'indeterminate' }) : { ...(alleles ?? NO_FINDING), phenotypes }
  if (alleles && saysSomething(alleles)) return alleles
  return finding({ state: stateOf(terms, text) })
}

/** What an answer code says (LOINC answers, SNOMED qualifiers); `badCode` when its display says another thing. */
type Answer = { readonly found: Finding; readonly presence: boolean | null; readonly badCode: boolean }

const phenotypeOfTerm = (terms: GenomicTerms, gene: string | null, term: string, legacy: boolean): WordedPhenotype => ({
  term,
  code: gene === null ? null : codeOfTerm(terms, gene, term),
  legacy,
})

const yesNo = (terms: GenomicTerms, text: string): boolean | null => {
  if (hasWord(text, terms.codes.presenceWords.negative)) return false
  return hasWord(text, terms.codes.presenceWords.positive) ? true : null
}

const answerOf = (terms: GenomicTerms, gene: string | null, coding: Coding): Answer | null => {
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

/** A presence test: the allele is known from the test, the answer from the value. */
export const presenceFinding = (table: GeneTable, status: AlleleStatus, inWords: boolean): Finding =>
  finding({ genotypes: [presenceGenotype(table, [status], null)], inWords })

const merged = (found: readonly Finding[]): Finding => {
  const genotypes = [
    ...new Map(found.flatMap((each) => each.genotypes).map((genotype) => [genotype.diplotype ?? genotype.keys.join(), genotype])).values(),
  ]
  const [first = NO_FINDING] = found
  return {
    ...first,
    genotypes,
    diplotype: genotypes.length > 1 && found.length > 1 ? null : first.diplotype,
    flags: [
      ...new Set([...found.flatMap((each) => each.flags), ...(genotypes.length > 1 && found.length > 1 ? ['ambiguous-diplotype'] : [])]),
    ],
    subAlleles: [...new Set(found.flatMap((each) => each.subAlleles))],
  }
}

/** Asked for a presence answer where the allele is named elsewhere. */
export type Asked = { readonly table: GeneTable; readonly allele: string } | null

const fromTexts = (terms: GenomicTerms, gene: string | null, texts: readonly string[]): Finding => {
  const found = texts.map((text) => findingInText(terms, gene, text))
  const withAlleles = found.find((each) => each.genotypes.length > 0)
  const phenotypes = found.find((each) => each.phenotypes.length > 0)?.phenotypes ?? []
  if (withAlleles) return { ...withAlleles, phenotypes: withAlleles.phenotypes.length > 0 ? withAlleles.phenotypes : phenotypes }
  return found.find((each) => each.phenotypes.length > 0) ?? found.find(saysSomething) ?? NO_FINDING
}

/** A coded value: text first, then each coding by display and code. Several codings that differ are alternatives. */
export const findingInConcept = (terms: GenomicTerms, gene: string | null, concept: unknown, asked: Asked = null): Finding => {
  if (!isFields(concept)) return NO_FINDING
  const codings = codingsOf(concept)
  const answers = codings.flatMap((coding) => answerOf(terms, gene, coding) ?? [])
  const text = textOf(concept.text)
  const badFlags = answers.some((answer) => answer.badCode) ? ['bad-code'] : []
  const presence = answers.find((answer) => answer.presence !== null)?.presence ?? null
  if (asked && presence !== null) return presenceFinding(asked.table, { allele: asked.allele, positive: presence }, false)
  const texts = text === null ? [] : [text]
  const perCoding = codings
    .filter((coding) => terms.codes.answers[coding.code] === undefined)
    .map((coding) =>
      fromTexts(
        terms,
        gene,
        [coding.display ?? '', coding.code].filter((each) => each !== ''),
      ),
    )
  const typed = perCoding.filter((each) => each.genotypes.length > 0)
  const spoken = text === null && typed.length > 0 ? merged(typed) : fromTexts(terms, gene, texts)
  const coded = answers.find((answer) => saysSomething(answer.found))?.found ?? NO_FINDING
  const best =
    [spoken, coded, ...typed, ...perCoding].find((each) => each.genotypes.length > 0) ??
    [spoken, coded, ...perCoding].find((each) => each.phenotypes.length > 0) ??
    [spoken, coded, ...perCoding].find(saysSomething)
  if (!best) return badFlags.length > 0 ? finding({ flags: badFlags, state: 'indeterminate' }) : NO_FINDING
  const phenotypes = best.phenotypes.length > 0 ? best.phenotypes : coded.phenotypes
  return { ...best, phenotypes, flags: [...new Set([...best.flags, ...badFlags])] }
}

/** The value of an Observation or a component, whichever type it has. */
export const findingInValue = (terms: GenomicTerms, gene: string | null, holder: Fields, asked: Asked = null): Finding => {
  if (typeof holder.valueBoolean === 'boolean' && asked)
    return presenceFinding(asked.table, { allele: asked.allele, positive: holder.valueBoolean }, false)
  const text = textOf(holder.valueString)
  if (text !== null) {
    const found = findingInText(terms, gene, text)
    const answer = asked && !saysSomething(found) ? yesNo(terms, plainText(text)) : null
    return asked && answer !== null ? presenceFinding(asked.table, { allele: asked.allele, positive: answer }, true) : found
  }
  if (holder.valueCodeableConcept !== undefined) {
    const found = findingInConcept(terms, gene, holder.valueCodeableConcept, asked)
    const words = isFields(holder.valueCodeableConcept) ? textOf(holder.valueCodeableConcept.text) : null
    const answer = asked && !saysSomething(found) && words !== null ? yesNo(terms, plainText(words)) : null
    return asked && answer !== null ? presenceFinding(asked.table, { allele: asked.allele, positive: answer }, true) : found
  }
  const absent = codingsOf(holder.dataAbsentReason).flatMap((coding) => terms.codes.absent[coding.code.toLowerCase()] ?? [])
  return absent[0] ? finding({ state: absent[0] }) : NO_FINDING
}

/** Every text of a value, for gene names. */
export const textsOfValue = (holder: Fields): readonly string[] => {
  const concept = isFields(holder.valueCodeableConcept) ? holder.valueCodeableConcept : {}
  return [
    textOf(holder.valueString),
    textOf(concept.text),
    ...codingsOf(concept).flatMap((coding) => [coding.display ?? null, coding.code]),
  ].filter((text): text is string => text !== null && text !== '')
}
