import type { PolygenicScore } from '../../../contract/variants.ts'
import { lineageOf } from '../build-reading.ts'
import { conceptText, type Fields, isFields, listOf, textOf } from '../fhir-fields.ts'
import type { Node } from '../graph.ts'
import { rememberingCodes } from '../read-code.ts'
import { hasWord } from '../wording.ts'
import { wordsOf } from './components.ts'
import { flagsOf, objection, type VariantContext } from './statements.ts'
import type { VariantTerms } from './variant-terms.ts'

/** A value with its unit, as sent. */
const valueText = (holder: Fields): string | null => {
  const { valueQuantity: quantity, valueInteger: whole } = holder
  if (isFields(quantity) && typeof quantity.value === 'number') {
    const comparator = textOf(quantity.comparator) ?? ''
    return `${comparator}${quantity.value} ${textOf(quantity.unit) ?? textOf(quantity.code) ?? ''}`.trim()
  }
  return typeof whole === 'number' ? String(whole) : wordsOf(holder)
}

const valuesOf = (resource: Fields, title: string): PolygenicScore['values'] => [
  ...[valueText(resource)].flatMap((text) => (text === null ? [] : [{ name: title, text }])),
  ...listOf(resource.component).flatMap((component) => {
    const text = valueText(component)
    return text === null ? [] : [{ name: conceptText(component.code) ?? '', text }]
  }),
]

/** Kept by code. */
const namesScore = rememberingCodes((terms: VariantTerms, { words }) => words.some((text) => hasWord(text, terms.codes.polygenic)))

/** Polygenic scores among the Observations of the record: what the laboratory stated. They are never turned into a risk here. */
export const polygenicScores = (work: VariantContext, nodes: readonly Node[]): readonly PolygenicScore[] =>
  nodes
    .filter(({ code }) => namesScore(work.terms, code))
    .flatMap((node): PolygenicScore[] => {
      const flags = flagsOf(work, node, null)
      if (flags.includes('subject-mismatch')) return []
      const { resource } = node
      const title = node.code.words[0] ?? ''
      const values = valuesOf(resource, title)
      const because = objection(flags) ?? (values.length === 0 ? 'The result holds no value.' : null)
      return [
        {
          ref: node.ref,
          title,
          values,
          ancestry: values.find(({ name }) => hasWord(name, work.terms.codes.ancestry))?.text ?? null,
          method: isFields(resource.method) ? conceptText(resource.method) : null,
          notes: listOf(resource.note).flatMap((note) => textOf(note.text)?.slice(0, 500) ?? []),
          ...(because === null ? { use: 'shown' as const } : { use: 'not-used' as const, because }),
          lineage: lineageOf(work.context, node),
        },
      ]
    })
    .sort((left, right) => (left.ref < right.ref ? -1 : 1))
