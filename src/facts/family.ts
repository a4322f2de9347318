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

/** Name and date of birth: two entries that share them are about one relative. */
const whoOf = (resource: Json): string | null =>
  [asText(resource.name), asText(resource.bornDate) ?? asText(resource.bornString)].filter((part) => part !== null).join(' ') || null

/** What an entry says of the relative beyond the conditions; members that were not sent are left out. */
const aboutRelative = (resource: Json): Pick<FamilyMember, 'relationshipCodes' | 'sex' | 'status' | 'absent' | 'who'> => {
  const codes = codings(resource.relationship)
  const sex = asCode(codings(resource.sex)[0]?.code)
  const status = asCode(resource.status)
  const absent = asCode(codings(resource.dataAbsentReason)[0]?.code) ?? asCode(nameOf(resource.dataAbsentReason))
  const who = whoOf(resource)
  return {
    ...(codes.length > 0 ? { relationshipCodes: codes } : {}),
    ...(sex === null ? {} : { sex }),
    ...(status === null ? {} : { status }),
    ...(absent === null ? {} : { absent }),
    ...(who === null ? {} : { who }),
  }
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
    ...aboutRelative(resource),
    conditions,
    lineage: lineageOf(item, dateOf(resource, RECORDED)),
  }
}
