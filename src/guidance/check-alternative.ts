import type { PatientFacts } from '../contract/facts.ts'
import type { Alternative } from '../contract/findings.ts'
import { oncePer } from '../once-per.ts'
import type { Kit } from './advise.ts'
import { checkAllergies } from './alternatives/allergies.ts'
import { unrecognised } from './alternatives/beside.ts'
import type { Candidate } from './alternatives/candidate.ts'
import { type Checked, fine, unanswered } from './alternatives/checked.ts'
import { checkDuplicates } from './alternatives/duplicates.ts'
import { checkGenes } from './alternatives/genes.ts'
import { checkPregnancy } from './alternatives/pregnancy.ts'
import { applyCheck } from './alternatives/rules.ts'
import { TOPICS } from './alternatives/table.ts'
import { findEvidence, isUncoded, nameFound } from './record-evidence.ts'

const checkIndication = (set: string, { ordered }: Candidate, kit: Kit): Checked => {
  const found = findEvidence(ordered, [set], kit.prepared.tables, { current: true })
  const label = kit.prepared.tables.populations.evidence[set]?.label ?? set
  if (found.length === 0) return unanswered('indication', `the source names it for ${label} only, which is not on record`)
  return fine(
    'indication',
    nameFound(found),
    found.map((one) => one.lineage),
  )
}

/** Medicines that could not be compared with anything: it is said, and holds nothing back, as most of them are only unknown here. */
const checkUnrecognised = (candidate: Candidate): Checked[] => {
  const names = unrecognised(candidate)
  return names.length === 0 ? [] : [unanswered('other medicines', `not a drug known here: ${names.join(', ')}`, 'none')]
}

/** Conditions that only have words: nothing was compared with them, and one of them may be what rules the drug out. */
const checkUncoded = ({ ordered: { facts } }: Candidate): Checked[] => {
  const names = uncodedIn(facts)
  return names.length === 0 ? [] : [unanswered('conditions without a code', names.join(', '))]
}

const uncodedIn = oncePer(({ conditions }: PatientFacts): readonly string[] => [
  ...new Set(conditions.filter(isUncoded).map(({ name }) => name)),
])

/** A child needs a limit of age that was looked up for the drug: what the row says of adults does not hold for children. */
const checkChild = ({ ordered: { facts }, row }: Candidate, { prepared }: Kit): Checked[] => {
  const { from } = prepared.tables.alternatives.adults
  const age = facts.patient?.ageYears ?? null
  const isLookedUp = row?.checks.some(({ rule }) => rule.kind === 'age' && rule.below !== undefined)
  return age === null || age >= from || isLookedUp ? [] : [unanswered(`age under ${from}`, 'no limit of age for children in the rules')]
}

/** Topic without which nothing is said to fit. */
const NEEDED = 'conditions'

/** The checks of the drug's own row, and what nobody looked up for it. */
const checkRow = (candidate: Candidate, kit: Kit): Checked[] => {
  const { drug, row } = candidate
  if (!row) return [unanswered(NEEDED, `no contraindications of ${drug.name} in the rules`)]
  const silent = TOPICS.filter((topic) => !row.checks.some((check) => check.topic === topic))
  return [
    ...row.checks.map((check) => applyCheck(check, candidate, kit)),
    ...silent.map((topic) => unanswered(topic, 'not looked up for this release', topic === NEEDED ? 'open' : 'none')),
  ]
}

const verdictOf = (checks: readonly Checked[]): Alternative['verdict'] => {
  const weights = new Set(checks.map((check) => check.weight))
  if (weights.has('exclude')) return 'unfit'
  if (weights.has('open')) return 'unknown'
  return weights.has('caution') ? 'caution' : 'fits'
}

/** What the label names and these checks did not answer with "nothing found". Without a label that was read through, all of it is open. */
const openInLabel = ({ row }: Candidate, checks: readonly Checked[]): readonly string[] => {
  if (!row?.label) return ['boxed warning and contraindications (its label was not read through for this release)']
  const answered = (what: string): boolean =>
    checks.some((check) => check.what === what) && checks.every((check) => check.what !== what || check.result === 'ok')
  return Object.values(row.label).flatMap(({ items }) =>
    items.flatMap((item) =>
      'unchecked' in item ? [`${item.says} (${item.unchecked})`] : item.by.every(answered) ? [] : [`${item.says} (see above)`],
    ),
  )
}

/** Checks one replacement against this patient; each check says what it found or why it was not made. */
export const checkAlternative = (
  candidate: Candidate,
  onlyFor: string | null,
  kit: Kit,
): Pick<Alternative, 'verdict' | 'checked' | 'labelOpen'> => {
  const checks = [
    ...(onlyFor === null ? [] : [checkIndication(onlyFor, candidate, kit)]),
    checkGenes(candidate, kit),
    checkAllergies(candidate, kit),
    checkDuplicates(candidate, kit),
    ...checkRow(candidate, kit),
    ...checkChild(candidate, kit),
    ...checkUnrecognised(candidate),
    ...checkUncoded(candidate),
    checkPregnancy(candidate, kit),
  ]
  return {
    verdict: verdictOf(checks),
    checked: checks.map(({ weight: _weight, ...check }) => check),
    labelOpen: [...new Set(openInLabel(candidate, checks))],
  }
}
