import type { Kysely } from 'kysely'
import {
  type CardCount,
  countCards,
  type OverrideWord,
  type Period,
  readOverrideWords,
  readShadowSamples,
  type ShadowSample,
} from './override-counts.ts'
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
  /** What became of the cards of a period; `services` are those that look at orders. */
  cards(period: Period, services: readonly string[]): Promise<readonly CardCount[]>
  /** Why cards of a period were overridden. */
  words(period: Period): Promise<readonly OverrideWord[]>
  samples(period: Period): Promise<readonly ShadowSample[]>
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
  cards: async (period, services) => countCards(await db(), period, services),
  words: async (period) => readOverrideWords(await db(), period),
  samples: async (period) => readShadowSamples(await db(), period),
  forget: async (before) => forgetServiceCounts(await db(), before),
  states: async () => readStates(await db()),
  noteStates: async (states) => noteStates(await db(), states, new Date().toISOString()),
})
