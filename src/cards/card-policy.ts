import type { Consequence, DrugAssessment, Finding, TestFirst } from '../contract/findings.ts'
import type { Gap } from '../contract/lineage.ts'
import type { Wording } from './wording.ts'

/** What a site decided about cards; a part of Config. */
export type AlertPolicy = { readonly testFirst: boolean; readonly notAssessed: boolean; readonly optionalAdvice: 'card' | 'app' }

const RANK: Readonly<Record<Consequence, number>> = {
  contraindicated: 0,
  avoid: 1,
  alternative: 2,
  dose: 3,
  caution: 4,
  monitor: 5,
  standard: 6,
  none: 7,
}

export const rankOf = (consequence: Consequence): number => RANK[consequence]

const CHANGE = RANK.dose
const CAUTION = RANK.caution

/** Findings that speak: a listed pair or a row without a recommendation is shown beside others, never alone. */
const speaks = (finding: Finding): boolean =>
  finding.kind === 'guidance' && finding.consequence !== 'none' && finding.population?.state !== 'undecided'

const isWeak = (finding: Finding): boolean =>
  finding.strength === 'Optional' || finding.strength === 'No recommendation' || (finding.strength?.startsWith('3') ?? false)

/** A dose limit that the ordered dose keeps asks for nothing now; a later order above it will be told. */
const keepsItsLimits = (finding: Finding): boolean => {
  const limits = finding.actions.filter((action) => action.atHand)
  const others = finding.actions.filter((action) => !action.atHand && !action.condition && DOSING.has(action.code))
  return (
    finding.consequence === 'dose' &&
    limits.length > 0 &&
    others.length === 0 &&
    limits.every((action) => action.atHand?.state === 'within')
  )
}

const DOSING = new Set([
  'start',
  'dose',
  'maint',
  'max',
  'max-start',
  'start-by-genotype',
  'dose-by-label',
  'algorithm',
  'titrate',
  'titrate-higher',
])

const asksForChange = (finding: Finding, policy: AlertPolicy): boolean => {
  if (keepsItsLimits(finding)) return false
  const rank = RANK[finding.consequence]
  if (isWeak(finding) && policy.optionalAdvice === 'app') return rank <= RANK.avoid
  return rank <= CHANGE || (rank === CAUTION && !isWeak(finding))
}

/**
 * The finding that the card speaks for: by precedence of sources (findings come in that order), the first that asks for a change.
 * Null: nothing to say at the moment of prescribing; the app shows the rest.
 */
export const headFinding = (drug: DrugAssessment, policy: AlertPolicy): Finding | null => {
  const speaking = drug.findings.filter(speaks)
  const first = speaking[0]
  const asking = speaking.filter((finding) => asksForChange(finding, policy))
  if (first && asking.includes(first))
    return (
      [...asking.filter((finding) => finding.source === first.source)].sort((a, b) => RANK[a.consequence] - RANK[b.consequence])[0] ?? first
    )
  return (
    asking[0] ??
    drug.findings.find(
      (finding) => finding.kind === 'guidance' && finding.population?.state === 'undecided' && asksForChange(finding, policy),
    ) ??
    null
  )
}

const isGrave = ({ risk, effect }: Finding, wording: Wording): boolean => {
  const grave = (risk && wording.risks.get(risk)?.grave) || false
  return typeof grave === 'boolean' ? grave : effect.some((one) => grave.includes(one))
}

const strongEvidence = (finding: Finding): boolean => finding.strength === 'Strong' || finding.consequence === 'contraindicated'

/** Critical only for contraindicated or avoid, life-threatening, on strong evidence; warning for a change of drug or dose; info for the rest. */
export const indicatorOf = (finding: Finding, wording: Wording): 'info' | 'warning' | 'critical' => {
  if (finding.population?.state === 'undecided') return 'warning'
  if (RANK[finding.consequence] <= RANK.avoid && isGrave(finding, wording) && strongEvidence(finding)) return 'critical'
  return RANK[finding.consequence] <= CHANGE ? 'warning' : 'info'
}

/** Gaps that mean: the record could not be read or used, so silence would be false. */
const BLINDING = new Set([
  'not-asked',
  'not-authorized',
  'timeout',
  'unavailable',
  'unreadable',
  'incomplete',
  'conflict',
  'indeterminate',
  'unread-document',
  'other-patient',
])

export const blindingGaps = (drug: DrugAssessment) => drug.gaps.filter((gap) => BLINDING.has(gap.code))

/** What there is to say about a drug; card and panel go by the same choice. */
export type Concern =
  | { readonly kind: 'guidance'; readonly head: Finding }
  /** Results that lead to different advice: all are named, none is chosen. */
  | { readonly kind: 'conflict'; readonly head: Finding; readonly genes: readonly string[] }
  | { readonly kind: 'not-assessed'; readonly gaps: readonly Gap[] }
  | { readonly kind: 'test-first'; readonly test: TestFirst }

const candidateGenes = (drug: DrugAssessment): string[] => [
  ...new Set(drug.findings.flatMap(({ basis }) => basis.filter(({ state }) => state === 'candidate').map(({ gene }) => gene))),
]

/** Guidance first, else what could not be assessed, else the test that should come first; null: nothing to say. */
export const concernOf = (drug: DrugAssessment, policy: AlertPolicy): Concern | null => {
  const head = headFinding(drug, policy)
  if (head?.basis.some(({ state }) => state === 'candidate')) return { kind: 'conflict', head, genes: candidateGenes(drug) }
  if (head) return { kind: 'guidance', head }
  const gaps = blindingGaps(drug)
  if (gaps.length > 0) return { kind: 'not-assessed', gaps }
  return drug.testFirst ? { kind: 'test-first', test: drug.testFirst } : null
}
