import { type Kysely, sql, type Transaction } from 'kysely'
import { adopt } from './adopt.ts'
import { CHAIN_START } from './canonical.ts'
import type { LedgerTables } from './tables.ts'

/** Statements, or work that needs the rows. */
type Step = readonly (string | ((transaction: Transaction<LedgerTables>) => Promise<void>))[]

/** Columns of a record that is stored deflated; its old one may then be empty. */
const PACKED = [
  'alter table decision add column if not exists packed bytea, add column if not exists about text, alter column record drop not null',
  'alter table decision alter column packed set storage external',
]

/** Versions from 1 on. A released step is never changed; a new one is added. */
const STEPS: readonly Step[] = [
  [
    `create table decision (
      seq bigint primary key,
      id text not null unique,
      at timestamptz not null,
      tenant text not null,
      service text not null,
      outcome text not null,
      patient_key text not null,
      previous_hash text not null,
      hash text not null unique,
      record text not null
    )`,
    'create index decision_by_tenant on decision (tenant, seq desc)',
    `create function refuse_change() returns trigger language plpgsql as $$
      begin raise exception 'this table is append-only'; end $$`,
    'create trigger decision_append_only before update or delete or truncate on decision for each statement execute function refuse_change()',
    'create table chain_head (one int primary key check (one = 1), seq bigint not null, hash text not null)',
    `insert into chain_head values (1, 0, '${CHAIN_START}')`,
    'create table card (tenant text not null, card text not null, decision text not null, primary key (tenant, card))',
    `create table feedback (
      id text primary key,
      at timestamptz not null,
      tenant text not null,
      card text not null,
      outcome text not null,
      digest text not null,
      record text not null,
      unique (tenant, digest)
    )`,
    'create index feedback_by_card on feedback (tenant, card)',
    `create table prediction (
      decision text not null,
      tenant text not null,
      at timestamptz not null,
      model text not null,
      version text not null,
      sha256 text not null,
      state text not null,
      variant text,
      value double precision,
      unit text,
      inputs text not null
    )`,
    'create index prediction_by_model on prediction (model, version, at)',
    'create index prediction_by_decision on prediction (tenant, decision)',
  ],
  ['create table spool_mark (file text primary key, lines int not null)'],
  [
    `create table concern (
      tenant text not null,
      card text not null,
      patient_key text not null,
      user_key text not null,
      facts text not null,
      primary key (tenant, card, facts)
    )`,
    'create index concern_by_user on concern (user_key, patient_key)',
  ],
  [
    "alter table prediction add column mode text not null default 'shown'",
    `create table model_day (
      day date not null,
      tenant text not null,
      model text not null,
      release text not null,
      mode text not null,
      place text not null,
      subject text not null,
      measure text not null,
      bin text not null,
      n bigint not null,
      total double precision not null,
      squares double precision not null,
      primary key (tenant, model, release, mode, day, place, subject, measure, bin)
    )`,
    'create table shadow_call (decision text primary key, at timestamptz not null)',
    `create table outcome (
      seq bigint generated always as identity primary key,
      tenant text not null,
      decision text not null,
      model text not null,
      variant text not null,
      outcome double precision not null,
      known_on date not null,
      received timestamptz not null,
      client text not null
    )`,
    'create index outcome_by_decision on outcome (tenant, decision, model, variant, seq desc)',
    'create index outcome_by_model on outcome (model, tenant)',
    'create trigger outcome_append_only before update or delete or truncate on outcome for each statement execute function refuse_change()',
    `create table model_switch (
      seq bigint generated always as identity primary key,
      at timestamptz not null,
      model text not null,
      use text not null check (use in ('on', 'off')),
      by text not null,
      because text not null
    )`,
    'create trigger model_switch_append_only before update or delete or truncate on model_switch for each statement execute function refuse_change()',
    `create table watch_state (
      tenant text not null,
      model text not null,
      release text not null,
      figure text not null,
      subject text not null,
      state text not null,
      since timestamptz not null,
      primary key (tenant, model, release, figure, subject)
    )`,
    'create index decision_by_patient on decision (tenant, patient_key)',
  ],
  [
    `create table model_first (
      tenant text not null,
      model text not null,
      release text not null,
      mode text not null,
      day date not null,
      primary key (tenant, model, release, mode)
    )`,
    `insert into model_first
      select tenant, model, release, mode, min(day) from model_day group by tenant, model, release, mode`,
  ],
  [
    `create table review (
      seq bigint generated always as identity primary key,
      id text not null unique,
      at timestamptz not null,
      tenant text not null,
      patient_key text not null,
      kind text not null check (kind in ('mark', 'sign-off', 'written', 'report')),
      record text not null,
      locked text
    )`,
    'create index review_by_patient on review (tenant, patient_key, seq)',
    'create trigger review_append_only before update or delete or truncate on review for each statement execute function refuse_change()',
  ],
  [
    `create table practice_switch (
      seq bigint generated always as identity primary key,
      at timestamptz not null,
      kind text not null check (kind in ('rule', 'service', 'site')),
      subject text not null,
      tenant text,
      use text not null check (use in ('on', 'off', 'shadow')),
      by text not null,
      because text not null
    )`,
    'create trigger practice_switch_append_only before update or delete or truncate on practice_switch for each statement execute function refuse_change()',
    `create table rules_order (
      seq bigint generated always as identity primary key,
      at timestamptz not null,
      folder text,
      by text not null
    )`,
    'create trigger rules_order_append_only before update or delete or truncate on rules_order for each statement execute function refuse_change()',
  ],
  [
    `create table service_day (
      day date not null,
      tenant text not null,
      service text not null,
      mode text not null,
      kind text not null,
      subject text not null,
      measure text not null,
      n bigint not null,
      primary key (tenant, service, mode, day, kind, subject, measure)
    )`,
    `create table service_hour (
      hour timestamptz not null,
      tenant text not null,
      service text not null,
      n bigint not null,
      last timestamptz not null,
      primary key (tenant, service, hour)
    )`,
    `create table service_first (
      tenant text not null,
      service text not null,
      mode text not null,
      kind text not null,
      subject text not null,
      day date not null,
      primary key (tenant, service, mode, kind, subject)
    )`,
    `create table card_shown (
      tenant text not null,
      card text not null,
      decision text not null,
      at timestamptz not null,
      service text not null,
      patient_key text not null,
      mode text not null,
      concern text not null,
      indicator text not null,
      drug text,
      concern_key text,
      rows text not null,
      primary key (tenant, card)
    )`,
    'create index card_shown_by_time on card_shown (at)',
    'create index card_shown_by_concern on card_shown (tenant, patient_key, concern_key, at)',
  ],
  [
    `create table entry (
      seq bigint primary key,
      at text not null,
      kind text not null,
      ref text not null,
      rows text,
      box text,
      body text,
      previous_hash text not null,
      hash text not null unique,
      unique (kind, ref)
    )`,
    `create table sealed_box (
      seq bigint primary key,
      kind text not null,
      ref text not null,
      box text not null,
      rekeyed bigint,
      unique (kind, ref)
    )`,
    `create table signed_head (
      seq bigint primary key,
      at text not null,
      key text not null,
      previous text not null,
      hash text not null,
      ed25519 text not null,
      mldsa65 text not null
    )`,
    'drop index prediction_by_decision',
    'create index prediction_by_decision on prediction (decision)',
    // What retention removes is told by an entry of the chain; everything else is refused as before.
    `create or replace function refuse_change() returns trigger language plpgsql as $$
      begin
        if current_setting('attune.removal', true) = 'on' and tg_table_name not in ('entry', 'signed_head') then return null; end if;
        raise exception 'this table is append-only';
      end $$`,
    ...PACKED, // for `adopt`, which reads rows as this release does
    adopt,
    'alter table decision drop column previous_hash, drop column hash',
    'alter table review drop column locked',
    ...['entry', 'signed_head', 'feedback'].map(
      (table) =>
        `create trigger ${table}_append_only before update or delete or truncate on ${table} for each statement execute function refuse_change()`,
    ),
  ],
  [
    `alter table practice_switch drop constraint practice_switch_kind_check,
      add constraint practice_switch_kind_check check (kind in ('rule', 'service', 'site', 'model'))`,
  ],
  PACKED,
]

/** Version of the tables that this release knows. */
export const TABLES_VERSION = STEPS.length

/** Any number that no one else locks: several processes that start at once migrate one after the other. */
const LOCK = 4_117_900_001

const migrateIn = async (transaction: Transaction<LedgerTables>): Promise<void> => {
  await sql`set local lock_timeout = 0`.execute(transaction) // another process may be making the tables
  await sql`select pg_advisory_xact_lock(${sql.lit(LOCK)})`.execute(transaction)
  await sql`create table if not exists ledger_migration (version int primary key, at timestamptz not null default now())`.execute(
    transaction,
  )
  const done = await transaction.selectFrom('ledger_migration').select('version').execute()
  const at = Math.max(0, ...done.map(({ version }) => version))
  if (at > STEPS.length) throw new Error(`the ledger is of a newer release (version ${at}, this release knows ${STEPS.length})`)
  for (const [index, statements] of STEPS.entries()) {
    if (index < at) continue
    for (const step of statements) await (typeof step === 'string' ? sql.raw(step).execute(transaction) : step(transaction))
    await sql`insert into ledger_migration (version) values (${index + 1})`.execute(transaction)
  }
}

/** Brings the tables to this release, all or nothing. */
export const migrate = (db: Kysely<LedgerTables>): Promise<void> => db.transaction().execute(migrateIn)

/** @throws Error when the tables are not of this release; nothing is changed */
export const checkVersion = async (db: Kysely<LedgerTables>): Promise<void> => {
  const row = await db
    .selectFrom('ledger_migration')
    .select(({ fn }) => fn.max('version').as('at'))
    .executeTakeFirst()
  if (Number(row?.at ?? 0) !== TABLES_VERSION)
    throw new Error(`the ledger is of another release (version ${row?.at ?? 0}, this release knows ${TABLES_VERSION})`)
}
