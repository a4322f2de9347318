import { inflateRawSync } from 'node:zlib'
import { type RawBuilder, sql } from 'kysely'
import type { Slices } from '../slices.ts'
import { canonicalInSlices } from './canonical.ts'

/**
 * A decision's record in the form in which a row holds it: canonical JSON as text, or deflated (RFC 1951). The embedded database deflates it
 * in its own thread: that is quicker than its own compression, and smaller. PostgreSQL compresses text by itself, and its text can be read
 * by whoever asks it.
 */
export type RecordColumns = {
  readonly record: string | null
  readonly packed: Uint8Array | ToDeflate | null
  /** The drugs that a packed record names, as they stand in it, for questions asked in SQL. */
  readonly about: string | null
}

/** A value that is deflated on its way into the embedded database. */
export type ToDeflate = { readonly deflate: string }

/** Part of the form in which records are stored: with another pattern here, `verify` would call every packed record of before broken. */
const NAMED_DRUG = /"(?:about|drug)":"(?:[^"\\]|\\.)*"/g

const joined = (named: Iterable<string>): string => [...new Set(named)].join(',')

const drugsOf = (text: string): string => joined(text.match(NAMED_DRUG) ?? [])

/** A record as it is sealed, and as a row holds it. */
export type WrittenRecord = { readonly text: string; readonly columns: RecordColumns }

export function* writeRecord(record: object, packs: boolean): Slices<WrittenRecord> {
  const pieces: string[] = []
  const drugs: string[] = []
  yield* canonicalInSlices(record, (piece) => {
    pieces.push(piece)
    if (packs) for (const drug of piece.match(NAMED_DRUG) ?? []) drugs.push(drug)
  })
  const text = pieces.join('')
  if (!packs) return { text, columns: { record: text, packed: null, about: null } }
  return { text, columns: { record: null, packed: { deflate: text }, about: joined(drugs) } }
}

/** All that a row of `decision`, under the name `table`, holds of the record, for `readRecord`. Null for a row with both forms, or none. */
export const recordOf = (table: string): RawBuilder<string | null> => {
  const [record, packed, about] = [sql.ref(`${table}.record`), sql.ref(`${table}.packed`), sql.ref(`${table}.about`)]
  return sql`case when ${packed} is null and ${about} is null then ${record}
    when ${record} is null then encode(${packed}, 'base64') || ' ' || ${about} end`
}

/** Far above any record, so that a row that somebody wrote into the database cannot fill the memory of who reads it, in bytes. */
const LONGEST_RECORD = 256_000_000

const inflate = (packed: Buffer): string | null => {
  const { buffer, engine } = inflateRawSync(packed, { info: true, maxOutputLength: LONGEST_RECORD }) as unknown as {
    buffer: Buffer
    engine: { bytesWritten: number }
  } // the types know no `info`
  return engine.bytesWritten === packed.length ? buffer.toString('utf8') : null // nothing stands behind it
}

/** Canonical JSON: the bytes that were sealed. What is damaged is given as it stands: its digest says so. */
export const readRecord = (stored: string): string => {
  const end = stored.indexOf(' ')
  if (stored.startsWith('{') || end === -1) return stored // a brace is never the beginning of base64
  try {
    const text = inflate(Buffer.from(stored.slice(0, end), 'base64'))
    return text !== null && drugsOf(text) === stored.slice(end + 1) ? text : stored
  } catch {
    return stored
  }
}
