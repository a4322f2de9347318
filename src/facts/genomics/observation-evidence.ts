import { activityEvidence, isMeasured } from './enzyme-activity.ts'
import type { Evidence, Role } from './evidence.ts'
import { codeOf, codesOf, type Fields, isNonconformant, listOf } from './fhir-fields.ts'
import { type Finding, finding, saysSomething } from './finding.ts'
import type { GenomicTerms } from './genomic-terms.ts'
import type { Node } from './graph.ts'
import { findingInText, findingInValue, textsOfValue } from './parse-finding.ts'
import { phenotypesIn } from './phenotype-words.ts'
import { readCode, rememberingCodes } from './read-code.ts'
import { askedOf, readFinding, textsOfCode } from './read-finding.ts'
import { distinctGenes, NO_GENE, NONE_STRUCTURED, type ResolvedGene, resolveGene, structuredGenes } from './resolve-gene.ts'
import { segments } from './segments.ts'
import { geneEvidence } from './studied-genes.ts'
import { testNameOf } from './test-name.ts'
import { readVariant } from './variant-evidence.ts'
import { hasStem, hasWord, plainText } from './wording.ts'

const readSegments = (terms: GenomicTerms, node: Node, text: string, flags: readonly string[]): Evidence[] =>
  segments(terms, plainText(text)).map(({ gene, text: part }) => ({
    node,
    role: 'result',
    gene: { gene, how: 'text', flags: [] },
    finding: findingInText(terms, gene, part),
    flags,
    text: part.trim(),
    textOnly: true,
    readFor: (other) => findingInText(terms, other, part),
  }))

/** `Normal`, `Deficient`: words that enzyme tests use, too. */
const isPlainAdjective = (found: Finding): boolean =>
  found.genotypes.length === 0 && found.phenotypes.length > 0 && found.phenotypes.every((phenotype) => !phenotype.term.includes(' '))

/** A text of an Observation: the names of its test, its values, and whether the gene is among the names. */
type Told = { readonly names: string; readonly values: readonly string[]; readonly namesGene: boolean }

/**
 * Free text about a gene is a result only when it reads as one: enzyme activities and exposures are not. What stands under the gene's
 * own name in words that are not understood is still a result, and is said to be there.
 */
const isOtherMatter = (terms: GenomicTerms, told: Told, gene: ResolvedGene, found: Finding): boolean => {
  if (gene.how !== 'text' || hasStem(told.names, terms.codes.genotypeWords)) return false
  if (hasWord(told.names, terms.codes.otherWords)) return true
  if (isPlainAdjective(found)) return !told.namesGene
  if (found.state === 'pending' || saysSomething(found)) return false
  const titled = told.namesGene || hasStem(told.names, terms.codes.reportWords)
  return !titled || told.values.length === 0 || told.values.every((value) => isMeasured(terms, value))
}

/**
 * Whether a phenotype's word may be that of an enzyme test: it is said to be there, and not read as the gene's. Where the activity of the
 * enzyme is read as the gene's phenotype, the word means the same of either test.
 */
const isAmbiguous = (terms: GenomicTerms, names: string, { gene, how }: ResolvedGene, found: Finding): boolean =>
  how === 'text' &&
  !hasStem(names, terms.codes.genotypeWords) &&
  isPlainAdjective(found) &&
  (gene === null || terms.table(gene)?.activity === undefined)

/** A panel in one Observation: components whose own code names the gene and whose value is the finding. */
const readPanel = (terms: GenomicTerms, node: Node, flags: readonly string[]): Evidence[] =>
  listOf(node.resource.component).flatMap((component): Evidence[] => {
    const codes = codesOf(component.code)
    const names = textsOfCode(component.code)
    const coded = codes.map((each) => terms.codes.perGene[each] ?? terms.codes.presence[each]?.gene).find((gene) => gene !== undefined)
    const genes = [...new Set([...(coded === undefined ? [] : [coded]), ...distinctGenes(terms, names)])]
    const [gene, other] = genes
    if (gene === undefined || other !== undefined) return []
    const readFor = (wanted: string): Finding => findingInValue(terms, wanted, component, askedOf(terms, codes, names, wanted))
    const found = readFor(gene)
    const how = coded === undefined ? 'text' : 'code'
    const values = textsOfValue(component)
    const told = { names: names.join(' '), values, namesGene: true }
    if (values.length === 0 && !saysSomething(found)) return []
    if (isOtherMatter(terms, told, { gene, how, flags: [] }, found)) return []
    const unread = !saysSomething(found) || isAmbiguous(terms, told.names, { gene, how, flags: [] }, found)
    const own = unread ? finding({ state: 'indeterminate' }) : found
    const text = values[0] ?? null
    return [{ node, role: 'result', gene: { gene, how, flags: [] }, finding: own, flags, text, textOnly: how === 'text', readFor }]
  })

/** The gene that is studied and the gene that is named are not the same. */
const TORN: ResolvedGene = { gene: null, how: 'structured', flags: ['gene-conflict'] }

/** Begins with two star alleles, as only a genotype does. */
const BARE_DIPLOTYPE = /^\W{0,3}\*\d{1,3}[A-Z]?(?:x\d{1,2})?\s?[/|]\s?\*\d/i

/** A result without any gene is kept when it surely is one: by its code, or by words that only genotypes have. It is shown, not used. */
const mayLackGene = (
  terms: GenomicTerms,
  role: Role,
  codes: readonly string[],
  names: readonly string[],
  values: readonly string[],
): boolean => {
  if (role === 'implication') return true
  if (role !== 'result') return false
  if (codes.some((each) => terms.codes.roles.genotype.includes(each))) return true
  const { genotypeWords, reportWords } = terms.codes
  const genetic = hasStem(names.join(' '), [...genotypeWords, ...reportWords])
  return values.some((value) => {
    const text = plainText(value)
    if (BARE_DIPLOTYPE.test(text) || (genetic && /\*\d{1,3}[A-Z]?\s?[/|]\s?\*\d/i.test(text))) return true
    return phenotypesIn(terms, null, text).some((phenotype) => hasStem(phenotype.term, genotypeWords))
  })
}

const READABLE_VALUES = ['valueCodeableConcept', 'valueString', 'valueBoolean', 'dataAbsentReason', 'component', 'extension'] as const

/** An activity score may be sent as a number. */
const NUMBERS = ['valueQuantity', 'valueInteger'] as const

const genesInCoded = rememberingCodes((terms: GenomicTerms, { text, codings }) =>
  distinctGenes(terms, [text ?? '', ...codings.flatMap(({ display, code }) => [display ?? '', code])]),
)

/** Genes that a value names; what a coded value names is kept. */
const genesInValue = (terms: GenomicTerms, resource: Fields, values: readonly string[]): readonly string[] => {
  if (values.length === 0) return []
  return resource.valueString === undefined ? genesInCoded(terms, readCode(resource.valueCodeableConcept)) : distinctGenes(terms, values)
}

/** Evidence in one Observation, whatever its profile. Several genes only where one text holds several. */
export const observationEvidence = (terms: GenomicTerms, node: Node): Evidence[] => {
  const resource = node.resource
  const measured = activityEvidence(terms, node)
  if (measured !== null) return measured
  const { codes, words: names } = node.code
  const { role, named: inNames, gene: code, saysGenotype } = testNameOf(terms, node.code)
  const inNumbers = saysGenotype && NUMBERS.some((member) => resource[member] !== undefined)
  if (role === null || !(inNumbers || READABLE_VALUES.some((member) => resource[member] !== undefined))) {
    if (role === null || codeOf(resource.status) !== 'registered') return []
  }
  const values = textsOfValue(resource)
  const named = [...new Set([...inNames, ...(role === 'gene' ? [] : genesInValue(terms, resource, values))])]
  const structured = role === 'gene' ? NONE_STRUCTURED : structuredGenes(terms, resource, named)
  if (role === 'result' && structured.genes.length === 0 && values.length === 0 && code === null) {
    const panel = readPanel(terms, node, isNonconformant(resource) ? ['nonconformant'] : [])
    if (panel.length > 0) return panel
  }
  const known = named.length > 0 || structured.genes.length > 0 || structured.torn || code !== null
  if (role === 'gene') return geneEvidence(terms, node)
  if (!known && !mayLackGene(terms, role, codes, names, values)) return []
  if (structured.foreign && structured.genes.length === 0 && named.length === 0) return []
  const shape = [
    ...(structured.legacyShape ? ['legacy-shape'] : []),
    ...(isNonconformant(resource) ? ['nonconformant'] : []),
    ...(codes.some((each) => terms.codes.misprints.includes(each)) ? ['bad-code'] : []),
  ]
  const gene = structured.foreign && structured.genes.length === 0 ? TORN : resolveGene({ structured, code, text: named })
  const text = values[0] ?? null
  if (role === 'variant') return readVariant(terms, node, gene, shape)
  const several = gene.how === 'text' && gene.gene === null && text !== null ? readSegments(terms, node, text, shape) : []
  if (several.length > 0 && (inNames.length === 0 || several.filter((each) => each.finding.genotypes.length > 0).length > 1)) return several
  const readFor = (other: string, siteName?: string): Finding =>
    siteName === undefined
      ? readFinding(terms, other, node, askedOf(terms, codes, names, other))
      : findingInText(terms, other, `${siteName} ${text ?? ''}`)
  const own = gene.gene === null ? readFinding(terms, null, node, null) : readFor(gene.gene)
  const asked = gene.gene !== null && askedOf(terms, codes, names, gene.gene) !== null
  const told = { names: names.join(' '), values, namesGene: inNames.length > 0 }
  if (role === 'result' && !asked && isOtherMatter(terms, told, gene, own)) return []
  // A sentence that denies a finding is not taken as naming a gene either.
  const denied = own.state === 'negated-text' && gene.how === 'text' && inNames.length === 0
  const ambiguous = !asked && isAmbiguous(terms, told.names, gene, own)
  const silent = !saysSomething(own) && (values.length > 0 || inNumbers)
  const unread = role === 'result' && gene.gene !== null && (silent || ambiguous)
  return [
    {
      node,
      role,
      // A presence test's own code names gene and allele: nothing is left to a guess.
      gene: denied ? NO_GENE : asked && gene.how === 'code-alone' ? { ...gene, how: 'code' } : gene,
      finding: unread ? finding({ state: 'indeterminate' }) : own,
      flags: shape,
      text,
      textOnly: gene.how === 'text',
      readFor,
    },
  ]
}
