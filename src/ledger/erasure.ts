import { type Kysely, sql } from 'kysely'
import { canonicalJson } from './canonical.ts'
import { type EntryKind, openChain, parseBody } from './chain.ts'
import { signBody } from './heads.ts'
import { removeRows } from './removals.ts'
import type { Signer } from './signing.ts'
import type { LedgerTables } from './tables.ts'

type Db = Kysely<LedgerTables>

/** Whose records end: all keys that one patient has at one tenant. */
export type Erased = { readonly tenant: string; readonly patientKeys: readonly string[] }

/** Body of an `erasure` entry: the content of these entries is gone. It names no patient, not even by key. */
export type Erasure = { readonly entries: readonly number[]; readonly because: string }

/** Entries of one erasure entry: few enough that calls do not wait long behind it. */
const PAGE = 500

/** In this order: what hangs on a decision is found by it, so the decision itself goes last. */
const KINDS = ['feedback', 'shadow', 'outcome', 'review', 'decision'] as const satisfies readonly EntryKind[]

const keysOf = ({ patientKeys }: Erased) => sql`(select jsonb_array_elements_text(${JSON.stringify(patientKeys)}::jsonb))`

/** Which rows of a kind are the patient's, by the ref of their entries. */
const REFS = {
  decision: ({ tenant, ...of }: Erased) =>
    sql`select id from decision where tenant = ${tenant} and patient_key in ${keysOf({ tenant, ...of })}`,
  review: ({ tenant, ...of }: Erased) =>
    sql`select id from review where tenant = ${tenant} and patient_key in ${keysOf({ tenant, ...of })}`,
  shadow: (of: Erased) => sql`select s.decision from shadow_call s where s.decision in (${REFS.decision(of)})`,
  outcome: (of: Erased) => sql`select o.seq::text from outcome o where o.tenant = ${of.tenant} and o.decision in (${REFS.decision(of)})`,
  feedback: (of: Erased) =>
    sql`select f.id from feedback f join card c on c.tenant = f.tenant and c.card = f.card where c.decision in (${REFS.decision(of)})`,
} as const

type Found = { readonly seq: number; readonly ref: string }

const find = async (db: Db, kind: (typeof KINDS)[number], of: Erased): Promise<readonly Found[]> => {
  const { rows } = await sql<{ seq: string | number; ref: string }>`
    select e.seq, e.ref from entry e where e.kind = ${kind} and e.ref in (${REFS[kind](of)}) order by e.seq limit ${sql.lit(PAGE)}`.execute(
    db,
  )
  return rows.map(({ seq, ref }) => ({ seq: Number(seq), ref }))
}

/** How many entries of each kind are the patient's. */
export const countOf = async (db: Db, of: Erased): Promise<Readonly<Record<string, number>>> => {
  const counts: Record<string, number> = {}
  for (const kind of KINDS) {
    const { rows } = await sql<{
      n: string | number
    }>`select count(*) as n from entry e where e.kind = ${kind} and e.ref in (${REFS[kind](of)})`.execute(db)
    counts[kind] = Number(rows[0]?.n ?? 0)
  }
  return counts
}

const erasePage = (db: Db, kind: (typeof KINDS)[number], found: readonly Found[], body: string): Promise<void> =>
  db.transaction().execute(async (transaction) => {
    const chain = await openChain(transaction)
    await sql`set local attune.removal = 'on'`.execute(transaction)
    await removeRows(
      transaction,
      kind,
      found.map(({ ref }) => ref),
    )
    await transaction
      .deleteFrom('sealed_box')
      .where(
        'seq',
        'in',
        found.map(({ seq }) => seq),
      )
      .execute()
    chain.add({ kind: 'erasure', ref: String(chain.next), rows: null, body })
    await chain.commit()
  })

/**
 * Removes all that the ledger holds of one patient: decisions with cards, concerns, estimates and inputs, feedback, outcomes, reviews. The
 * entries stay with their digests, and a signed entry tells which of them lost their content.
 * @returns entries whose content was removed, by kind
 * @throws UnknownKeyError when this process may not sign for the ledger
 */
export const erasePatient = async (
  db: Db,
  signers: readonly Signer[],
  of: Erased,
  because: string,
): Promise<Readonly<Record<string, number>>> => {
  const erased: Record<string, number> = {}
  for (const kind of KINDS) {
    erased[kind] = 0
    for (let found = await find(db, kind, of); found.length > 0; found = await find(db, kind, of)) {
      const erasure: Erasure = { entries: found.map(({ seq }) => seq), because }
      await erasePage(db, kind, found, canonicalJson(await signBody(db, signers, erasure)))
      erased[kind] += found.length
    }
  }
  return erased
}

/** Numbers of entries whose content the chain tells to be erased; whoever walks the chain checks that the telling is signed. */
export const readErased = async (db: Db): Promise<ReadonlySet<number>> => {
  const rows = await db.selectFrom('entry').select('body').where('kind', '=', 'erasure').execute()
  return new Set(rows.flatMap(({ body }) => parseBody<Erasure>(body)?.entries ?? []))
}
