import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { AttuneError } from '../errors.ts'
import { readJsonLines } from './json-lines.ts'
import { keyIdOf, type PublicKeys } from './signing.ts'

const publicKeys = z
  .strictObject({ key: z.string(), ed25519: z.base64(), mldsa65: z.base64() })
  .refine(({ key, ed25519 }) => key === keyIdOf(ed25519))

/**
 * Public keys, one to a line, as `attune ledger keys` and `attune approve --make-key` print them.
 * @throws AttuneError `input-unreadable`
 */
export const readPublicKeysFile = (path: string): PublicKeys[] => {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    throw new AttuneError('input-unreadable', `the file of public keys ${path} cannot be read`, { cause })
  }
  const wrong = (line: number) => new AttuneError('input-unreadable', `line ${line} of ${path} is no public key as \`attune\` prints them`)
  const keys = readJsonLines(text, publicKeys, wrong)
  if (keys.length === 0) throw new AttuneError('input-unreadable', `${path} holds no public key`)
  return keys
}
