import type { Measurement } from '../../contract/facts.ts'
import type { Kit } from '../advise.ts'
import { findEvidence, nameFound } from '../record-evidence.ts'
import { instantOf, missedOf } from '../subject.ts'
import type { Candidate } from './candidate.ts'
import { type Checked, fine, problem, unanswered } from './checked.ts'

const WHAT = 'pregnancy'
const DAY = 86_400_000

const dateOf = ({ lineage }: Measurement): string => lineage.date ?? ''

/** Latest recorded pregnancy status that is one of the answers known here. */
const latestStatus = ({ ordered }: Candidate, { prepared }: Kit) => {
  const { status } = prepared.tables.alternatives.pregnancy
  const [latest] = ordered.facts.lifestyle
    .filter((one) => one.codes.some(({ system, code }) => system === 'http://loinc.org' && code === status.loinc))
    .sort((one, other) => dateOf(other).localeCompare(dateOf(one)))
  if (latest?.value.kind !== 'text') return null
  const codes = latest.value.codings.map(({ code }) => code)
  const answer = codes.some((code) => status.pregnant.includes(code))
    ? 'pregnant'
    : codes.some((code) => status.notPregnant.includes(code))
      ? 'not pregnant'
      : null
  return answer === null ? null : { answer, fact: latest }
}

/**
 * A pregnancy on record weighs as the drug's own row says; without a row the prescriber decides. No pregnancy on record excludes none,
 * unless a recent status says so: it is said, and does not hold the drug back.
 */
export const checkPregnancy = (candidate: Candidate, kit: Kit): Checked => {
  const { ordered, row } = candidate
  const { facts } = ordered
  const table = kit.prepared.tables.alternatives.pregnancy
  const found = findEvidence(ordered, table.any, kit.prepared.tables, { current: true })
  const status = latestStatus(candidate, kit)
  if (found.length > 0 || status?.answer === 'pregnant') {
    const lineage = [...found.map((one) => one.lineage), ...(status?.answer === 'pregnant' ? [status.fact.lineage] : [])]
    const name = found.length > 0 ? nameFound(found) : `recorded as pregnant${status ? ` on ${dateOf(status.fact).slice(0, 10)}` : ''}`
    return row?.pregnancy
      ? problem(WHAT, row.pregnancy.result, `${name}: ${row.pregnancy.because} (${row.pregnancy.source})`, lineage)
      : problem(WHAT, 'caution', `${name}: not looked up for this drug, decide individually`, lineage)
  }
  const age = facts.patient?.ageYears ?? null
  if (facts.patient && (facts.patient.sex === 'male' || (age !== null && (age >= table.below || age < table.from))))
    return fine(WHAT, 'does not apply', [facts.patient.lineage])
  const since = status ? instantOf(status.fact.lineage.date ?? null) : null
  if (status && since !== null && Date.parse(facts.now) - since <= table.status.days * DAY)
    return fine(WHAT, `recorded as not pregnant on ${dateOf(status.fact).slice(0, 10)}`, [status.fact.lineage])
  const concern = row?.pregnancy ? `; if pregnant: ${row.pregnancy.because}` : ''
  const unread = missedOf(facts, 'pregnancy') === 'none' ? '' : '; the pregnancy status was not read'
  return unanswered(WHAT, `no pregnancy on record, which does not exclude one${unread}${concern}`, 'none')
}
