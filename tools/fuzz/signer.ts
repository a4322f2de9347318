import { generateKeyPairSync, randomUUID, sign as signBytes } from 'node:crypto'

/** Of a token: its header and claims may be changed before it is signed, its signature afterwards. */
type Change = (part: string, value: object) => object

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** Client JWTs of an EHR whose key set stands at `ehr`; each with an id of its own. */
export const makeSigner = (ehr: { readonly fhir: string; readonly keep: (path: string, text: string) => void }) => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' })
  const origin = new URL(ehr.fhir).origin
  ehr.keep('/jwks.json', JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'key-1', alg: 'ES384', use: 'sig' }] }))
  const issuer = `${origin}/ehr`
  return {
    issuer,
    jku: `${origin}/jwks.json`,
    sign: (audience: string, change: Change, signature: string | null): string => {
      const now = Math.floor(Date.now() / 1000)
      const header = change('header', { alg: 'ES384', typ: 'JWT', kid: 'key-1' })
      const claims = change('claims', { iss: issuer, aud: audience, iat: now, exp: now + 290, jti: randomUUID() })
      const text = `${encode(header)}.${encode(claims)}`
      return `${text}.${signature ?? signBytes('sha384', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`
    },
  }
}
