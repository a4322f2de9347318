import type { Evidence } from './evidence.ts'
import { codeOf, codesOf, codingsOf, type Fields, isFields, listOf, textOf } from './fhir-fields.ts'
import { type Finding, finding, NO_FINDING, saysSomething } from './finding.ts'
import type { GenomicTerms } from './genomic-terms.ts'
import { canonical, type Node } from './graph.ts'
import { findingInConcept, findingInText } from './parse-finding.ts'
import { codeOfTerm } from './phenotype-words.ts'
import type { ResolvedGene } from './resolve-gene.ts'
import { segments } from './segments.ts'
import { findWord, hasWord, plainText } from './wording.ts'

const textsOf = (concept: unknown): readonly string[] => {
  const text = isFields(concept) ? textOf(concept.text) : null
  return [...(text === null ? [] : [text]), ...codingsOf(concept).flatMap((coding) => coding.display ?? [])]
}

const genesIn = (terms: GenomicTerms, text: string): readonly string[] => [
  ...new Set(terms.mentions(plainText(text)).map((mention) => mention.gene)),
]

type Coded = { readonly gene: ResolvedGene; readonly finding: Finding; readonly texts: readonly string[] }

/** A problem or conclusion that names a gene: by SNOMED CT code or in words. Null when it names none. */
const readConcept = (terms: GenomicTerms, concept: unknown): Coded | null => {
  const texts = textsOf(concept)
  const coded = codesOf(concept)
    .map((code) => terms.codes.conditions[code])
    .find((entry) => entry !== undefined)
  const named = [...new Set(texts.flatMap((text) => genesIn(terms, text)))]
  const genes = [...new Set([...(coded ? [coded.gene] : []), ...named])]
  const [gene, other] = genes
  if (gene === undefined) return null
  if (other !== undefined)
    return { gene: { gene: null, how: 'text', flags: ['gene-conflict'] }, finding: findingInConcept(terms, null, concept), texts }
  const spoken = findingInConcept(terms, gene, concept)
  const fallback = coded?.diplotype !== undefined ? findingInText(terms, gene, coded.diplotype) : NO_FINDING
  const code = coded?.term === undefined ? null : codeOfTerm(terms, gene, coded.term)
  const phenotypes =
    spoken.phenotypes.length > 0 || coded?.term === undefined ? spoken.phenotypes : [{ code, term: coded.term, legacy: false }]
  const found =
    spoken.genotypes.length > 0 || fallback.genotypes.length === 0 ? spoken : { ...fallback, flags: [...spoken.flags, ...fallback.flags] }
  return { gene: { gene, how: coded ? 'code' : 'text', flags: [] }, finding: { ...found, phenotypes }, texts }
}

/** A problem that names a gene but no finding we know is shown, not passed over. */
const visible = (found: Finding): Finding => (saysSomething(found) ? found : finding({ state: 'indeterminate' }))

const withoutFinding = (found: Finding): Finding => (found.state === null ? found : { ...NO_FINDING, state: found.state })

/** One entry about several genes: `CYP2C19 poor metabolizer, CYP2D6 normal metabolizer`. */
const severalGenes = (terms: GenomicTerms, node: Node, role: Evidence['role'], whole: string, flags: readonly string[]): Evidence[] =>
  segments(terms, plainText(whole)).map(({ gene, text }) => ({
    node,
    role,
    gene: { gene, how: 'text', flags: [] },
    finding: visible(withoutFinding(findingInText(terms, gene, text))),
    flags,
    text,
    textOnly: true,
    readFor: (other) => findingInText(terms, other, text),
  }))

const evidenceOf = (terms: GenomicTerms, node: Node, role: Evidence['role'], concept: unknown, extra: readonly string[]): Evidence[] => {
  const read = readConcept(terms, concept)
  if (read === null) return []
  const [whole] = read.texts
  // Several genes in one text are several findings; a text and a display that differ are a conflict.
  const several = read.gene.gene === null && whole !== undefined && genesIn(terms, whole).length > 1
  if (several && !hasWord(whole, terms.codes.relatives)) {
    const each = severalGenes(terms, node, role, whole, extra)
    if (each.length > 0) return each
  }
  const text = read.texts[0] ?? null
  const relative = read.texts.some((each) => hasWord(each, terms.codes.relatives))
  return [
    {
      node,
      role,
      gene: read.gene,
      finding: relative ? NO_FINDING : visible(withoutFinding(read.finding)),
      flags: [...extra, ...(relative ? ['relative'] : [])],
      text,
      textOnly: codingsOf(concept).length === 0,
      readFor: (gene) => findingInConcept(terms, gene, concept),
    },
  ]
}

const isIndicator = (resource: Fields): boolean =>
  listOf(resource.category).some(
    (category) =>
      codesOf(category).some((code) => code.toLowerCase() === 'genomics') || /genomic indicator/i.test(textOf(category.text) ?? ''),
  )

/** Genomic indicators and problem-list entries. */
export const conditionEvidence = (terms: GenomicTerms, node: Node): Evidence[] =>
  isIndicator(node.resource)
    ? evidenceOf(terms, node, 'indicator', node.resource.code, [])
    : evidenceOf(terms, node, 'condition', node.resource.code, ['clinician-entered'])

/** Allergy lists used as a notice board: `HLA-B*57:01 positive` in the code or among the reactions. */
export const allergyEvidence = (terms: GenomicTerms, node: Node): Evidence[] => {
  const { resource } = node
  const manifestations = listOf(resource.reaction).flatMap((reaction) => [
    ...listOf(reaction.manifestation).flatMap(textsOf),
    textOf(reaction.description) ?? '',
  ])
  const read = [...textsOf(resource.code), ...manifestations].flatMap((text) => {
    const relative = findWord(text, terms.codes.relatives) >= 0 ? ['relative'] : []
    return severalGenes(terms, node, 'allergy', text, ['clinician-entered', ...relative])
  })
  // The same allele in the code and among the reactions is one finding.
  return [...new Map(read.map((evidence) => [`${evidence.gene.gene} ${canonical(evidence.finding)}`, evidence])).values()]
}

/** `conclusionCode` of a report. The conclusion's prose is never evidence. */
export const reportEvidence = (terms: GenomicTerms, node: Node): Evidence[] => {
  const unread = listOf(node.resource.presentedForm).length > 0 ? ['unread-document'] : []
  return listOf(node.resource.conclusionCode).flatMap((concept) => evidenceOf(terms, node, 'report', concept, unread))
}

/** Relatives' results stay with the relatives. */
export const relativeEvidence = (terms: GenomicTerms, node: Node): Evidence[] =>
  codeOf(node.resource.status) === 'entered-in-error'
    ? []
    : listOf(node.resource.condition).flatMap((condition) =>
        evidenceOf(terms, node, 'relative', condition.code, []).map((evidence) => ({
          ...evidence,
          flags: [...evidence.flags, 'relative'],
        })),
      )
