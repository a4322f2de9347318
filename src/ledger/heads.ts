import { type Kysely, sql, type Transaction } from 'kysely'
import { CHAIN_START, canonicalJson, sha256 } from './canonical.ts'
import { openChain, parseBody } from './chain.ts'
import type { PublicKeys, Signatures, Signer } from './signing.ts'
import type { LedgerTables } from './tables.ts'

type Db = Kysely<LedgerTables>

/** The end of the chain at an instant, as it is signed. */
export type Head = {
  /** Id of the ledger: a head of one says nothing of another. */
  readonly ledger: string
  readonly seq: number
  readonly at: string
  /** Id of the signing key. */
  readonly key: string
  /** Digest of the head before this one. */
  readonly previous: string
  /** Hash of entry `seq`. */
  readonly hash: string
}

export type SignedHead = Head & Signatures

/** What the signatures of a head are over. */
export const headText = ({ ledger, seq, at, key, previous, hash }: Head): string =>
  `attune-ledger-head/1\n${canonicalJson({ ledger, seq, at, key, previous, hash })}`

export const headDigest = (head: Head): string => sha256(headText(head))

/** Body of a `signing-key` entry: the new key says which one it follows, and that one says so too. */
export type KeyEntry = {
  readonly ledger: string
  readonly keys: PublicKeys
  readonly previous: PublicKeys | null
  readonly own: Signatures
  readonly before: Signatures | null
}

export const keyText = ({ ledger, keys, previous }: Pick<KeyEntry, 'ledger' | 'keys' | 'previous'>): string =>
  `attune-ledger-key/1\n${canonicalJson({ ledger, keys, previous })}`

export const readKeyEntries = async (db: Db): Promise<{ readonly seq: number; readonly entry: KeyEntry }[]> => {
  const rows = await db.selectFrom('entry').select(['seq', 'body']).where('kind', '=', 'signing-key').orderBy('seq').execute()
  return rows.flatMap(({ seq, body }) => {
    const entry = parseBody<KeyEntry>(body)
    return typeof entry?.keys?.key === 'string' && entry.own ? [{ seq: Number(seq), entry }] : [] // one that is damaged vouches for nothing
  })
}

/** Empty when somebody took the row away: then no signature holds. */
export const ledgerId = async (db: Db): Promise<string> =>
  (await db.selectFrom('chain_head').select('ledger').executeTakeFirst())?.ledger ?? ''

/** Any number that no one else locks: of several processes one tells of a key, one signs a head. */
const LOCK = 4_117_900_003

const alone = <T>(db: Db, work: (transaction: Transaction<LedgerTables>) => Promise<T>): Promise<T> =>
  db.transaction().execute(async (transaction) => {
    await sql`select pg_advisory_xact_lock(${sql.lit(LOCK)})`.execute(transaction)
    return work(transaction)
  })

/** The key that signs a ledger is not among those of this process; another process has it, or a file is missing. */
export class UnknownKeyError extends Error {}

const currentSigner = (signers: readonly Signer[]): Signer => {
  const signer = signers.at(-1)
  if (!signer) throw new TypeError('no signing key') // the first one is always derived
  return signer
}

/** Makes the chain tell of the key that signs from here on. A key is followed only by one that it vouches for. */
export const enterKey = async (db: Db, signers: readonly Signer[]): Promise<void> => {
  const signer = currentSigner(signers)
  const last = (await readKeyEntries(db)).at(-1)?.entry
  if (last?.keys.key === signer.id) return
  const old = last ? signers.find(({ id }) => id === last.keys.key) : null
  if (old === undefined)
    throw new UnknownKeyError(`the ledger is signed with key ${last?.keys.key}, which is not among the keys of this process`)
  const said = { ledger: await ledgerId(db), keys: await signer.publicKeys(), previous: last?.keys ?? null }
  const [own, before] = [await signer.sign(keyText(said)), old ? await old.sign(keyText(said)) : null]
  await alone(db, async (transaction) => {
    if ((await readKeyEntries(transaction)).at(-1)?.entry.keys.key !== last?.keys.key) return // another process was quicker
    const chain = await openChain(transaction)
    chain.add({ kind: 'signing-key', ref: signer.id, rows: null, body: canonicalJson({ ...said, own, before }) })
    await chain.commit()
  })
}

const asHead = (ledger: string, row: Omit<LedgerTables['signed_head'], 'ed25519' | 'mldsa65'>): Head => {
  const { at, key, previous, hash } = row
  return { ledger, seq: Number(row.seq), at, key, previous, hash }
}

const lastHead = async (db: Db, ledger: string): Promise<Head | null> => {
  const row = await db.selectFrom('signed_head').selectAll().orderBy('seq', 'desc').limit(1).executeTakeFirst()
  return row ? asHead(ledger, row) : null
}

/**
 * Signs the end of the chain. Nothing is held locked while the signatures are made.
 * @returns null when there is nothing new, or another process signed in the meantime
 * @throws UnknownKeyError when this process has not the key of the ledger
 */
export const signHead = async (db: Db, signers: readonly Signer[]): Promise<SignedHead | null> => {
  const ledger = await ledgerId(db)
  const before = await lastHead(db, ledger)
  const unsigned = await db.selectFrom('chain_head').select(['seq']).executeTakeFirstOrThrow()
  if (Number(unsigned.seq) === (before?.seq ?? 0)) return null
  await enterKey(db, signers)
  const signer = currentSigner(signers)
  const { seq, hash } = await db.selectFrom('chain_head').select(['seq', 'hash']).executeTakeFirstOrThrow()
  const previous = before ? headDigest(before) : CHAIN_START
  const head: Head = { ledger, seq: Number(seq), at: new Date().toISOString(), key: signer.id, previous, hash }
  const signed = { ...head, ...(await signer.sign(headText(head))) }
  return alone(db, async (transaction) => {
    const now = await lastHead(transaction, ledger)
    if (now?.seq !== before?.seq) return null
    const { ledger: _, ...row } = signed
    await transaction.insertInto('signed_head').values(row).execute()
    return signed
  })
}

/** What a removal and a change of keys say, signed: a database alone cannot explain why something is gone. */
export type SignedBody<Content> = Content & { readonly ledger: string; readonly by: string } & Signatures

const bodyText = (content: object): string => `attune-ledger-entry/1\n${canonicalJson(content)}`

/** @throws UnknownKeyError when this process has not the key of the ledger */
export const signBody = async <Content extends object>(
  db: Db,
  signers: readonly Signer[],
  content: Content,
): Promise<SignedBody<Content>> => {
  await enterKey(db, signers)
  const signer = currentSigner(signers)
  const said = { ...content, ledger: await ledgerId(db), by: signer.id }
  return { ...said, ...(await signer.sign(bodyText(said))) }
}

/** The parts of a signed body: what the signatures are over, and they. */
export const readSignedBody = (
  body: string,
): { readonly text: string; readonly ledger: string; readonly by: string; readonly signatures: Signatures } => {
  const { ed25519, mldsa65, ...said } = JSON.parse(body) as SignedBody<object>
  return { text: bodyText(said), ledger: said.ledger, by: said.by, signatures: { ed25519, mldsa65 } }
}

/** Signed heads from a number on, in order. */
export const readHeads = async (db: Db, after: number, limit: number): Promise<SignedHead[]> => {
  const ledger = await ledgerId(db)
  const rows = await db.selectFrom('signed_head').selectAll().where('seq', '>', after).orderBy('seq').limit(limit).execute()
  return rows.map((row) => ({ ...asHead(ledger, row), ed25519: row.ed25519, mldsa65: row.mldsa65 }))
}
