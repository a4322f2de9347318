import type { Transaction } from 'kysely'
import { canonicalJson, chainHash, sha256 } from './canonical.ts'
import { insertRows } from './insert-rows.ts'
import type { LedgerTables } from './tables.ts'

/** What an entry of the chain is about. The first row holds what is kept in tables of its own, the second what stands in the entry itself. */
export type EntryKind =
  | 'decision'
  | 'feedback'
  | 'review'
  | 'shadow'
  | 'outcome'
  | 'switch'
  | 'practice'
  | 'rules'
  | 'adopted'
  | 'removal'
  | 'erasure'
  | 'rekey'
  | 'signing-key'

export type EntryRow = LedgerTables['entry']

/** What an entry seals, before it has its place. */
export type Sealed = {
  readonly kind: EntryKind
  /** Id of the row that it is about; unique among entries of its kind. */
  readonly ref: string
  /** Digest of the rows that it is about; null where `body` says all. */
  readonly rows: string | null
  /** Ciphertext that came with it; kept in `sealed_box`. */
  readonly box?: string | null
  readonly body?: string | null
  /** Only where an entry is adopted that an earlier release wrote; else now. */
  readonly at?: string
}

/** What the hash of an entry covers besides the entry before it. */
const headerOf = ({ seq, at, kind, ref, rows, box, body }: Omit<EntryRow, 'previous_hash' | 'hash'>): string =>
  canonicalJson({ seq: Number(seq), at, kind, ref, rows, box, body: body === null ? null : sha256(body) })

/** Null for a body that is none any more: whoever walks the chain finds it by its hash. */
export const parseBody = <Body extends object>(body: string | null): Body | null => {
  try {
    return JSON.parse(body ?? 'null') as Body | null // written by us
  } catch {
    return null
  }
}

export const hashOfEntry = (entry: Omit<EntryRow, 'hash'>): string => chainHash(entry.previous_hash, headerOf(entry))

/** The end of the chain, held by this transaction until it ends. */
export type Chain = {
  /** Gives the entry its place. @returns its number */
  add(sealed: Sealed): number
  /** Number that the next entry will have. */
  readonly next: number
  /** Writes what was added. */
  commit(): Promise<void>
}

/** Locks the end of the chain: several processes write one chain, one after the other. */
export const openChain = async (transaction: Transaction<LedgerTables>): Promise<Chain> => {
  const head = await transaction.selectFrom('chain_head').select(['seq', 'hash']).forUpdate().executeTakeFirstOrThrow()
  const entries: EntryRow[] = []
  const boxes: LedgerTables['sealed_box'][] = []
  let seq = Number(head.seq) // bigint columns come as text from PostgreSQL
  let previous = head.hash
  const now = new Date().toISOString()
  return {
    get next() {
      return seq + 1
    },
    add: ({ kind, ref, rows, box = null, body = null, at = now }) => {
      seq += 1
      const entry = { seq, at, kind, ref, rows, box: box === null ? null : sha256(box), body, previous_hash: previous }
      previous = hashOfEntry(entry)
      entries.push({ ...entry, hash: previous })
      if (box !== null) boxes.push({ seq, kind, ref, box, rekeyed: null })
      return seq
    },
    commit: async () => {
      if (entries.length === 0) return
      await insertRows(transaction, 'entry', entries)
      if (boxes.length > 0) await transaction.insertInto('sealed_box').values(boxes).execute()
      await transaction.updateTable('chain_head').set({ seq, hash: previous }).execute()
    },
  }
}
