import type { Condition, FamilyMember, PatientFacts } from '../contract/facts.ts'
import type { Coding, Gap } from '../contract/lineage.ts'
import { absent, type InputReading, known, unusable } from './input-reading.ts'
import type { InputSpecOf, KnownBy } from './model-folder.ts'
import { hasCode, mayBeOne, sortConditions } from './read-condition.ts'

type Spec = InputSpecOf<'relatives'>
type Kind = Spec['counted'][number]

const isOneOf = (wanted: readonly Pick<Coding, 'system' | 'code'>[], codes: readonly Coding[]): boolean =>
  wanted.some((one) => codes.some(({ system, code }) => system === one.system && code === one.code))

const wordsOf = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z]+/g, ' ')
    .trim()

/** Which of the counted relatives it is; `other`: none of them; `open`: not said clearly enough. */
const kindOf = (spec: Spec, member: FamilyMember): Kind | 'other' | 'open' => {
  const codes = member.relationshipCodes ?? []
  const words = wordsOf(member.relationship)
  // A narrower code decides: a stepmother may be coded as a mother, too.
  if (isOneOf(spec.notCounted.codes, codes) || spec.notCounted.words.includes(words)) return 'other'
  const kind = spec.counted.find((one) => isOneOf(one.codes, codes) || (codes.length === 0 && one.words.includes(words)))
  if (kind) return kind
  if (!isOneOf(spec.openSex.codes, codes) || member.sex === undefined) return 'open'
  return member.sex === spec.openSex.sex ? { label: wordsOf(member.relationship), codes: [], words: [], one: false } : 'other'
}

/** A condition of a relative, as the readers of conditions take one. */
const asCondition = (member: FamilyMember, one: FamilyMember['conditions'][number]): Condition => ({
  ref: member.ref,
  name: one.name,
  codes: one.codes,
  clinicalStatus: null,
  verificationStatus: null,
  onset: null,
  abatement: null,
  lineage: member.lineage,
})

const has = (by: KnownBy, member: FamilyMember, test: (by: KnownBy, condition: Condition) => boolean): boolean =>
  member.conditions.some((one) => test(by, asCondition(member, one)))

/** Nobody knows what this relative had. */
const isUnknown = ({ status, absent: why }: FamilyMember): boolean => status === 'health-unknown' || why !== undefined

type Judged = {
  readonly member: FamilyMember
  readonly kind: Kind | 'other' | 'open'
  readonly affected: boolean
  readonly unclear: boolean
}

const judge = (spec: Spec, member: FamilyMember): Judged => {
  const kind = kindOf(spec, member)
  const affected = has(spec, member, hasCode)
  const named = !affected && (has(spec, member, mayBeOne) || has(spec.mentioned, member, hasCode))
  return { member, kind, affected, unclear: kind !== 'other' && (named || (affected && kind === 'open')) }
}

/** Several entries of a relative of whom there is one, or entries that name the same person, count once. */
const personOf = ({ member, kind }: Judged): string => {
  if (typeof kind === 'string') return member.ref
  if (kind.one) return kind.label
  return member.who === undefined ? member.ref : `${kind.label} ${member.who}`
}

const familyWasRead = ({ questions }: PatientFacts): 'read' | 'not-asked' | 'failed' => {
  const asked = questions.filter(({ query, state }) => query.startsWith('FamilyMemberHistory') && state !== 'not-asked')
  if (asked.length === 0) return 'not-asked'
  return asked.every(({ state }) => state === 'answered' || state === 'empty') ? 'read' : 'failed'
}

/** Somebody is said to have it, and nobody is named. */
const isMentioned = ({ mentioned }: Spec, facts: PatientFacts): boolean => {
  const { sure, unconfirmed, open } = sortConditions(mentioned, true, facts)
  return sure.length + unconfirmed.length + open.length > 0
}

/** Why no relative with the condition is not the same as none. */
const notZero = (spec: Spec, judged: readonly Judged[], facts: PatientFacts): Gap | null => {
  const about = spec.name
  if (isMentioned(spec, facts))
    return { about, code: 'conflict', because: `${spec.label}: the record says that a relative has it, and not who.` }
  const needed = judged.filter(({ kind }) => typeof kind !== 'string' && kind.label === spec.zeroNeeds)
  const complete = needed.some(({ member }) => member.status === 'completed' && !isUnknown(member))
  if (complete && !needed.some(({ member }) => isUnknown(member))) return null
  return {
    about,
    code: 'not-found',
    because: `${spec.label}: the record has no complete history of the ${spec.zeroNeeds}; ask about the family.`,
  }
}

/**
 * Number of relatives with the condition. A family history that was not taken is not zero, and no default is put in its place: it has
 * to be asked. A history that was taken and that nobody knows is the source's own "unknown".
 */
export const readRelatives = (spec: Spec, facts: PatientFacts): InputReading => {
  const about = spec.name
  const judged = facts.family.map((member) => judge(spec, member))
  const lineages = judged.filter(({ kind }) => kind !== 'other').map(({ member }) => member.lineage)
  const state = familyWasRead(facts)
  if (state === 'failed' || (state === 'not-asked' && facts.family.length === 0))
    return unusable(spec, { about, code: 'unavailable', because: `${spec.label}: the family history was not read.` })
  const open = judged.find(({ unclear }) => unclear)
  if (open)
    return unusable(
      spec,
      { about, code: 'indeterminate', because: `${spec.label}: an entry of the family history is not clear.`, resource: open.member.ref },
      lineages,
    )
  const affected = judged.filter((one) => one.affected && typeof one.kind !== 'string')
  const people = new Set(affected.map(personOf))
  if (people.size > 0)
    return known(spec, {
      value: Math.min(people.size, spec.range.high),
      facts: affected.map(({ member }) => member.lineage),
      note: affected.map(({ member }) => member.relationship).join(', '),
    })
  const counted = judged.filter(({ kind }) => typeof kind !== 'string')
  if (counted.length > 0 && counted.every(({ member }) => isUnknown(member)) && !isMentioned(spec, facts))
    return absent(spec, { about, code: 'not-found', because: `${spec.label}: asked, and not known.` })
  const gap = notZero(spec, judged, facts)
  if (gap !== null) return unusable(spec, gap, lineages)
  return known(spec, { value: 0, facts: lineages, note: `none in the family history; complete for the ${spec.zeroNeeds}` })
}
