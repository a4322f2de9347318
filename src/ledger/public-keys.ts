import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { AttuneError } from '../errors.ts'
import { keyIdOf, type PublicKeys } from './signing.ts'

const publicKeys = z
  .strictObject({ key: z.string(), ed25519: z.base64(), mldsa65: z.base64() })
  .refine(({ key, ed25519 }) => key === keyIdOf(ed25519))

const parseLine = (line: string): unknown => {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}

/**
 * Public keys, one to a line, as `attune ledger keys` and `attune approve --make-key` print them.
 * @throws AttuneError `input-unreadable`
 */
export const readPublicKeysFile = (path: string): PublicKeys[] => {
  let lines: string[]
  try {
    lines = readFileSync(path, 'utf8').split('\n')
  } catch (cause) {
    throw new AttuneError('input-unreadable', `the file of public keys ${path} cannot be read`, { cause })
  }
  const keys = lines.flatMap((line, at) => {
    if (line.trim() === '') return []
    const read = publicKeys.safeParse(parseLine(line))
    if (!read.success) throw new AttuneError('input-unreadable', `line ${at + 1} of ${path} is no public key as \`attune\` prints them`)
    return [read.data]
  })
  if (keys.length === 0) throw new AttuneError('input-unreadable', `${path} holds no public key`)
  return keys
}
