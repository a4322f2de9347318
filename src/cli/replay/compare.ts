import type { DecisionRecord } from '../../contract/decision.ts'
import type { RiskEstimate } from '../../contract/risk.ts'
import { canonicalJson } from '../../ledger/canonical.ts'
import type { MadeAgain } from './make-again.ts'

type Told = { readonly name: string; readonly says: string }

const by = (told: readonly Told[]): ReadonlyMap<string, string> => new Map(told.map(({ name, says }) => [name, says]))

/** What is gone, new or other, in plain words. */
const changes = (what: string, then: readonly Told[], now: readonly Told[]): string[] => {
  const [before, today] = [by(then), by(now)]
  return [
    ...[...before].filter(([name]) => !today.has(name)).map(([, says]) => `${what} no longer there: ${says}`),
    ...[...today].filter(([name]) => !before.has(name)).map(([, says]) => `${what} new: ${says}`),
    ...[...today].flatMap(([name, says]) => {
      const old = before.get(name)
      return old === undefined || old === says ? [] : [`${what} other: ${old} -> ${says}`]
    }),
  ]
}

const cardsOf = ({ cards, traces }: DecisionRecord): Told[] =>
  cards.map((card) => {
    const trace = traces.find((one) => one.card === card.uuid)
    return { name: JSON.stringify([trace?.order, trace?.concern, trace?.drug]), says: `[${card.indicator}] ${card.summary}` }
  })

/** The words below the summary, and what the card offers. */
const detailsOf = ({ cards, traces }: DecisionRecord): Told[] =>
  cards.map((card) => {
    const trace = traces.find((one) => one.card === card.uuid)
    const { uuid: _, summary, indicator: _i, ...rest } = card
    const offered = rest.suggestions?.map(({ uuid: _u, ...suggestion }) => suggestion)
    const text = JSON.stringify({ ...rest, suggestions: offered })
    return { name: JSON.stringify([trace?.order, trace?.concern, trace?.drug]), says: `${summary}\u0000${text}` }
  })

const findingsOf = ({ traces }: DecisionRecord): Told[] => traces.flatMap(({ rows }) => rows.map((row) => ({ name: row, says: row })))

const saidOf = (estimate: RiskEstimate): string => (estimate.state === 'estimated' ? `${estimate.value} ${estimate.unit}` : 'refused')

const estimatesOf = (estimates: readonly RiskEstimate[]): Told[] =>
  estimates.map((estimate) => ({
    name: JSON.stringify([estimate.model.id, estimate.title, estimate.state === 'estimated' ? estimate.variant : '']),
    says: `${estimate.title} (${estimate.model.id} ${estimate.model.version}): ${saidOf(estimate)}`,
  }))

const adviceOf = ({ seen = [] }: DecisionRecord): Told[] =>
  seen.map(({ drug, consequence }) => ({ name: drug, says: `${drug}: ${consequence}` }))

const silencesOf = ({ silences }: DecisionRecord): Told[] =>
  silences.map(({ about, code, because }) => ({ name: JSON.stringify([about, code]), says: `${about}: ${because}` }))

/** Cards whose first line is the same and whose words below it are not. */
const otherDetails = (then: DecisionRecord, now: DecisionRecord): string[] => {
  const before = by(detailsOf(then))
  return detailsOf(now).flatMap(({ name, says }) => {
    const old = before.get(name)
    const [summary] = says.split('\u0000')
    return old !== undefined && old !== says && old.startsWith(`${summary}\u0000`) ? [`Card with other details: ${summary}`] : []
  })
}

const versionsOf = (then: DecisionRecord['versions'], now: DecisionRecord['versions']): string[] => [
  ...(then.attune === now.attune ? [] : [`Attune ${then.attune} then, ${now.attune} now`]),
  ...(then.rules === now.rules ? [] : [`Rules ${then.rules} then, ${now.rules} now`]),
]

/** What would differ today. Empty: nothing. */
export const differences = (then: MadeAgain, now: MadeAgain): string[] => {
  const [a, b] = [then.decision, now.decision]
  const found = [
    ...(a.outcome === b.outcome ? [] : [`Outcome: ${a.outcome} -> ${b.outcome}`]),
    ...changes('Card', cardsOf(a), cardsOf(b)),
    ...otherDetails(a, b),
    ...changes('Finding', findingsOf(a), findingsOf(b)),
    ...changes('Estimate', estimatesOf(then.estimates), estimatesOf(now.estimates)),
    ...changes('Advice', adviceOf(a), adviceOf(b)),
    ...changes('Silence', silencesOf(a), silencesOf(b)),
  ]
  return found.length === 0 ? [] : [...versionsOf(a.versions, b.versions), ...found]
}

/** Members of a record that are other than they were. */
export const unequalMembers = (stored: DecisionRecord, made: DecisionRecord): string[] => {
  const names = new Set([...Object.keys(stored), ...Object.keys(made)]) as Set<keyof DecisionRecord>
  return [...names].filter((name) => canonicalJson(stored[name]) !== canonicalJson(made[name])).sort()
}
