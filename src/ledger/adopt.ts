import { randomUUID } from 'node:crypto'
import { type Kysely, sql, type Transaction } from 'kysely'
import { CHAIN_START, canonicalJson, chainHash } from './canonical.ts'
import { type EntryKind, openChain } from './chain.ts'
import { digestRows, readRows } from './evidence.ts'
import type { LedgerTables } from './tables.ts'

type Adopting = Transaction<LedgerTables>

const PAGE = 200

/** How the chain of decisions of earlier releases ended, or where it was broken already. */
type OldChain = { readonly decisions: number; readonly head: string; readonly brokenAt: number | null }

type OldRow = { readonly seq: string | number; readonly previous_hash: string; readonly hash: string; readonly record: string }

/** Each row of the old chain sealed its record and the row before it; nothing else was sealed. */
const walkOldChain = async (db: Kysely<LedgerTables>): Promise<OldChain> => {
  let head = CHAIN_START
  let decisions = 0
  let last = 0
  let brokenAt: number | null = null
  for (;;) {
    const { rows } = await sql<OldRow>`select seq, previous_hash, hash, record from decision
      where seq > ${sql.lit(last)} order by seq limit ${sql.lit(PAGE)}`.execute(db)
    for (const row of rows) {
      last = Number(row.seq)
      decisions += 1
      const whole = last === decisions && row.previous_hash === head && row.hash === chainHash(head, row.record)
      if (!whole) brokenAt ??= last
      head = row.hash
    }
    if (rows.length < PAGE) break
  }
  const end = await sql<{ seq: string | number; hash: string }>`select seq, hash from chain_head`.execute(db)
  if (Number(end.rows[0]?.seq) !== last || end.rows[0]?.hash !== head) brokenAt ??= decisions + 1
  return { decisions, head, brokenAt }
}

/** Where the refs of each kind stand, in the order in which they are adopted. */
const SOURCES: readonly (readonly [kind: EntryKind, table: string, ref: string, at: string, order: string])[] = [
  ['decision', 'decision', 'id', 'at', 'seq'],
  ['feedback', 'feedback', 'id', 'at', 'at, id'],
  ['review', 'review', 'id', 'at', 'seq'],
  ['shadow', 'shadow_call', 'decision', 'at', 'at, decision'],
  ['outcome', 'outcome', 'seq', 'received', 'seq'],
  ['switch', 'model_switch', 'seq', 'at', 'seq'],
  ['practice', 'practice_switch', 'seq', 'at', 'seq'],
  ['rules', 'rules_order', 'seq', 'at', 'seq'],
]

/** A row of an earlier release: its id, and when it was written. */
type Old = { readonly ref: string; readonly at: string }

const oldOnes = async (db: Adopting, [, table, ref, at, order]: (typeof SOURCES)[number]): Promise<Old[]> => {
  const { rows } = await sql<Old>`select ${sql.ref(ref)}::text as ref,
    to_char(${sql.ref(at)} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at
    from ${sql.table(table)} order by ${sql.raw(order)}`.execute(db)
  return rows
}

const boxesOf = async (db: Adopting, kind: EntryKind, refs: readonly string[]): Promise<ReadonlyMap<string, string>> => {
  if (kind !== 'review') return new Map()
  const { rows } = await sql<{ id: string; locked: string }>`select id, locked from review
    where locked is not null and id in (select jsonb_array_elements_text(${JSON.stringify(refs)}::jsonb))`.execute(db)
  return new Map(rows.map(({ id, locked }) => [id, locked]))
}

const adoptPage = async (db: Adopting, kind: EntryKind, old: readonly Old[]): Promise<void> => {
  const refs = old.map(({ ref }) => ref)
  const chain = await openChain(db)
  if (kind === 'decision')
    for (const [at, ref] of refs.entries())
      await sql`update decision set seq = ${sql.lit(chain.next + at)} where id = ${ref} and seq <> ${sql.lit(chain.next + at)}`.execute(db)
  const [rows, boxes] = [await readRows(db, kind, refs), await boxesOf(db, kind, refs)]
  for (const { ref, at } of old) chain.add({ kind, ref, at, rows: digestRows(rows.get(ref) ?? {}), box: boxes.get(ref) ?? null })
  await chain.commit()
}

const sayAdopted = async (db: Adopting, old: OldChain): Promise<void> => {
  const chain = await openChain(db)
  chain.add({ kind: 'adopted', ref: 'decisions', rows: null, body: canonicalJson(old) })
  await chain.commit()
}

/**
 * Takes what an earlier release wrote into the chain, as it stands now, and says how that release's own chain of decisions stood.
 * What was changed before cannot be found afterwards, except by the old chain's end.
 */
export const adopt = async (db: Adopting): Promise<void> => {
  const old = await walkOldChain(db)
  await sql`set local attune.removal = 'on'`.execute(db)
  await sql`alter table chain_head add column ledger text`.execute(db)
  await sql`update chain_head set seq = 0, hash = ${CHAIN_START}, ledger = ${randomUUID()}`.execute(db)
  await sql`alter table chain_head alter column ledger set not null`.execute(db)
  for (const source of SOURCES) {
    const rows = await oldOnes(db, source)
    for (let at = 0; at < rows.length; at += PAGE) await adoptPage(db, source[0], rows.slice(at, at + PAGE))
    if (source[0] === 'decision' && rows.length > 0) await sayAdopted(db, old)
  }
  await sql`set local attune.removal = 'off'`.execute(db)
}
