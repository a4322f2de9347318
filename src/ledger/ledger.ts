import { mkdirSync } from 'node:fs'
import type { Config } from '../config.ts'
import type { DecisionRecord, FeedbackEvent } from '../contract/decision.ts'
import type { ModelTally } from '../contract/monitoring.ts'
import type { RiskEstimate } from '../contract/risk.ts'
import type { ServiceTally } from '../contract/service-watch.ts'
import { AttuneError } from '../errors.ts'
import { takeDirectory } from './directory-lock.ts'
import { predictionOf } from './entries.ts'
import { type ModelStore, makeModelStore } from './model-store.ts'
import { type Asker, type Override, ownOverrides, sharedOverrides } from './overrides.ts'
import { makePracticeStore, type PracticeStore } from './practice-store.ts'
import { openPseudonym } from './pseudonym.ts'
import {
  type ChainState,
  type Counts,
  checkChain,
  countRows,
  findByCard,
  findDecision,
  findFeedback,
  lastSeen,
  recentDecisions,
} from './queries.ts'
import { makeReviewStore, type ReviewStore } from './review-store.ts'
import { makeServiceStore, type ServiceStore } from './service-store.ts'
import { type LedgerHealth, openStore, type StoreOptions } from './store.ts'

export type { Asker, ChainState, Counts, LedgerHealth, Override, PracticeStore, ReviewStore }

/** Decisions, feedback and predictions. What it has acknowledged is on the disk. */
export type Ledger = {
  /** Key that stands for a patient in decision records. */
  patientKey(tenant: string, fhirBase: string | null, patientId: string): string
  /** Key that stands for a user in decision records. */
  userKey(tenant: string, fhirBase: string | null, userId: string): string
  /** Keyed digest of what must not be found out by trying. */
  seal(text: string): string
  /**
   * What this user overrode for this patient since an instant: of each concern the newest word, if that is an override.
   * @throws AttuneError `ledger-failed` while the database is away
   */
  overrides(asker: Asker, since: Date): Promise<readonly Override[]>
  /**
   * Resolves when the record is durable; call it before the answer leaves (DESIGN decision 7).
   * @throws AttuneError `ledger-failed` when neither database nor spool can be written
   */
  record(
    decision: DecisionRecord,
    estimates?: readonly RiskEstimate[],
    tallies?: readonly ModelTally[],
    counted?: readonly ServiceTally[],
  ): Promise<void>
  /** Stores each distinct event once; an exact repeat is accepted and not stored again. Unknown cards are accepted. */
  feedback(events: readonly FeedbackEvent[]): Promise<void>
  /** Reads see one tenant only. @throws AttuneError `ledger-failed` while the database is away */
  decision(id: string, tenant: string): Promise<DecisionRecord | null>
  byCard(card: string, tenant: string): Promise<DecisionRecord | null>
  recent(n: number, tenant: string): Promise<DecisionRecord[]>
  /** Newest decision of the app about a patient, until an instant (UTC), if it kept what it advised. */
  lastSeen(tenant: string, patientKey: string, until: string): Promise<DecisionRecord | null>
  feedbackOn(
    about: { readonly card?: string; readonly decision?: string; readonly limit?: number },
    tenant: string,
  ): Promise<FeedbackEvent[]>
  /** Of one tenant, or of all when null. */
  counts(tenant?: string | null): Promise<Counts>
  verifyChain(): Promise<ChainState>
  readonly models: ModelStore
  /** What was switched, and which rules were asked for, while servers ran. */
  readonly practice: PracticeStore
  /** Counts and cards of the services, for who runs them. */
  readonly services: ServiceStore
  /** What was said about flags, sign-offs, reports. */
  readonly reviews: ReviewStore
  health(): LedgerHealth
  close(): Promise<void>
}

export type LedgerConfig = Pick<Config, 'dataDir' | 'databaseUrl' | 'pseudonymKeyFile'>

/** The embedded database allows one process; PostgreSQL any number. */
const takeData = (config: LedgerConfig): (() => void) => {
  if (config.databaseUrl) return () => {}
  try {
    mkdirSync(`${config.dataDir}/ledger`, { recursive: true, mode: 0o700 })
    return takeDirectory(`${config.dataDir}/ledger`)
  } catch (cause) {
    throw new AttuneError('ledger-failed', cause instanceof Error ? cause.message : 'the data folder cannot be used', { cause })
  }
}

/**
 * Opens the ledger: PGlite under `dataDir`, or PostgreSQL at `databaseUrl`. A database that is away does not stop the start:
 * records go to the spool, `health()` says degraded, and the spool is replayed when the database is back.
 * @throws AttuneError `ledger-failed` when another process uses the embedded database or the data folder cannot be written,
 *   `config-invalid` for the pseudonym key
 */
export const openLedger = async (config: LedgerConfig, options: StoreOptions = {}): Promise<Ledger> => {
  const pseudonym = openPseudonym(config)
  const leave = takeData(config)
  const store = await openStore(config, options).catch((cause: unknown) => {
    leave()
    throw new AttuneError('ledger-failed', 'the spool cannot be opened', { cause })
  })
  const db = store.database
  const overrides = config.databaseUrl === null ? ownOverrides(db) : sharedOverrides(db)
  return {
    patientKey: pseudonym.patientKey,
    userKey: pseudonym.userKey,
    seal: pseudonym.seal,
    overrides: overrides.since,
    record: (record, estimates = [], tallies = [], counted = []) =>
      store.write({
        kind: 'decision',
        record,
        predictions: estimates.map((estimate) => predictionOf(estimate, pseudonym)),
        tallies,
        counted,
      }),
    feedback: async (events) => {
      await Promise.all(events.map((event) => store.write({ kind: 'feedback', event })))
      await overrides.note(events)
    },
    decision: async (id, tenant) => findDecision(await db(), id, tenant),
    byCard: async (card, tenant) => findByCard(await db(), card, tenant),
    lastSeen: async (tenant, patientKey, until) => lastSeen(await db(), tenant, patientKey, until),
    recent: async (n, tenant) => recentDecisions(await db(), n, tenant),
    feedbackOn: async (about, tenant) => findFeedback(await db(), tenant, about),
    counts: async (tenant = null) => countRows(await db(), tenant),
    verifyChain: async () => checkChain(await db()),
    reviews: makeReviewStore(db, store.write, pseudonym),
    practice: makePracticeStore(db),
    models: makeModelStore(db, store.write, pseudonym),
    services: makeServiceStore(db),
    health: store.health,
    close: async () => {
      await store.close()
      leave()
    },
  }
}
