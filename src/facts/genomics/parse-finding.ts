import { activityScore, possibleScores } from '../../pgx/activity-score.ts'
import type { GeneTable } from '../../pgx/gene-tables.ts'
import { type AlleleStatus, genotypeOfScore, NO_GENOTYPE, presenceGenotype } from '../../pgx/genotype.ts'
import { answerOf, yesNo } from './coded-answer.ts'
import { denialIn, isNotToBeTold, isTakenBack, openState, withoutHypotheses } from './denial.ts'
import { codingsOf, type Fields, isFields, textOf } from './fhir-fields.ts'
import { type Finding, finding, NO_FINDING, saysSomething, type WordedPhenotype } from './finding.ts'
import type { GenomicTerms } from './genomic-terms.ts'
import { parseAlleles } from './parse-alleles.ts'
import { parseHla } from './parse-hla.ts'
import { parseSites } from './parse-sites.ts'
import { phenotypesIn } from './phenotype-words.ts'
import { memoryPerRules, type ReadCode, readCode, SEAM } from './read-code.ts'
import { ownPart } from './segments.ts'
import { hasWord, plainText } from './wording.ts'

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
  const alleles = parseAlleles(clean, table, terms.lexicon(gene), (part) => hasWord(part, terms.codes.presenceWords.negative))
  return sites === null || alleles === null ? (sites ?? alleles) : bothRead(sites, alleles)
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

/**
 * A text that denies a finding. A genotype in a later sentence stands; one in the same sentence cannot be told from what is denied, and
 * is said not to be understood rather than passed over.
 */
const deniedFinding = (terms: GenomicTerms, gene: string | null, denied: string): Finding => {
  const end = denied.search(/[.;](?=\s)/)
  const rest = end < 0 ? '' : denied.slice(end + 1)
  const later = rest === '' || denialIn(terms, gene, rest) ? NO_FINDING : findingInText(terms, gene, rest)
  if (later.genotypes.length > 0) return later
  return finding({ state: /\*\d{1,3}[A-Z]?\s?[/|]\s?\*\d/i.test(denied) ? 'indeterminate' : 'negated-text' })
}

/** `activity score: 0.5`: of a gene whose alleles are scored, and a score that two of them can have. A range of scores is none. */
const STATED_SCORE =
  /(?<![a-z])activity score\s?(?:\(as\)\s?)?(?:is|of|[:=])?\s?(≥?\d{1,2}(?:\.\d{1,4})?)(?![\d.]*\d|\s?(?:-|to|or|\/)\s?\d)/i

/** `Individuals with an activity score of 0 …`: explains, and is not about the patient. Looked for in the sentence before the score. */
const EXPLAINS = /\b(?:individuals?|patients|people|persons?|those|anyone|carriers?|subjects|an?|any|each|if|when)\b[^.;]*$/i

const scoreFinding = (table: GeneTable | undefined, text: string): Finding | null => {
  const found = STATED_SCORE.exec(text)
  const stated = found !== null && EXPLAINS.test(text.slice(0, found.index)) ? undefined : found?.[1]
  if (table?.method !== 'activity-score' || stated === undefined) return null
  const wanted = activityScore(Number(stated.replace('≥', '')), stated.startsWith('≥'))
  const score = possibleScores(table).find((one) => one.text === wanted.text)
  return score === undefined ? null : finding({ genotypes: [genotypeOfScore(table, score, null)], flags: ['score-only'] })
}

/** What one text says about one gene; `null` stands for a gene that is not known. */
export const findingInText = (terms: GenomicTerms, gene: string | null, raw: string): Finding => {
  const text = ownPart(terms, gene, plainText(raw))
  if (gene !== null && (isNotToBeTold(terms, text) || isTakenBack(terms, text)))
    return finding({ state: openState(terms, gene, text) ?? 'indeterminate' })
  const told = gene === null ? null : withoutHypotheses(terms, gene, text)
  if (told?.tookFinding) {
    const found = findingInText(terms, gene, told.rest)
    return saysSomething(found) ? found : finding({ state: 'indeterminate' })
  }
  const table = gene === null ? undefined : terms.table(gene)
  const denial = denialIn(terms, gene, text)
  const typed = table !== undefined && isTyped(table)
  // What is denied is no finding; what stands before the denial may be one. Presence tests read their own negatives.
  const stated = denial && !typed ? text.slice(0, denial.at) : text
  const open = openState(terms, gene, stated)
  if (open !== null && (!typed || !hasPresenceWord(terms, text))) return finding({ state: open })
  const alleles = gene !== null && table ? alleleFinding(terms, gene, table, stated) : alleleFindingWithoutGene(stated)
  if (alleles && alleles.genotypes.length > 0) return { ...alleles, phenotypes: typed ? [] : phenotypesIn(terms, gene, stated) }
  const phenotypes = typed ? [] : phenotypesIn(terms, gene, stated)
  const scored = denial ? null : scoreFinding(table, stated)
  if (scored && !isDoubted(terms, stated, phenotypes)) return { ...scored, phenotypes }
  if (denial && !typed && (denial.strong || phenotypes.length === 0)) return deniedFinding(terms, gene, text.slice(denial.at))
  if (phenotypes.length > 0)
    return isDoubted(terms, stated, phenotypes) ? finding({ state: 'indeterminate' }) : { ...(alleles ?? NO_FINDING), phenotypes }
  if (alleles && saysSomething(alleles)) return alleles
  return finding({ state: stateOf(terms, text) })
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

const memoryOf = memoryPerRules<GenomicTerms, Finding>()

/** Alleles and sites in notation (star, HGVS, rs number, bases) and nothing else: the one kind of text without a coding that is kept. */
const NOTATION =
  /^(?:(?:(?:HLA-)?[A-Z\d]{0,8}\*\d[\d:]{0,12}[A-Z]?(?:x[\dN]{1,2})?|Reference|rs\d{1,12}|c\.[\d+_>ACGTdelinup-]{1,24}|[ACGT])[\s/|+,;():]{0,3}){1,6}$/

const mayBeKept = ({ codings, text }: ReadCode): boolean => codings.length > 0 || (text !== null && NOTATION.test(text))

/** What a concept says about one gene. The same answers come from every laboratory, so what they say is kept. */
export const findingInCode = (terms: GenomicTerms, gene: string | null, code: ReadCode, asked: Asked = null): Finding => {
  if (!mayBeKept(code)) return readFindingInCode(terms, gene, code, asked)
  const key = `${gene ?? ''}${SEAM}${asked?.allele ?? ''}${SEAM}${code.key}`
  const memory = memoryOf(terms)
  return memory.get(key) ?? memory.keep(key, readFindingInCode(terms, gene, code, asked))
}

/** Text first, then each coding by display and code. Several codings that differ are alternatives. */
const readFindingInCode = (terms: GenomicTerms, gene: string | null, { codings, text }: ReadCode, asked: Asked): Finding => {
  const answers = codings.flatMap((coding) => answerOf(terms, gene, coding) ?? [])
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
    const code = readCode(holder.valueCodeableConcept)
    const found = findingInCode(terms, gene, code, asked)
    const answer = asked && !saysSomething(found) && code.text !== null ? yesNo(terms, plainText(code.text)) : null
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
