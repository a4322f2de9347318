import { hash } from 'node:crypto'
import { writeInSlices } from '../long-json.ts'
import type { Slices } from '../slices.ts'

/** In code-unit order. Most objects have theirs in it already, and looking is quicker than sorting. */
const namesOf = (value: object): string[] => {
  const names = Object.keys(value)
  for (let at = 1; at < names.length; at += 1) if ((names[at - 1] as string) > (names[at] as string)) return names.sort()
  return names
}

/**
 * JSON with members in code-unit order and no spaces (as RFC 8785 orders them), so that equal values have equal bytes.
 * Members that are undefined are left out, as JSON.stringify does.
 */
export const canonicalJson = (value: unknown): string => {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  let members = ''
  if (Array.isArray(value)) {
    for (const entry of value) members += `${members === '' ? '' : ','}${canonicalJson(entry ?? null)}`
    return `[${members}]`
  }
  for (const name of namesOf(value)) {
    const member: unknown = value[name as keyof typeof value]
    if (member !== undefined) members += `${members === '' ? '' : ','}${JSON.stringify(name)}:${canonicalJson(member)}`
  }
  return `{${members}}`
}

/** The same in pieces, none of which ends between the name of a member and its text. */
export const canonicalInSlices = (value: unknown, take: (piece: string) => void): Slices<void> =>
  writeInSlices(value, { names: namesOf, whole: canonicalJson }, take)

/** SHA-256 in lower-case hex. */
export const sha256 = (text: string | Uint8Array): string => hash('sha256', text)

/** Digest of a value whatever the order of its members. */
export const digest = (value: unknown): string => sha256(canonicalJson(value))

/** What stands before the first row of a chain. */
export const CHAIN_START = '0'.repeat(64)

/** Hash of a row: it seals the row's canonical record and, through the previous hash, everything before it. */
export const chainHash = (previous: string, canonicalRecord: string): string => sha256(`${previous}\n${canonicalRecord}`)
