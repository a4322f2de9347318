import type { FamilyMember } from '../contract/facts.ts'
import type { DateSource, Gap } from '../contract/lineage.ts'
import { amount, asCode, asDate, asObjects, asText, codings, type Json, member, nameOf } from './accessors.ts'
import type { Item } from './chart.ts'
import { type FamilyTables, flagsOf, groupOf, placeOf, sexOf } from './family-tables.ts'
import { gap } from './gaps.ts'
import { dateOf, lineageOf } from './lineage.ts'
import { readName } from './long-names.ts'

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

const yearsOrRange = (resource: Json, name: 'deceased' | 'age'): string | null => {
  const range = resource[`${name}Range`]
  const [low, high] = [years(member(range, 'low')), years(member(range, 'high'))]
  return (
    years(resource[`${name}Age`]) ?? asText(resource[`${name}String`]) ?? ([low, high].filter((side) => side !== null).join(' to ') || null)
  )
}

const noteOf = (resource: Json): string | null =>
  asObjects(resource.note)
    .flatMap(({ text }) => asText(text) ?? [])
    .join(' ') || null

/** Dead, alive or not said: three shapes. */
const deceasedOf = (resource: Json): FamilyMember['deceased'] => {
  const at = yearsOrRange(resource, 'deceased') ?? asDate(resource.deceasedDate)
  if (at !== null) return { is: true, at }
  return typeof resource.deceasedBoolean === 'boolean' ? { is: resource.deceasedBoolean } : undefined
}

type RelativeCondition = FamilyMember['conditions'][number]

const conditionOf = (condition: Json, tables: FamilyTables | null, ref: string, gaps: Gap[]): RelativeCondition => {
  const named = { name: readName(nameOf(condition.code) ?? 'Unnamed condition', 'family', ref, gaps), codes: codings(condition.code) }
  const age = onsetAge(condition)
  const group = tables === null ? null : groupOf(named, tables)
  const [outcome, note] = [nameOf(condition.outcome), noteOf(condition)]
  return {
    ...named,
    ...(age === null ? {} : { onsetAge: age }),
    ...(group === null ? {} : { group }),
    ...(outcome === null ? {} : { outcome }),
    ...(condition.contributedToDeath === true ? { ledToDeath: true } : {}),
    ...(note === null ? {} : { note }),
  }
}

const NOT_BY_BLOOD = 'Not related by blood.'

/** Where the relative stands, and what of the family history a public statement names; nothing without the tables. */
const standing = (read: Pick<FamilyMember, 'relationshipCodes' | 'sex' | 'relationship' | 'conditions'>, tables: FamilyTables | null) => {
  if (tables === null) return {}
  const place = placeOf(read, tables)
  const sex = sexOf(read, tables)
  const byBlood = place.slot !== 'partner' && !(place.slot === 'beside' && place.because === NOT_BY_BLOOD)
  const groups = new Set(read.conditions.flatMap(({ group }) => group ?? []))
  const flags = byBlood ? flagsOf(groups, sex, tables) : []
  return { place, ...(sex === null ? {} : { sex }), ...(flags.length > 0 ? { flags } : {}) }
}

/** One relative. What a relative has, genotypes included, stays with the relative. */
export const readFamilyMember = (item: Item, gaps: Gap[], tables: FamilyTables | null = null): FamilyMember | null => {
  const { resource, ref } = item
  if (asCode(resource.status) === 'entered-in-error') {
    gaps.push(gap('family', 'withdrawn', 'A family history entry is marked entered in error, so it was not used.', ref))
    return null
  }
  const read = {
    relationship: nameOf(resource.relationship) ?? 'relative',
    ...aboutRelative(resource),
    conditions: asObjects(resource.condition).map((condition) => conditionOf(condition, tables, ref, gaps)),
  }
  const [deceased, age, note] = [deceasedOf(resource), yearsOrRange(resource, 'age'), noteOf(resource)]
  return {
    ref,
    ...read,
    ...(deceased === undefined ? {} : { deceased }),
    ...(age === null ? {} : { age }),
    ...(note === null ? {} : { note }),
    ...standing(read, tables),
    lineage: lineageOf(item, dateOf(resource, RECORDED)),
  }
}
