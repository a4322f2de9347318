import type { PartialDate } from '../../contract/lineage.ts'
import { flatMapInSlices, type Slices } from '../../slices.ts'
import { codeOf, codesOf, dateOf, isFields } from './fhir-fields.ts'
import type { GenomicTerms } from './genomic-terms.ts'
import type { Node } from './graph.ts'
import { rememberingCodes } from './read-code.ts'
import { isOthers, type RecordContext } from './standing.ts'
import { hasStem, hasWord } from './wording.ts'

export type Transplant = { readonly organ: 'stemCell' | 'liver' | 'transfusion'; readonly date: PartialDate | null }

const NOT_DONE = ['preparation', 'not-done', 'entered-in-error', 'on-hold', 'stopped']
const NOT_TRUE = ['refuted', 'entered-in-error', 'provisional', 'differential', 'unconfirmed']

const dateOfNode = ({ resource }: Node): PartialDate | null => {
  const period = isFields(resource.performedPeriod)
    ? (dateOf(resource.performedPeriod.end) ?? dateOf(resource.performedPeriod.start))
    : null
  return dateOf(resource.performedDateTime) ?? period ?? dateOf(resource.onsetDateTime) ?? dateOf(resource.recordedDate)
}

/** ICD-10 codes come with and without their point. */
const plainCode = (code: string): string => code.replace('.', '').toUpperCase()

const tookPlace = (node: Node): boolean => {
  const { resource } = node
  if (resource.resourceType === 'Procedure') return !NOT_DONE.includes(codeOf(resource.status) ?? '')
  return (
    resource.resourceType === 'Condition' && !codesOf(resource.verificationStatus).some((code) => NOT_TRUE.includes(code.toLowerCase()))
  )
}

/** What a procedure or problem of this name puts into a patient from a donor. Kept by code. */
const organOf = rememberingCodes((terms: GenomicTerms, code): Transplant['organ'] | null => {
  const { stemCell, liver, autologous, notYet, transfusion } = terms.codes.transplants
  const words = code.words.join(' ')
  const text = words.replace(/(?<=[a-z])-(?=[a-z])/gi, ' ')
  if (hasWord(text, notYet) || hasWord(text, autologous)) return null
  if (hasStem(text, transfusion.words) && !hasWord(text, transfusion.not) && !hasWord(words, transfusion.not)) return 'transfusion'
  const codes = code.codes.map(plainCode)
  const organ = [
    { organ: 'stemCell' as const, table: stemCell },
    { organ: 'liver' as const, table: liver },
  ].find(
    ({ table }) =>
      codes.some((own) => table.codes.some((known) => plainCode(known) === own)) ||
      hasStem(text, table.words) ||
      hasWord(text, table.short),
  )
  return organ?.organ ?? null
})

/**
 * Transplants from donors that the record holds as done. Planned ones, evaluations and Observations that deny one are
 * not. An autologous transplant changes nothing.
 */
export const findTransplants = (context: RecordContext): Slices<readonly Transplant[]> =>
  flatMapInSlices(context.graph.nodes, (node): readonly Transplant[] => {
    const { resourceType } = node.resource
    const organ = resourceType === 'Procedure' || resourceType === 'Condition' ? organOf(context.terms, node.code) : null
    return organ !== null && tookPlace(node) && !isOthers(context, node) ? [{ organ, date: dateOfNode(node) }] : []
  })

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
  if (transplants.length === 0) return []
  const { own, blood } = terms.codes.specimens
  return transplants.flatMap(({ organ, date }) => {
    // How long donor cells stay is in no guideline (J Pers Med 2020;10(4):268), so an earlier transfusion is said, and nothing more.
    if (organ === 'transfusion') return hasWord(result.sample, blood) && isBefore(date, result.date) ? ['transfusion-before-sample'] : []
    if (organ === 'liver') return terms.actsIn(result.gene, 'liver') ? ['liver-transplant-after-result'] : []
    if (isBefore(result.date, date)) return ['transplant-after-result', ...(terms.actsIn(result.gene, 'marrow') ? ['marrow-of-donor'] : [])]
    if (hasWord(result.sample, own)) return []
    return [hasWord(result.sample, blood) ? 'blood-after-stem-cell-transplant' : 'sample-after-stem-cell-transplant']
  })
}
