import type { Condition, PatientFacts } from '../contract/facts.ts'
import type { Coding, Lineage } from '../contract/lineage.ts'
import { oncePer, oncePerPair } from '../once-per.ts'
import type { Evidence, GuidanceTables } from './guidance-tables.ts'
import type { Subject } from './subject.ts'

/** Something in the record that belongs to a set of evidence. */
export type Found = { readonly set: string; readonly name: string; readonly lineage: Lineage; readonly date: string | null }

const SNOMED = 'http://snomed.info/sct'
const ICD10 = /icd-10/i
/** FHIR condition-ver-status and procedure status that mean: not so. */
const NOT_SO = new Set(['refuted', 'entered-in-error', 'not-done', 'preparation'])

const conceptsOf = oncePer(({ snomed }: Evidence): ReadonlySet<string> => new Set(snomed))

/** The codes that sets of evidence are compared with; of ICD-10 without the point. */
type Comparable = { readonly snomed: readonly string[]; readonly icd10: readonly string[] }

const comparable = (codings: readonly Coding[]): Comparable => ({
  snomed: codings.filter(({ system }) => system === SNOMED).map(({ code }) => code),
  icd10: codings.filter(({ system }) => ICD10.test(system)).map(({ code }) => code.replace('.', '').toUpperCase()),
})

type Item = Comparable & {
  readonly name: string
  readonly lineage: Lineage
  readonly date: string | null
  /** False for a condition that is over. */
  readonly current: boolean
}

/** FHIR condition-clinical: the condition is over, or the patient is at present free of it. */
const OVER = new Set(['resolved', 'inactive', 'remission'])

const itemsOf = oncePer(({ conditions, procedures }: PatientFacts): readonly Item[] => [
  ...conditions
    .filter((condition) => !NOT_SO.has(condition.verificationStatus ?? ''))
    .map((condition) => ({
      name: condition.name,
      ...comparable(condition.codes),
      lineage: condition.lineage,
      date: condition.onset,
      current: condition.abatement === null && !OVER.has(condition.clinicalStatus ?? ''),
    })),
  ...procedures
    .filter((procedure) => !NOT_SO.has(procedure.status ?? ''))
    .map((procedure) => ({
      name: procedure.name,
      ...comparable(procedure.codes),
      lineage: procedure.lineage,
      date: procedure.date,
      current: true,
    })),
])

const holding = <Compared extends Comparable>(items: readonly Compared[], evidence: Evidence): Compared[] => {
  const concepts = conceptsOf(evidence)
  return items.filter(
    ({ snomed, icd10 }) =>
      snomed.some((code) => concepts.has(code)) || icd10.some((code) => evidence.icd10.some((prefix) => code.startsWith(prefix))),
  )
}

/** Of the record, once however many rules ask for the set. */
const onRecord = oncePerPair((facts: PatientFacts, evidence: Evidence): readonly Item[] => holding(itemsOf(facts), evidence))

type Reasons = Subject['reasons']

const compared = oncePer((reasons: Reasons) => reasons.map(({ text, codings }) => ({ name: text, ...comparable(codings) })))

/** Of the reasons of an order, once however many rules ask for the set. */
const amongReasons = oncePerPair((reasons: Reasons, evidence: Evidence) => holding(compared(reasons), evidence))

const reasonsHolding = ({ reasons, ref }: Subject, evidence: Evidence): Item[] =>
  amongReasons(reasons, evidence).map((reason) => ({ ...reason, lineage: { resource: ref }, date: null, current: true }))

/**
 * Everything in order reasons, conditions and procedures that belongs to one of the named sets. A past event counts: its date is shown;
 * with `current` a condition that is over does not.
 */
export const findEvidence = (
  subject: Subject,
  sets: readonly string[],
  tables: GuidanceTables,
  { current = false }: { readonly current?: boolean } = {},
): Found[] =>
  sets.flatMap((set) => {
    const evidence = tables.populations.evidence[set]
    if (!evidence) return []
    const recorded = onRecord(subject.facts, evidence)
    const found = subject.reasons.length === 0 ? recorded : [...reasonsHolding(subject, evidence), ...recorded]
    return found
      .filter((item) => item.current || !current)
      .map((item) => ({ set, name: item.name, lineage: item.lineage, date: item.date }))
  })

/** A condition that may hold and has no code that sets of evidence are compared with. */
export const isUncoded = ({ codes, verificationStatus }: Condition): boolean =>
  !NOT_SO.has(verificationStatus ?? '') && !codes.some(({ system }) => system === SNOMED || ICD10.test(system))

export const nameFound = (found: readonly Found[]): string =>
  [...new Set(found.map(({ name, date }) => (date === null ? name : `${name} (${date.slice(0, 10)})`)))].slice(0, 3).join(', ')
