import { randomUUID } from 'node:crypto'
import type { Kysely } from 'kysely'
import { canonicalJson } from './canonical.ts'
import type { Entry, ReviewRow } from './entries.ts'
import { type Keyring, reviewBound } from './keyring.ts'
import type { LedgerTables } from './tables.ts'

/** Whose chart, under the ledger's key. */
export type ReviewSubject = { readonly tenant: string; readonly patientKey: string }

/** One step: `open` may be read by whoever reads the database, `secret` only with the operator's key. */
export type ReviewStep = {
  readonly id: string
  readonly at: string
  readonly kind: ReviewRow['kind']
  readonly open: unknown
  /** Null when there is none, or when it was locked under another key: then the text is gone, and that is said. */
  readonly secret: unknown
  readonly unreadable: boolean
}

export type ReviewStore = {
  /** Resolves when the step is durable. @throws AttuneError `ledger-failed` when neither database nor spool can be written */
  add(subject: ReviewSubject, kind: ReviewRow['kind'], open: unknown, secret: unknown): Promise<ReviewStep>
  /** Oldest first. @throws AttuneError `ledger-failed` while the database is away */
  of(subject: ReviewSubject): Promise<readonly ReviewStep[]>
}

/** The text opens only where it was locked: moved to another patient, tenant or step it stays shut. */
const boundTo = ({ tenant, patientKey }: ReviewSubject, id: string): string => reviewBound(tenant, patientKey, id)

const readSecret = (locked: string | null, bound: string, { open }: Keyring): Pick<ReviewStep, 'secret' | 'unreadable'> => {
  if (locked === null) return { secret: null, unreadable: false }
  const text = open(locked, bound)
  return text === null ? { secret: null, unreadable: true } : { secret: JSON.parse(text.toString('utf8')), unreadable: false }
}

export const makeReviewStore = (
  db: () => Promise<Kysely<LedgerTables>>,
  write: (entry: Entry) => Promise<void>,
  keyring: Keyring,
): ReviewStore => ({
  add: async (subject, kind, open, secret) => {
    const id = randomUUID()
    const at = new Date().toISOString()
    const locked = secret === null ? null : keyring.lock(Buffer.from(JSON.stringify(secret), 'utf8'), boundTo(subject, id))
    await write({ kind: 'review', row: { id, at, ...subject, kind, record: canonicalJson(open), locked } })
    return { id, at, kind, open, secret, unreadable: false }
  },
  of: async (subject) => {
    const rows = await (await db())
      .selectFrom('review')
      .leftJoin('sealed_box', (join) => join.onRef('sealed_box.ref', '=', 'review.id').on('sealed_box.kind', '=', 'review'))
      .select(['review.id', 'review.at', 'review.kind', 'review.record', 'sealed_box.box as locked'])
      .where('review.tenant', '=', subject.tenant)
      .where('review.patient_key', '=', subject.patientKey)
      .orderBy('review.seq')
      .execute()
    return rows.map(({ id, at, kind, record, locked }) => ({
      id,
      at: new Date(at).toISOString(),
      kind: kind as ReviewRow['kind'], // the table holds no other
      open: JSON.parse(record) as unknown,
      ...readSecret(locked, boundTo(subject, id), keyring),
    }))
  },
})
