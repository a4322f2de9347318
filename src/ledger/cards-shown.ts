import type { Transaction } from 'kysely'
import { CANARY } from '../contract/canary.ts'
import type { DecisionRecord } from '../contract/decision.ts'
import type { CountMode } from '../contract/service-watch.ts'
import { insertNew } from './insert-rows.ts'
import type { LedgerTables } from './tables.ts'

type Shown = LedgerTables['card_shown']

type Answer = Pick<DecisionRecord, 'cards' | 'traces'>

/** A row for each card, by its trace: what it is about in names of ours. */
const rowsOf = ({ id, at, tenant, service, patientKey }: DecisionRecord, { cards, traces }: Answer, mode: CountMode): Shown[] => {
  const byCard = new Map(cards.map((card) => [card.uuid, card]))
  const call = { decision: id, at, tenant, service, patient_key: patientKey, mode }
  return traces.flatMap(({ card, concern, drug, rows, concerns }) => {
    const shown = byCard.get(card)
    const mark = concern === 'summary' ? undefined : concerns[0]
    return shown === undefined
      ? []
      : [{ ...call, card, concern, indicator: shown.indicator, drug, concern_key: mark?.key ?? null, rows: JSON.stringify(rows) }]
  })
}

/** Shown cards, and those that would have been; none of an invented patient's. */
const allRowsOf = (record: DecisionRecord): Shown[] => {
  if (record.tenant === CANARY) return []
  const { shadow } = record
  const wouldBe = shadow === undefined ? [] : rowsOf(record, shadow, shadow.of === 'rules' ? 'trial' : 'shadow')
  return [...rowsOf(record, record, 'shown'), ...wouldBe]
}

/** Keeps what the cards of some calls were about, in the transaction that stores the calls themselves. */
export const addCardsShown = async (transaction: Transaction<LedgerTables>, records: readonly DecisionRecord[]): Promise<void> => {
  const rows = records.flatMap(allRowsOf)
  if (rows.length > 0) await insertNew(transaction, 'card_shown', rows, 'card')
}
