import { createPrivateKey, type KeyObject, randomUUID, sign } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { UsageError } from '../verb.ts'

/** Signs client JWTs as an EHR does (CDS Hooks 2.0.1, "Trusting CDS Clients"). */
export type Signer = { readonly jwtFor: (audience: string) => string }

/** Life of a JWT, in seconds: that of the known EHRs. */
const LIFE_S = 300
/** By curve, or RSA: the algorithm of JSON Web Signature, and how Node signs for it (RFC 7518, section 3). */
const ALGORITHMS: Readonly<Record<string, { readonly alg: string; readonly hash: string }>> = {
  secp384r1: { alg: 'ES384', hash: 'sha384' },
  prime256v1: { alg: 'ES256', hash: 'sha256' },
  rsa: { alg: 'RS384', hash: 'sha384' },
}

type PrivateFile = { readonly key: KeyObject; readonly kid: string | null }

/** A private key in PEM, or as a JSON Web Key. Nothing of the file is repeated in an error. */
const readPrivateKey = (path: string): PrivateFile => {
  try {
    const text = readFileSync(path, 'utf8')
    if (!text.trimStart().startsWith('{')) return { key: createPrivateKey(text), kid: null }
    const jwk = JSON.parse(text)
    return { key: createPrivateKey({ key: jwk, format: 'jwk' }), kid: typeof jwk.kid === 'string' ? jwk.kid : null }
  } catch {
    throw new UsageError(`${path} is no private key: name a file in PEM or as a JSON Web Key.`)
  }
}

const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url')

/** @throws UsageError when the key cannot sign, or something that a JWT must name is missing */
export const makeSigner = (path: string, named: { readonly iss: string | null; readonly kid: string | null }): Signer => {
  const { key, kid: own } = readPrivateKey(path)
  const kid = named.kid ?? own
  const { iss } = named
  const fit = ALGORITHMS[key.asymmetricKeyDetails?.namedCurve ?? key.asymmetricKeyType ?? '']
  if (!fit) throw new UsageError(`${path} holds a key of another kind than P-384, P-256 or RSA.`)
  if (iss === null) throw new UsageError('Name the issuer of the JWT with --iss, as it stands in the configuration of the client.')
  if (kid === null) throw new UsageError('Name the key with --kid: the file does not say its kid.')
  return {
    jwtFor: (audience) => {
      const now = Math.floor(Date.now() / 1000)
      const header = { alg: fit.alg, typ: 'JWT', kid }
      const text = `${encode(header)}.${encode({ iss, aud: audience, iat: now, exp: now + LIFE_S, jti: randomUUID() })}`
      return `${text}.${sign(fit.hash, Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`
    },
  }
}
