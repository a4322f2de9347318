import type { Alternative, DrugAssessment, Finding, TestFirst } from '../contract/findings.ts'
import type { GeneCall } from '../contract/genes.ts'
import type { Gap } from '../contract/lineage.ts'
import type { RiskEstimate } from '../contract/risk.ts'
import { asClause, bulletList, escapeText, joinSections, section, table } from './markdown.ts'
import { actionSentence, basisSentence, riskWords, sourceWords } from './phrases.ts'
import type { Wording } from './wording.ts'

const sentences = (finding: Finding, wording: Wording): string[] =>
  finding.actions.filter((action) => action.code !== 'see-source').map((action) => actionSentence(action, finding.drug.name, wording))

const whatToDo = (finding: Finding, wording: Wording): string => {
  const lines = sentences(finding, wording).map(escapeText)
  const population = finding.population
  if (population?.state === 'undecided')
    lines.unshift(
      `${escapeText(`This applies only if: ${population.label}. The record does not decide it (${asClause(population.because)}).`)}`,
    )
  return section('What to do', bulletList(lines))
}

const why = (finding: Finding, calls: readonly GeneCall[], wording: Wording): string => {
  const lines = finding.basis.map((basis) => basisSentence(basis, calls))
  const effects = finding.effect.map((effect) => wording.effects.get(effect)).filter((words) => words !== undefined)
  if (effects.length > 0) lines.push(`Expected: ${effects.join(', ')}`)
  const risk = riskWords(finding, wording)
  if (risk) lines.push(`Risk: ${risk}`)
  if (finding.population?.state === 'matches') lines.push(`Applies here: ${finding.population.label} (${finding.population.because})`)
  return section('Why', bulletList(lines.map(escapeText)))
}

const VERDICTS: Readonly<Record<Alternative['verdict'], string>> = {
  fits: 'fits this patient as far as checked',
  caution: 'possible with caution',
  unfit: 'not for this patient',
  unknown: 'could not be checked',
}

const alternativeLine = (alternative: Alternative): string => {
  const problems = alternative.checked.filter((check) => check.result === 'problem').map((check) => check.because)
  const unchecked = alternative.checked.filter((check) => check.result === 'not-checked').map((check) => check.what)
  const fine = alternative.checked.filter((check) => check.result === 'ok').map((check) => check.what)
  const parts = [
    problems.length > 0 ? problems.join('; ') : '',
    fine.length > 0 ? `checked: ${fine.join(', ')}` : '',
    unchecked.length > 0 ? `not checked: ${unchecked.join(', ')}` : '',
  ]
  return `${alternative.drug.name} (${alternative.namedBy.join(', ')}): ${VERDICTS[alternative.verdict]}. ${parts.filter(Boolean).join('. ')}`
}

const alternatives = (drug: DrugAssessment): string =>
  section('Alternatives named by the sources', bulletList(drug.alternatives.map((alternative) => escapeText(alternativeLine(alternative)))))

/** Sources side by side; a disagreement is said, not smoothed over. */
const sources = (drug: DrugAssessment, wording: Wording): string => {
  const rows = drug.findings
    .filter((finding) => finding.kind === 'guidance')
    .map((finding) => [
      `[${escapeText(sourceWords(finding))}](${finding.guideline.url})`,
      escapeText(finding.basis.map((basis) => basis.gene + (basis.key ? ` ${basis.key}` : '')).join(' + ')),
      escapeText(
        sentences(finding, wording).join(' ') + (finding.population?.state === 'undecided' ? ` Only if: ${finding.population.label}.` : ''),
      ),
    ])
  const listed = [
    ...new Set(
      drug.findings
        .filter((finding) => finding.kind === 'listed')
        .map((finding) => `${finding.source} lists ${finding.drug.name} with ${finding.genes.join(', ')}`),
    ),
  ]
  const parts = [
    rows.length > 0 ? table(['Source', 'Genes', 'Advice'], rows) : '',
    drug.disagreement ? escapeText(`The sources differ: ${drug.disagreement}`) : '',
    listed.length > 0 ? bulletList(listed.map((line) => escapeText(`${line}; its text was not read for this release.`))) : '',
  ]
  return section('Sources', joinSections(parts))
}

export const notAssessed = (gaps: readonly Gap[]): string =>
  section('Not assessed', bulletList([...new Set(gaps.map((gap) => escapeText(`${gap.about}: ${gap.because}`)))]))

/** As exact as it is meant: whole numbers from ten on. */
export const amount = (value: number): string => (Math.abs(value) >= 10 ? value.toFixed(0) : value.toFixed(1))

const UNITS: Readonly<Record<string, string>> = { 'mg/wk': 'mg/week', 'mg/d': 'mg/day' }

/** UCUM as people write it. */
export const unitWords = (unit: string): string => UNITS[unit] ?? unit

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

const estimates = (drug: DrugAssessment): string => section('Estimate', bulletList(drug.estimates.flatMap(estimateLines).map(escapeText)))

/** Each result with its date and laboratory, and what would follow from it. */
const results = (drug: DrugAssessment, calls: readonly GeneCall[]): string => {
  const lines = drug.findings.flatMap(({ basis }) =>
    basis.filter(({ state }) => state === 'candidate').map((one) => basisSentence(one, calls)),
  )
  return section('Results on record', bulletList([...new Set(lines)].map(escapeText)))
}

/** Detail of a card about results that lead to different advice. */
export const conflictDetail = (drug: DrugAssessment, head: Finding, calls: readonly GeneCall[], wording: Wording): string =>
  joinSections([
    section(
      'What to do',
      bulletList([
        escapeText(`Find out which result holds, or have the test repeated, before ${drug.drug.name} is started.`),
        escapeText(`If the more serious one holds: ${sentences(head, wording).join(' ')}`),
      ]),
    ),
    results(drug, calls),
    sources(drug, wording),
    notAssessed(drug.gaps),
  ])

/** Detail of a guidance card: what to do, why, alternatives, estimate, sources, what was not assessed. */
export const guidanceDetail = (drug: DrugAssessment, head: Finding, calls: readonly GeneCall[], wording: Wording): string =>
  joinSections([
    whatToDo(head, wording),
    why(head, calls, wording),
    estimates(drug),
    alternatives(drug),
    sources(drug, wording),
    notAssessed(drug.gaps),
  ])

export const testFirstDetail = (drug: DrugAssessment, test: TestFirst): string =>
  joinSections([
    section(
      'What to do',
      bulletList(
        test.genes.map((gene) =>
          escapeText(`Order ${gene.test} and wait for the result before the first dose, if the patient's condition allows.`),
        ),
      ),
    ),
    section('Why', escapeText(test.basis)),
    section('Source', `[${escapeText([test.source, test.year].filter(Boolean).join(' '))}](${test.url})`),
    notAssessed(drug.gaps),
  ])
