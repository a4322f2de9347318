import type { Kysely } from 'kysely'
import type { PublicKeys } from './signing.ts'
import type { LedgerTables } from './tables.ts'
import { checkHeads, type HeadsReport } from './verify-heads.ts'
import { type Fault, type Walked, walkChain } from './walk.ts'

export type Verified = Omit<Walked, 'faults'> & {
  readonly state: 'intact' | 'broken'
  readonly heads: HeadsReport
  /** Entries behind the last signed head: nothing outside vouches for them yet. */
  readonly unsigned: number
  readonly faults: readonly Fault[]
}

export type VerifyOptions = {
  /** Public keys that are known from outside the database. */
  readonly trusted: readonly PublicKeys[]
  /** Copy of the signed heads outside the database; null: a tail that was cut off whole cannot be found. */
  readonly headsFile: string | null
  readonly onProgress?: (entries: number) => void
}

const byEntry = (a: Fault, b: Fault): number => (a.entry ?? Number.POSITIVE_INFINITY) - (b.entry ?? Number.POSITIVE_INFINITY)

/** Everything that the ledger itself and the heads outside can tell, of one moment of the database. */
export const verifyLedger = (db: Kysely<LedgerTables>, { trusted, headsFile, onProgress }: VerifyOptions): Promise<Verified> =>
  db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (snapshot) => {
      const found: Fault[] = []
      const heads = await checkHeads(snapshot, trusted, (fault) => found.push(fault))
      const { faults, ...walked } = await walkChain(snapshot, { onEntry: heads.onEntry, ...(onProgress ? { onProgress } : {}) })
      const report = await heads.finish(headsFile)
      const all = [...faults, ...found].sort(byEntry)
      return {
        state: all.length === 0 ? 'intact' : 'broken',
        ...walked,
        heads: report,
        unsigned: walked.entries - report.signedUpTo,
        faults: all,
      }
    })
