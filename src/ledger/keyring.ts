import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { sha256 } from './canonical.ts'

/** Encrypts what may be read only with the operator's keys: the inputs of decisions, notes and names of reviews. */
export type Keyring = {
  /** Id of the key under which new ciphertexts are made. */
  readonly current: string
  /** AES-256-GCM with a random nonce; `bound` must be the same again to open it. */
  lock(content: Uint8Array, bound: string): string
  /** Null when it was locked under a key that is not here or for something else, or was changed. */
  open(box: string, bound: string): Buffer | null
  /** Whether it is locked under the key of today. */
  isCurrent(box: string): boolean
  /** Whether its key is here. */
  has(box: string): boolean
}

const IV_BYTES = 12
const TAG_BYTES = 16
const FORM = 'b1'
/** Ciphertexts of earlier releases name no key. */
const UNNAMED = 'unnamed'

/** A key of its own for each use, so that no digest and no ciphertext ever share one (HKDF, RFC 5869). */
const derive = (secret: Uint8Array, label: string): Buffer => Buffer.from(hkdfSync('sha256', secret, '', label, 32))

const idOf = (key: Buffer): string => sha256(`attune/ledger/box-key-id/1\n${key.toString('hex')}`).slice(0, 12)

const parse = (box: string): { readonly key: string; readonly bytes: Buffer } => {
  const [form, key, text] = box.split('.')
  if (text === undefined || form !== FORM || key === undefined) return { key: UNNAMED, bytes: Buffer.from(box, 'base64') }
  return { key, bytes: Buffer.from(text, 'base64') }
}

const open = (key: Buffer, bytes: Buffer, bound: string): Buffer | null => {
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES })
    decipher.setAAD(Buffer.from(bound, 'utf8'))
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES))
    return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()])
  } catch {
    return null
  }
}

/**
 * @param pseudonymKey the first key is derived from it, so that a ledger needs no second file until keys are changed
 * @param more keys of the site's own file, the newest last
 */
export const makeKeyring = (pseudonymKey: Uint8Array, more: readonly Uint8Array[]): Keyring => {
  const keys = new Map<string, Buffer>([[UNNAMED, derive(pseudonymKey, 'attune/ledger/text/1')]])
  let current = ''
  for (const secret of [pseudonymKey, ...more]) {
    const key = derive(secret, 'attune/ledger/box/1')
    current = idOf(key)
    keys.set(current, key)
  }
  return {
    current,
    lock: (content, bound) => {
      const key = keys.get(current)
      if (!key) throw new TypeError('the keyring has no key') // it always has one
      const iv = randomBytes(IV_BYTES)
      const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(bound, 'utf8'))
      const body = Buffer.concat([iv, cipher.update(content), cipher.final(), cipher.getAuthTag()])
      return `${FORM}.${current}.${body.toString('base64')}`
    },
    open: (box, bound) => {
      const { key, bytes } = parse(box)
      const found = keys.get(key)
      return found ? open(found, bytes, bound) : null
    },
    isCurrent: (box) => parse(box).key === current,
    has: (box) => keys.has(parse(box).key),
  }
}

/** What a ciphertext belongs to; moved to another place it stays shut. */
export const inputsBound = (tenant: string, decision: string): string => JSON.stringify(['inputs', tenant, decision])
export const reviewBound = (tenant: string, patientKey: string, id: string): string => JSON.stringify([tenant, patientKey, id])
