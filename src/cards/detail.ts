import type { DrugAssessment, Finding, TestDemand, TestFirst } from '../contract/findings.ts'
import type { GeneCall } from '../contract/genes.ts'
import type { Gap } from '../contract/lineage.ts'
import type { RiskEstimate } from '../contract/risk.ts'
import { unitWords } from '../terminology/unit-words.ts'
import { adviceSentences, capital } from './action-words.ts'
import { alternativesSection, markUnfit } from './alternatives.ts'
import type { Writing } from './card-parts.ts'
import { type Concern, labelFindings, openBecause, otherDoses } from './card-policy.ts'
import { twoDoses } from './estimate-words.ts'
import { asClause, bulletList, escapeText, joinSections, listWords, section, table } from './markdown.ts'
import { amount, momentSections } from './moment-section.ts'
import { rankOf } from './more-serious.ts'
import {
  basisSentence,
  byWeight,
  effectWords,
  modifierNotes,
  placeWords,
  readingWords,
  reasonWords,
  riskWords,
  rowWords,
  sourceWords,
} from './phrases.ts'
import type { Wording } from './wording.ts'

/** How it is worded, and what the site has decided. */
type Told = Pick<Writing, 'wording' | 'policy'>

/** Said of a medicine in use that what is being ordered changes. */
const whyNow = ({ drug, changedBy }: DrugAssessment): string[] =>
  changedBy === undefined
    ? []
    : [
        escapeText(
          `${capital(drug.name)} is in use. This holds once ${listWords(changedBy.map((one) => one.drug))} is taken along with it.`,
        ),
      ]

/** `FDA label, boxed warning and contraindications: …`, of findings that the card does not speak for. */
const labelLines = (drug: DrugAssessment, head: Finding, { wording, policy }: Told): string[] => {
  const lines = labelFindings(drug, policy)
    .filter((finding) => finding !== head && finding.id !== head.id)
    .map((finding) =>
      escapeText(`${finding.source} label, ${placeWords(finding)}: ${markUnfit(adviceSentences(finding, wording).join(' '), drug)}`),
    )
  return [...new Set(lines)]
}

/** What the same source asks for because of another gene: the doses stand side by side, as no source says what they come to together. */
const otherDoseLines = (drug: DrugAssessment, head: Finding, { wording }: Told): string[] => {
  const others = otherDoses(drug, head)
  if (others.length === 0) return []
  return [
    ...others.map((one) => `For ${reasonWords(one.basis, [])}: ${markUnfit(adviceSentences(one, wording).join(' '), drug)}`),
    `Each of these doses is for its own gene alone. No ${head.source} dose for the genes together is held here.`,
  ].map(escapeText)
}

const whatToDo = (drug: DrugAssessment, finding: Finding, told: Told): string => {
  const own = adviceSentences(finding, told.wording).map((advice) => escapeText(markUnfit(advice, drug)))
  const place = labelFindings(drug, told.policy).includes(finding)
    ? [escapeText(`This stands in the ${finding.source} label: ${placeWords(finding)}.`)]
    : []
  const lines = [
    ...whyNow(drug),
    ...own,
    ...otherDoseLines(drug, finding, told),
    ...twoDoses(drug, finding).map(escapeText),
    ...place,
    ...labelLines(drug, finding, told),
  ]
  const population = finding.population
  if (population?.state === 'undecided')
    lines.unshift(escapeText(`This applies only to: ${population.label}. The record does not decide it (${asClause(population.because)}).`))
  return section('What to do', bulletList(lines))
}

const why = (finding: Finding, calls: readonly GeneCall[], wording: Wording): string => {
  const lines = byWeight(finding.basis).map((basis) => basisSentence(basis, calls))
  lines.push(...modifierNotes(finding))
  const effects = effectWords(finding, wording)
  if (effects.length > 0) lines.push(`Expected: ${effects.join(', ')}`)
  const risk = riskWords(finding, wording)
  if (risk) lines.push(`Risk: ${risk}`)
  if (finding.met !== undefined) lines.push(`Applies here: ${listWords(finding.met.map((text) => wording.when.get(text) ?? text))}`)
  if (finding.population?.state === 'matches') lines.push(`Applies here: ${finding.population.label} (${finding.population.because})`)
  return section('Why', bulletList(lines.map(escapeText)))
}

/** Pairs that a source lists without our having read what it says. */
const listedWords = ({ findings }: DrugAssessment): string[] => {
  const lists = new Map<string, Set<string>>()
  for (const finding of findings.filter(({ kind }) => kind === 'listed')) {
    const pair = `${finding.source} lists ${finding.drug.name} with ${finding.genes.join(', ')}`
    lists.set(pair, (lists.get(pair) ?? new Set()).add(finding.strength === 'label' ? 'label' : 'table'))
  }
  return [...lists].map(([pair, where]) => `${pair} (${[...where].join(' and ')}); what it says was not read for this release.`)
}

/** Sources side by side; a disagreement is said, not smoothed over. */
const sources = (drug: DrugAssessment, calls: readonly GeneCall[], wording: Wording): string => {
  const rows = drug.findings
    .filter((finding) => finding.kind === 'guidance')
    .map((finding) => [
      `[${escapeText(sourceWords(finding))}](${finding.guideline.url})`,
      escapeText(
        byWeight(finding.basis)
          .map((basis) => rowWords(basis, calls))
          .join(' + '),
      ),
      escapeText(
        (adviceSentences(finding, wording).join(' ') || 'Nothing that holds for this patient.') +
          (finding.population?.state === 'undecided' ? ` Only for: ${finding.population.label}.` : ''),
      ),
    ])
  const listed = listedWords(drug)
  const parts = [
    rows.length > 0 ? table(['Source', 'Genes', 'Advice'], rows) : '',
    drug.disagreement ? escapeText(`The sources differ: ${drug.disagreement}`) : '',
    listed.length > 0 ? bulletList(listed.map(escapeText)) : '',
  ]
  return section('Sources', joinSections(parts))
}

export const notAssessed = (gaps: readonly Gap[]): string =>
  section('Not assessed', bulletList([...new Set(gaps.map((gap) => escapeText(`${gap.about}: ${gap.because}`)))]))

const estimateLines = (estimate: RiskEstimate): string[] => {
  if (estimate.state === 'refused')
    return [`${estimate.title}: not computed, because ${estimate.because.map((gap) => asClause(gap.because)).join('; ')}`]
  const interval = estimate.interval
    ? ` (${Math.round(estimate.interval.level * 100)} % interval ${amount(estimate.interval.low)} to ${amount(estimate.interval.high)})`
    : ''
  const comparison = estimate.comparison.map((other) => `; ${other.variant}: ${amount(other.value)} ${unitWords(other.unit)}`).join('')
  return [
    `${estimate.title}: ${amount(estimate.value)} ${unitWords(estimate.unit)}${interval}${comparison}`,
    `From: ${estimate.inputs
      .filter((input) => input.value !== null)
      .map((input) => `${input.label} ${input.value}${input.unit && input.unit !== '1' ? ` ${input.unit}` : ''}`)
      .join(', ')}`,
    ...estimate.missing.map((missing) => `Missing: ${missing.label}. ${missing.effect}`),
    ...estimate.population.limits,
    ...estimate.limits,
    `Model: ${estimate.model.name}, ${estimate.model.citation}`,
  ]
}

/** Estimates of the drug itself; those that a moment tells stand in its own section. */
const estimates = ({ estimates: all, moments = [] }: DrugAssessment): string => {
  const elsewhere = new Set(moments.flatMap((answer) => answer.estimates))
  return section(
    'Estimate',
    bulletList(
      all
        .filter((one) => !elsewhere.has(one))
        .flatMap(estimateLines)
        .map(escapeText),
    ),
  )
}

/** Each result with its date and laboratory, and what would follow from it. */
const results = (drug: DrugAssessment, calls: readonly GeneCall[]): string => {
  const lines = drug.findings.flatMap(({ basis }) =>
    basis.filter(({ state }) => state === 'candidate').map((one) => basisSentence(one, calls)),
  )
  return section('Results on record', bulletList([...new Set(lines)].map(escapeText)))
}

const clarify = (drug: DrugAssessment, genes: readonly string[]): string =>
  drug.gaps.some((gap) => gap.code === 'conflict' && genes.includes(gap.about))
    ? `Find out which result holds, or have the test repeated, before ${drug.drug.name} is started.`
    : `Ask the laboratory for the diplotype or the activity score before ${drug.drug.name} is started: ${openBecause(drug, genes)}.`

/** Where one reading outdoes all others it is told as that; between an increase and a reduction neither is, and each is told by its name. */
const whichReading = (one: Finding, readings: readonly Finding[], calls: readonly GeneCall[]): string =>
  readings.length === 1 ? `If the more serious reading holds (${readingWords(one, calls)})` : `If ${readingWords(one, calls)}`

/** Detail of a card about results that lead to different advice. */
export const conflictDetail = (
  drug: DrugAssessment,
  { head, genes, readings }: Extract<Concern, { kind: 'conflict' }>,
  calls: readonly GeneCall[],
  told: Told,
): string =>
  joinSections([
    section(
      'What to do',
      bulletList([
        escapeText(clarify(drug, genes)),
        ...readings.map((one) =>
          escapeText(`${whichReading(one, readings, calls)}: ${markUnfit(adviceSentences(one, told.wording).join(' '), drug)}`),
        ),
        ...labelLines(drug, head, told),
      ]),
    ),
    results(drug, calls),
    ...momentSections(drug),
    sources(drug, calls, told.wording),
    notAssessed(drug.gaps),
  ])

/** Tests that should come before the first dose are not forgotten because a result of another gene speaks. */
const testsBeside = ({ testFirst }: DrugAssessment, head: Finding, { policy }: Told): string =>
  testFirst === null || !policy.testFirst || rankOf(head.consequence) < rankOf('dose')
    ? ''
    : section(
        'Before the first dose',
        bulletList(
          testFirst.genes.map((gene) => {
            const what = gene.awaited ? 'Wait for the result of' : gene.demand === 'consider' ? 'Consider ordering' : 'Order'
            return escapeText(`${what} ${gene.test}${gene.limit === null ? '' : ` (${gene.limit})`}: ${gene.because}`)
          }),
        ),
      )

/** Detail of a guidance card: what to do, why, alternatives, estimate, sources, what was not assessed. */
export const guidanceDetail = (drug: DrugAssessment, head: Finding, calls: readonly GeneCall[], told: Told): string =>
  joinSections([
    whatToDo(drug, head, told),
    why(head, calls, told.wording),
    testsBeside(drug, head, told),
    estimates(drug),
    ...momentSections(drug),
    alternativesSection(drug),
    sources(drug, calls, told.wording),
    notAssessed(drug.gaps),
  ])

/** One source's request, whom it is limited to, and where it stands. */
const demandLine = ({ source, year, demand, tests, basis, url, limit }: TestDemand): string => {
  const who = limit === null ? '' : ` Asked for only: ${limit}. The record does not decide that here.`
  return `[${escapeText([source, year].filter(Boolean).join(' '))}](${url}) (${demand}; ${escapeText(listWords(tests))}): ${escapeText(`${basis}.${who}`)}`
}

const testToDo = (test: TestFirst): string =>
  section(
    'What to do',
    bulletList(
      test.genes.map((gene) =>
        escapeText(
          `${gene.awaited ? 'Wait for the result of' : gene.demand === 'consider' ? 'Consider ordering' : 'Order'} ${gene.test}${gene.limit === null ? '' : ` (${gene.limit})`} ${gene.awaited ? '' : 'and wait for the result '}before the first dose, if the patient's condition allows.`,
        ),
      ),
    ),
  )

const testSources = (test: TestFirst): string => section('Sources', bulletList(test.demands.map(demandLine)))

/** The test beside what could not be assessed. */
export const testSections = (test: TestFirst): string[] => [testToDo(test), testSources(test)]

export const testFirstDetail = (drug: DrugAssessment, test: TestFirst): string =>
  joinSections([
    testToDo(test),
    section(
      'Why',
      bulletList([
        ...test.genes.map((gene) => escapeText(`${gene.test}: ${gene.because}`)),
        ...(test.ordersUnread === undefined ? [] : [escapeText(test.ordersUnread)]),
      ]),
    ),
    ...momentSections(drug),
    testSources(test),
    notAssessed(drug.gaps),
  ])
