import type { Kysely } from 'kysely'
import type { ModelSwitch, ModelTally, OutcomeItem, OutcomeReceipt } from '../contract/monitoring.ts'
import type { RiskEstimate } from '../contract/risk.ts'
import { type Entry, predictionOf, type ShadowRecord } from './entries.ts'
import { addSwitch, readSwitches } from './model-switches.ts'
import { addOutcomes, type Judged, readJudged, type Sender } from './outcomes.ts'
import type { Pseudonym } from './pseudonym.ts'
import type { LedgerTables } from './tables.ts'
import { type Counted, type FirstDay, forgetTallies, readFirstDays, readTallies, type Windows } from './tallies.ts'
import { noteStates, readStates, type StateChange, type WatchedState } from './watch-states.ts'

export type { Counted, FirstDay, Judged, Sender, ShadowRecord, StateChange, WatchedState, Windows }

/** What the ledger keeps for the monitoring of models. All of it throws AttuneError `ledger-failed` while the database is away, but for `shadow`. */
export type ModelStore = {
  /** Estimates that nobody was shown, of a call that was recorded before. Durable as a decision is. */
  shadow(call: ShadowRecord, estimates: readonly RiskEstimate[], tallies: readonly ModelTally[]): Promise<void>
  tallies(windows: Windows): Promise<readonly Counted[]>
  firstDays(): Promise<readonly FirstDay[]>
  /** Days of counts before one are let go; the first days of a release are kept. */
  forget(before: string, early: number): Promise<void>
  /** A receipt for each item, in order. The same outcome sent again is stored once. */
  outcomes(sender: Sender, items: readonly OutcomeItem[]): Promise<readonly OutcomeReceipt[]>
  judged(since: Date, tenant: string | null): Promise<readonly Judged[]>
  turn(one: ModelSwitch): Promise<void>
  /** Newest first. */
  switches(): Promise<readonly ModelSwitch[]>
  /** What the watch said last of each figure. */
  states(): Promise<readonly WatchedState[]>
  /** Keeps what the watch said and gives back what changed. */
  noteStates(states: readonly WatchedState[]): Promise<readonly StateChange[]>
}

export const makeModelStore = (
  db: () => Promise<Kysely<LedgerTables>>,
  write: (entry: Entry) => Promise<void>,
  pseudonym: Pseudonym,
): ModelStore => ({
  shadow: (call, estimates, tallies) =>
    write({ kind: 'shadow', call, predictions: estimates.map((estimate) => predictionOf(estimate, pseudonym)), tallies }),
  tallies: async (windows) => readTallies(await db(), windows),
  firstDays: async () => readFirstDays(await db()),
  forget: async (before, early) => forgetTallies(await db(), before, early),
  outcomes: async (sender, items) => {
    const keyed = items.map((item) => ({
      item,
      patientKey: 'patient' in item ? pseudonym.patientKey(sender.tenant, item.fhirServer, item.patient) : null,
    }))
    return addOutcomes(await db(), sender, keyed, new Date().toISOString())
  },
  judged: async (since, tenant) => readJudged(await db(), since.toISOString(), tenant),
  turn: async (one) => addSwitch(await db(), one),
  switches: async () => readSwitches(await db()),
  states: async () => readStates(await db()),
  noteStates: async (states) => noteStates(await db(), states, new Date().toISOString()),
})
