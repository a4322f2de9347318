import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Kysely } from 'kysely'
import { CHAIN_START } from './canonical.ts'
import type { EntryKind, EntryRow } from './chain.ts'
import {
  headDigest,
  headText,
  type KeyEntry,
  keyText,
  ledgerId,
  readHeads,
  readKeyEntries,
  readSignedBody,
  type SignedHead,
} from './heads.ts'
import { type PublicKeys, type Signatures, signatureFault } from './signing.ts'
import type { LedgerTables } from './tables.ts'
import type { Fault } from './walk.ts'

type Db = Kysely<LedgerTables>

/** A key that may be believed, and from which entry to which it signed. */
type Term = { readonly keys: PublicKeys; readonly from: number; readonly to: number }

const isSame = (a: PublicKeys, b: PublicKeys): boolean => a.key === b.key && a.ed25519 === b.ed25519 && a.mldsa65 === b.mldsa65

/** Whether the entry itself holds: signed by the key that it brings, and by the one before. */
const entryFault = async (entry: KeyEntry, before: KeyEntry | undefined, ledger: string): Promise<string | null> => {
  const text = keyText(entry)
  if (entry.ledger !== ledger) return 'it tells of a key of another ledger'
  if (entry.previous === null) return before ? 'a key is there that follows none' : signatureFault(entry.keys, text, entry.own)
  if (!before || !isSame(before.keys, entry.previous)) return 'it follows another key than the one before it'
  if (entry.before === null) return 'the key before it did not vouch for it'
  return (await signatureFault(entry.keys, text, entry.own)) ?? (await signatureFault(entry.previous, text, entry.before))
}

/**
 * The keys that the chain tells of. One that is known from outside vouches for those before and after it, link by link.
 * @param trusted public keys from outside the database
 */
const readTerms = async (db: Db, ledger: string, trusted: readonly PublicKeys[], fault: (fault: Fault) => void): Promise<Term[]> => {
  const told = await readKeyEntries(db)
  let believed = told.length === 0 || told.some(({ entry }) => trusted.some((keys) => isSame(keys, entry.keys)))
  for (const [at, { seq, entry }] of told.entries()) {
    const because = await entryFault(entry, told[at - 1]?.entry, ledger)
    if (because === null) continue
    fault({ entry: seq, what: `signing-key ${entry.keys.key}`, because })
    believed = false
  }
  if (!believed) {
    fault({ entry: null, what: 'signing keys', because: 'none of the keys that are known from outside vouches for them' })
    return []
  }
  return told.map(({ seq, entry }, at) => ({ keys: entry.keys, from: seq, to: told[at + 1]?.seq ?? Number.POSITIVE_INFINITY }))
}

const termFault = async (
  seq: number,
  key: string,
  text: string,
  signatures: Signatures,
  terms: readonly Term[],
): Promise<string | null> => {
  const term = terms.find(({ from, to }) => seq >= from && seq < to)
  if (!term) return 'no key that may be believed signed at that time'
  if (term.keys.key !== key) return 'it is signed with another key than the one of that time'
  return signatureFault(term.keys, text, signatures)
}

const headFault = (head: SignedHead, terms: readonly Term[]): Promise<string | null> =>
  termFault(head.seq, head.key, headText(head), head, terms)

/** Entries that explain why something is gone or other than it was: their word counts only signed. */
const EXPLAINING: ReadonlySet<string> = new Set(['removal', 'erasure', 'rekey'] satisfies EntryKind[])

const explanationFault = async ({ seq, kind, body }: EntryRow, ledger: string, terms: readonly Term[]): Promise<string | null> => {
  if (!EXPLAINING.has(kind)) return null
  try {
    const signed = readSignedBody(body ?? '')
    if (signed.ledger !== ledger) return 'it was signed for another ledger'
    return await termFault(Number(seq), signed.by, signed.text, signed.signatures, terms)
  } catch {
    return 'it cannot be read'
  }
}

export type HeadsReport = {
  readonly signedUpTo: number
  readonly inDatabase: number
  /** Null where no file was given. */
  readonly inFile: number | null
}

export type HeadsCheck = {
  /** To be called with every entry of the chain, in order. */
  readonly onEntry: (entry: EntryRow) => Promise<void>
  /** After the walk. */
  readonly finish: (headsFile: string | null) => Promise<HeadsReport>
}

const PAGE = 50

/** Holds the signed heads of the database against the chain as it is walked, and then those of the file outside. */
export const checkHeads = async (db: Db, trusted: readonly PublicKeys[], fault: (fault: Fault) => void): Promise<HeadsCheck> => {
  const ledger = await ledgerId(db)
  const terms = await readTerms(db, ledger, trusted, fault)
  let page: SignedHead[] = await readHeads(db, 0, PAGE)
  let previous = CHAIN_START
  let [signedUpTo, inDatabase] = [0, 0]

  const take = async (): Promise<SignedHead | undefined> => {
    const head = page.shift()
    if (head && page.length === 0) page = await readHeads(db, head.seq, PAGE)
    return head
  }

  const say = (head: SignedHead, because: string | null): void => {
    if (because !== null) fault({ entry: head.seq, what: 'signed head', because })
  }

  const look = async (head: SignedHead, hash: string | null): Promise<void> => {
    inDatabase += 1
    say(head, head.previous === previous ? null : 'it does not follow the head before it: one is missing or changed')
    previous = headDigest(head)
    if (hash === null) say(head, 'there is no whole entry that it signs')
    else say(head, head.hash === hash ? await headFault(head, terms) : 'the entry is another one than was signed')
    signedUpTo = head.seq
  }

  const onEntry = async (entry: EntryRow): Promise<void> => {
    const because = await explanationFault(entry, ledger, terms)
    if (because !== null) fault({ entry: Number(entry.seq), what: `${entry.kind} ${entry.ref}`, because })
    while (page[0] && page[0].seq < Number(entry.seq)) {
      const head = await take()
      if (head) await look(head, null)
    }
    if (page[0]?.seq !== Number(entry.seq)) return
    const head = await take()
    if (head) await look(head, entry.hash)
  }

  const finish = async (headsFile: string | null): Promise<HeadsReport> => {
    for (let head = await take(); head; head = await take()) await look(head, null)
    const inFile = headsFile === null ? null : await checkFile(db, headsFile, ledger, terms, fault)
    return { signedUpTo, inDatabase, inFile }
  }
  return { onEntry, finish }
}

const parseLine = (line: string): SignedHead | null => {
  try {
    const head = JSON.parse(line) as SignedHead
    return typeof head.seq === 'number' && typeof head.hash === 'string' ? head : null
  } catch {
    return null
  }
}

const atSeq = async (db: Db, table: 'entry' | 'signed_head', seqs: readonly number[]) => {
  const rows = await db.selectFrom(table).selectAll().where('seq', 'in', seqs).execute()
  return new Map(rows.map((row) => [Number(row.seq), row]))
}

const equalsRow = (head: SignedHead, row: LedgerTables['signed_head']): boolean =>
  row.hash === head.hash &&
  row.at === head.at &&
  row.key === head.key &&
  row.previous === head.previous &&
  row.ed25519 === head.ed25519 &&
  row.mldsa65 === head.mldsa65

/** One line of the file outside against the database. What equals a head that was checked there needs no second check. */
const lineFault = async (
  head: SignedHead,
  entry: Pick<EntryRow, 'hash'> | undefined,
  row: LedgerTables['signed_head'] | undefined,
  terms: readonly Term[],
): Promise<string | null> => {
  if (!entry) return 'the heads file tells of this entry, and it is not there: the end of the chain was cut off'
  if (entry.hash !== head.hash) return 'the heads file tells of another entry under this number'
  if (row && equalsRow(head, row)) return null
  const wrong = await headFault(head, terms)
  if (wrong !== null) return `in the heads file: ${wrong}`
  return row ? 'the head is another one in the heads file' : 'the heads file tells of a head that is missing in the database'
}

const checkFile = async (db: Db, path: string, ledger: string, terms: readonly Term[], fault: (fault: Fault) => void): Promise<number> => {
  let lines = 0
  let page: SignedHead[] = []
  const checkPage = async (): Promise<void> => {
    const seqs = page.map(({ seq }) => seq)
    if (seqs.length === 0) return
    const entries = (await atSeq(db, 'entry', seqs)) as ReadonlyMap<number, EntryRow>
    const rows = (await atSeq(db, 'signed_head', seqs)) as ReadonlyMap<number, LedgerTables['signed_head']>
    for (const head of page) {
      const because =
        head.ledger === ledger
          ? await lineFault(head, entries.get(head.seq), rows.get(head.seq), terms)
          : 'the heads file is of another ledger'
      if (because !== null) fault({ entry: head.seq, what: 'signed head', because })
    }
    page = []
  }
  for await (const line of createInterface({ input: createReadStream(path, 'utf8') })) {
    if (line === '') continue
    lines += 1
    const head = parseLine(line)
    if (head) page.push(head)
    else fault({ entry: null, what: `line ${lines} of the heads file`, because: 'it cannot be read' })
    if (page.length === PAGE) await checkPage()
  }
  await checkPage()
  return lines
}
