import { type Kysely, sql } from 'kysely'
import { canonicalJson, sha256 } from './canonical.ts'
import { openChain } from './chain.ts'
import { signBody } from './heads.ts'
import { inputsBound, type Keyring, reviewBound } from './keyring.ts'
import type { Signer } from './signing.ts'
import type { LedgerTables } from './tables.ts'

type Db = Kysely<LedgerTables>

export type Rekeyed = {
  /** Ciphertexts that are under the key of today now. */
  readonly changed: number
  /** Ciphertexts that were there already. */
  readonly kept: number
  /** Ciphertexts whose key is not here, or that do not open under it: left as they are. */
  readonly unreadable: number
}

const PAGE = 100

type Box = {
  readonly seq: number
  readonly kind: string
  readonly ref: string
  readonly box: string
  readonly decision_tenant: string | null
  readonly review_tenant: string | null
  readonly patient_key: string | null
}

const readBoxes = async (db: Db, after: number): Promise<readonly Box[]> => {
  const { rows } = await sql<Box>`select b.seq, b.kind, b.ref, b.box, d.tenant as decision_tenant, r.tenant as review_tenant, r.patient_key
    from sealed_box b left join decision d on b.kind = 'decision' and d.id = b.ref left join review r on b.kind = 'review' and r.id = b.ref
    where b.seq > ${sql.lit(after)} order by b.seq limit ${sql.lit(PAGE)}`.execute(db)
  return rows.map((row) => ({ ...row, seq: Number(row.seq) }))
}

const boundOf = ({ kind, ref, decision_tenant, review_tenant, patient_key }: Box): string | null => {
  if (kind === 'decision') return decision_tenant === null ? null : inputsBound(decision_tenant, ref)
  return review_tenant === null || patient_key === null ? null : reviewBound(review_tenant, patient_key, ref)
}

type Fresh = { readonly seq: number; readonly old: string; readonly box: string }

const encryptAnew = (box: Box, keyring: Keyring): Fresh | null => {
  const bound = boundOf(box)
  const content = bound === null ? null : keyring.open(box.box, bound)
  return bound === null || content === null ? null : { seq: box.seq, old: box.box, box: keyring.lock(content, bound) }
}

/** Ciphertexts change, and an entry tells of the new ones: both or nothing. One that was removed in the meantime stays removed. */
const store = (db: Db, fresh: readonly Fresh[], body: string): Promise<void> =>
  db.transaction().execute(async (transaction) => {
    const chain = await openChain(transaction)
    const seq = chain.add({ kind: 'rekey', ref: String(chain.next), rows: null, body })
    for (const one of fresh)
      await transaction
        .updateTable('sealed_box')
        .set({ box: one.box, rekeyed: seq })
        .where('seq', '=', one.seq)
        .where('box', '=', one.old)
        .execute()
    await chain.commit()
  })

/**
 * Brings every ciphertext under the key of today; older keys are not needed afterwards. May run beside a server and be broken off.
 * @throws UnknownKeyError when this process may not sign for the ledger
 */
export const rekeyBoxes = async (
  db: Db,
  keyring: Keyring,
  signers: readonly Signer[],
  onProgress: (done: Rekeyed) => void = () => {},
): Promise<Rekeyed> => {
  let done: Rekeyed = { changed: 0, kept: 0, unreadable: 0 }
  let after = 0
  for (;;) {
    const page = await readBoxes(db, after)
    const old = page.filter(({ box }) => !keyring.isCurrent(box))
    const fresh = old.flatMap((box) => encryptAnew(box, keyring) ?? [])
    if (fresh.length > 0) {
      const boxes = fresh.map(({ seq, box }) => [seq, sha256(box)] as const)
      await store(db, fresh, canonicalJson(await signBody(db, signers, { key: keyring.current, boxes })))
    }
    done = {
      changed: done.changed + fresh.length,
      kept: done.kept + page.length - old.length,
      unreadable: done.unreadable + old.length - fresh.length,
    }
    onProgress(done)
    after = page.at(-1)?.seq ?? after
    if (page.length < PAGE) return done
  }
}
