import type { Silence, WrittenCards } from '../contract/cards.ts'
import type { Order, PatientFacts } from '../contract/facts.ts'
import type { Assessment, DrugAssessment, Finding, TestFirst } from '../contract/findings.ts'
import type { GeneCall } from '../contract/genes.ts'
import type { Gap } from '../contract/lineage.ts'
import { inOneGo, type Slices } from '../slices.ts'
import { unitWords } from '../terminology/unit-words.ts'
import { firmAction, headline } from './action-words.ts'
import { appLink, finish, SUMMARY_LIMIT, sourceLink, trace, type Writing, type Written, withDraft } from './card-parts.ts'
import {
  type AlertPolicy,
  blindingGaps,
  type Concern,
  cardIndicator,
  concernOf,
  isLeftToApp,
  labelFindings,
  labelWords,
  notAssessedIndicator,
  openBecause,
  otherAvoids,
  otherContraindications,
  otherDoses,
  stricterLimits,
  testToOffer,
} from './card-policy.ts'
import { concernExtension, markConcern, markMoments, overriddenSilence, overrideOf } from './concern-mark.ts'
import { conflictDetail, guidanceDetail, notAssessed, testFirstDetail, testSections } from './detail.ts'
import { countsGenes } from './estimate-words.ts'
import { limitCards } from './limit-cards.ts'
import { asClause, escapeText, joinSections, listWords } from './markdown.ts'
import { joinMoments, momentCard, momentSilences, offerOnce } from './moment-cards.ts'
import { amount, momentSections } from './moment-section.ts'
import { plainAmount } from './more-serious.ts'
import { orderNotices } from './order-notices.ts'
import { LEFT, ordersLeftNotice } from './orders-left.ts'
import { basisWords, reasonWords, unusual } from './phrases.ts'
import { type SuggestionContext, suggestChanges, suggestTest } from './suggestions.ts'

/** `, about 21 mg/week`: the number that the advice asks to calculate, where it is made of the genotypes that the advice is about. */
const estimateWords = ({ estimates, about }: DrugAssessment, head: Finding, wording: Writing['wording']): string => {
  if (firmAction(head, about, wording)?.code !== 'algorithm') return ''
  const estimate = estimates.find((one) => one.state === 'estimated' && one.population.fits)
  return estimate?.state === 'estimated' && countsGenes(estimate, head)
    ? `, about ${amount(estimate.value)} ${unitWords(estimate.unit)}`
    : ''
}

/** `DPWG and FDA: avoid`. */
const saidBy = (findings: readonly Finding[], what: string): string[] =>
  findings.length > 0 ? [`${listWords([...new Set(findings.map(({ source }) => source))])}: ${what}`] : []

/** `CYP2C9 intermediate metabolizer: 65%`. */
const doseOf = (finding: Finding): string => `${reasonWords(finding.basis, [])}: ${plainAmount(finding)}`

/** ` (FDA: contraindicated)`, ` (FDA: 4 mg/day)`, ` (FDA boxed warning)`: what another source puts more strictly or for another gene, is never left to the detail. */
export const stricterWords = (drug: DrugAssessment, head: Finding, policy: AlertPolicy): string => {
  const forbidden = saidBy(otherContraindications(drug, head), 'contraindicated')
  const others = forbidden.length > 0 ? forbidden : [...saidBy(otherAvoids(drug, head), 'avoid'), ...stricterLimits(drug, head)]
  const words = [...otherDoses(drug, head).map(doseOf), ...others, ...labelWords(drug, head, policy)]
  return words.length > 0 ? ` (${words.join('; ')})` : ''
}

/** `Avoid clopidogrel: CYP2C19 poor metabolizer`; reasons are shortened before the action is. */
export const summaryOf = (
  drug: DrugAssessment,
  head: Finding,
  assessment: Assessment,
  { wording, policy }: Pick<Writing, 'wording' | 'policy'>,
): string => {
  const ask = head.population?.state === 'undecided' ? `, if ${head.population.label}` : ''
  const action = `${headline(head, drug.about, wording)}${ask}${estimateWords(drug, head, wording)}${stricterWords(drug, head, policy)}`
  const reason = reasonWords(head.basis, assessment.geneCalls)
  // `TPMT poor and NUDT15 intermediate metabolizer`, before the results give way to the names of the genes.
  const briefly = reason.replaceAll(/ metabolizer(?=.* metabolizer)/g, '')
  // Then those of genes that work as usual.
  const notable = unusual(head.basis)
  const most = notable.length > 0 ? [reasonWords(notable, assessment.geneCalls)] : []
  const fitting = [reason, briefly, ...most].find((words) => `${action}: ${words}`.length <= SUMMARY_LIMIT)
  return `${action}: ${fitting ?? listWords(head.basis.map(({ gene }) => gene))}`
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
      summary: summaryOf(drug, head, assessment, writing),
      detail: guidanceDetail(drug, head, assessment.geneCalls, writing),
      indicator: cardIndicator(drug, head, writing.wording),
      links: [appLink(drug, drug.ref, uuid, writing), ...sourceLink(head, writing)],
    },
    uuid,
    suggestChanges(drug, head, order, context),
    writing,
    true,
  )
  return { card, trace: trace(card, 'guidance', drug, drug.findings), ...boxOf(drug, writing) }
}

/** A card that tells what stands in a binding label's boxed warning or contraindications: no limit on cards takes it away. */
const boxOf = (drug: DrugAssessment, { policy }: Writing): Pick<Written, 'binding'> =>
  labelFindings(drug, policy).length > 0 ? { binding: true } : {}

type Asked = TestFirst['genes']

const wordsOf = (some: Asked): string =>
  listWords(some.map((gene) => `${gene.test.replace(/ (?:test|genotype)\b.*$/, '')}${gene.limit === null ? '' : ` (${gene.limit})`}`))

/** `DPYD test ordered 2026-11-18; wait for the result before capecitabine`. */
const waitingWords = (awaited: Asked, open: Asked, drug: string): string => {
  const days = new Set(awaited.map((gene) => gene.awaited?.on ?? null))
  const [day] = days
  const when = days.size === 1 ? (day === null ? 'being ordered' : `ordered ${day}`) : 'ordered'
  const consider = open.length === 0 ? '' : `; consider testing ${wordsOf(open)}`
  return awaited.length === 1
    ? `${wordsOf(awaited)} test ${when}; wait for the result before ${drug}${consider}`
    : `${wordsOf(awaited)} tests ${when}; wait for the results before ${drug}${consider}`
}

/** Nothing that a source requires or recommends is left to order: it is only to be waited for. */
export const isAwaited = ({ genes }: TestFirst): boolean =>
  genes.some(({ awaited }) => awaited) && genes.every(({ awaited, demand }) => awaited || demand === 'consider')

/** `Test HLA-B*57:01 before abacavir`, `Consider testing CYP2C19 before clopidogrel`; what is ordered already is waited for. */
export const testFirstWords = (test: TestFirst): string => {
  const { drug } = test
  const genes = test.genes.filter(({ awaited }) => !awaited)
  const waiting = test.genes.filter(({ awaited }) => awaited)
  if (isAwaited(test)) return waitingWords(waiting, genes, drug.name)
  const firm = genes.filter(({ demand }) => demand !== 'consider')
  const soft = genes.filter(({ demand }) => demand === 'consider')
  if (firm.length === 0) return `Consider testing ${wordsOf(soft)} before ${drug.name}`
  const wait = waiting.length === 0 ? '' : `, and wait for ${wordsOf(waiting)} (ordered)`
  return `Test ${wordsOf(firm)} before ${drug.name}${soft.length === 0 ? '' : `, and consider ${wordsOf(soft)}`}${wait}`
}

/** A test that a source requires or recommends and nobody has ordered is a warning. */
export const testFirstIndicator = (test: TestFirst): 'info' | 'warning' =>
  test.demand === 'consider' || isAwaited(test) ? 'info' : 'warning'

/** Why the record does not answer it, where one reason holds for all tests; what is behind it where there is room, but no sentences of a laboratory. */
const unanswered = ({ genes }: TestFirst, room: number): string => {
  const reasons = new Set(genes.filter(({ awaited }) => !awaited).map(({ because }) => because))
  const [only] = reasons
  const [what, ...why] = only?.split(': ') ?? []
  const told = [why, why.slice(0, 1)].map((words) => `${what} (${words.join(': ')})`).find((words) => words.length <= room)
  if (reasons.size === 1 && why.length > 0 && told !== undefined && !/\.\s/.test(told)) return told
  const briefly = new Set([...reasons].map((reason) => reason.replace(/:.*$/, '')))
  const [brief] = briefly
  return briefly.size === 1 && brief !== undefined ? brief : 'no full result on record'
}

const testSummary = (test: TestFirst): string => {
  const words = testFirstWords(test)
  return isAwaited(test) ? words : `${words}: ${unanswered(test, SUMMARY_LIMIT - words.length - 2)}`
}

const testCard = (drug: DrugAssessment, order: Order | null, context: SuggestionContext, writing: Writing): Written | null => {
  const test = drug.testFirst
  if (!test || !writing.policy.testFirst) return null
  const uuid = writing.newUuid()
  const card = finish(
    {
      summary: testSummary(test),
      detail: testFirstDetail(drug, test),
      indicator: testFirstIndicator(test),
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
      summary: `${conflictWords(drug, concern, writing.policy)}: ${openBecause(drug, concern.genes)}`,
      detail: conflictDetail(drug, concern, assessment.geneCalls, writing),
      indicator: 'warning',
      links: [appLink(drug, drug.ref, uuid, writing), ...sourceLink(concern.head, writing)],
    },
    uuid,
    [],
    writing,
    true,
  )
  return { card, trace: trace(card, 'not-assessed', drug, drug.findings), ...boxOf(drug, writing) }
}

/** The genes, where the reason does not name one itself. */
const genesUnlessNamed = (drug: DrugAssessment, gap: Gap): string =>
  drug.genes.some((gene) => gap.because.includes(gene)) || drug.genes.length === 0 ? '' : ` against ${listWords(drug.genes)}`

/** `Not assessed: clopidogrel against CYP2C19`, for the reason that comes first. */
export const notAssessedWords = (drug: DrugAssessment, first: Gap): string =>
  `Not assessed: ${drug.drug.name}${genesUnlessNamed(drug, first)}`

/** `Clarify CYP2D6 before codeine`, and what a binding label says whichever result is right. */
export const conflictWords = (drug: DrugAssessment, { genes, head }: Extract<Concern, { kind: 'conflict' }>, policy: AlertPolicy): string =>
  `Clarify ${listWords(genes)} before ${drug.drug.name}${stricterWords(drug, head, policy)}`

const notAssessedCard = (drug: DrugAssessment, order: Order | null, context: SuggestionContext, writing: Writing): Written | null => {
  const gaps = blindingGaps(drug)
  const first = gaps[0]
  if (!first || !writing.policy.notAssessed) return null
  const uuid = writing.newUuid()
  const test = testToOffer(drug, gaps, writing.policy)
  const card = finish(
    {
      summary: `${notAssessedWords(drug, first)}, because ${asClause(first.because)}`,
      detail: joinSections([
        escapeText(
          `${drug.drug.name} has pharmacogenomic guidance. It could not be assessed for this patient. No warning here does not mean that the drug is safe.`,
        ),
        ...(test ? testSections(test) : []),
        notAssessed(drug.gaps),
        ...momentSections(drug),
      ]),
      indicator: notAssessedIndicator(drug, gaps, writing.policy),
      links: [appLink(drug, drug.ref, uuid, writing)],
    },
    uuid,
    test ? suggestTest(test, order, context) : [],
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

/** A drug that a source lists without advice is told from one that no source names. */
const noGuidanceWords = ({ gaps }: DrugAssessment): string => {
  const listed = gaps.filter(({ code }) => code === 'no-guidance').map(({ because }) => because)
  return listed.length > 0 ? `no guidance: ${listed.join('; ')}` : 'no source that Attune holds gives guidance for this drug'
}

export const silenceWords = (drug: DrugAssessment, calls: readonly GeneCall[]): Silence => {
  const about = drug.drug.name
  if (drug.state === 'no-guidance') return { about, code: 'no-guidance', because: noGuidanceWords(drug) }
  const calm = drug.findings.find((finding) => finding.kind === 'guidance')
  if (calm) {
    const who = [calm.source, calm.guideline.year].filter(Boolean).join(' ')
    const what = isLeftToApp(calm)
      ? 'gives advice that is left to the app'
      : (CALM[calm.consequence] ?? 'gives advice that is left to the app')
    return { about, code: 'no-change', because: `${who} ${what} for ${listWords(calm.basis.map((basis) => basisWords(basis, calls)))}` }
  }
  const gap = drug.gaps[0]
  return gap
    ? { about, code: gap.code, because: `${gap.about}: ${gap.because}` }
    : { about, code: 'no-match', because: 'no guidance row matches this patient' }
}

const writeConcern = (
  concern: Concern,
  drug: DrugAssessment,
  order: Order,
  assessment: Assessment,
  context: SuggestionContext,
  writing: Writing,
): Written | null => {
  switch (concern.kind) {
    case 'guidance':
      return guidanceCard(drug, concern.head, order, assessment, context, writing)
    case 'conflict':
      return conflictCard(drug, concern, assessment, writing)
    case 'not-assessed':
      return notAssessedCard(drug, order, context, writing)
    case 'test-first':
      return testCard(drug, order, context, writing)
  }
}

/** There is something to say, and the site has decided that it is no card. */
const byPolicy = (kind: Concern['kind'], drug: DrugAssessment): Silence => {
  const key = kind === 'test-first' ? 'testFirst' : 'notAssessed'
  return { about: drug.drug.name, code: 'policy', because: `alertPolicy.${key} is off at this site`, order: drug.ref }
}

/** One card per ordered drug: guidance, else what could not be assessed, else the test that should come first; else why there is none. */
function* writeDrug(
  drug: DrugAssessment,
  order: Order,
  assessment: Assessment,
  context: SuggestionContext,
  writing: Writing,
): Slices<Written | Silence> {
  const concern = concernOf(drug, writing.policy)
  const own = concern && writeConcern(concern, drug, order, assessment, context, writing)
  const written = own
    ? joinMoments(own, concern && 'head' in concern ? concern.head : null, drug, order, context)
    : momentCard(drug.moments ?? [], { drug, order }, context, writing)
  if (!written) return concern ? byPolicy(concern.kind, drug) : { ...silenceWords(drug, assessment.geneCalls), order: drug.ref }
  const { card, trace: why, ...rest } = written
  yield
  const mark =
    own && concern
      ? markConcern(concern, drug, order, own.card, writing.seal)
      : markMoments('order', drug.moments ?? [], drug, card, writing.seal)
  const past = overrideOf(mark, card.indicator, writing.overridden)
  if (past) return overriddenSilence(mark, past, drug.drug.name)
  return { ...rest, card: { ...withDraft(card, order), ...concernExtension([mark], writing.seal) }, trace: { ...why, concerns: [mark] } }
}

/** Cards for order hooks, most serious first, and why there is none for the rest. */
export function* orderCardsInSlices(assessment: Assessment, facts: PatientFacts, writing: Writing): Slices<WrittenCards> {
  const context: SuggestionContext = {
    patientId: facts.patient?.id ?? '',
    encounterId: writing.encounterId,
    now: facts.now,
    newUuid: writing.newUuid,
  }
  const written: Written[] = []
  const silences: Silence[] = []
  for (const { order, drugs, gaps } of assessment.orders) {
    for (const gap of gaps) silences.push({ about: gap.about, code: gap.code, because: gap.because, order: order.ref })
    for (const drug of drugs) {
      yield
      const result = yield* writeDrug(drug, order, assessment, context, writing)
      if ('card' in result) written.push(result)
      else silences.push(result)
      silences.push(...momentSilences(drug.moments ?? [], drug, 'card' in result))
    }
  }
  const left = facts.ordersLeft ?? []
  if (assessment.orders.length === 0 && left.length === 0) silences.push(NO_ORDER)
  for (const order of left) silences.push({ ...LEFT, order })
  yield
  const kept = [...ordersLeftNotice(facts, writing), ...offerOnce(limitCards(written, writing)), ...orderNotices(assessment, writing)]
  return { cards: kept.map((entry) => entry.card), traces: kept.map((entry) => entry.trace), silences }
}

/** The same at once, for who has nobody waiting. */
export const writeOrderCards = (...of: Parameters<typeof orderCardsInSlices>): WrittenCards => inOneGo(orderCardsInSlices(...of))

const NO_ORDER: Silence = { about: 'orders', code: 'no-order', because: 'the call holds no order for a medicine that can be looked at' }
