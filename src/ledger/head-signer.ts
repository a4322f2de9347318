import { open } from 'node:fs/promises'
import type { Kysely } from 'kysely'
import { type SignedHead, signHead } from './heads.ts'
import { endTrouble } from './known-end.ts'
import type { Signer } from './signing.ts'
import type { LedgerTables } from './tables.ts'

export type HeadSigner = {
  /** Told of each entry that was acknowledged; returns at once. */
  count(entries: number): void
  /** What keeps heads from being signed, for the operator; null when nothing does. */
  trouble(): string | null
  /** Signs what is not signed yet. Never throws; `trouble` says what went wrong. */
  sign(): Promise<void>
  /** Holds the database against what was signed last, as is done before each signature. Never throws. */
  lookAtEnd(): Promise<void>
  close(): void
}

export type HeadSignerParts = {
  readonly db: () => Promise<Kysely<LedgerTables>>
  /** Makes what the database has taken in last through a power cut, before anything outside speaks of it. */
  readonly flush: () => Promise<void>
  readonly signers: readonly Signer[]
  readonly headsFile: string
  readonly everyEntries: number
  /** Null: only when asked. */
  readonly everySeconds: number | null
  /** For the log: what was signed, without the signatures. */
  readonly onHead: (head: Pick<SignedHead, 'seq' | 'hash' | 'key' | 'ledger'>) => void
}

/** Appended outside of the database: who cuts off the end of the chain there does not cut it off here. */
const appendHead = async (path: string, head: SignedHead): Promise<void> => {
  const file = await open(path, 'a', 0o600)
  try {
    await file.appendFile(`${JSON.stringify(head)}\n`)
    await file.datasync()
  } finally {
    await file.close()
  }
}

const tell = (error: unknown): string => (error instanceof Error ? error.message : 'unknown reason')

/** Signs the end of the chain every so many entries or seconds, beside the calls. */
export const makeHeadSigner = ({ db, flush, signers, headsFile, everyEntries, everySeconds, onHead }: HeadSignerParts): HeadSigner => {
  let waiting = 0
  let trouble: string | null = null
  /** Stays until the process ends: what is signed from here on says nothing of what is gone. */
  let lost: string | null = null
  let signing: Promise<void> = Promise.resolve()
  let running = false

  const signNow = async (): Promise<void> => {
    running = true
    waiting = 0
    try {
      lost ??= await endTrouble(await db(), headsFile)
      const head = await signHead(await db(), signers)
      trouble = null
      if (!head) return
      await flush()
      await appendHead(headsFile, head)
      const { ledger, seq, hash, key } = head
      onHead({ ledger, seq, hash, key })
    } catch (error) {
      trouble = `the end of the chain is not signed: ${tell(error)}`
    } finally {
      running = false
    }
  }

  const inTurn = (work: () => Promise<void>): Promise<void> => {
    signing = signing.then(work)
    return signing
  }
  const sign = (): Promise<void> => inTurn(signNow)

  /** A database that is away now is looked at before the next signature. */
  const look = async (): Promise<void> => {
    lost ??= await db().then(
      (now) => endTrouble(now, headsFile),
      () => null,
    )
  }

  const timer = everySeconds === null ? null : setInterval(() => void sign(), everySeconds * 1000).unref()
  return {
    count: (entries) => {
      waiting += entries
      if (waiting >= everyEntries && !running) void sign()
    },
    trouble: () => [lost, trouble].filter((one) => one !== null).join('; ') || null,
    sign,
    lookAtEnd: () => inTurn(() => look().catch(() => {})),
    close: () => {
      if (timer) clearInterval(timer)
    },
  }
}
