import type { VariantName } from '../../../contract/variants.ts'
import { codingsOf, type Fields } from '../fhir-fields.ts'
import { componentsOf, wordsOf } from './components.ts'
import type { VariantTerms } from './variant-terms.ts'

const nameIn = (resource: Fields, codes: readonly string[]): string | undefined => {
  for (const component of componentsOf(resource, codes)) {
    const words = wordsOf(component)
    if (words !== null) return words.slice(0, 200)
  }
  return undefined
}

const idsIn = (resource: Fields, codes: readonly string[]): VariantName['ids'] =>
  componentsOf(resource, codes).flatMap((component) =>
    codingsOf(component.valueCodeableConcept).flatMap(({ system, code }) => (code === '' ? [] : [{ system, code }])),
  )

/** Names of a variant as sent; null when it has none. */
export const variantName = ({ codes: { components } }: VariantTerms, resource: Fields): VariantName | null => {
  const coding = nameIn(resource, components.coding)
  const protein = nameIn(resource, components.protein)
  const genomic = nameIn(resource, components.genomic)
  const ids = idsIn(resource, components.id)
  const shown = coding ?? protein ?? genomic ?? ids[0]?.code
  if (shown === undefined) return null
  return { shown, ...(coding ? { coding } : {}), ...(protein ? { protein } : {}), ...(genomic ? { genomic } : {}), ids }
}

/** Without sequence and version, and without the bases that HGVS no longer writes after `del` and `dup` (`c.5946delT`). */
const plain = (name: string): string => (name.split(':').at(-1) ?? name).replace(/(del|dup)[ACGT]+$/, '$1').replaceAll(/[()\s]/g, '')

/** Under which name two laboratories mean the same variant of a gene. */
export const variantKey = (gene: string | null, name: VariantName): string => `${gene ?? '?'} ${plain(name.shown)}`
