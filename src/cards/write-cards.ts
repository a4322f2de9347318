import type { Card, CardLink, CardTrace, Silence, Suggestion, WrittenCards } from '../contract/cards.ts'
import type { Order, PatientFacts } from '../contract/facts.ts'
import type { Assessment, DrugAssessment, Finding, TestFirst } from '../contract/findings.ts'
import type { GeneCall } from '../contract/genes.ts'
import type { Gap } from '../contract/lineage.ts'
import type { RiskEstimate } from '../contract/risk.ts'
import { headline } from './action-words.ts'
import {
  type AlertPolicy,
  blindingGaps,
  type Concern,
  cardIndicator,
  concernOf,
  openBecause,
  otherContraindications,
  stricterLimits,
} from './card-policy.ts'
import { amount, conflictDetail, guidanceDetail, notAssessed, testFirstDetail, unitWords } from './detail.ts'
import { asClause, clip, escapeText, joinSections, listWords, plainText } from './markdown.ts'
import { basisWords, reasonWords } from './phrases.ts'
import { type SuggestionContext, suggestChanges, suggestTest } from './suggestions.ts'
import type { Wording } from './wording.ts'

/** CDS Hooks 2.0.1: the summary is shorter than 140 characters. */
const SUMMARY_LIMIT = 139

/** What writing needs to know of the call. */
export type Writing = {
  readonly wording: Wording
  readonly policy: AlertPolicy
  readonly sandbox: boolean
  readonly appLaunchUrl: string
  readonly linkHosts: readonly string[]
  readonly encounterId: string | null
  readonly newUuid: () => string
}

type Written = { readonly card: Card; readonly trace: CardTrace }

const SOURCE = { label: 'Attune' } as const
const SANDBOX_NOTE = 'Sandbox with synthetic patients. Not for care.'

export const appLink = (drug: DrugAssessment | null, order: string | null, card: string, writing: Writing): CardLink => ({
  label: drug ? `Open ${drug.drug.name} in Attune` : 'Open Attune',
  url: writing.appLaunchUrl,
  type: 'smart',
  appContext: JSON.stringify({
    v: 1,
    ...(drug ? { drug: { ...(drug.drug.rxcui ? { rxcui: drug.drug.rxcui } : {}), text: drug.drug.name } } : {}),
    ...(order ? { order } : {}),
    card,
  }),
})

const mayLink = (url: string, hosts: readonly string[]): boolean => hosts.length === 0 || hosts.includes(new URL(url).host)

export const sourceLink = (finding: Finding, writing: Writing): CardLink[] =>
  mayLink(finding.guideline.url, writing.linkHosts)
    ? [{ label: `${finding.source} ${finding.guideline.year ?? ''}`.trim(), url: finding.guideline.url, type: 'absolute' }]
    : []

export const finish = (
  card: Omit<Card, 'source' | 'uuid'>,
  uuid: string,
  suggestions: readonly Suggestion[],
  writing: Writing,
  override: boolean,
): Card => ({
  uuid,
  summary: clip(plainText(card.summary), SUMMARY_LIMIT),
  ...(card.detail ? { detail: writing.sandbox ? `${card.detail}\n\n_${SANDBOX_NOTE}_` : card.detail } : {}),
  indicator: card.indicator,
  source: SOURCE,
  ...(suggestions.length > 0 ? { suggestions, selectionBehavior: 'at-most-one' as const } : {}),
  ...(override ? { overrideReasons: writing.wording.overrideReasons } : {}),
  ...(card.links && card.links.length > 0 ? { links: card.links } : {}),
})

const resourcesOf = (findings: readonly Finding[]): string[] =>
  [
    ...new Set(
      findings.flatMap((finding) => [...finding.basis.flatMap((basis) => basis.facts), ...finding.facts].map((fact) => fact.resource)),
    ),
  ].sort()

export const trace = (card: Card, concern: CardTrace['concern'], drug: DrugAssessment | null, findings: readonly Finding[]): CardTrace => ({
  card: card.uuid,
  concern,
  order: drug?.ref ?? null,
  drug: drug?.drug.name ?? null,
  findings: findings.map((finding) => finding.id),
  facts: resourcesOf(findings),
  rows: findings.map((finding) => finding.row),
})

/** `, about 21 mg/week`: the number that the advice asks to calculate. */
const estimateWords = (estimates: readonly RiskEstimate[]): string => {
  const estimate = estimates.find((one) => one.state === 'estimated' && one.population.fits)
  return estimate?.state === 'estimated' ? `, about ${amount(estimate.value)} ${unitWords(estimate.unit)}` : ''
}

/** ` (FDA: contraindicated)`, ` (FDA: 4 mg/day)`: what another source puts more strictly is never left to the detail. */
const stricterWords = (drug: DrugAssessment, head: Finding): string => {
  const sources = [...new Set(otherContraindications(drug, head).map(({ source }) => source))]
  const words = sources.length > 0 ? [`${listWords(sources)}: contraindicated`] : stricterLimits(drug, head)
  return words.length > 0 ? ` (${words.join('; ')})` : ''
}

/** `Avoid clopidogrel: CYP2C19 poor metabolizer`; reasons are shortened before the action is. */
export const summaryOf = (drug: DrugAssessment, head: Finding, assessment: Assessment, wording: Wording): string => {
  const ask = head.population?.state === 'undecided' ? `, if ${head.population.label}` : ''
  const action = `${headline(head, wording)}${ask}${estimateWords(drug.estimates)}${stricterWords(drug, head)}`
  const whole = `${action}: ${reasonWords(head.basis, assessment.geneCalls)}`
  return whole.length <= SUMMARY_LIMIT ? whole : `${action}: ${listWords(head.basis.map(({ gene }) => gene))}`
}

const guidanceCard = (
  drug: DrugAssessment,
  head: Finding,
  order: Order,
  assessment: Assessment,
  context: SuggestionContext,
  writing: Writing,
): Written => {
  const uuid = writing.newUuid()
  const card = finish(
    {
      summary: summaryOf(drug, head, assessment, writing.wording),
      detail: guidanceDetail(drug, head, assessment.geneCalls, writing.wording),
      indicator: cardIndicator(drug, head, writing.wording),
      links: [appLink(drug, drug.ref, uuid, writing), ...sourceLink(head, writing)],
    },
    uuid,
    suggestChanges(drug, head, order, context),
    writing,
    true,
  )
  return { card, trace: trace(card, 'guidance', drug, drug.findings) }
}

/** `Test HLA-B*57:01 before abacavir`, `Consider testing CYP2C19 before clopidogrel`. */
export const testFirstWords = (test: TestFirst): string => {
  const what = listWords(test.genes.map((gene) => gene.test.replace(/ (?:test|genotype)\b.*$/, '')))
  return `${test.demand === 'consider' ? 'Consider testing' : 'Test'} ${what} before ${test.drug.name}`
}

const testCard = (drug: DrugAssessment, order: Order | null, context: SuggestionContext, writing: Writing): Written | null => {
  const test = drug.testFirst
  if (!test || !writing.policy.testFirst) return null
  const uuid = writing.newUuid()
  const card = finish(
    {
      summary: `${testFirstWords(test)}: no result on record`,
      detail: testFirstDetail(drug, test),
      indicator: test.demand === 'consider' ? 'info' : 'warning',
      links: [appLink(drug, drug.ref, uuid, writing)],
    },
    uuid,
    suggestTest(test, order, context),
    writing,
    true,
  )
  return { card, trace: trace(card, 'test-first', drug, []) }
}

/** Results that lead to different advice: both are named, neither is chosen. */
const conflictCard = (
  drug: DrugAssessment,
  concern: Extract<Concern, { kind: 'conflict' }>,
  assessment: Assessment,
  writing: Writing,
): Written => {
  const uuid = writing.newUuid()
  const card = finish(
    {
      summary: `Clarify ${listWords(concern.genes)} before ${drug.drug.name}: ${openBecause(drug, concern.genes)}`,
      detail: conflictDetail(drug, concern, assessment.geneCalls, writing.wording),
      indicator: 'warning',
      links: [appLink(drug, drug.ref, uuid, writing), ...sourceLink(concern.head, writing)],
    },
    uuid,
    [],
    writing,
    true,
  )
  return { card, trace: trace(card, 'not-assessed', drug, drug.findings) }
}

/** The genes, where the reason does not name one itself. */
const genesUnlessNamed = (drug: DrugAssessment, gap: Gap): string =>
  drug.genes.some((gene) => gap.because.includes(gene)) || drug.genes.length === 0 ? '' : ` against ${listWords(drug.genes)}`

const notAssessedCard = (drug: DrugAssessment, writing: Writing): Written | null => {
  const gaps = blindingGaps(drug)
  const first = gaps[0]
  if (!first || !writing.policy.notAssessed) return null
  const uuid = writing.newUuid()
  const conflict = gaps.some((gap) => gap.code === 'conflict' || gap.code === 'unread-document')
  const card = finish(
    {
      summary: `Not assessed: ${drug.drug.name}${genesUnlessNamed(drug, first)}, because ${asClause(first.because)}`,
      detail: joinSections([
        escapeText(
          `${drug.drug.name} has pharmacogenomic guidance. It could not be assessed for this patient. No warning here does not mean that the drug is safe.`,
        ),
        notAssessed(drug.gaps),
      ]),
      indicator: conflict ? 'warning' : 'info',
      links: [appLink(drug, drug.ref, uuid, writing)],
    },
    uuid,
    [],
    writing,
    true,
  )
  return { card, trace: trace(card, 'not-assessed', drug, []) }
}

const CALM: Readonly<Partial<Record<Finding['consequence'], string>>> = {
  standard: 'asks for no change at prescribing',
  none: 'gives no recommendation',
  monitor: 'asks for monitoring only',
  dose: 'asks for the dose that is usual or ordered',
}

export const silenceWords = (drug: DrugAssessment, calls: readonly GeneCall[]): Silence => {
  const about = drug.drug.name
  if (drug.state === 'no-guidance')
    return { about, code: 'no-guidance', because: 'no source that Attune holds gives guidance for this drug' }
  const calm = drug.findings.find((finding) => finding.kind === 'guidance')
  if (calm) {
    const who = [calm.source, calm.guideline.year].filter(Boolean).join(' ')
    const what = CALM[calm.consequence] ?? 'gives advice that is left to the app'
    return { about, code: 'no-change', because: `${who} ${what} for ${listWords(calm.basis.map((basis) => basisWords(basis, calls)))}` }
  }
  const gap = drug.gaps[0]
  return gap
    ? { about, code: gap.code, because: `${gap.about}: ${gap.because}` }
    : { about, code: 'no-match', because: 'no guidance row matches this patient' }
}

/** One card per ordered drug and concern: guidance, else what could not be assessed, else the test that should come first. */
const writeDrug = (
  drug: DrugAssessment,
  order: Order,
  assessment: Assessment,
  context: SuggestionContext,
  writing: Writing,
): Written | null => {
  const concern = concernOf(drug, writing.policy)
  switch (concern?.kind) {
    case 'guidance':
      return guidanceCard(drug, concern.head, order, assessment, context, writing)
    case 'conflict':
      return conflictCard(drug, concern, assessment, writing)
    case 'not-assessed':
      return notAssessedCard(drug, writing)
    case 'test-first':
      return testCard(drug, order, context, writing)
    case undefined:
      return null
  }
}

/** Cards for order hooks, most serious first, and why there is none for the rest. */
export const writeOrderCards = (assessment: Assessment, facts: PatientFacts, writing: Writing): WrittenCards => {
  const context: SuggestionContext = {
    patientId: facts.patient?.id ?? '',
    encounterId: writing.encounterId,
    now: facts.now,
    newUuid: writing.newUuid,
  }
  const written: Written[] = []
  const silences: Silence[] = []
  for (const { order, drugs, gaps } of assessment.orders) {
    for (const gap of gaps) silences.push({ about: gap.about, code: gap.code, because: gap.because })
    for (const drug of drugs) {
      const result = writeDrug(drug, order, assessment, context, writing)
      if (result) written.push(result)
      else silences.push(silenceWords(drug, assessment.geneCalls))
    }
  }
  const order = { critical: 0, warning: 1, info: 2 } as const
  written.sort((a, b) => order[a.card.indicator] - order[b.card.indicator])
  return { cards: written.map((entry) => entry.card), traces: written.map((entry) => entry.trace), silences }
}
