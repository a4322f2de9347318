import type { Gap } from '../../contract/lineage.ts'
import type { GeneTable } from '../../pgx/gene-tables.ts'
import { flagOf } from '../laboratory/flag.ts'
import { rangeOf } from '../laboratory/reference-range.ts'
import { readValue } from '../measurements.ts'
import type { Evidence } from './evidence.ts'
import { isFields, listOf, textOf } from './fhir-fields.ts'
import { finding } from './finding.ts'
import type { GenomicTerms } from './genomic-terms.ts'
import type { Node } from './graph.ts'
import { findingInText, textsOfValue } from './parse-finding.ts'
import { isOthers, type RecordContext, standingOf } from './standing.ts'
import { testNameOf } from './test-name.ts'
import { findWord, hasWord, plainText } from './wording.ts'

/** `9.8 U/g Hb`: a measured activity, sent as a text. */
export const isMeasured = (terms: GenomicTerms, text: string): boolean => {
  const unit = /^\W{0,3}\d+(?:[.,]\d+)?\s?(?=\D)(.{1,20})/.exec(plainText(text))?.[1]
  return unit !== undefined && findWord(unit, terms.codes.activityUnits) === 0
}

const hasActivityUnit = (terms: GenomicTerms, { resource }: Node): boolean => {
  const quantity = isFields(resource.valueQuantity) ? resource.valueQuantity : null
  const unit = quantity === null ? null : (textOf(quantity.unit) ?? textOf(quantity.code))
  if (unit !== null) return findWord(unit, terms.codes.activityUnits) === 0
  return textsOfValue(resource).some((text) => isMeasured(terms, text))
}

const saysAllele = (terms: GenomicTerms, gene: string, { resource }: Node): boolean =>
  textsOfValue(resource)
    .map((text) => findingInText(terms, gene, text))
    .some(({ genotypes, variants }) => genotypes.length > 0 || variants.length > 0)

/** The gene whose enzyme an Observation measures, by its code or by its name and unit; null when it measures none. */
const enzymeOf = (terms: GenomicTerms, node: Node): string | null => {
  const { codes, words } = node.code
  const coded = codes.map((code) => terms.codes.enzymeActivity[code]).find((gene) => gene !== undefined)
  if (coded !== undefined) return coded
  const { role, named, gene, saysGenotype } = testNameOf(terms, node.code)
  const [only, other] = named
  if (role !== 'result' || gene !== null || saysGenotype || only === undefined || other !== undefined) return null
  if (terms.table(only)?.activity === undefined || saysAllele(terms, only, node)) return null
  return words.some((name) => hasWord(name, terms.codes.activityWords)) || hasActivityUnit(terms, node) ? only : null
}

/** What the laboratory makes of an activity: phenotype codes, or why it is none. */
type Interpreted = { readonly code: string } | { readonly why: string }

const LOW: ReadonlySet<string> = new Set(['L', 'LL'])

/** A laboratory's own word for it, whole: `Low`, `Deficient`. */
const saysLow = (terms: GenomicTerms, table: GeneTable, low: string, text: string): boolean => {
  const word = plainText(text).toLowerCase()
  return terms.codes.lowActivity.includes(word) || table.phenotypes[low]?.term.toLowerCase() === word
}

const saysNormal = (text: string): boolean => /^\W*(?:within )?normal/i.test(plainText(text))

/**
 * By the laboratory's own interpretation or its own range, never by a limit of ours, and only where it is low. A normal one is told and
 * not taken for a normal result: cells from a transfusion, or young ones after haemolysis, hide a deficiency, and some drugs ask for more
 * than the lower end of a range.
 */
const interpret = (terms: GenomicTerms, table: GeneTable | undefined, { resource, ref }: Node): Interpreted => {
  const means = table?.activity
  if (!table || !means) return { why: 'only genotypes and phenotypes are read' }
  const value = readValue({ resource, ref }, 'labs', [])
  const flag = flagOf(resource, value, rangeOf(resource, value))
  if (flag?.disagrees) return { why: 'its interpretation and its range do not agree' }
  const spoken = [...(value.kind === 'text' ? [value.text] : []), ...(flag?.text === undefined ? [] : [flag.text])]
  const isLow = LOW.has(flag?.code ?? '') || spoken.some((text) => saysLow(terms, table, means.low, text))
  const isNormal = flag?.code === 'N' || spoken.some(saysNormal)
  if (isLow && isNormal) return { why: 'its words do not agree' }
  if (isLow) return { code: means.low }
  if (isNormal) return { why: 'normal by the laboratory, which does not hold after a transfusion or haemolysis' }
  if (flag !== null || spoken.length > 0) return { why: 'it is neither low nor normal by the laboratory' }
  return { why: value.kind === 'quantity' ? 'the laboratory gave no interpretation or range' : 'it has no value' }
}

const wordsOf = ({ resource }: Node): string | null => {
  const quantity = isFields(resource.valueQuantity) ? resource.valueQuantity : null
  const amount = quantity === null ? null : [String(quantity.value ?? ''), textOf(quantity.unit) ?? ''].join(' ').trim()
  return amount ?? textsOfValue(resource)[0] ?? null
}

/** An enzyme activity as a phenotype of its gene. Null when the Observation measures no enzyme; empty when it cannot be interpreted. */
export const activityEvidence = (terms: GenomicTerms, node: Node): Evidence[] | null => {
  const gene = enzymeOf(terms, node)
  if (gene === null) return null
  const table = terms.table(gene)
  const read = interpret(terms, table, node)
  if (!table || 'why' in read) return []
  const found = finding({ phenotypes: [{ code: read.code, term: table.phenotypes[read.code]?.term ?? read.code, legacy: false }] })
  return [
    {
      node,
      role: 'result',
      gene: { gene, how: 'code', flags: [] },
      finding: found,
      flags: ['enzyme-activity'],
      text: wordsOf(node),
      textOnly: false,
      readFor: () => found,
    },
  ]
}

const WITHDRAWN = ['entered-in-error', 'cancelled']

/** Activities that were measured and not interpreted, of genes without another result: said, so that nobody takes them for untested. */
export const activityGaps = (context: RecordContext, known: ReadonlySet<string>): readonly Gap[] =>
  context.graph.of('Observation').flatMap((node): Gap[] => {
    const gene = enzymeOf(context.terms, node)
    if (gene === null || known.has(gene) || isOthers(context, node) || listOf(node.resource.focus).length > 0) return []
    if (standingOf(context, node).flags.some((flag) => WITHDRAWN.includes(flag))) return []
    const read = interpret(context.terms, context.terms.table(gene), node)
    if (!('why' in read)) return []
    const because = `${gene} enzyme activity is on record and was not interpreted: ${read.why}`
    return [{ about: gene, code: 'indeterminate', because, resource: node.ref }]
  })
