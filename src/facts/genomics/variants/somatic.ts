import type { SomaticFinding } from '../../../contract/variants.ts'
import { flatMapInSlices, type Slices } from '../../../slices.ts'
import { type Fields, isFields, textOf } from '../fhir-fields.ts'
import type { Node } from '../graph.ts'
import { sampleOf } from '../standing.ts'
import { componentsOf, genesIn } from './components.ts'
import { presenceOf, statementOf, type VariantContext } from './statements.ts'
import { variantName } from './variant-name.ts'

const frequencyOf = (resource: Fields, codes: readonly string[]): SomaticFinding['alleleFrequency'] => {
  const [quantity] = componentsOf(resource, codes).map((component) => component.valueQuantity)
  if (!isFields(quantity) || typeof quantity.value !== 'number' || !Number.isFinite(quantity.value)) return null
  return { value: quantity.value, unit: textOf(quantity.code) ?? textOf(quantity.unit) ?? '' }
}

/** Changes of a tumour: shown, and read by nothing else. Absent ones are not findings. */
export function* somaticFindings(
  work: VariantContext,
  variants: readonly { readonly node: Node; readonly implications: readonly Node[] }[],
): Slices<readonly SomaticFinding[]> {
  const findings = yield* flatMapInSlices(variants, ({ node, implications }): SomaticFinding[] => {
    if (presenceOf(work.terms, node.resource) === 'absent') return []
    const { components } = work.terms.codes
    const [gene = null] = genesIn(node.resource, components.gene)
    const { objection, ...statement } = statementOf(work, node, implications, gene)
    const specimen = sampleOf(work.context, node)
    return [
      {
        id: node.ref,
        gene,
        variant: variantName(work.terms, node.resource) ?? { shown: '', ids: [] },
        alleleFrequency: frequencyOf(node.resource, components.frequency),
        specimen: specimen === '' ? null : specimen,
        statement: { ...statement, ...(objection === null ? { use: 'stands' } : { use: 'not-used', because: objection }) },
      },
    ]
  })
  return findings.sort((left, right) => (left.id < right.id ? -1 : 1))
}
