import http from 'node:http'
import https from 'node:https'
import type { TLSSocket } from 'node:tls'
import type { Config } from '../../config.ts'
import { guardedLookup, refusal } from '../../fhir/outbound.ts'

/** Why nothing came back. The names are those of the server's own door; `certificate` and `refused` say more than it needs to. */
type ProbeFailure = 'scheme' | 'address' | 'name' | 'refused' | 'certificate' | 'timeout' | 'too-large' | 'network'

export type Probed =
  | {
      readonly ok: true
      readonly status: number
      readonly headers: http.IncomingHttpHeaders
      readonly body: string
      /** From asking to the end of the answer. */
      readonly ms: number
      /** How far the other clock is ahead of ours, in seconds, from its Date header; null without one. */
      readonly aheadS: number | null
      /** Days until the certificate ends; null over plain http. */
      readonly certificateDays: number | null
    }
  | { readonly ok: false; readonly why: ProbeFailure; readonly code: string }

export type Probe = (
  address: string,
  asked?: { readonly method?: 'GET' | 'OPTIONS'; readonly headers?: Readonly<Record<string, string>> },
) => Promise<Probed>

export const DEADLINE_MS = 5000
const MOST_BYTES = 10_000_000
const DAY_MS = 86_400_000

const failureOf = ({ code = '', name }: NodeJS.ErrnoException): { why: ProbeFailure; code: string } => {
  if (name === 'TimeoutError' || name === 'AbortError') return { why: 'timeout', code: 'timeout' }
  if (code === 'ATTUNE_ADDRESS') return { why: 'address', code }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return { why: 'name', code }
  if (code === 'ECONNREFUSED') return { why: 'refused', code }
  const certificate = /CERT|SIGNATURE|ISSUER|ALTNAME|CA_/.test(code)
  return { why: certificate ? 'certificate' : 'network', code: code === '' ? 'unknown reason' : code }
}

/** The header counts whole seconds: half of one is the middle. */
const aheadOf = (date: string | undefined, began: number): number | null => {
  const theirs = Date.parse(date ?? '')
  if (Number.isNaN(theirs)) return null
  const ours = (began + Date.now()) / 2
  return Math.round((theirs + 500 - ours) / 1000)
}

const certificateDaysOf = (socket: http.IncomingMessage['socket']): number | null => {
  const ends = Date.parse((socket as Partial<TLSSocket>).getPeerCertificate?.().valid_to ?? '')
  return Number.isNaN(ends) ? null : Math.floor((ends - Date.now()) / DAY_MS)
}

/**
 * One request under the rules that the server itself keeps: address checked at connect, https unless configured, no redirect followed,
 * five seconds, ten megabytes. Never throws.
 */
export const makeProbe =
  (network: Pick<Config['network'], 'allowHttp' | 'allowPrivateAddresses'>): Probe =>
  (address, { method = 'GET', headers = {} } = {}) =>
    new Promise((resolve) => {
      const url = new URL(address)
      const refused = refusal(url, network)
      if (refused) return resolve({ ok: false, why: refused === 'address' ? 'address' : 'scheme', code: refused })
      const began = Date.now()
      let answered = false
      const signal = AbortSignal.timeout(DEADLINE_MS)
      const options = { method, signal, lookup: guardedLookup(network), headers: { 'user-agent': 'attune-doctor', ...headers } }
      const request = (url.protocol === 'https:' ? https : http).request(url, { ...options, agent: false })
      const fail = (error: NodeJS.ErrnoException) =>
        resolve({ ok: false, ...failureOf(signal.aborted ? { ...error, name: 'TimeoutError' } : error) })
      request.on('error', fail)
      request.on('response', (response) => {
        answered = true
        const certificateDays = certificateDaysOf(response.socket)
        const chunks: Buffer[] = []
        let bytes = 0
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length
          chunks.push(chunk)
          if (bytes <= MOST_BYTES) return
          resolve({ ok: false, why: 'too-large', code: `${MOST_BYTES} bytes` })
          request.destroy()
        })
        response.on('error', fail)
        response.on('end', () =>
          resolve({
            ok: true,
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks).toString('utf8'),
            ms: Date.now() - began,
            aheadS: aheadOf(response.headers.date, began),
            certificateDays,
          }),
        )
      })
      request.on('close', () => {
        if (!answered) resolve({ ok: false, why: 'network', code: 'another protocol' }) // and no error
      })
      request.end()
    })

const CERTIFICATES: Readonly<Record<string, readonly [what: string, todo: string]>> = {
  CERT_HAS_EXPIRED: ['its certificate has run out', 'Have the certificate renewed.'],
  ERR_TLS_CERT_ALTNAME_INVALID: ['its certificate is for another name', 'Use the name on the certificate, or have one made for this name.'],
  DEPTH_ZERO_SELF_SIGNED_CERT: ['it signed its certificate itself', "Have it signed, or name the site's authority in NODE_EXTRA_CA_CERTS."],
}
const UNKNOWN_SIGNER = [
  'the chain of its certificate does not end at an authority known here',
  "Have the server send its intermediate certificates, or name the site's authority in NODE_EXTRA_CA_CERTS.",
] as const

/** What a failure means and what to do. */
const SAYS: Readonly<Record<Exclude<ProbeFailure, 'certificate'>, readonly [what: string, todo: string]>> = {
  scheme: ['it is not https, or holds a user name', 'Use https. For a test network without TLS set network.allowHttp.'],
  address: [
    'it is on a private, loopback or link-local address',
    'If the server really stands in your own network, set network.allowPrivateAddresses.',
  ],
  name: ['its name is not known to DNS here', 'Check the spelling, and DNS on this machine.'],
  refused: ['nothing listens there', 'Check host and port, and that the server runs.'],
  timeout: ['it did not answer within 5 seconds', 'Check firewalls and proxies between this machine and the server.'],
  'too-large': ['it sent more than 10 MB', 'Check that the address is that of a FHIR server or key set.'],
  network: ['the connection broke', 'Check firewalls and TLS inspection between this machine and the server.'],
}

/** The failure in plain words. */
export const sayFailure = (failed: Extract<Probed, { ok: false }>): { readonly what: string; readonly todo: string } => {
  const [what, todo] = failed.why === 'certificate' ? (CERTIFICATES[failed.code] ?? UNKNOWN_SIGNER) : SAYS[failed.why]
  return { what: `${what} (${failed.code})`, todo }
}

/** A JSON object from an answer, or what came instead. Nothing of the body is repeated. */
export const readJson = ({
  status,
  headers,
  body,
}: Extract<Probed, { ok: true }>): { readonly value: Readonly<Record<string, unknown>> } | string => {
  if (status >= 300 && status < 400) return `status ${status}, a redirect; redirects are not followed`
  if (status !== 200) return `status ${status}`
  if (/^\s*</.test(body)) return `a page (${/html/i.test(headers['content-type'] ?? '') ? 'HTML' : 'XML or HTML'}), not JSON`
  try {
    const value: unknown = JSON.parse(body)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { value: value as Readonly<Record<string, unknown>> }
    return 'JSON that is no object'
  } catch {
    return 'something that is not JSON, or JSON that breaks off'
  }
}
