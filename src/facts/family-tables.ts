import { z } from 'zod'
import type { Condition, FamilyMember, PatientFacts } from '../contract/facts.ts'
import type { Coding } from '../contract/lineage.ts'
import type { FamilyFlag, FamilyPlace } from '../contract/person.ts'
import { AttuneError } from '../errors.ts'
import { flatMapInSlices, type Slices } from '../slices.ts'
import { type Memory, makeMemory } from '../terminology/remember.ts'

const text = z.string().min(1)
const source = z.strictObject({
  title: text,
  pmid: z
    .string()
    .regex(/^\d{5,9}$/)
    .optional(),
  url: z.url({ protocol: /^https$/ }),
})

const SLOTS = [
  'mother', 'father', 'parent', 'sibling', 'child', 'partner', 'maternal-grandmother', 'maternal-grandfather', 'paternal-grandmother',
  'paternal-grandfather', 'maternal-pibling', 'paternal-pibling', 'beside',
] as const // biome-ignore format: a list

const schema = z.strictObject({
  about: text,
  basis: text,
  asOf: text,
  relationships: z.array(
    z.strictObject({
      code: z.string().regex(/^[A-Z]+$/),
      label: text,
      slot: z.enum(SLOTS),
      generation: z.number().int().nullable(),
      sex: z.enum(['female', 'male']).optional(),
      because: text.optional(),
    }),
  ),
  groups: z.array(
    z.strictObject({ id: text, label: text, german: text, snomed: z.array(text), icd10: z.array(text), words: z.array(text).min(1) }),
  ),
  patterns: z.array(
    z.strictObject({
      id: text,
      says: text,
      any: z.array(text).optional(),
      all: z.array(text).optional(),
      sex: z.enum(['female', 'male']).optional(),
      source,
    }),
  ),
})

export type FamilyTables = z.output<typeof schema>

const known = new WeakMap<object, FamilyTables>()

/**
 * rules/family-history.json, checked once per knowledge.
 * @throws AttuneError `rules-invalid`
 */
export const familyTables = (tables: ReadonlyMap<string, unknown>): FamilyTables | null => {
  const raw = tables.get('family-history')
  if (raw === undefined || raw === null || typeof raw !== 'object') return null
  const before = known.get(raw)
  if (before) return before
  const result = schema.safeParse(raw)
  if (!result.success) throw new AttuneError('rules-invalid', `family-history.json: ${z.prettifyError(result.error)}`)
  const named = new Set(result.data.groups.map(({ id }) => id))
  const dangling = result.data.patterns.flatMap(({ any = [], all = [] }) => [...any, ...all]).filter((id) => !named.has(id))
  if (dangling.length > 0) throw new AttuneError('rules-invalid', `family-history.json: group ${dangling.join(', ')} is not defined`)
  known.set(raw, result.data)
  return result.data
}

const ROLE_CODES = /v3-RoleCode$|v3\/RoleCode$|2\.16\.840\.1\.113883\.5\.111$/

type Member = Pick<FamilyMember, 'relationshipCodes' | 'sex' | 'relationship'>

const NOT_CODED = 'The relationship is recorded in words only.'
const UNKNOWN_CODE = 'The code of the relationship is not one of HL7’s that are known here.'
const PARENT = 'The record does not say whether this is the mother or the father.'

/** Sex as recorded goes before the one that a word such as `sister` implies. */
export const sexOf = (member: Member, tables: FamilyTables): string | null => member.sex ?? rowOf(member, tables)?.sex ?? null

const rowOf = ({ relationshipCodes = [] }: Member, { relationships }: FamilyTables) => {
  const codes = relationshipCodes.filter(({ system }) => ROLE_CODES.test(system)).map(({ code }) => code)
  return relationships.find(({ code }) => codes.includes(code))
}

export const placeOf = (member: Member, tables: FamilyTables): FamilyPlace => {
  const row = rowOf(member, tables)
  if (!row) return { slot: 'beside', because: member.relationshipCodes?.length ? UNKNOWN_CODE : NOT_CODED, label: member.relationship }
  const { slot, generation, label } = row
  if (slot === 'parent') {
    if (member.sex === 'female') return { slot: 'mother', generation: -1, label }
    if (member.sex === 'male') return { slot: 'father', generation: -1, label }
    return { slot: 'beside', because: PARENT, label }
  }
  if (slot === 'beside' || generation === null) return { slot: 'beside', because: row.because ?? UNKNOWN_CODE, label }
  return { slot, generation, label }
}

/** `No breast cancer` names a disease that is not there. */
const DENIED = /^\s*(no|not|denies|kein|keine)\b/i

type Named = { readonly name: string; readonly codes: readonly Coding[] }

const isIcd = ({ system }: Coding): boolean => /icd-10/i.test(system)

const memories = new WeakMap<FamilyTables, Memory<string | null>>()

const memoryOf = (tables: FamilyTables): Memory<string | null> => {
  const known = memories.get(tables) ?? makeMemory<string | null>()
  memories.set(tables, known)
  return known
}

/** Group of a condition, by code, else by its words. Of coded conditions it is kept. */
export const groupOf = (named: Named, tables: FamilyTables): string | null => {
  if (named.codes.length === 0) return findGroup(named, tables)
  const [memory, key] = [memoryOf(tables), JSON.stringify([named.name, named.codes])]
  const known = memory.get(key)
  return known === undefined ? memory.keep(key, findGroup(named, tables)) : known
}

const findGroup = ({ name, codes }: Named, { groups }: FamilyTables): string | null => {
  if (DENIED.test(name)) return null
  const low = name.toLowerCase()
  const coded = groups.find(
    ({ snomed, icd10 }) =>
      codes.some(({ code, system }) => system === 'http://snomed.info/sct' && snomed.includes(code)) ||
      codes.some((one) => isIcd(one) && icd10.some((stem) => one.code.replace('.', '').startsWith(stem))),
  )
  return (coded ?? groups.find(({ words }) => words.some((word) => low.includes(word))))?.id ?? null
}

/** What a public statement names among the conditions of one relative by blood. */
export const flagsOf = (groups: ReadonlySet<string>, sex: string | null, { patterns }: FamilyTables): FamilyFlag[] =>
  patterns
    .filter(({ any, all, sex: only }) => {
      if (only !== undefined && only !== sex) return false
      return (any?.some((id) => groups.has(id)) ?? true) && (all?.every((id) => groups.has(id)) ?? true)
    })
    .map(({ id, says, source: { title, pmid, url } }) => ({ id, says, source: { title, url, ...(pmid === undefined ? {} : { pmid }) } }))

/** The groups by name, and which of them the patient has: a pedigree marks the patient as it marks the relatives. */
export function* groupsWith(conditions: readonly Condition[], tables: FamilyTables): Slices<NonNullable<PatientFacts['familyGroups']>> {
  const held = conditions.filter(({ verificationStatus }) => verificationStatus !== 'refuted')
  const own = new Set(yield* flatMapInSlices(held, (one) => [groupOf(one, tables)]))
  return tables.groups.map(({ id, label, german }) => ({ id, label, german, ...(own.has(id) ? { patient: true as const } : {}) }))
}
