import { existsSync, mkdirSync } from 'node:fs'
import type { Config } from '../config.ts'
import type { DecisionRecord, FeedbackEvent } from '../contract/decision.ts'
import type { ModelTally } from '../contract/monitoring.ts'
import type { RiskEstimate } from '../contract/risk.ts'
import type { ServiceTally } from '../contract/service-watch.ts'
import { AttuneError } from '../errors.ts'
import { readTrail, type Span, type TrailPage } from './audit-trail.ts'
import type { WalkState } from './background-walk.ts'
import { openToLook } from './database.ts'
import { takeDirectory } from './directory-lock.ts'
import { predictionOf } from './entries.ts'
import { readInputs, type StoredInputs } from './inputs.ts'
import { type Evidence, type KeepingParts, makeKeeping } from './keeping.ts'
import { readKey, readKeys } from './key-file.ts'
import { inputsBound, makeKeyring } from './keyring.ts'
import { type ModelStore, makeModelStore } from './model-store.ts'
import { type Asker, type Override, ownOverrides, sharedOverrides } from './overrides.ts'
import { makePracticeStore, type PracticeStore } from './practice-store.ts'
import { makePseudonym, readPseudonymKey } from './pseudonym.ts'
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
import { makeSigner, type PublicKeys, type Signer } from './signing.ts'
import { type LedgerHealth, openStore, type StoreOptions } from './store.ts'
import { type DecisionStore, makeDecisionStore } from './stored-decisions.ts'
import { type Verified, type VerifyOptions, verifyLedger } from './verify.ts'

export { headsFileOf } from './keeping.ts'
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
   * @param inputs what it was made of; encrypted here, before it is written anywhere
   * @throws AttuneError `ledger-failed` when neither database nor spool can be written
   */
  record(
    decision: DecisionRecord,
    estimates?: readonly RiskEstimate[],
    tallies?: readonly ModelTally[],
    counted?: readonly ServiceTally[],
    inputs?: Uint8Array | null,
  ): Promise<void>
  /** What a decision was made of, if it was kept, or why there is nothing. */
  inputsOf(id: string, tenant: string): Promise<StoredInputs>
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
  /** Decisions of all tenants, for replay. */
  readonly decisions: DecisionStore
  /** Signing, checking, ending and encrypting anew. */
  readonly evidence: Evidence
  health(): LedgerHealth & { readonly walk: WalkState }
  close(): Promise<void>
}

/** With `ledger` the end of the chain is signed on a schedule, and what is too old is removed; without, only when asked. */
export type LedgerConfig = Pick<Config, 'dataDir' | 'databaseUrl' | 'pseudonymKeyFile'> & Partial<Pick<Config, 'ledger' | 'retention'>>

export type LedgerOptions = StoreOptions & Partial<Pick<KeepingParts, 'onHead' | 'onRemoved' | 'onBroken'>>

/** The ledger goes on, but it is less of a proof: said, and no reason to refuse calls. */
const withTrouble = (health: LedgerHealth, trouble: string | null): LedgerHealth =>
  trouble === null ? health : { ...health, state: 'degraded', detail: `${health.detail}; ${trouble}` }

const signersOf = (pseudonymKey: Buffer, config: LedgerConfig): Signer[] =>
  [pseudonymKey, ...readKeys(config.ledger?.signingKeyFile, 'file of signing keys')].map((secret) => makeSigner(secret, 'ledger'))

/**
 * Public halves of the keys that sign this ledger, oldest first. No key is made.
 * @throws AttuneError `config-invalid` when a key file cannot be read
 */
export const readPublicKeys = (config: LedgerConfig): Promise<PublicKeys[]> => {
  const path = config.pseudonymKeyFile ?? `${config.dataDir}/pseudonym.key`
  return Promise.all(signersOf(readKey(path, 'pseudonym key', false), config).map((signer) => signer.publicKeys()))
}

export type LedgerToVerify = {
  verify(options: VerifyOptions): Promise<Verified>
  /** What was done with patients' data, in the order of the chain. */
  trail(span: Span): AsyncGenerator<TrailPage>
  close(): Promise<void>
}

/**
 * Opens a ledger to check it: nothing is migrated, signed or taken in from the spool.
 * @throws AttuneError `ledger-failed`
 */
export const openToVerify = async (config: LedgerConfig): Promise<LedgerToVerify> => {
  const leave = existsSync(`${config.dataDir}/ledger`) ? takeToLook(config) : () => {}
  try {
    const database = await openToLook(config)
    const close = async () => {
      await database.close()
      leave()
    }
    return { verify: (options) => verifyLedger(database.db, options), trail: (span) => readTrail(database.db, span), close }
  } catch (cause) {
    leave()
    throw new AttuneError('ledger-failed', cause instanceof Error ? cause.message : 'the ledger cannot be opened', { cause })
  }
}

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

/** A walk through the server's one connection would hold up its calls, and a copy of files in use is none: so it is refused, with a way. */
const takeToLook = (config: LedgerConfig): (() => void) => {
  try {
    return takeData(config)
  } catch (cause) {
    const reason = cause instanceof AttuneError ? cause.detail : 'the data folder cannot be used'
    throw new AttuneError('ledger-failed', `${reason}: stop that process, or name a snapshot of the folder with --data (docs/ledger.md)`, {
      cause,
    })
  }
}

/**
 * Opens the ledger: PGlite under `dataDir`, or PostgreSQL at `databaseUrl`. A database that is away does not stop the start:
 * records go to the spool, `health()` says degraded, and the spool is replayed when the database is back.
 * @throws AttuneError `ledger-failed` when another process uses the embedded database or the data folder cannot be written,
 *   `config-invalid` for the pseudonym key
 */
export const openLedger = async (config: LedgerConfig, options: LedgerOptions = {}): Promise<Ledger> => {
  const key = readPseudonymKey(config)
  const pseudonym = makePseudonym(key)
  const keyring = makeKeyring(key, readKeys(config.ledger?.boxKeyFile, 'file of box keys'))
  const signers = signersOf(key, config)
  const leave = takeData(config)
  const store = await openStore(config, options).catch((cause: unknown) => {
    leave()
    throw new AttuneError('ledger-failed', 'the spool cannot be opened', { cause })
  })
  const db = store.database
  const overrides = config.databaseUrl === null ? ownOverrides(db) : sharedOverrides(db)
  const nothing = () => {}
  const { onHead = nothing, onRemoved = nothing, onBroken = nothing } = options
  const keeping = makeKeeping({ config, db, flush: store.flush, signers, keyring, onHead, onRemoved, onBroken })
  const write: typeof store.write = async (entry) => {
    await store.write(entry)
    keeping.count(1)
  }
  return {
    patientKey: pseudonym.patientKey,
    userKey: pseudonym.userKey,
    seal: pseudonym.seal,
    overrides: overrides.since,
    record: (record, estimates = [], tallies = [], counted = [], inputs = null) =>
      write({
        kind: 'decision',
        record,
        predictions: estimates.map((estimate) => predictionOf(estimate, pseudonym)),
        tallies,
        counted,
        ...(inputs === null ? {} : { inputs: keyring.lock(inputs, inputsBound(record.tenant, record.id)) }),
      }),
    inputsOf: async (id, tenant) => readInputs(await db(), keyring, id, tenant),
    feedback: async (events) => {
      await Promise.all(events.map((event) => write({ kind: 'feedback', event })))
      await overrides.note(events)
    },
    decision: async (id, tenant) => findDecision(await db(), id, tenant),
    byCard: async (card, tenant) => findByCard(await db(), card, tenant),
    lastSeen: async (tenant, patientKey, until) => lastSeen(await db(), tenant, patientKey, until),
    recent: async (n, tenant) => recentDecisions(await db(), n, tenant),
    feedbackOn: async (about, tenant) => findFeedback(await db(), tenant, about),
    counts: async (tenant = null) => countRows(await db(), tenant),
    verifyChain: async () => checkChain(await db()),
    reviews: makeReviewStore(db, write, keyring),
    practice: makePracticeStore(db),
    services: makeServiceStore(db),
    models: makeModelStore(db, write, pseudonym),
    decisions: makeDecisionStore(db, pseudonym),
    evidence: keeping,
    health: () => ({ ...withTrouble(store.health(), keeping.trouble()), walk: keeping.walked() }),
    close: async () => {
      await keeping.end()
      await store.close()
      leave()
    },
  }
}
