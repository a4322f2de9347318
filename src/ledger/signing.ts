import { createPrivateKey, createPublicKey, hkdfSync, type KeyObject, sign, verify } from 'node:crypto'
import { sha256 } from './canonical.ts'

/** The public half of a signing key, base64: what whoever checks a ledger needs, and nothing else. */
export type PublicKeys = { readonly key: string; readonly ed25519: string; readonly mldsa65: string }

/** Two signatures over the same text; both must hold, so that a break of one method forges nothing. */
export type Signatures = { readonly ed25519: string; readonly mldsa65: string }

export type Signer = {
  /** Id of the key: the first 16 hex digits of the SHA-256 of its Ed25519 public key. */
  readonly id: string
  /** Both made off the thread that answers calls. */
  readonly sign: (text: string) => Promise<Signatures>
  readonly publicKeys: () => Promise<PublicKeys>
}

const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex') // RFC 8410: what stands before the 32 bytes
const SPKI_ED25519 = Buffer.from('302a300506032b6570032100', 'hex')

/** What is signed with a key. The same secret gives other keys for another purpose, so that no signature passes for one of another kind. */
export type Purpose = 'ledger' | 'approval' | 'release'

const seedFor = (purpose: Purpose, method: 'ed25519' | 'mldsa65', secret: Uint8Array): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, '', `attune/${purpose}/sign/${method}/1`, 32))

const publicBytes = (key: KeyObject): Buffer => createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(SPKI_ED25519.length)

/** The library is loaded when something is signed or checked, not when a server starts. */
const mlDsa = () => import('./post-quantum.ts')

export const keyIdOf = (ed25519: string): string => sha256(ed25519).slice(0, 16)

/** @param secret 32 bytes from which both key pairs follow (HKDF-SHA-256, one label for each purpose and method) */
export const makeSigner = (secret: Uint8Array, purpose: Purpose): Signer => {
  const seed = (method: 'ed25519' | 'mldsa65'): Buffer => seedFor(purpose, method, secret)
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_ED25519, seed('ed25519')]), format: 'der', type: 'pkcs8' })
  const ed25519 = publicBytes(key).toString('base64')
  const id = keyIdOf(ed25519)
  let publicKeys: Promise<PublicKeys> | null = null
  const readPublicKeys = async (): Promise<PublicKeys> => {
    const { mlDsaPublicKey } = await mlDsa()
    return { key: id, ed25519, mldsa65: mlDsaPublicKey(seed('mldsa65')) }
  }
  return {
    id,
    sign: async (text) => {
      const message = Buffer.from(text, 'utf8')
      const { signMlDsa } = await mlDsa()
      const { publicKey, signature } = await signMlDsa(seed('mldsa65'), message)
      publicKeys ??= Promise.resolve({ key: id, ed25519, mldsa65: publicKey })
      return { ed25519: sign(null, message, key).toString('base64'), mldsa65: signature }
    },
    publicKeys: () => {
      publicKeys ??= readPublicKeys()
      return publicKeys
    },
  }
}

const isEd25519Signature = (signature: string, message: Buffer, publicKey: string): boolean => {
  try {
    const key = createPublicKey({ key: Buffer.concat([SPKI_ED25519, Buffer.from(publicKey, 'base64')]), format: 'der', type: 'spki' })
    return verify(null, message, key, Buffer.from(signature, 'base64'))
  } catch {
    return false
  }
}

/** Base64 has more than one spelling of the same bytes; only ours is a signature. */
const isOurBase64 = (text: string): boolean => Buffer.from(text, 'base64').toString('base64') === text

/** @returns why the signatures do not hold, or null when both do */
export const signatureFault = async (keys: PublicKeys, text: string, { ed25519, mldsa65 }: Signatures): Promise<string | null> => {
  const message = Buffer.from(text, 'utf8')
  if (!isOurBase64(ed25519) || !isEd25519Signature(ed25519, message, keys.ed25519)) return 'its Ed25519 signature does not hold'
  const { isMlDsaSignature } = await mlDsa()
  return isOurBase64(mldsa65) && isMlDsaSignature(mldsa65, message, keys.mldsa65) ? null : 'its ML-DSA-65 signature does not hold'
}
