import type { Condition, PatientFacts } from '../contract/facts.ts'
import { daysSince } from '../terminology/dates.ts'
import { absent, type InputReading, known, unusable } from './input-reading.ts'
import { earliest } from './latest.ts'
import type { InputSpecOf } from './model-folder.ts'
import { conditionsWereRead, hasCode, sortConditions, unclear } from './read-condition.ts'

type Spec = InputSpecOf<'grade'>

const DAY_MS = 86_400_000

const gradeOf = ({ severities }: Spec, { severity = [] }: Condition): string | undefined =>
  severities.find(({ system, code }) => severity.some((one) => one.system === system && one.code === code))?.value

/** Said not to be there, by somebody and lately. */
const refutedLately = (spec: Spec, { conditions, now }: PatientFacts): Condition[] =>
  conditions.filter((condition) => {
    const { date } = condition.lineage
    const at = date === undefined ? Number.NaN : earliest(date)
    const fresh = at <= Date.parse(now) + DAY_MS && (daysSince(date ?? '', now) ?? Number.POSITIVE_INFINITY) <= spec.freshDays
    return condition.verificationStatus === 'refuted' && fresh && hasCode(spec, condition)
  })

/** Grade of a condition as it is recorded with it. That it is on the list without a grade is said, and never taken for the lowest. */
export const readGrade = (spec: Spec, facts: PatientFacts): InputReading => {
  const about = spec.name
  const sorted = sortConditions(spec, false, facts)
  const { sure } = sorted
  const lineages = sure.map(({ lineage }) => lineage)
  if (sure.length > 0) {
    const grades = sure.map((condition) => gradeOf(spec, condition))
    const [grade] = grades
    if (grade === undefined || grades.some((one) => one === undefined))
      return unusable(spec, { about, code: 'incomplete', because: `${spec.label} is on record without a grade.` }, lineages)
    if (grades.some((one) => one !== grade))
      return unusable(spec, { about, code: 'conflict', because: `${spec.label} is on record with different grades.` }, lineages)
    return known(spec, { value: grade, facts: lineages, note: sure.map(({ name }) => name).join(', ') })
  }
  const gap = unclear(about, spec.label, sorted)
  if (gap !== null) return unusable(spec, gap)
  if (!conditionsWereRead(facts))
    return absent(spec, { about, code: 'unavailable', because: `${spec.label}: the list of conditions could not be read to its end.` })
  const refuted = refutedLately(spec, facts)
  if (refuted.length > 0)
    return known(spec, { value: spec.none, facts: refuted.map(({ lineage }) => lineage), note: 'recorded as not there' })
  return absent(spec, {
    about,
    code: 'not-found',
    because: `${spec.label} is not graded in the record; that it is not listed says nothing.`,
  })
}
