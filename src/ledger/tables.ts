import type { Generated } from 'kysely'
import type { ToDeflate } from './packed-record.ts'

/** Tables of the ledger, the same on PGlite and PostgreSQL. Records are canonical JSON as text: the bytes that were hashed. */
export type LedgerTables = {
  /** The chain: one entry for everything that is evidence. Rows are never changed and never removed. */
  entry: {
    /** Position in the chain, from 1, without gaps. */
    seq: number
    /** ISO 8601, as text: the bytes that were hashed. */
    at: string
    kind: string
    /** Id of the row that the entry is about. */
    ref: string
    /** Digest of all columns of all rows that it is about; null where `body` says all. */
    rows: string | null
    /** SHA-256 of the ciphertext that came with it. */
    box: string | null
    /** What the entry itself says (canonical JSON): of removals, keys, adoptions. */
    body: string | null
    previous_hash: string
    hash: string
  }
  /** Ciphertexts, one at most to an entry. `rekeyed`: the entry that tells that it was encrypted anew. */
  sealed_box: { seq: number; kind: string; ref: string; box: string; rekeyed: number | null }
  /** Signed ends of the chain, each bound to the one before it. */
  signed_head: { seq: number; at: string; key: string; previous: string; hash: string; ed25519: string; mldsa65: string }
  decision: {
    /** Position of its entry in the chain. */
    seq: number
    id: string
    at: string
    tenant: string
    service: string
    outcome: string
    patient_key: string
    /** Null where the record is `packed`. */
    record: string | null
    /** The record, deflated (packed-record.ts); read with `recordOf` and `readRecord`. */
    packed: Uint8Array | ToDeflate | null
    about: string | null
  }
  /** One row: end of the chain, and the id of this ledger. Locked while entries are appended, so several processes write one chain. */
  chain_head: { one: number; seq: number; hash: string; ledger: string }
  /** Which decision made a card. */
  card: { tenant: string; card: string; decision: string }
  /** What a card said to which user about which patient, under keyed digests: an override of the card is an override of these. */
  concern: { tenant: string; card: string; patient_key: string; user_key: string; facts: string }
  feedback: {
    id: string
    at: string
    tenant: string
    card: string
    outcome: string
    /** Digest of what the client sent; the same event sent again is stored once. */
    digest: string
    record: string
  }
  prediction: {
    decision: string
    tenant: string
    at: string
    model: string
    version: string
    sha256: string
    state: string
    variant: string | null
    value: number | null
    unit: string | null
    /** Keyed digest of the inputs; the inputs themselves are not stored. */
    inputs: string
    /** `shadow`: computed beside the answer and shown to nobody. */
    mode: string
  }
  /** Counts of a day: bins, never a value of an input. Two processes add to one row. */
  model_day: {
    day: string
    tenant: string
    model: string
    release: string
    mode: string
    /** Service or app in which the model was asked. */
    place: string
    subject: string
    measure: string
    bin: string
    n: number
    /** Sum of the values and of their squares: of scores and differences, 0 elsewhere. */
    total: number
    squares: number
  }
  /** Day on which a release was first counted at a tenant: its first days are what later ones are compared with. */
  model_first: { tenant: string; model: string; release: string; mode: string; day: string }
  /** Calls of which the shadow models were recorded, each once. */
  shadow_call: { decision: string; at: string }
  /** Append-only; the newest of a tenant, decision, model and variant counts. */
  outcome: {
    seq: Generated<number>
    tenant: string
    decision: string
    model: string
    variant: string
    outcome: number
    known_on: string
    received: string
    client: string
  }
  /** Append-only. */
  model_switch: { seq: Generated<number>; at: string; model: string; use: string; by: string; because: string }
  /** Append-only: rules, services and sites that were switched while servers ran. */
  practice_switch: {
    seq: Generated<number>
    at: string
    kind: string
    subject: string
    tenant: string | null
    use: string
    by: string
    because: string
  }
  /** Append-only: which folder the rules are to be loaded from; null: that of the configuration. */
  rules_order: { seq: Generated<number>; at: string; folder: string | null; by: string }
  /** What the watch said last, so that of several processes one tells that it changed. */
  watch_state: { tenant: string; model: string; release: string; figure: string; subject: string; state: string; since: string }
  /** Counts of a day of a service, `mode` shown or shadow: names of rules, drugs and codes, nothing of a patient. Two processes add to one row. */
  service_day: { day: string; tenant: string; service: string; mode: string; kind: string; subject: string; measure: string; n: number }
  /** Calls of an hour (UTC), and the instant of its last. */
  service_hour: { hour: string; tenant: string; service: string; n: number; last: string }
  /** Day on which something was first counted. */
  service_first: { tenant: string; service: string; mode: string; kind: string; subject: string; day: string }
  /** What each card was about, for the analytics of overrides; `shadow` for what nobody saw. `concern_key` says nothing of the patient. */
  card_shown: {
    tenant: string
    card: string
    decision: string
    at: string
    service: string
    patient_key: string
    mode: string
    concern: string
    indicator: string
    drug: string | null
    concern_key: string | null
    /** Rows of the rules, as a JSON array. */
    rows: string
  }
  /** Append-only: what pharmacists and clinicians said about flags, sign-offs, reports that were made. */
  review: {
    seq: Generated<number>
    id: string
    at: string
    tenant: string
    patient_key: string
    kind: string
    /** Free text and names stand in `sealed_box`. */
    record: string
  }
  /** How far the entries of a spool file are committed here, so that a start replays only what is missing. */
  spool_mark: { file: string; lines: number }
  ledger_migration: { version: number; at: string }
}
