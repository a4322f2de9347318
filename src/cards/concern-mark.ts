import { hash } from 'node:crypto'
import type { Card, ConcernMark, PastOverride, Silence } from '../contract/cards.ts'
import type { Order } from '../contract/facts.ts'
import type { DrugAssessment, Finding } from '../contract/findings.ts'
import type { Lineage } from '../contract/lineage.ts'
import type { MomentAnswer } from '../contract/moments.ts'
import { oncePer } from '../once-per.ts'
import type { Concern } from './card-policy.ts'

/** Digits that are kept of a digest: 128 bits, far more than there are concerns. */
const DIGITS = 32

/** Version of what is digested: a change of it makes every concern new, never falsely old. */
const LAYOUT = 'concern/1'

const keyOf = (parts: readonly unknown[]): string => hash('sha256', JSON.stringify([LAYOUT, ...parts])).slice(0, DIGITS)

const factOf = ({ resource, versionId, date }: Lineage) => [resource, versionId ?? null, date ?? null]

const factText = oncePer((fact: Lineage): string => JSON.stringify(factOf(fact)))

/** Once for all findings and drugs that rest on the same list. */
const sortedFacts = oncePer((facts: readonly Lineage[]): string[] => facts.map(factText).sort())

const sorted = (texts: readonly unknown[]): string[] => texts.map((one) => JSON.stringify(one)).sort()

/** What a finding rests on and asks for; its wording, and dates of what only decided a population, are left out. */
const findingContent = (finding: Finding) => [
  finding.row,
  finding.kind,
  finding.guideline.year,
  finding.strength,
  finding.consequence,
  finding.actions.map(({ code, value, detail, condition, atHand }) => [code, value, detail, condition, atHand?.state]),
  finding.effect,
  finding.risk,
  finding.population && [finding.population.code, finding.population.state],
  finding.basis.map((basis) => [
    basis.gene,
    basis.state,
    basis.key,
    basis.converted,
    basis.genetic && [basis.genetic.diplotype, basis.genetic.keys],
    basis.clinical && [basis.clinical.diplotype, basis.clinical.keys],
    sortedFacts(basis.facts),
  ]),
]

/** Concerns about giving the drug at all: another dose is another decision, also where the advice is to avoid the drug. */
const OF_DOSE = new Set<Concern['kind']>(['guidance', 'conflict'])

/** The ordered dose and how it is given: who overrode one dose of the drug has not answered another. */
const doseContent = ({ kind }: Concern, order: Order | null) => {
  if (order === null || !OF_DOSE.has(kind)) return null
  const { mgPerDay, mgPerDose, timesPerDay, text, route } = order.dose
  return [mgPerDay, mgPerDose, mgPerDay === null ? [timesPerDay, text] : null, route?.code ?? route?.display ?? null]
}

/** Everything that a prescriber's judgement about the drug rested on, in this patient. */
const factsContent = (concern: Concern, drug: DrugAssessment, order: Order | null, card: Pick<Card, 'summary' | 'indicator'>) => [
  concern.kind,
  card.summary,
  card.indicator,
  sorted(drug.findings.map(findingContent)),
  doseContent(concern, order),
  sorted(drug.gaps.map(({ about, code, resource }) => [about, code, resource === drug.ref ? null : (resource ?? null)])),
  sorted(drug.alternatives.map(({ drug: { name }, verdict }) => [name, verdict])),
  drug.testFirst && [drug.testFirst.demand, drug.testFirst.source, drug.testFirst.genes.map(({ test }) => test)],
  ...(spoken(drug.moments).length > 0 ? [sorted(spoken(drug.moments).map(momentContent))] : []),
]

/** What a moment that speaks says: rule, urgency and class; a score that stays in its class is no news. */
const momentContent = ({ moment, rule, indicator, numbers, offers }: MomentAnswer) => [
  moment,
  rule,
  indicator,
  numbers.map(({ name, band }) => [name, band ?? null]),
  offers.map(({ product }) => product.code),
]

const spoken = (answers: readonly MomentAnswer[] = []): MomentAnswer[] => answers.filter(({ state }) => state === 'speaks')

/**
 * Names what a card says about one drug. `key` is made of the drug, the genes that guidance for it asks for, and whether it is
 * ordered or in use: nothing of the patient. `facts` is a keyed digest of results, rows, advice, gaps and alternatives.
 */
export const markConcern = (
  concern: Concern,
  drug: DrugAssessment,
  order: Order | null,
  card: Pick<Card, 'summary' | 'indicator'>,
  seal: (text: string) => string,
): ConcernMark => {
  const key = keyOf([drug.about, drug.drug.rxcui ?? drug.drug.name, drug.genes])
  const facts = seal(JSON.stringify([key, ...factsContent(concern, drug, order, card)])).slice(0, DIGITS)
  return { key, facts, order: drug.ref, drug: drug.drug.name }
}

/** What moments say without a finding beside them: of an order, or of the patient (`at`). */
export const markMoments = (
  at: string,
  answers: readonly MomentAnswer[],
  drug: DrugAssessment | null,
  card: Pick<Card, 'indicator'>,
  seal: (text: string) => string,
): ConcernMark => {
  const key = keyOf(['moments', at, drug?.drug.rxcui ?? drug?.drug.name ?? null])
  const facts = seal(JSON.stringify([key, card.indicator, sorted(spoken(answers).map(momentContent))])).slice(0, DIGITS)
  return { key, facts, order: drug?.ref ?? null, drug: drug?.drug.name ?? null }
}

/** A concern about the whole list of medicines, which could not be read. */
export const markList = (code: string, card: Pick<Card, 'indicator'>, seal: (text: string) => string): ConcernMark => {
  const key = keyOf(['medicines', 'unread'])
  return { key, facts: seal(JSON.stringify([key, code, card.indicator])).slice(0, DIGITS), order: null, drug: null }
}

/** What a client may keep to recognise an unchanged concern (docs/integration.md). Of several concerns on one card, one digest. */
export const concernExtension = (marks: readonly ConcernMark[], seal: (text: string) => string): Pick<Card, 'extension'> => {
  const [first] = marks
  if (!first) return {}
  const key = marks.length === 1 ? first.key : keyOf(['several', ...marks.map((mark) => mark.key).sort()])
  const facts = marks.length === 1 ? first.facts : seal(JSON.stringify(marks.map((mark) => mark.facts).sort())).slice(0, DIGITS)
  return { extension: { 'org.attune.concern': { key, facts } } }
}

/** Whether the same user has overridden just this, and it may stay unsaid: never what is critical. */
export const overrideOf = (
  mark: ConcernMark,
  indicator: Card['indicator'],
  overridden: ReadonlyMap<string, PastOverride>,
): PastOverride | null => (indicator === 'critical' ? null : (overridden.get(mark.facts) ?? null))

/** The silence that an override leaves, with day, reason and until when it holds. */
export const overriddenSilence = (mark: ConcernMark, { at, reason, until }: PastOverride, about: string): Silence => ({
  about,
  code: 'overridden',
  because: `overridden on ${at.slice(0, 16).replace('T', ' at ')} UTC by the same user${reason === null ? '' : ` (${reason})`}; facts unchanged; shown again after ${until.slice(0, 16).replace('T', ' ')} UTC`,
  ...(mark.order === null ? {} : { order: mark.order }),
})
