import type { Presence, VariantClass, VariantStatement } from '../../../contract/variants.ts'
import { lineageOf } from '../build-reading.ts'
import { codesOf, conceptText, type Fields, isFields, listOf, textOf } from '../fhir-fields.ts'
import type { Node } from '../graph.ts'
import { dateOfResult, personFlags, type RecordContext, sampleOf, standingOf } from '../standing.ts'
import { type Transplant, transplantFlags } from '../transplant.ts'
import { hasWord } from '../wording.ts'
import { componentsOf, firstWords, wordsOf } from './components.ts'
import type { VariantTerms } from './variant-terms.ts'

/** What reading variants works on. */
export type VariantContext = { readonly context: RecordContext; readonly terms: VariantTerms; readonly transplants: readonly Transplant[] }

/** Why a result is shown and not used, by the flag of its standing. */
const WHY: Readonly<Record<string, string>> = {
  'entered-in-error': 'Withdrawn: entered in error.',
  cancelled: 'Cancelled by its laboratory.',
  preliminary: 'Preliminary: not yet final.',
  pending: 'Ordered, without a result yet.',
  'status-unknown': 'The result does not say whether it is final.',
  'subject-unproven': 'It is not certain that this result is of this patient.',
  'focus-not-patient': 'The result is of somebody else (donor, fetus, relative).',
  relative: 'The result is of a relative.',
  'blood-after-stem-cell-transplant': 'Blood after a stem cell transplant shows the genes of the donor.',
  'sample-after-stem-cell-transplant': 'A sample after a stem cell transplant may show the genes of the donor.',
}

/** Flags about standing, person and transplants. */
export const flagsOf = ({ context, transplants }: VariantContext, node: Node, gene: string | null): readonly string[] => [
  ...standingOf(context, node).flags,
  ...personFlags(context, node),
  ...transplantFlags(context.terms, transplants, {
    gene: gene ?? '',
    date: dateOfResult(context, node).date,
    sample: sampleOf(context, node),
  }),
]

/** Why it may not be used; null when it may. */
export const objection = (flags: readonly string[]): string | null =>
  flags.map((flag) => WHY[flag]).find((why) => why !== undefined) ?? null

export const presenceOf = ({ codes }: VariantTerms, resource: Fields): Presence =>
  codesOf(resource.valueCodeableConcept)
    .map((code) => codes.presence[code])
    .find((presence) => presence !== undefined) ?? (resource.dataAbsentReason === undefined ? 'not-stated' : 'no-call')

/** A denied, guessed or disputed class is none: "non-pathogenic" must never be read as "pathogenic". */
const classInWords = ({ classWords, classDoubts }: VariantTerms['codes'], words: string): VariantClass | undefined =>
  hasWord(words, classDoubts) ? undefined : classWords.find(([word]) => hasWord(words, [word]))?.[1]

/** A coded answer, else the words of the laboratory. Words that are none of the five classes are shown and give none. */
const classIn = ({ codes }: VariantTerms, holder: Fields): VariantStatement['significance'] => {
  const words = wordsOf(holder)
  const coded = codesOf(holder.valueCodeableConcept)
    .map((code) => codes.classes[code])
    .find((each) => each !== undefined)
  if (coded === undefined && words === null) return null
  const worded = words === null ? undefined : classInWords(codes, words)
  return { class: coded ?? worded ?? null, text: words ?? coded ?? '' }
}

/** The class that a resource gives: as a component, or as its own value where its code asks for it (guide of 2019). */
export const significanceOf = (terms: VariantTerms, resource: Fields): VariantStatement['significance'] => {
  const { significance } = terms.codes.components
  const [component] = componentsOf(resource, significance)
  if (component) return classIn(terms, component)
  return codesOf(resource.code).some((code) => significance.includes(code)) ? classIn(terms, resource) : null
}

const notesOf = (nodes: readonly Node[]): readonly string[] => [
  ...new Set(nodes.flatMap(({ resource }) => listOf(resource.note).flatMap((note) => textOf(note.text)?.slice(0, 500) ?? []))),
]

const firstOf = <T>(nodes: readonly Node[], read: (resource: Fields) => T | null): T | null => {
  for (const { resource } of nodes) {
    const found = read(resource)
    if (found !== null) return found
  }
  return null
}

/** One laboratory's statement: the variant and what implications say of it. `use` is settled among all statements of the variant. */
export const statementOf = (
  work: VariantContext,
  node: Node,
  implications: readonly Node[],
  gene: string | null,
): Omit<VariantStatement, 'use' | 'because'> & { readonly objection: string | null } => {
  const { context, terms } = work
  const { components, roles } = terms.codes
  const usable = implications.filter((each) => objection(flagsOf(work, each, gene)) === null)
  const nodes = [node, ...usable]
  const isVariant = node.code.codes.some((code) => roles.variant.includes(code))
  return {
    ref: node.ref,
    presence: isVariant ? presenceOf(terms, node.resource) : 'not-stated',
    significance: firstOf(nodes, (resource) => significanceOf(terms, resource)),
    condition: firstOf(nodes, (resource) => firstWords(resource, components.condition)),
    inheritance: firstOf(nodes, (resource) => firstWords(resource, components.inheritance)),
    method: firstOf(nodes, (resource) => (isFields(resource.method) ? conceptText(resource.method) : null)),
    notes: notesOf(nodes),
    status: standingOf(context, node).status,
    lineage: lineageOf(context, node),
    supports: usable.map((each) => lineageOf(context, each)),
    objection: objection(flagsOf(work, node, gene)),
  }
}
