import type { Action, DrugAssessment, Finding, GuidanceSource, TestFirst } from '../contract/findings.ts'
import type { Gap } from '../contract/lineage.ts'
import { isMoreSerious, mostSerious, plainAmount, rankOf } from './more-serious.ts'
import { USUAL } from './phrases.ts'
import type { Wording } from './wording.ts'

/** What a site decided about cards; a part of Config. */
export type AlertPolicy = {
  readonly testFirst: boolean
  readonly notAssessed: boolean
  readonly optionalAdvice: 'card' | 'app'
  readonly maxCards: number
  /** Whose labels bind at this site: what stands in their boxed warnings and contraindications for this genotype is always told. */
  readonly binding?: readonly GuidanceSource[]
}

const AVOID = rankOf('avoid')
const CHANGE = rankOf('dose')
const CAUTION = rankOf('caution')

/** Findings that speak: a listed pair or a row without a recommendation is shown beside others, never alone. */
const speaks = (finding: Finding): boolean =>
  finding.kind === 'guidance' && finding.consequence !== 'none' && finding.population?.state !== 'undecided'

/** Weak by its own strength, and not firmer for one of its genes alone. */
const isWeak = ({ strength, strengthAlone }: Finding): boolean =>
  strengthAlone === undefined && (strength === 'Optional' || strength === 'No recommendation' || (strength?.startsWith('3') ?? false))

const DOSING = new Set([
  'start',
  'dose',
  'maint',
  'max',
  'max-start',
  'target',
  'step',
  'load',
  'start-by-genotype',
  'dose-by-genotype',
  'dose-by-label',
  'consider-dose-reduction',
  'algorithm',
  'titrate',
  'titrate-higher',
  'slow-titration',
  'increase-dose',
  'hold-increase',
  'may-exceed',
])

const CHANGING = new Set(['contraindicated', 'avoid', 'no-effect', 'alternative', 'or-alternative', ...DOSING])

/** A limit for another form of the drug than the one whose daily dose is known: `max=300 mg/month`. */
const isOtherForm = (action: Action): boolean => action.code === 'max' && !action.atHand && !/\/day/.test(action.value ?? '/day')

/** A dose limit that the ordered dose keeps asks for nothing now; a later order above it will be told. */
const keepsItsLimits = (finding: Finding): boolean => {
  const limits = finding.actions.filter((action) => action.atHand)
  const others = finding.actions.filter((action) => !action.atHand && !action.condition && !isOtherForm(action) && DOSING.has(action.code))
  return (
    finding.consequence === 'dose' &&
    limits.length > 0 &&
    others.length === 0 &&
    limits.every((action) => action.atHand?.state === 'within')
  )
}

/** All that it asks for hangs on a condition that the record does not decide. */
export const isConditional = ({ actions, consequence }: Finding): boolean =>
  rankOf(consequence) <= CHANGE && !actions.some((action) => !action.condition && CHANGING.has(action.code))

/** Whichever condition holds, the order changes: `for malignant disease 10%, for non-malignant disease another drug`. */
const alwaysChanges = ({ actions }: Finding): boolean => {
  const open = actions.filter(({ condition }) => condition?.kind === 'if')
  const branches = new Set(open.map(({ condition }) => condition?.text))
  const changing = new Set(open.filter(({ code }) => CHANGING.has(code)).map(({ condition }) => condition?.text))
  return branches.size > 1 && changing.size === branches.size
}

/** Whether it asks for anything now depends on what the record does not tell. */
const isOpen = (finding: Finding): boolean => isConditional(finding) && !alwaysChanges(finding)

const isDecided = (finding: Finding): boolean => finding.population?.state !== 'undecided'

/** Advice to change something that a dose at hand does not already keep, too weak for a card of its own. */
export const isLeftToApp = (finding: Finding): boolean =>
  isWeak(finding) && rankOf(finding.consequence) <= CAUTION && !keepsItsLimits(finding)

/** A weak caution speaks only where its row is about exactly this patient's situation (for example: tolerated for months). */
const asksForChange = (finding: Finding, policy: AlertPolicy): boolean => {
  if (keepsItsLimits(finding)) return false
  const rank = rankOf(finding.consequence)
  const aboutThisPatient = rank === CAUTION && finding.population?.state === 'matches'
  if (isWeak(finding) && policy.optionalAdvice === 'app') return rank <= AVOID || aboutThisPatient
  return rank <= CHANGE || (rank === CAUTION && !isWeak(finding)) || aboutThisPatient
}

const isUsual = ({ basis }: Finding): boolean =>
  basis.length > 0 && basis.every(({ state, clinical }) => state === 'called' && USUAL.has(clinical?.phenotype?.code ?? ''))

/** A dose for the usual genotype, about which another source sees nothing to do, is the usual dose. */
const isUsualDose = (finding: Finding, all: readonly Finding[]): boolean =>
  finding.consequence === 'dose' &&
  finding.met === undefined &&
  isUsual(finding) &&
  all.some(
    (other) =>
      other.kind === 'guidance' && other.source !== finding.source && rankOf(other.consequence) >= rankOf('standard') && isUsual(other),
  )

/** What a binding label says of this genotype in its boxed warning or its contraindications, unless it does not hold for this patient. */
export const labelFindings = (drug: DrugAssessment, { binding = [] }: AlertPolicy): Finding[] =>
  drug.findings.filter(
    ({ kind, label, source, consequence, actions }) =>
      kind === 'guidance' &&
      label !== undefined &&
      binding.includes(source) &&
      rankOf(consequence) <= CAUTION &&
      actions.some(({ code }) => CHANGING.has(code)),
  )

/**
 * The finding that the card speaks for: by precedence of sources (findings come in that order), the first that asks for a change.
 * Of one source the gravest speaks: by consequence, then by the deeper reduction of the dose.
 * What is decided goes before what hangs on an open condition or population, and a contraindication before anything milder than avoid.
 * Where the preferred source says the usual dose, a caution or an open condition of another one stays in the app.
 * What a binding label says in its boxed warning or contraindications is never left to the app.
 * Null: nothing to say at the moment of prescribing; the app shows the rest.
 */
export const headFinding = (drug: DrugAssessment, policy: AlertPolicy): Finding | null => {
  const asking = drug.findings.filter(
    (finding) => finding.kind === 'guidance' && asksForChange(finding, policy) && !isUsualDose(finding, drug.findings),
  )
  const first = drug.findings.find(speaks)
  const usual = first?.consequence === 'standard'
  const calm = usual || first?.consequence === 'monitor'
  const decided = asking.filter(isDecided)
  const firm = decided.filter((finding) => !isOpen(finding) && !(usual && finding.consequence === 'caution'))
  const preferred = firm.filter(({ source }) => source === (firm.some((one) => one === first) ? first?.source : firm[0]?.source))
  const head = mostSerious(preferred)
  const forbidden = firm.find(({ consequence }) => consequence === 'contraindicated')
  if (forbidden && head && rankOf(head.consequence) > AVOID) return forbidden
  if (head) return head
  const open = asking.filter((finding) => !isDecided(finding) || (isOpen(finding) && !(calm && rankOf(finding.consequence) > AVOID)))
  return open[0] ?? labelFindings(drug, policy)[0] ?? null
}

/** Doses that the head's source asks for because of other genes of this patient: each is for its gene alone, and none is left to the detail. */
export const otherDoses = (drug: DrugAssessment, head: Finding): Finding[] =>
  head.consequence !== 'dose' || plainAmount(head) === null
    ? []
    : drug.findings.filter(
        (finding) =>
          finding.kind === 'guidance' &&
          finding.source === head.source &&
          finding.consequence === 'dose' &&
          !finding.genes.some((gene) => head.genes.includes(gene)) &&
          plainAmount(finding) !== null &&
          finding.basis.every(({ state }) => state === 'called') &&
          isDecided(finding) &&
          !isOpen(finding) &&
          !isWeak(finding) &&
          !keepsItsLimits(finding) &&
          !isUsualDose(finding, drug.findings),
      )

const isGrave = ({ risk, effect }: Finding, wording: Wording): boolean => {
  const grave = (risk && wording.risks.get(risk)?.grave) || false
  return typeof grave === 'boolean' ? grave : effect.some((one) => grave.includes(one))
}

/** A label that contraindicates the drug for the genotype does so by what it holds the harm to be, whether it names it or not. */
const isContraindicatedByLabel = ({ consequence, label }: Finding): boolean =>
  consequence === 'contraindicated' && label?.includes('contraindications') === true

const strongEvidence = (finding: Finding): boolean => finding.strength === 'Strong' || finding.consequence === 'contraindicated'

type Indicator = 'info' | 'warning' | 'critical'

/**
 * Critical only for what a label contraindicates, and for contraindicated or avoid, life-threatening, on strong evidence; warning for a change of drug or dose, and for a
 * test that decides about a grave risk; info for the rest, also where the usual starting dose stands and only a later one changes.
 */
export const indicatorOf = (finding: Finding, wording: Wording): Indicator => {
  const rank = rankOf(finding.consequence)
  if (!isDecided(finding) || isConditional(finding)) return rank <= CHANGE ? 'warning' : 'info'
  if (isContraindicatedByLabel(finding)) return 'critical'
  if (rank <= AVOID && isGrave(finding, wording) && strongEvidence(finding)) return 'critical'
  if (rank === CAUTION && isGrave(finding, wording) && finding.actions.some(({ code }) => code === 'test')) return 'warning'
  const startsAsUsual = finding.consequence === 'dose' && finding.actions.some(({ code, condition }) => code === 'standard' && !condition)
  return rank <= CHANGE && !startsAsUsual ? 'warning' : 'info'
}

/** Contraindications that hold for this patient. */
const forbidding = (drug: DrugAssessment): Finding[] =>
  drug.findings.filter(
    (finding) =>
      finding.kind === 'guidance' &&
      finding.consequence === 'contraindicated' &&
      isDecided(finding) &&
      !isOpen(finding) &&
      finding.basis.every(({ state }) => state === 'called'),
  )

/** Contraindications that another source than the head's states for this patient. */
export const otherContraindications = (drug: DrugAssessment, head: Finding): Finding[] =>
  head.consequence === 'contraindicated' ? [] : forbidding(drug).filter(({ source }) => source !== head.source)

/** Sources that say avoid where the head only asks for caution. */
export const otherAvoids = (drug: DrugAssessment, head: Finding): Finding[] =>
  head.consequence !== 'caution'
    ? []
    : drug.findings.filter(
        (finding) =>
          finding.kind === 'guidance' &&
          finding.source !== head.source &&
          rankOf(finding.consequence) <= AVOID &&
          isDecided(finding) &&
          !isOpen(finding),
      )

/** Whether what a label says hangs on what the record does not tell, or on which of several readings holds. */
const isUnsure = (finding: Finding): boolean => !isDecided(finding) || isOpen(finding) || isPossible(finding)

/** `FDA boxed warning`, and `see detail` where the record leaves open whether it is meant for this patient. */
export const labelWords = (drug: DrugAssessment, head: Finding, policy: AlertPolicy): string[] => {
  const labels = labelFindings(drug, policy)
  const boxed = labels.filter(({ label }) => label?.includes('boxed-warning'))
  const sure = boxed.find((finding) => !isUnsure(finding))
  if (sure) return [`${sure.source} boxed warning`]
  if (boxed[0]) return [`${boxed[0].source} boxed warning: see detail`]
  const open = labels.find((finding) => finding !== head && isUnsure(finding))
  return open ? [`${open.source} contraindication: see detail`] : []
}

const DAILY = /^(?:<=|<)?\s*(\d+(?:\.\d+)?) mg\/day$/

const dailyLimit = ({ actions }: Finding): { readonly mg: number; readonly words: string } | null => {
  const limits = actions.flatMap(({ code, value, condition }) => {
    const mg = DAILY.exec(value ?? '')?.[1]
    return code === 'max' && !condition && mg !== undefined ? [{ mg: Number(mg), words: `${mg} mg/day` }] : []
  })
  return limits.sort((a, b) => b.mg - a.mg)[0] ?? null
}

/** Sources whose highest daily dose is lower than the head's own: `FDA: 4 mg/day`. */
export const stricterLimits = (drug: DrugAssessment, head: Finding): string[] => {
  const own = dailyLimit(head)
  if (!own || isConditional(head)) return []
  return drug.findings.flatMap((finding) => {
    const other = finding.kind === 'guidance' && finding.source !== head.source && isDecided(finding) ? dailyLimit(finding) : null
    return other && other.mg < own.mg ? [`${finding.source}: ${other.words}`] : []
  })
}

const SEVERITY: readonly Indicator[] = ['critical', 'warning', 'info']

/** A card is as urgent as its head, or as another source's contraindication; a milder head does not hide that another source says avoid. */
export const cardIndicator = (drug: DrugAssessment, head: Finding, wording: Wording): Indicator => {
  // A caution for now (long tolerated) does not make another source's change of dose or drug a mere remark.
  const least = head.consequence === 'caution' ? CHANGE : AVOID
  const others = drug.findings.filter(
    (finding) => finding.kind === 'guidance' && rankOf(finding.consequence) <= least && isDecided(finding) && !isOpen(finding),
  )
  const all = [
    indicatorOf(head, wording),
    // A contraindication of another source often names no harm; the head does.
    ...forbidding(drug).map((finding) =>
      finding.source !== head.source && head.consequence !== 'contraindicated' && isGrave(head, wording)
        ? 'critical'
        : indicatorOf(finding, wording),
    ),
    ...(others.length > 0 ? (['warning'] as const) : []),
  ]
  return SEVERITY.find((one) => all.includes(one)) ?? 'info'
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

export const isBlinding = (gap: Gap): boolean => BLINDING.has(gap.code)

export const blindingGaps = (drug: DrugAssessment) => drug.gaps.filter(isBlinding)

/** A test that a source requires or recommends and nobody has ordered. */
const isFirm = ({ genes }: TestFirst): boolean => genes.some(({ awaited, demand }) => awaited === undefined && demand !== 'consider')

/** All that blinds is that the tested genes have no usable result: the test answers it, as it answers a missing one. */
const testAnswers = ({ genes }: TestFirst, gaps: readonly Gap[]): boolean =>
  gaps.every(({ about, code }) => code === 'indeterminate' && genes.some(({ gene }) => gene === about))

/** Gaps about results that are there and tell too little; behind the others a good result may stand that was not read. */
const WITHOUT_ANSWER = new Set<Gap['code']>(['indeterminate', 'conflict'])

/** The test to offer where a drug was not assessed: not while a result may stand unread. */
export const testToOffer = ({ testFirst }: DrugAssessment, gaps: readonly Gap[], policy: AlertPolicy): TestFirst | null =>
  policy.testFirst && gaps.every(({ code }) => WITHOUT_ANSWER.has(code)) ? testFirst : null

/** Something in the record speaks, and could not be used: never less serious than a record that says nothing. */
export const notAssessedIndicator = ({ testFirst }: DrugAssessment, gaps: readonly Gap[], policy: AlertPolicy): 'info' | 'warning' =>
  gaps.some(({ code }) => code === 'conflict' || code === 'unread-document') ||
  (policy.testFirst && testFirst !== null && isFirm(testFirst))
    ? 'warning'
    : 'info'

/** What there is to say about a drug; card and panel go by the same choice. */
export type Concern =
  | { readonly kind: 'guidance'; readonly head: Finding }
  /** Results that lead to different advice: all are named, none is chosen. `readings`: those than which no other is graver, the head among them. */
  | { readonly kind: 'conflict'; readonly head: Finding; readonly genes: readonly string[]; readonly readings: readonly Finding[] }
  | { readonly kind: 'not-assessed'; readonly gaps: readonly Gap[] }
  | { readonly kind: 'test-first'; readonly test: TestFirst }

const isPossible = (finding: Finding): boolean => finding.basis.some(({ state }) => state === 'candidate')

const candidateGenes = (drug: DrugAssessment): string[] => [
  ...new Set(drug.findings.flatMap(({ basis }) => basis.filter(({ state }) => state === 'candidate').map(({ gene }) => gene))),
]

/** What a finding comes down to, for comparing possible readings of one result: two ways to say avoid are one. */
const gistOf = ({ consequence, actions }: Finding): string =>
  rankOf(consequence) <= AVOID
    ? 'avoid'
    : JSON.stringify([
        consequence,
        actions
          .filter(({ code, condition }) => condition === undefined && CHANGING.has(code))
          .map(({ code, value, detail }) => [code, value, detail]),
      ])

const readingsOf = (drug: DrugAssessment, head: Finding): Finding[] =>
  drug.findings.filter(
    (finding) =>
      finding.kind === 'guidance' && finding.source === head.source && isPossible(finding) && finding.genes.join() === head.genes.join(),
  )

const keysOf = ({ basis }: Finding): string => basis.map(({ gene, key }) => `${gene}=${key}`).join()

/** What the head's source says of each possible reading, without those that a graver one outdoes; advice that hangs on an open condition outdoes none. */
const gravestReadings = (drug: DrugAssessment, head: Finding): Finding[] => {
  const others = readingsOf(drug, head).filter((one) => isDecided(one) && keysOf(one) !== keysOf(head))
  const firm = [head, ...others].filter((one) => one === head || !isOpen(one))
  return [head, ...others].filter((one) => one === head || !firm.some((other) => isMoreSerious(other, one)))
}

/** The head with what all possible readings ask for; what only one of them adds is left to the table of sources. */
const inCommon = (drug: DrugAssessment, head: Finding): Finding => {
  const others = readingsOf(drug, head).map(({ actions }) => new Set(actions.map((action) => JSON.stringify(action))))
  const actions = head.actions.filter((action) => others.every((other) => other.has(JSON.stringify(action))))
  return actions.some(({ code }) => CHANGING.has(code)) ? { ...head, actions } : head
}

/** Whether every possible reading of the results leads the head's source to the same advice. */
const agree = (drug: DrugAssessment, head: Finding): boolean => {
  const readings = readingsOf(drug, head)
  return readings.length > 1 && readings.every((finding) => gistOf(finding) === gistOf(head))
}

/** Guidance first, else what could not be assessed, else the test that should come first; null: nothing to say. */
export const concernOf = (drug: DrugAssessment, policy: AlertPolicy): Concern | null => {
  const head = headFinding(drug, policy)
  if (head && isPossible(head) && !agree(drug, head)) {
    const certain = drug.findings.find(
      (finding) => speaks(finding) && rankOf(finding.consequence) <= AVOID && !isPossible(finding) && !isConditional(finding),
    )
    return certain
      ? { kind: 'guidance', head: certain }
      : { kind: 'conflict', head, genes: candidateGenes(drug), readings: gravestReadings(drug, head) }
  }
  if (head) return { kind: 'guidance', head: isPossible(head) ? inCommon(drug, head) : head }
  const gaps = blindingGaps(drug)
  const asks = policy.testFirst && drug.testFirst !== null && isFirm(drug.testFirst) && testAnswers(drug.testFirst, gaps)
  if (gaps.length > 0 && !asks) return { kind: 'not-assessed', gaps }
  return drug.testFirst ? { kind: 'test-first', test: drug.testFirst } : null
}

/** Why results leave the advice open: the phenotype alone does not decide it, or results differ. */
export const openBecause = (drug: DrugAssessment, genes: readonly string[]): string => {
  const gaps = drug.gaps.filter(({ about }) => genes.includes(about))
  if (gaps.some(({ code }) => code === 'conflict')) return 'results lead to different advice'
  return gaps.some(({ code, because }) => code === 'incomplete' && because.includes('diplotype'))
    ? 'the advice depends on the diplotype, which is not stated'
    : 'the advice depends on the activity score, and only the phenotype is known'
}
