import type { Kysely } from 'kysely'
import type { Config } from '../config.ts'
import { type BackgroundWalk, type Broken, makeBackgroundWalk } from './background-walk.ts'
import { countOf, type Erased, erasePatient } from './erasure.ts'
import { type HeadSigner, makeHeadSigner } from './head-signer.ts'
import type { SignedHead } from './heads.ts'
import type { Keyring } from './keyring.ts'
import { type Rekeyed, rekeyBoxes } from './rekey.ts'
import { type Removable, removeContent } from './removals.ts'
import type { PublicKeys, Signer } from './signing.ts'
import type { LedgerTables } from './tables.ts'
import { type Verified, type VerifyOptions, verifyLedger } from './verify.ts'

/** What the ledger does to stay evidence: all of it beside the calls. */
export type Evidence = {
  /** Signs the end of the chain now. Never throws; `health()` says what went wrong. */
  signHead(): Promise<void>
  /** Public halves of this process's signing keys, oldest first. */
  publicKeys(): Promise<readonly PublicKeys[]>
  /** @throws AttuneError `ledger-failed` while the database is away */
  verify(options?: Partial<VerifyOptions>): Promise<Verified>
  /** Walks the ledger slowly beside the calls; `health()` says what does not hold. Never throws. */
  walk(): Promise<void>
  /** Removes what is older than `retention` allows. @returns entries whose content was removed */
  forget(now?: Date): Promise<Readonly<Record<Removable, number>>>
  /** How many entries of each kind are one patient's. */
  countOf(of: Erased): Promise<Readonly<Record<string, number>>>
  /** Removes all that is kept of one patient, and tells so in the chain. @returns entries that lost their content, by kind */
  erase(of: Erased, because: string): Promise<Readonly<Record<string, number>>>
  /** Encrypts anew what is not under the newest key of the ring. */
  rekey(onProgress?: (done: Rekeyed) => void): Promise<Rekeyed>
}

export type Keeping = Evidence & Pick<HeadSigner, 'count' | 'trouble'> & { walked: BackgroundWalk['state']; end(): Promise<void> }

export type KeepingParts = {
  readonly config: Pick<Config, 'dataDir' | 'databaseUrl'> & Partial<Pick<Config, 'ledger' | 'retention'>>
  readonly db: () => Promise<Kysely<LedgerTables>>
  readonly flush: () => Promise<void>
  readonly signers: readonly Signer[]
  readonly keyring: Keyring
  readonly onHead: (head: Pick<SignedHead, 'seq' | 'hash' | 'key' | 'ledger'>) => void
  readonly onRemoved: (removed: Readonly<Record<Removable, number>>) => void
  readonly onBroken: (broken: Broken) => void
}

const DAY_MS = 86_400_000
/** The first look at what is too old comes some time after the start, the others in this rhythm. */
const FORGET_EVERY_MS = 21_600_000
const FORGET_FIRST_MS = 300_000

const DEFAULTS = { decisionDays: 3650, reviewDays: 3650, inputDays: 90 }

/** Which setting ends what. */
const ENDS: Readonly<Record<Removable, 'decisionDays' | 'reviewDays' | 'inputDays'>> = {
  decisions: 'decisionDays',
  reviews: 'reviewDays',
  inputs: 'inputDays',
}

export const headsFileOf = ({ dataDir, ledger }: KeepingParts['config']): string => ledger?.headsFile ?? `${dataDir}/ledger-heads.ndjson`

/** Without `config.ledger` nothing runs by itself: for commands and tests that only look. */
export const makeKeeping = (parts: KeepingParts): Keeping => {
  const { config, db, signers, keyring, onRemoved, onBroken } = parts
  const headsFile = headsFileOf(config)
  const { signEveryEntries = Number.POSITIVE_INFINITY, signEverySeconds = null } = config.ledger ?? {}
  const signer = makeHeadSigner({ ...parts, headsFile, everyEntries: signEveryEntries, everySeconds: signEverySeconds })
  const everySeconds = config.ledger?.walkEverySeconds || null
  const walks = makeBackgroundWalk({ db, databaseUrl: config.databaseUrl, everySeconds, onBroken })
  let trouble: string | null = null

  const forget = async (now = new Date()): Promise<Readonly<Record<Removable, number>>> => {
    const removed = { decisions: 0, reviews: 0, inputs: 0 }
    for (const what of ['decisions', 'reviews', 'inputs'] as const) {
      const setting = ENDS[what]
      const days = config.retention?.[setting] ?? DEFAULTS[setting]
      const before = new Date(now.getTime() - days * DAY_MS)
      removed[what] = await removeContent(await db(), signers, { what, before, because: `retention.${setting} ${days}` })
    }
    return removed
  }

  const forgetQuietly = async (): Promise<void> => {
    try {
      const removed = await forget()
      trouble = null
      if (Object.values(removed).some((n) => n > 0)) onRemoved(removed)
    } catch (error) {
      trouble = `what is too old was not removed: ${error instanceof Error ? error.message : 'unknown reason'}`
    }
  }

  const looked = config.ledger ? signer.lookAtEnd() : Promise.resolve()

  const timers = config.ledger
    ? [setTimeout(() => void forgetQuietly(), FORGET_FIRST_MS).unref(), setInterval(() => void forgetQuietly(), FORGET_EVERY_MS).unref()]
    : []

  return {
    count: signer.count,
    trouble: () => [walks.trouble(), signer.trouble(), trouble].filter((one) => one !== null).join('; ') || null,
    signHead: signer.sign,
    publicKeys: () => Promise.all(signers.map((one) => one.publicKeys())),
    verify: async (options = {}) => {
      const trusted = options.trusted ?? (await Promise.all(signers.map((one) => one.publicKeys())))
      return verifyLedger(await db(), { headsFile: null, ...options, trusted })
    },
    walk: walks.walk,
    walked: walks.state,
    forget,
    countOf: async (of) => countOf(await db(), of),
    erase: async (of, because) => erasePatient(await db(), signers, of, because),
    rekey: async (onProgress) => rekeyBoxes(await db(), keyring, signers, onProgress),
    end: async () => {
      for (const timer of timers) clearTimeout(timer)
      await looked
      await walks.close()
      signer.close()
      if (config.ledger) await signer.sign()
    },
  }
}
