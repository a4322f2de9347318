import type { PartialDate } from '../../contract/lineage.ts'
import { codeOf, codesOf, codingsOf, dateOf, isFields, textOf } from './fhir-fields.ts'
import type { GenomicTerms } from './genomic-terms.ts'
import type { Node } from './graph.ts'
import { hasWord } from './wording.ts'

export type Transplant = { readonly organ: 'stemCell' | 'liver'; readonly date: PartialDate | null }

const NOT_DONE = ['preparation', 'not-done', 'entered-in-error', 'on-hold', 'stopped']
const NOT_TRUE = ['refuted', 'entered-in-error', 'provisional', 'differential', 'unconfirmed']

const textsOf = (concept: unknown): string =>
  [isFields(concept) ? textOf(concept.text) : null, ...codingsOf(concept).map((coding) => coding.display ?? null)]
    .filter((text) => text !== null)
    .join(' ')

const dateOfNode = ({ resource }: Node): PartialDate | null => {
  const period = isFields(resource.performedPeriod)
    ? (dateOf(resource.performedPeriod.end) ?? dateOf(resource.performedPeriod.start))
    : null
  return dateOf(resource.performedDateTime) ?? period ?? dateOf(resource.onsetDateTime) ?? dateOf(resource.recordedDate)
}

const tookPlace = (node: Node): boolean => {
  const { resource } = node
  if (resource.resourceType === 'Procedure') return !NOT_DONE.includes(codeOf(resource.status) ?? '')
  return (
    resource.resourceType === 'Condition' && !codesOf(resource.verificationStatus).some((code) => NOT_TRUE.includes(code.toLowerCase()))
  )
}

/**
 * Transplants from donors that the record holds as done. Planned ones, evaluations and Observations that deny one are
 * not. An autologous transplant changes nothing.
 */
export const findTransplants = (terms: GenomicTerms, nodes: readonly Node[]): readonly Transplant[] => {
  const { stemCell, liver, autologous, notYet } = terms.codes.transplants
  return nodes.flatMap((node): Transplant[] => {
    if (!tookPlace(node)) return []
    const codes = codesOf(node.resource.code)
    const text = textsOf(node.resource.code)
    if (hasWord(text, notYet) || hasWord(text, autologous)) return []
    const organ = [
      { organ: 'stemCell' as const, table: stemCell },
      { organ: 'liver' as const, table: liver },
    ].find(({ table }) => codes.some((code) => table.codes.includes(code)) || table.words.some((word) => text.toLowerCase().includes(word)))
    return organ ? [{ organ: organ.organ, date: dateOfNode(node) }] : []
  })
}

/** Whether the sample was surely taken before the transplant. Dates that cannot be told apart count as after. */
const isBefore = (sample: PartialDate | null, transplant: PartialDate | null): boolean => {
  if (sample === null || transplant === null) return false
  const length = Math.min(sample.length, transplant.length, 10)
  return sample.slice(0, length) < transplant.slice(0, length)
}

/** What transplants do to a result (reference fhir-genomics 3.7). */
export const transplantFlags = (
  terms: GenomicTerms,
  transplants: readonly Transplant[],
  result: { readonly gene: string; readonly date: PartialDate | null; readonly sample: string },
): readonly string[] => {
  const { own, blood } = terms.codes.specimens
  return transplants.flatMap(({ organ, date }) => {
    if (organ === 'liver') return terms.actsIn(result.gene, 'liver') ? ['liver-transplant-after-result'] : []
    if (isBefore(result.date, date)) return ['transplant-after-result', ...(terms.actsIn(result.gene, 'marrow') ? ['marrow-of-donor'] : [])]
    if (hasWord(result.sample, own)) return []
    return [hasWord(result.sample, blood) ? 'blood-after-stem-cell-transplant' : 'sample-after-stem-cell-transplant']
  })
}
