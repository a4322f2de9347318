import { type Kysely, sql } from 'kysely'
import { CHAIN_START, sha256 } from './canonical.ts'
import { type EntryKind, type EntryRow, hashOfEntry, parseBody } from './chain.ts'
import { readErased } from './erasure.ts'
import { digestRows, EVIDENCE_TABLES, type EvidenceTable, readRows } from './evidence.ts'
import { type Marks, readMarks } from './removals.ts'
import type { LedgerTables } from './tables.ts'

type Db = Kysely<LedgerTables>

/** What is not as it was written. `entry` is its number in the chain; null where no entry tells of it. */
export type Fault = { readonly entry: number | null; readonly what: string; readonly because: string }

export type Walked = {
  readonly entries: number
  readonly decisions: number
  /** Hash of the last entry. */
  readonly head: string
  /** Entries whose content retention removed. */
  readonly removed: number
  /** Entries whose content was erased because a patient asked for it. */
  readonly erased: number
  readonly faults: readonly Fault[]
}

export type Watching = {
  /** Called with each entry whose place in the chain is right. */
  readonly onEntry?: (entry: EntryRow) => Promise<void> | void
  /** Called after each page. */
  readonly onProgress?: (entries: number) => void
}

/** Entries read at once: flat memory whatever the length of the chain. */
const PAGE = 200
/** Faults that are told one by one; a ledger with more is broken enough. */
const MOST_FAULTS = 50

const say = ({ kind, ref }: EntryRow): string => `${kind} ${ref}`

type Gone = { readonly rows: boolean; readonly box: boolean; readonly erased: boolean }

/** What of an entry is gone by retention or an erasure. */
const isRemoved = ({ kind, seq }: EntryRow, marks: Marks, erasures: ReadonlySet<number>): Gone => {
  const old = Number(seq) <= marks[kind === 'review' ? 'reviews' : 'decisions'] && REMOVABLE.has(kind)
  const erased = !old && REMOVABLE.has(kind) && erasures.has(Number(seq))
  const rows = old || erased
  return { rows, box: rows || (kind === 'decision' && Number(seq) <= marks.inputs), erased }
}

const REMOVABLE: ReadonlySet<string> = new Set(['decision', 'feedback', 'shadow', 'outcome', 'review'] satisfies EntryKind[])

const linkFault = (entry: EntryRow, seq: number, previous: string): string | null => {
  if (Number(entry.seq) !== seq)
    return Number(entry.seq) === seq + 1 ? 'an entry is missing' : `${Number(entry.seq) - seq} entries are missing`
  if (entry.previous_hash !== previous) return 'the entry does not follow the one before it'
  return entry.hash === hashOfEntry(entry) ? null : 'the entry is not what was sealed'
}

type Box = LedgerTables['sealed_box']

const readBoxes = async (db: Db, page: readonly EntryRow[]): Promise<ReadonlyMap<number, Box>> => {
  const [first, last] = [page[0]?.seq ?? 0, page.at(-1)?.seq ?? 0]
  const boxes = await db.selectFrom('sealed_box').selectAll().where('seq', '>=', first).where('seq', '<=', last).execute()
  return new Map(boxes.map((box) => [Number(box.seq), box]))
}

/** Ciphertexts that an entry of rekeying tells of, by the number of the entry that they came with. */
const readRekeyed = async (db: Db, seq: number): Promise<ReadonlyMap<number, string>> => {
  const row = await db.selectFrom('entry').select('body').where('seq', '=', seq).where('kind', '=', 'rekey').executeTakeFirst()
  return new Map(parseBody<{ readonly boxes: readonly (readonly [number, string])[] }>(row?.body ?? null)?.boxes)
}

const boxFault = async (
  entry: EntryRow,
  box: Box | undefined,
  gone: boolean,
  rekeyed: (seq: number) => Promise<ReadonlyMap<number, string>>,
) => {
  if (entry.box === null) return box ? 'a ciphertext is there that never came with the entry' : null
  if (gone) return box ? 'a ciphertext is there that was removed' : null
  if (!box) return 'the ciphertext is missing'
  if (box.kind !== entry.kind || box.ref !== entry.ref) return 'the ciphertext says that it belongs to something else'
  const expected = box.rekeyed === null ? entry.box : (await rekeyed(Number(box.rekeyed))).get(Number(entry.seq))
  return sha256(box.box) === expected ? null : 'the ciphertext is not the one that was sealed'
}

const rowsFault = (entry: EntryRow, digest: string, found: number, gone: boolean): string | null => {
  if (entry.rows === null) return null
  if (gone) return found > 0 ? 'rows are there that were removed' : null
  if (found === 0) return 'its rows are missing'
  return digest === entry.rows ? null : 'its rows are not what was sealed'
}

const sumUp = (counts: Map<EvidenceTable, number>, table: EvidenceTable, n: number): void => {
  counts.set(table, (counts.get(table) ?? 0) + n)
}

/** Where a walk stands: the last entry that it looked at. */
export type Place = { readonly seq: number; readonly previous: string }

export const START: Place = { seq: 0, previous: CHAIN_START }

/** What retention and erasures have taken away until now. */
export type Removed = { readonly marks: Marks; readonly erasures: ReadonlySet<number> }

export const readRemoved = async (db: Db): Promise<Removed> => ({ marks: await readMarks(db), erasures: await readErased(db) })

/** Some entries in a row, with all that they seal. */
export type Page = {
  readonly end: Place
  readonly length: number
  readonly decisions: number
  readonly removed: number
  readonly erased: number
  /** Rows that entries tell of. */
  readonly rows: ReadonlyMap<EvidenceTable, number>
  readonly boxes: number
  readonly faults: readonly Fault[]
}

const rowsOfPage = async (db: Db, page: readonly EntryRow[]) => {
  const kinds = new Set(page.map(({ kind }) => kind as EntryKind)) // a kind that is none of ours has no rows and breaks the hash
  const rows = new Map<string, Awaited<ReturnType<typeof readRows>>>()
  for (const kind of kinds)
    rows.set(
      kind,
      await readRows(
        db,
        kind,
        page.filter((entry) => entry.kind === kind).map(({ ref }) => ref),
      ),
    )
  return rows
}

type Stretch = {
  readonly from: Place
  readonly most: number
  /** Last entry that is looked at; without, whatever there is. */
  readonly upTo?: number
  readonly onEntry?: Watching['onEntry']
}

/** Looks at the next entries after a place, with every row and every ciphertext that they seal. */
export const walkPage = async (
  db: Db,
  { marks, erasures }: Removed,
  { from, most, upTo = Number.POSITIVE_INFINITY, onEntry }: Stretch,
): Promise<Page> => {
  const next = await db.selectFrom('entry').selectAll().where('seq', '>', from.seq).orderBy('seq').limit(most).execute()
  const page = next.filter(({ seq }) => Number(seq) <= upTo) // not asked for: with both ends PostgreSQL may read all up to the last
  const rows = await rowsOfPage(db, page)
  const boxes = page.length === 0 ? new Map<number, Box>() : await readBoxes(db, page)
  const faults: Fault[] = []
  const counts = new Map<EvidenceTable, number>()
  let { seq, previous } = from
  let [decisions, removed, erased] = [0, 0, 0]
  let rekeyedAt: { readonly seq: number; readonly boxes: ReadonlyMap<number, string> } | null = null
  const rekeyed = async (at: number): Promise<ReadonlyMap<number, string>> => {
    if (rekeyedAt?.seq !== at) rekeyedAt = { seq: at, boxes: await readRekeyed(db, at) }
    return rekeyedAt.boxes
  }
  const fault = (entry: number, what: string, because: string | null): void => {
    if (because !== null) faults.push({ entry, what, because })
  }
  for (const entry of page) {
    const link = linkFault(entry, seq + 1, previous)
    fault(seq + 1, say(entry), link)
    seq = Number(entry.seq)
    previous = entry.hash
    const own = rows.get(entry.kind)?.get(entry.ref) ?? {}
    const all = Object.entries(own) as [EvidenceTable, readonly unknown[]][]
    for (const [table, some] of all) sumUp(counts, table, some.length)
    const gone = isRemoved(entry, marks, erasures)
    if (gone.erased) erased += 1
    else if (gone.rows) removed += 1
    else if (entry.kind === 'decision') decisions += 1
    const found = all.reduce((sum, [, some]) => sum + some.length, 0)
    fault(seq, say(entry), rowsFault(entry, digestRows(own), found, gone.rows))
    fault(seq, say(entry), await boxFault(entry, boxes.get(seq), gone.box, rekeyed))
    if (link === null) await onEntry?.(entry)
  }
  return { end: { seq, previous }, length: page.length, decisions, removed, erased, rows: counts, boxes: boxes.size, faults }
}

/**
 * Walks the chain from its first entry to its head, with every row and every ciphertext that it seals. Memory is flat.
 * Finds what was changed, added, removed or put in another order, but for a tail that was cut off whole: that only a head outside tells.
 */
export const walkChain = async (db: Db, { onEntry, onProgress }: Watching = {}): Promise<Walked> => {
  const gone = await readRemoved(db)
  const faults: Fault[] = []
  const counts = new Map<EvidenceTable, number>()
  let [boxes, decisions, removed, erased] = [0, 0, 0, 0]
  let place = START
  const fault = (entry: number | null, what: string, because: string | null): void => {
    if (because !== null && faults.length < MOST_FAULTS) faults.push({ entry, what, because })
  }

  for (;;) {
    const page = await walkPage(db, gone, { from: place, most: PAGE, ...(onEntry ? { onEntry } : {}) })
    place = page.end
    boxes += page.boxes
    decisions += page.decisions
    removed += page.removed
    erased += page.erased
    for (const [table, some] of page.rows) sumUp(counts, table, some)
    for (const one of page.faults) fault(one.entry, one.what, one.because)
    onProgress?.(place.seq)
    if (page.length < PAGE) break
  }

  const { seq, previous } = place
  const head = await db.selectFrom('chain_head').selectAll().executeTakeFirst()
  if (!head || Number(head.seq) < seq) fault(seq, 'the head', 'the end of the chain was changed')
  else if (Number(head.seq) > seq) fault(seq + 1, 'the head', 'entries are missing at the end')
  else if (head.hash !== previous) fault(seq, 'the head', 'the end of the chain was changed')
  for (const table of EVIDENCE_TABLES) await strays(db, table, counts.get(table) ?? 0, fault)
  await strays(db, 'sealed_box', boxes, fault)
  return { entries: seq, decisions, head: previous, removed, erased, faults }
}

const strays = async (
  db: Db,
  table: EvidenceTable | 'sealed_box',
  known: number,
  fault: (entry: number | null, what: string, because: string | null) => void,
): Promise<void> => {
  const { rows } = await sql<{ n: string | number }>`select count(*) as n from ${sql.table(table)}`.execute(db)
  const extra = Number(rows[0]?.n ?? 0) - known
  if (extra > 0) fault(null, table, `${extra} ${extra === 1 ? 'row' : 'rows'} that no entry of the chain tells of`)
}
