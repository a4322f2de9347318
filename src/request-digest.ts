import { createHash, hash } from 'node:crypto'
import type { Slices } from './slices.ts'

/** So much is hashed at once: a millisecond. */
const STEP_BYTES = 1_000_000

/**
 * `bytes:` and the SHA-256 of a body as it came, unpacked, so that who has the request can show that it was this one. Where an access
 * token came it is in it: from the digest nobody can learn that, nor find out by trying whose request it was.
 */
export function* digestOfBytes(bytes: Buffer): Slices<string> {
  const whole = createHash('sha256')
  for (let from = 0; from < bytes.length; from += STEP_BYTES) {
    whole.update(bytes.subarray(from, from + STEP_BYTES))
    yield
  }
  return `bytes:${whole.digest('hex')}`
}

/**
 * `keyed:` and the keyed digest of a request of the app. It says little more than whose record is read: of a digest without a key anybody
 * could find out by trying ids of patients.
 */
export const keyedDigest = (request: object, seal: (text: string) => string): string => `keyed:${seal(JSON.stringify(request))}`

/** SHA-256 of a request as JSON: of what came as no body of its own, and of all requests in records of earlier releases. */
export const digestOfJson = (request: object): string => hash('sha256', JSON.stringify(request))
