import type { FamilyMember } from '../contract/facts.ts'
import type { DateSource, Gap } from '../contract/lineage.ts'
import { amount, asCode, asObjects, asText, codings, type Json, member, nameOf } from './accessors.ts'
import type { Item } from './chart.ts'
import { gap } from './gaps.ts'
import { dateOf, lineageOf } from './lineage.ts'

const RECORDED = [['date', 'recorded']] as const satisfies readonly (readonly [string, DateSource])[]

const years = (value: unknown): string | null => {
  const age = amount(value)
  return age === null ? null : `${age.value} ${age.unit ?? age.code ?? ''}`.trim()
}

const onsetAge = (condition: Json): string | null => {
  const range = condition.onsetRange
  const [low, high] = [years(member(range, 'low')), years(member(range, 'high'))]
  return years(condition.onsetAge) ?? asText(condition.onsetString) ?? ([low, high].filter((side) => side !== null).join(' to ') || null)
}

/** One relative. What a relative has, genotypes included, stays with the relative. */
export const readFamilyMember = (item: Item, gaps: Gap[]): FamilyMember | null => {
  const { resource, ref } = item
  if (asCode(resource.status) === 'entered-in-error') {
    gaps.push(gap('family', 'withdrawn', 'A family history entry is marked entered in error, so it was not used.', ref))
    return null
  }
  const conditions = asObjects(resource.condition).map((condition) => {
    const age = onsetAge(condition)
    return {
      name: nameOf(condition.code) ?? 'Unnamed condition',
      codes: codings(condition.code),
      ...(age === null ? {} : { onsetAge: age }),
    }
  })
  return {
    ref,
    relationship: nameOf(resource.relationship) ?? 'relative',
    conditions,
    lineage: lineageOf(item, dateOf(resource, RECORDED)),
  }
}
