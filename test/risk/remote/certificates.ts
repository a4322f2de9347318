import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'

/** Certificates for tests: an authority and what it signs, by X.509 (RFC 5280) in DER, without a program besides Node. */
export type Certified = { readonly cert: string; readonly key: string }

const der = (tag: number, ...parts: readonly Buffer[]): Buffer => {
  const body = Buffer.concat(parts)
  const length = body.length < 128 ? [body.length] : body.length < 256 ? [0x81, body.length] : [0x82, body.length >> 8, body.length & 255]
  return Buffer.concat([Buffer.from([tag, ...length]), body])
}
const sequence = (...parts: readonly Buffer[]) => der(0x30, ...parts)
const oid = (...bytes: readonly number[]) => der(0x06, Buffer.from(bytes))
const bits = (body: Buffer) => der(0x03, Buffer.from([0]), body)
const time = (date: Date) => der(0x18, Buffer.from(`${date.toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`))
const name = (text: string) => sequence(der(0x31, sequence(oid(0x55, 4, 3), der(0x0c, Buffer.from(text)))))
const ECDSA_SHA256 = sequence(oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2))
const extension = (id: Buffer, body: Buffer) => sequence(id, der(0x04, body))

const DAY = 86_400_000

type Subject = { readonly called: string; readonly authority: boolean; readonly days?: number }

const certificate = ({ called, authority, days = 2 }: Subject, publicKey: KeyObject, issuer: string, signer: KeyObject): string => {
  const now = Date.now()
  const purpose = authority
    ? extension(oid(0x55, 0x1d, 0x13), sequence(der(0x01, Buffer.from([0xff])))) // basic constraints: an authority
    : extension(oid(0x55, 0x1d, 0x11), sequence(der(0x87, Buffer.from([127, 0, 0, 1])))) // alternative name: 127.0.0.1
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ECDSA_SHA256,
    name(issuer),
    sequence(time(new Date(now - 10 * DAY)), time(new Date(now + days * DAY))),
    name(called),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(purpose)),
  )
  const whole = sequence(body, ECDSA_SHA256, bits(sign('sha256', body, signer)))
  return `-----BEGIN CERTIFICATE-----\n${whole.toString('base64').replace(/(.{64})/g, '$1\n')}\n-----END CERTIFICATE-----\n`
}

const pair = () => generateKeyPairSync('ec', { namedCurve: 'P-256' })
const pem = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString()

export const makeAuthority = (called: string): Certified => {
  const { publicKey, privateKey } = pair()
  return { cert: certificate({ called, authority: true }, publicKey, called, privateKey), key: pem(privateKey) }
}

/** A certificate for 127.0.0.1, signed by the authority. Negative `days`: it has run out. */
export const certify = (called: string, by: { readonly called: string; readonly authority: Certified }, days = 2): Certified => {
  const { publicKey, privateKey } = pair()
  return {
    cert: certificate({ called, authority: false, days }, publicKey, by.called, createPrivateKey(by.authority.key)),
    key: pem(privateKey),
  }
}
