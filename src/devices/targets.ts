import type { PatientFacts } from '../contract/facts.ts'
import type { Coding } from '../contract/lineage.ts'
import { ageAt, daysSince } from '../terminology/dates.ts'
import type { CgmRules } from './cgm-rules.ts'

/** Which targets hold for this patient, and why; `unjudged` says why none is judged. */
export type TargetChoice = {
  readonly ranges: 'standard' | 'pregnancy'
  readonly sets: readonly { readonly id: CgmRules['targets'][number]['id']; readonly because: string }[]
  readonly unjudged?: string
}

type Diabetes = 'type 1' | 'type 2' | null

const isOf = (codes: readonly Coding[], listed: readonly Coding[], icd10: string): boolean =>
  codes.some(
    ({ system, code }) =>
      listed.some((one) => one.system === system && one.code === code) || (/icd-10/i.test(system) && code.toUpperCase().startsWith(icd10)),
  )

/** Refuted, mistaken and resolved conditions are none; both types on one list are told as unclear by the caller. */
const isStanding = ({ clinicalStatus, verificationStatus }: PatientFacts['conditions'][number]): boolean =>
  !['resolved', 'inactive', 'remission'].includes(clinicalStatus ?? '') &&
  !['refuted', 'entered-in-error'].includes(verificationStatus ?? '')

const diabetesOf = (facts: PatientFacts, { people }: CgmRules): Diabetes | 'both' => {
  const standing = facts.conditions.filter(isStanding)
  const one = standing.some(({ codes }) => isOf(codes, people.type1, people.icd10.type1))
  const two = standing.some(({ codes }) => isOf(codes, people.type2, people.icd10.type2))
  if (one && two) return 'both'
  return one ? 'type 1' : two ? 'type 2' : null
}

type Pregnancy = { readonly state: 'pregnant' | 'not pregnant' | 'not applicable' | 'unknown'; readonly because: string }

const answersOf = (facts: PatientFacts, loinc: string) =>
  [...facts.lifestyle, ...facts.labs, ...facts.vitals].filter(({ codes }) =>
    codes.some(({ system, code }) => system === 'http://loinc.org' && code === loinc),
  )

const pregnancyOf = (facts: PatientFacts, age: number | null, { people: { pregnancy } }: CgmRules): Pregnancy => {
  if (facts.patient?.sex === 'male') return { state: 'not applicable', because: 'Pregnancy was not looked for in a man.' }
  if (age !== null && (age < pregnancy.from || age >= pregnancy.below))
    return { state: 'not applicable', because: `Pregnancy is looked for between ${pregnancy.from} and ${pregnancy.below - 1} years.` }
  const recent = answersOf(facts, pregnancy.loinc).find(({ lineage }) => {
    const days = lineage.date === undefined ? null : daysSince(lineage.date, facts.now)
    return days !== null && days <= pregnancy.days
  })
  const codes = recent?.value.kind === 'text' ? recent.value.codings.map(({ code }) => code) : []
  if (codes.some((code) => pregnancy.pregnant.includes(code)))
    return { state: 'pregnant', because: 'The record says that she is pregnant.' }
  if (codes.some((code) => pregnancy.notPregnant.includes(code)))
    return { state: 'not pregnant', because: 'The record says that she is not pregnant.' }
  return { state: 'unknown', because: `No pregnancy status of the last ${pregnancy.days} days is in the record.` }
}

const none = (ranges: TargetChoice['ranges'], unjudged: string): TargetChoice => ({ ranges, sets: [], unjudged })

/**
 * Targets of the consensus by population. What the record leaves open is never filled in: without a diagnosis, an age or, where it
 * matters, the type of diabetes, the readings are shown against the ranges and no target is judged.
 */
export const chooseTargets = (facts: PatientFacts, rules: CgmRules): TargetChoice => {
  const age = facts.patient?.birthDate ? ageAt(facts.patient.birthDate, facts.now) : (facts.patient?.ageYears ?? null)
  const diabetes = diabetesOf(facts, rules)
  const pregnancy = pregnancyOf(facts, age, rules)
  const { people } = rules
  if (pregnancy.state === 'pregnant') {
    if (diabetes === 'type 1')
      return { ranges: 'pregnancy', sets: [{ id: 'pregnancy-1', because: `Type 1 diabetes. ${pregnancy.because}` }] }
    return none(
      'pregnancy',
      `${pregnancy.because} In pregnancy the consensus gives targets for type 1 diabetes only, which is not on the problem list.`,
    )
  }
  if (diabetes === null) return none('standard', 'Neither type 1 nor type 2 diabetes is on the problem list; the targets are for these.')
  if (age === null) return none('standard', 'The age is not known; the targets are for adults.')
  if (age < people.adultFrom) return none('standard', `At ${age} years goals are set one by one; the targets are for adults.`)
  const type =
    diabetes === 'both' ? 'Type 1 and type 2 diabetes are both on the problem list' : `Diabetes ${diabetes} is on the problem list`
  const because = `${type}, age ${age}. ${pregnancy.because}${pregnancy.state === 'unknown' ? ' In pregnancy other ranges hold.' : ''}`
  const adults = { id: 'adults' as const, because }
  if (age < people.olderFrom.age) return { ranges: 'standard', sets: [adults] }
  const older = {
    id: 'older' as const,
    because: `Age ${age}. ${people.olderFrom.because} Which of the two sets holds is a clinical decision.`,
  }
  return { ranges: 'standard', sets: [adults, older] }
}
