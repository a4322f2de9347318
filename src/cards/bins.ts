import type { SeenAdvice } from '../contract/background.ts'
import type { Assessment, Bin, Consequence, DrugAssessment, Finding } from '../contract/findings.ts'
import { type AlertPolicy, type Concern, concernOf } from './card-policy.ts'

const OF_CONSEQUENCE: Readonly<Record<Consequence, Bin>> = {
  contraindicated: 'change-drug',
  avoid: 'change-drug',
  alternative: 'change-drug',
  dose: 'change-dose',
  caution: 'care',
  monitor: 'care',
  standard: 'directed',
  // A source that has no recommendation (CPIC for hydrocodone in ultrarapid metabolizers) does not say: use as directed.
  none: 'nothing',
}

/** Advice that no card speaks of, because it is too weak or hangs on what the record does not say, still asks for care. */
const ASKING: ReadonlySet<Bin> = new Set<Bin>(['change-drug', 'change-dose', 'care'])

/** The finding that decides about a drug: the card's, else the first that speaks of this patient. */
export const decidingFinding = (drug: DrugAssessment, concern: Concern | null): Finding | null => {
  if (concern?.kind === 'guidance' || concern?.kind === 'conflict') return concern.head
  if (concern !== null || drug.state === 'not-assessed') return null
  return drug.findings.find((finding) => finding.kind === 'guidance' && finding.population?.state !== 'undecided') ?? null
}

/** The bin of a drug: what the card asks for; what could not be assessed is never among what needs nothing. */
export const binOf = (drug: DrugAssessment, concern: Concern | null): Bin => {
  if (concern !== null && concern.kind !== 'guidance') return 'unassessed'
  if (drug.state === 'not-assessed') return 'unassessed'
  if (drug.state === 'no-guidance') return 'nothing'
  const finding = decidingFinding(drug, concern)
  if (finding === null) return drug.findings.some(({ kind }) => kind === 'guidance') ? 'care' : noneSpeaks(drug)
  const bin = OF_CONSEQUENCE[finding.consequence]
  return concern === null && ASKING.has(bin) ? 'care' : bin
}

/** The result was looked up and no source has advice for it; with any other gap nothing was assessed. */
const noneSpeaks = ({ state, gaps }: DrugAssessment): Bin =>
  state === 'assessed' && gaps.every(({ code }) => code === 'no-guidance') ? 'nothing' : 'unassessed'

/** What was advised of each drug of an assessment, in as few words as a later look needs to tell a change. */
export const seenAdvice = (assessment: Assessment, policy: AlertPolicy): SeenAdvice[] => {
  const drugs = [...assessment.orders.flatMap((entry) => entry.drugs), ...assessment.medicines]
  const seen = drugs.map((drug): SeenAdvice => {
    const concern = concernOf(drug, policy)
    return { drug: drug.drug.name, consequence: decidingFinding(drug, concern)?.consequence ?? null, state: binOf(drug, concern) }
  })
  return [...new Map(seen.map((one) => [one.drug, one])).values()]
}
