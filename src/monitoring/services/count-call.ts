import type { DecisionRecord } from '../../contract/decision.ts'
import type { ServiceCell, ServiceTally } from '../../contract/service-watch.ts'

/** What the counting must know of the rules: so that no text of a caller becomes a name in the counts. */
export type RuleNames = {
  /** Drug and genes of a row; undefined for a row that is none of ours. */
  readonly row: (id: string) => { readonly drug: string; readonly genes: readonly string[] } | undefined
  readonly isDrug: (name: string) => boolean
}

const INTERRUPTING: ReadonlySet<string> = new Set(['critical', 'warning'])

/** Each thing once a call, however many orders it is about. */
const once = (cells: readonly ServiceCell[]): ServiceCell[] => [
  ...new Map(cells.map((cell) => [`${cell[0]}\n${cell[1]}\n${cell[2]}`, cell])).values(),
]

const ofService = ({ outcome, cards, traces, silences }: Answer): ServiceCell[] => {
  const orders = new Set([...traces, ...silences].flatMap(({ order }) => order ?? []))
  const interrupting = cards.filter(({ indicator }) => INTERRUPTING.has(indicator)).length
  const cell = (measure: string, n = 1): ServiceCell => ['service', '', measure, n]
  return [
    cell('calls'),
    cell(outcome),
    cell(cards.length > 0 ? 'with-card' : 'silent'),
    ...[...new Set(cards.map(({ indicator }) => indicator))].map((indicator) =>
      cell(`cards:${indicator}`, cards.filter((card) => card.indicator === indicator).length),
    ),
    ...(interrupting > 0 ? [cell('interrupting', interrupting)] : []),
    ...(orders.size > 0 ? [cell('orders', orders.size)] : []),
    ...[...new Set(silences.map(({ code }) => code))].map((code) => cell(`silence:${code}`)),
  ]
}

const ofDrugs = ({ traces, silences }: Answer, names: RuleNames): ServiceCell[] => [
  ...traces.flatMap(({ drug, concern }): ServiceCell[] =>
    drug === null || !names.isDrug(drug)
      ? []
      : [
          ['drug', drug, 'looked'],
          ['drug', drug, 'card'],
          ['drug', drug, `card:${concern}`],
          ...(concern === 'not-assessed' ? [['drug', drug, 'not-assessed'] satisfies ServiceCell] : []),
        ],
  ),
  ...silences.flatMap(({ about, code }): ServiceCell[] =>
    names.isDrug(about)
      ? [
          ['drug', about, 'looked'],
          ['drug', about, 'silent'],
          ['drug', about, `silence:${code}`],
        ]
      : [],
  ),
]

/** A row, and the pairs of drug and gene that it speaks of, fired where a card rests on it. */
const ofRules = ({ traces }: Answer, names: RuleNames): ServiceCell[] =>
  traces.flatMap(({ rows }) =>
    rows.flatMap((id): ServiceCell[] => {
      const row = names.row(id)
      return row === undefined
        ? []
        : [['rule', id, 'fired'], ...row.genes.map((gene): ServiceCell => ['pair', `${row.drug} ${gene}`, 'fired'])]
    }),
  )

type Answer = Pick<DecisionRecord, 'outcome' | 'cards' | 'traces' | 'silences' | 'versions'>

const cellsOf = (answer: Answer, names: RuleNames): ServiceCell[] =>
  once([...ofService(answer), ['release', answer.versions.rules, 'calls'], ...ofDrugs(answer, names), ...ofRules(answer, names)])

/** What a recorded call adds to the counts of its service: what was shown, what would have been, or both. */
export const countCall = (record: DecisionRecord, names: RuleNames): ServiceTally[] => {
  const { shadow } = record
  const shown: ServiceTally = { mode: 'shown', cells: cellsOf(record, names) }
  if (shadow === undefined) return [shown]
  const silences = record.silences.filter(({ code, about }) => !(code === 'shadow' && about === 'this call'))
  const wouldBe = cellsOf({ ...record, silences, cards: shadow.cards, traces: shadow.traces }, names)
  return shadow.of === 'rules' ? [shown, { mode: 'trial', cells: wouldBe }] : [{ mode: 'shadow', cells: wouldBe }]
}
