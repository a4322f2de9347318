import { type Kysely, sql, type Transaction } from 'kysely'
import { canonicalJson } from './canonical.ts'
import { type EntryKind, openChain, parseBody } from './chain.ts'
import { signBody } from './heads.ts'
import type { Signer } from './signing.ts'
import type { LedgerTables } from './tables.ts'

type Db = Kysely<LedgerTables>

/** What retention ends: decisions with all that hangs on them, reviews, or only the inputs that decisions were made of. */
export type Removable = 'decisions' | 'reviews' | 'inputs'

/** Of each, the last entry whose content was removed; 0 where none was. */
export type Marks = Readonly<Record<Removable, number>>

/** Body of a `removal` entry: from here on the content of entries up to `upTo` is gone. */
export type Removal = {
  readonly what: Removable
  readonly upTo: number
  /** Entries whose content was removed by this one. */
  readonly entries: number
  readonly because: string
}

const NO_MARKS: Marks = { decisions: 0, reviews: 0, inputs: 0 }

/** By the removals that the chain tells of; whoever walks the chain checks that they are its own. */
export const readMarks = async (db: Db): Promise<Marks> => {
  const rows = await db.selectFrom('entry').select('body').where('kind', '=', 'removal').orderBy('seq').execute()
  const marks: Record<Removable, number> = { ...NO_MARKS }
  for (const { body } of rows) {
    const removal = parseBody<Removal>(body)
    if (removal !== null) marks[removal.what] = Math.max(marks[removal.what], removal.upTo)
  }
  return marks
}

/** Entries whose content goes at once: few enough that calls do not wait long behind it. */
const PAGE = 500

/** Which kinds of entries end with what. */
const KINDS: Readonly<Record<Removable, readonly EntryKind[]>> = {
  decisions: ['decision', 'feedback', 'shadow', 'outcome'],
  reviews: ['review'],
  inputs: ['decision'],
}

type Removing = Transaction<LedgerTables>

const among = (refs: readonly string[]) => sql`(select jsonb_array_elements_text(${JSON.stringify(refs)}::jsonb))`

/** Removes the rows of entries of one kind. */
const REMOVERS: Partial<Record<EntryKind, (db: Removing, refs: readonly string[]) => Promise<void>>> = {
  decision: async (db, refs) => {
    await sql`delete from concern k using card c where c.tenant = k.tenant and c.card = k.card and c.decision in ${among(refs)}`.execute(db)
    await sql`delete from card_shown where decision in ${among(refs)}`.execute(db)
    await sql`delete from card where decision in ${among(refs)}`.execute(db)
    await sql`delete from prediction where decision in ${among(refs)} and mode <> 'shadow'`.execute(db)
    await sql`delete from decision where id in ${among(refs)}`.execute(db)
  },
  feedback: async (db, refs) => void (await sql`delete from feedback where id in ${among(refs)}`.execute(db)),
  review: async (db, refs) => void (await sql`delete from review where id in ${among(refs)}`.execute(db)),
  shadow: async (db, refs) => {
    await sql`delete from prediction where decision in ${among(refs)} and mode = 'shadow'`.execute(db)
    await sql`delete from shadow_call where decision in ${among(refs)}`.execute(db)
  },
  outcome: async (db, refs) => void (await sql`delete from outcome where seq::text in ${among(refs)}`.execute(db)),
}

/** Removes the rows that entries of one kind are about, by their refs; the transaction must have said that it removes. */
export const removeRows = async (db: Removing, kind: EntryKind, refs: readonly string[]): Promise<void> => {
  if (refs.length > 0) await REMOVERS[kind]?.(db, refs)
}

/** The last entry before the first one that is to stay. */
const lastBefore = async (db: Db, instant: string): Promise<number> => {
  const { rows } = await sql<{ seq: string | number | null; head: string | number }>`
    select (select min(seq) from entry where at >= ${instant}) as seq, (select seq from chain_head) as head`.execute(db)
  const [row] = rows
  return row?.seq === null || row?.seq === undefined ? Number(row?.head ?? 0) : Number(row.seq) - 1
}

type Page = { readonly upTo: number; readonly entries: readonly { readonly kind: string; readonly ref: string }[] }

const readPage = async (db: Db, what: Removable, after: number, last: number): Promise<Page> => {
  const upTo = Math.min(after + PAGE, last)
  const query = db
    .selectFrom('entry')
    .select(['kind', 'ref'])
    .where('seq', '>', after)
    .where('seq', '<=', upTo)
    .where('kind', 'in', KINDS[what])
  const entries = await (what === 'inputs' ? query.where('box', 'is not', null) : query).execute()
  return { upTo, entries }
}

const removePage = (db: Db, removal: Removal, body: string, after: number, { entries, upTo }: Page): Promise<boolean> =>
  db.transaction().execute(async (transaction) => {
    const chain = await openChain(transaction)
    if ((await readMarks(transaction))[removal.what] !== after) return false // another process was quicker
    await sql`set local attune.removal = 'on'`.execute(transaction)
    if (removal.what !== 'inputs')
      for (const kind of KINDS[removal.what]) {
        const refs = entries.filter((entry) => entry.kind === kind).map(({ ref }) => ref)
        await removeRows(transaction, kind, refs)
      }
    await transaction
      .deleteFrom('sealed_box')
      .where('seq', '>', after)
      .where('seq', '<=', upTo)
      .where('kind', 'in', KINDS[removal.what])
      .execute()
    chain.add({ kind: 'removal', ref: String(chain.next), rows: null, body })
    await chain.commit()
    return true
  })

/**
 * Removes the content of entries that are older than an instant, and tells so in the chain, signed. The entries themselves stay: digests,
 * without which the rest could not be checked.
 * @returns entries whose content was removed
 * @throws UnknownKeyError when this process may not sign for the ledger
 */
export const removeContent = async (
  db: Db,
  signers: readonly Signer[],
  { what, before, because }: { readonly what: Removable; readonly before: Date; readonly because: string },
): Promise<number> => {
  const last = await lastBefore(db, before.toISOString())
  const marks = await readMarks(db)
  let after = what === 'inputs' ? Math.max(marks.inputs, marks.decisions) : marks[what] // inputs go with their decisions
  let removed = 0
  while (after < last) {
    const page = await readPage(db, what, after, last)
    if (page.entries.length === 0 && page.upTo < last) {
      after = page.upTo
      continue
    }
    if (page.entries.length === 0) break
    const removal: Removal = { what, upTo: page.upTo, entries: page.entries.length, because }
    const body = canonicalJson(await signBody(db, signers, removal))
    if (!(await removePage(db, removal, body, (await readMarks(db))[what], page))) break
    removed += page.entries.length
    after = page.upTo
  }
  return removed
}
