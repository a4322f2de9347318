import { open } from 'node:fs/promises'
import type { Kysely } from 'kysely'
import { ledgerId, type SignedHead } from './heads.ts'
import type { LedgerTables } from './tables.ts'

/** Several signed ends long. */
const TAIL_BYTES = 65_536

/** The last whole line of the file of signed ends; null when there is none. */
const lastSigned = async (headsFile: string): Promise<SignedHead | null> => {
  const file = await open(headsFile, 'r').catch(() => null)
  if (file === null) return null
  try {
    const { size } = await file.stat()
    const from = Math.max(0, size - TAIL_BYTES)
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size - from), 0, size - from, from)
    const lines = buffer.subarray(0, bytesRead).toString('utf8').split('\n')
    for (const line of lines.reverse()) {
      try {
        return JSON.parse(line) as SignedHead
      } catch {
        // the end of a write that was cut off
      }
    }
    return null
  } finally {
    await file.close()
  }
}

/**
 * What the signed ends outside of the database know and the database does not have, for the operator; null when nothing. A database that
 * was lost, or taken back to an older copy, opens as if all were well: only this tells.
 */
export const endTrouble = async (db: Kysely<LedgerTables>, headsFile: string): Promise<string | null> => {
  const signed = await lastSigned(headsFile)
  if (signed === null) return null
  if (signed.ledger !== (await ledgerId(db)))
    return `the database is not the one whose end was signed last (entry ${signed.seq} of another ledger): it was lost or exchanged`
  const there = await db.selectFrom('entry').select('hash').where('seq', '=', signed.seq).executeTakeFirst()
  if (there === undefined) return `entries are missing: entry ${signed.seq} was signed and is not in the database`
  return there.hash === signed.hash ? null : `entry ${signed.seq} is not the one that was signed`
}
