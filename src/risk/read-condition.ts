import type { Condition, PatientFacts } from '../contract/facts.ts'
import type { Coding, Gap, PartialDate } from '../contract/lineage.ts'
import { oncePer } from '../once-per.ts'
import { spanOf } from '../terminology/dates.ts'
import { absent, type InputReading, known, unusable } from './input-reading.ts'
import type { InputSpecOf, KnownBy } from './model-folder.ts'

type Spec = InputSpecOf<'condition'>
type Optional = 'sets' | 'icd10' | 'icd10open' | 'others'
/** A condition that is asked for outside of `features.json`, too. */
type Ask = Omit<Spec, Optional> & Partial<Pick<Spec, Optional>>

const CONDITION_QUERY = /^Condition\b/
/** FHIR condition-ver-status that take a condition back. */
const TAKEN_BACK = new Set(['refuted', 'entered-in-error'])
/** FHIR condition-ver-status that leave it open. */
const NOT_SURE = new Set(['unconfirmed', 'provisional', 'differential'])
/** FHIR condition-clinical of the past. */
const OVER = new Set(['inactive', 'remission', 'resolved'])

/** ICD-10 and its national forms, as FHIR and HL7 write the system. */
const ICD10 = /icd-?10|2\.16\.840\.1\.113883\.6\.(?:3|90)$/i

/** `E11.9 G` (with the certainty of ICD-10-GM), `E11.90` -> `E119`, `E1190`; null for a code of another system. */
const icd10Of = ({ system, code }: Coding): string | null =>
  ICD10.test(system)
    ? (
        code
          .trim()
          .toUpperCase()
          .split(/[\s+*!]/)[0] ?? ''
      ).replace('.', '')
    : null

const isUnder = (code: string, entries: readonly string[]): boolean =>
  entries.some((entry) => (entry.endsWith('=') ? code === entry.slice(0, -1) : code.startsWith(entry)))

/** The codes of a condition that are ICD-10, each in its place; null for the others. */
const icd10In = oncePer((codes: readonly Coding[]): readonly (string | null)[] => codes.map(icd10Of))

export const hasCode = ({ codes: wanted, icd10 }: KnownBy, { codes }: Condition): boolean =>
  codes.some((coding, at) => {
    const icd = icd10In(codes)[at] ?? null
    return icd === null ? wanted.some(({ system, code }) => system === coding.system && code === coding.code) : isUnder(icd, icd10)
  })

const LETTERS = /[a-z]{2}/i
/** How a condition is called that has neither text nor code (facts/conditions.ts). */
const UNNAMED = 'Unnamed condition'

/** Nothing but a code that says nothing here, or not even that: it may stand for any condition. */
const isWordless = ({ name, codes }: Condition): boolean =>
  codes.every(({ display = '' }) => !LETTERS.test(display)) &&
  (name === UNNAMED || codes.some(({ code }) => code === name) || !LETTERS.test(name))

const wordsIn = oncePer(
  ({ name, codes }: Pick<Condition, 'name' | 'codes'>): readonly string[] =>
    [name, ...codes.map(({ display = '' }) => display)]
      .join(' ')
      .toLowerCase()
      .match(/[a-z]+/g) ?? [],
)

export const isNamedSo = ({ words: phrases }: Pick<KnownBy, 'words'>, named: Pick<Condition, 'name' | 'codes'>): boolean => {
  const said = wordsIn(named)
  return phrases.some((phrase) => phrase.split(' ').every((start) => said.some((word) => word.startsWith(start))))
}

/** A code that is known for another condition, although the words are alike. */
const isOther = ({ others }: KnownBy, { codes }: Condition): boolean =>
  codes.some((coding) => others.some(({ system, code }) => system === coding.system && code === coding.code))

/** ICD-10 gives each condition one place: under another code it is not this one, unless the code leaves that open. */
export const mayBeOne = (by: KnownBy, condition: Condition): boolean => {
  const icd = icd10In(condition.codes).filter((code) => code !== null)
  if (icd.some((code) => isUnder(code, by.icd10open))) return true
  return icd.length === 0 && !isOther(by, condition) && (isWordless(condition) || isNamedSo(by, condition))
}

/** Over by its status; without one, by the date on which it ended. */
const isOver = ({ clinicalStatus, abatement }: Condition, now: string): boolean =>
  clinicalStatus === null
    ? abatement !== null && (spanOf(abatement)?.first ?? Number.POSITIVE_INFINITY) <= Date.parse(now)
    : OVER.has(clinicalStatus)

/** The list of conditions was read to its end. Without that, "not on the list" would say nothing. */
export const conditionsWereRead = oncePer(({ questions }: PatientFacts): boolean => {
  const asked = questions.filter(({ query }) => CONDITION_QUERY.test(query))
  return asked.length > 0 && asked.every(({ state }) => state === 'answered' || state === 'empty')
})

export type Sorted = {
  /** Has one of the codes and is confirmed. */
  readonly sure: readonly Condition[]
  /** Has one of the codes and is not confirmed. */
  readonly unconfirmed: readonly Condition[]
  /** Is named so under a code that is not known, has no words at all, or has a code that leaves it open. */
  readonly open: readonly Condition[]
}

/** Conditions that the record holds to: with those of the past, and without. */
const standingIn = oncePer((facts: PatientFacts): { readonly ever: readonly Condition[]; readonly now: readonly Condition[] } => {
  const ever = facts.conditions.filter(({ verificationStatus }) => !TAKEN_BACK.has(verificationStatus ?? ''))
  return { ever, now: ever.filter((condition) => !isOver(condition, facts.now)) }
})

/** Conditions of the record by what they say of the one asked for. `ever`: those of the past too. */
export const sortConditions = (by: KnownBy, ever: boolean, facts: PatientFacts): Sorted => {
  const standing = standingIn(facts)[ever ? 'ever' : 'now']
  const coded = standing.filter((condition) => hasCode(by, condition))
  const isUnsure = ({ verificationStatus }: Condition) => NOT_SURE.has(verificationStatus ?? '')
  return {
    sure: coded.filter((condition) => !isUnsure(condition)),
    unconfirmed: coded.filter(isUnsure),
    open: standing.filter((condition) => !coded.includes(condition) && mayBeOne(by, condition)),
  }
}

const whyOpen = (condition: Condition, unconfirmed: boolean): string => {
  if (unconfirmed) return 'the record has it as not confirmed.'
  return isWordless(condition)
    ? 'a condition of the record may be one: it has no code that is known, and no words.'
    : 'a condition of the record may be one, but its code is not among those that are known.'
}

/** Why it cannot be said whether the condition is there; null when it can. */
export const unclear = (about: string, label: string, { unconfirmed, open }: Sorted): Gap | null => {
  const [first] = [...unconfirmed, ...open]
  if (!first) return null
  return { about, code: 'indeterminate', because: `${label}: ${whyOpen(first, unconfirmed.length > 0)}`, resource: first.ref }
}

const DAY_MS = 86_400_000

const begunOf = ({ onset, lineage }: Condition): PartialDate | null => onset ?? lineage.date ?? null

const isLongAgo = ({ acuteDays }: Spec, condition: Condition, now: string): boolean => {
  const begun = begunOf(condition)
  const span = begun === null ? null : spanOf(begun)
  return acuteDays !== undefined && span !== null && Date.parse(now) - span.last > acuteDays * DAY_MS
}

const specOf = oncePer((ask: Ask): Spec => ({ sets: [], icd10: [], icd10open: [], others: [], ...ask }))

/**
 * 1 when the record has one of the coded conditions, 0 when its list of conditions was read to its end and nothing is like it.
 * A condition that is only named so, or is not confirmed, is unclear: the equation is then not used.
 */
export const readCondition = (ask: Ask, facts: PatientFacts): InputReading => {
  const spec = specOf(ask)
  const sorted = sortConditions(spec, spec.ever, facts)
  const { sure } = sorted
  const old = sure.filter((condition) => isLongAgo(spec, condition, facts.now))
  const [first] = old
  if (first && old.length === sure.length) {
    const because = `${spec.label}: active since ${(begunOf(first) ?? '').slice(0, 10)} by the record; whether it still is acute has to be judged.`
    return unusable(
      spec,
      { about: spec.name, code: 'indeterminate', because, resource: first.ref },
      old.map(({ lineage }) => lineage),
    )
  }
  if (sure.length > 0)
    return known(spec, { value: 1, shown: 'yes', facts: sure.map(({ lineage }) => lineage), note: sure.map(({ name }) => name).join(', ') })
  const gap = unclear(spec.name, spec.label, sorted)
  if (gap !== null)
    return unusable(
      spec,
      gap,
      [...sorted.unconfirmed, ...sorted.open].map(({ lineage }) => lineage),
    )
  if (!conditionsWereRead(facts))
    return absent(spec, {
      about: spec.name,
      code: 'unavailable',
      because: `${spec.label}: the list of conditions could not be read to its end.`,
    })
  if (spec.silence === 'unknown')
    return absent(spec, { about: spec.name, code: 'not-found', because: `${spec.label}: not among the conditions, which says nothing.` })
  return known(spec, { value: 0, shown: 'no', note: 'not among the conditions of the record' })
}

const conditionOf = oncePer(
  ({ because: _, ...by }: InputSpecOf<'only-with-condition'>): Ask => ({ ...by, kind: 'condition', missing: { do: 'refuse' } }),
)

/** 0 when the record has none of the conditions; with one of them, the input is not decided by the record. */
export const readOnlyWithCondition = (spec: InputSpecOf<'only-with-condition'>, facts: PatientFacts): InputReading => {
  const { because } = spec
  const reading = readCondition(conditionOf(spec), facts)
  if (reading.state === 'unusable') return unusable(spec, reading.gap, reading.input.facts)
  if (reading.value !== 1) return known(spec, { value: 0, shown: 'no', note: 'no condition that would ask for it' })
  return unusable(spec, { about: spec.name, code: 'not-asked', because }, reading.input.facts)
}
