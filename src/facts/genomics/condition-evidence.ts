import type { Evidence } from './evidence.ts'
import { codeOf, codesOf, type Fields, listOf, textOf } from './fhir-fields.ts'
import { type Finding, finding, NO_FINDING, saysSomething } from './finding.ts'
import type { GenomicTerms } from './genomic-terms.ts'
import { canonical, type Node } from './graph.ts'
import { findingInCode, findingInText } from './parse-finding.ts'
import { codeOfTerm } from './phenotype-words.ts'
import { type ReadCode, readCode, rememberingCodes } from './read-code.ts'
import type { ResolvedGene } from './resolve-gene.ts'
import { segments } from './segments.ts'
import { genesInCode } from './test-name.ts'
import { findWord, hasWord, plainText } from './wording.ts'

const genesIn = (terms: GenomicTerms, text: string): readonly string[] => [
  ...new Set(terms.mentions(plainText(text)).map((mention) => mention.gene)),
]

type Coded = {
  readonly gene: ResolvedGene
  readonly finding: Finding
  /** A text of several genes, without a word of relatives: each stretch of it is read for its gene. */
  readonly several: boolean
  readonly ofRelative: boolean
}

/** A problem or conclusion that names a gene: by SNOMED CT code or in words. Null when it names none. Kept by code. */
const readProblem = rememberingCodes((terms: GenomicTerms, code): Coded | null => {
  const { codes, words } = code
  const coded = codes.map((each) => terms.codes.conditions[each]).find((entry) => entry !== undefined)
  const genes = [...new Set([...(coded ? [coded.gene] : []), ...words.flatMap((text) => genesIn(terms, text))])]
  const [gene, other] = genes
  if (gene === undefined) return null
  const [whole] = words
  const ofRelative = words.some((each) => hasWord(each, terms.codes.relatives))
  if (other !== undefined)
    return {
      gene: { gene: null, how: 'text', flags: ['gene-conflict'] },
      finding: findingInCode(terms, null, code),
      several: whole !== undefined && genesIn(terms, whole).length > 1 && !hasWord(whole, terms.codes.relatives),
      ofRelative,
    }
  const spoken = findingInCode(terms, gene, code)
  const fallback = coded?.diplotype !== undefined ? findingInText(terms, gene, coded.diplotype) : NO_FINDING
  const term = coded?.term
  const phenotypes =
    spoken.phenotypes.length > 0 || term === undefined ? spoken.phenotypes : [{ code: codeOfTerm(terms, gene, term), term, legacy: false }]
  const found =
    spoken.genotypes.length > 0 || fallback.genotypes.length === 0 ? spoken : { ...fallback, flags: [...spoken.flags, ...fallback.flags] }
  return { gene: { gene, how: coded ? 'code' : 'text', flags: [] }, finding: { ...found, phenotypes }, several: false, ofRelative }
})

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

const evidenceOf = (terms: GenomicTerms, node: Node, role: Evidence['role'], code: ReadCode, extra: readonly string[]): Evidence[] => {
  const read = readProblem(terms, code)
  if (read === null) return []
  const text = code.words[0] ?? null
  // Several genes in one text are several findings; a text and a display that differ are a conflict.
  if (read.several && text !== null) {
    const each = severalGenes(terms, node, role, text, extra)
    if (each.length > 0) return each
  }
  return [
    {
      node,
      role,
      gene: read.gene,
      finding: read.ofRelative ? NO_FINDING : visible(withoutFinding(read.finding)),
      flags: [...extra, ...(read.ofRelative ? ['relative'] : [])],
      text,
      textOnly: code.codings.length === 0,
      readFor: (gene) => findingInCode(terms, gene, code),
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
    ? evidenceOf(terms, node, 'indicator', node.code, [])
    : evidenceOf(terms, node, 'condition', node.code, ['clinician-entered'])

const wordsWithGenes = (terms: GenomicTerms, code: ReadCode): readonly string[] => (genesInCode(terms, code).length === 0 ? [] : code.words)

/** Allergy lists used as a notice board: `HLA-B*57:01 positive` in the code or among the reactions. */
export const allergyEvidence = (terms: GenomicTerms, node: Node): Evidence[] => {
  const { resource } = node
  const manifestations = listOf(resource.reaction).flatMap((reaction) => [
    ...listOf(reaction.manifestation).flatMap((one) => wordsWithGenes(terms, readCode(one))),
    textOf(reaction.description) ?? '',
  ])
  const read = [...wordsWithGenes(terms, node.code), ...manifestations].flatMap((text) => {
    const relative = findWord(text, terms.codes.relatives) >= 0 ? ['relative'] : []
    return severalGenes(terms, node, 'allergy', text, ['clinician-entered', ...relative])
  })
  // The same allele in the code and among the reactions is one finding.
  return [...new Map(read.map((evidence) => [`${evidence.gene.gene} ${canonical(evidence.finding)}`, evidence])).values()]
}

/** `conclusionCode` of a report. The conclusion's prose is never evidence. */
export const reportEvidence = (terms: GenomicTerms, node: Node): Evidence[] => {
  const unread = listOf(node.resource.presentedForm).length > 0 ? ['unread-document'] : []
  return listOf(node.resource.conclusionCode).flatMap((concept) => evidenceOf(terms, node, 'report', readCode(concept), unread))
}

/** Relatives' results stay with the relatives. */
export const relativeEvidence = (terms: GenomicTerms, node: Node): Evidence[] =>
  codeOf(node.resource.status) === 'entered-in-error'
    ? []
    : listOf(node.resource.condition).flatMap((condition) =>
        evidenceOf(terms, node, 'relative', readCode(condition.code), []).map((evidence) => ({
          ...evidence,
          flags: [...evidence.flags, 'relative'],
        })),
      )
