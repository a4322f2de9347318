import type { Kysely } from 'kysely'
import {
  type CountSpan,
  forgetServiceCounts,
  type HourCount,
  readServiceCounts,
  readServiceFirsts,
  readServiceHours,
  type ServiceCount,
  type ServiceFirst,
} from './service-counts.ts'
import type { LedgerTables } from './tables.ts'
import { noteStates, readStates, type StateChange, type WatchedState } from './watch-states.ts'

/** What the ledger keeps for the monitoring of services. All of it throws AttuneError `ledger-failed` while the database is away. */
export type ServiceStore = {
  counts(span: CountSpan): Promise<readonly ServiceCount[]>
  firsts(tenant: string | null): Promise<readonly ServiceFirst[]>
  hours(since: Date, tenant: string | null): Promise<readonly HourCount[]>
  /** Days before one are let go. */
  forget(before: string): Promise<void>
  /** What the watch said last of each figure. A service stands in the place of the model, with an empty release. */
  states(): Promise<readonly WatchedState[]>
  noteStates(states: readonly WatchedState[]): Promise<readonly StateChange[]>
}

export const makeServiceStore = (db: () => Promise<Kysely<LedgerTables>>): ServiceStore => ({
  counts: async (span) => readServiceCounts(await db(), span),
  firsts: async (tenant) => readServiceFirsts(await db(), tenant),
  hours: async (since, tenant) => readServiceHours(await db(), since, tenant),
  forget: async (before) => forgetServiceCounts(await db(), before),
  states: async () => readStates(await db()),
  noteStates: async (states) => noteStates(await db(), states, new Date().toISOString()),
})
