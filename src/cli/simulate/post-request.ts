import { isLoopback } from '../../config.ts'
import type { Card } from '../../contract/cards.ts'
import { withoutEndSlashes } from '../../end-slashes.ts'
import { UsageError } from '../verb.ts'
import type { Signer } from './sign-call.ts'
import type { Thought } from './told.ts'

/** What a server answered: status, how long it took, and what can be made of it. */
export type Posted = {
  readonly status: number
  readonly ms: number
  readonly requestId: string | null
  /** The body; null when it is no JSON object. */
  readonly answer: Readonly<Record<string, unknown>> | null
  readonly cards: readonly Card[]
  readonly thought: Thought | null
}

const DEADLINE_MS = 30_000

/** Base of the server, without `/cds-services`. Patients do not cross a network in the clear. */
export const serverOf = (address: string): string => {
  if (!URL.canParse(address)) throw new UsageError('--to is no address.')
  const { protocol, hostname, username, origin, pathname } = new URL(address)
  const near = isLoopback(hostname.replace(/^\[|\]$/g, ''))
  if (username !== '') throw new UsageError('--to must not hold a user name.')
  if (protocol !== 'https:' && !(protocol === 'http:' && near))
    throw new UsageError('--to must be https, or http on this machine: the file holds a patient.')
  return withoutEndSlashes(`${origin}${pathname}`).replace(/\/cds-services(\/.*)?$/, '')
}

const objectOf = (text: string): Posted['answer'] => {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Posted['answer']) : null
  } catch {
    return null
  }
}

const thoughtOf = (answer: Posted['answer']): Thought | null => {
  const trace = (answer?.extension as { readonly 'org.attune.trace'?: Partial<Thought> } | undefined)?.['org.attune.trace']
  return trace
    ? { outcome: trace.outcome ?? 'not said', questions: trace.questions ?? [], silences: trace.silences ?? [], gaps: trace.gaps ?? [] }
    : null
}

/** Posts a request as an EHR would. Follows no redirect. */
export const postRequest = async (
  { url, audience, signer }: { readonly url: string; readonly audience: string; readonly signer: Signer | null },
  body: unknown,
): Promise<Posted> => {
  const started = performance.now()
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(signer ? { authorization: `Bearer ${signer.jwtFor(audience)}` } : {}) },
    body: JSON.stringify(body),
    redirect: 'manual',
    signal: AbortSignal.timeout(DEADLINE_MS),
  }).catch((error: Error & { cause?: { code?: string } }) => {
    throw new UsageError(`The server cannot be reached (${error.cause?.code ?? error.name}).`)
  })
  const answer = objectOf(await response.text())
  const cards = response.ok && Array.isArray(answer?.cards) ? (answer.cards as readonly Card[]) : []
  return {
    status: response.status,
    ms: performance.now() - started,
    requestId: response.headers.get('x-request-id'),
    answer,
    cards,
    thought: thoughtOf(answer),
  }
}

/** What a status other than 200 means, and where to look. */
const STATUSES: Readonly<Record<number, string>> = {
  400: 'The request does not fit its hook.',
  401: "The JWT was refused. The server's log says why under the request id: issuer, key id, audience, times or a second use.",
  404: 'There is no such service at this address. Is publicUrl, or the path behind the proxy, another one?',
  412: 'Nothing could be decided: the record was neither in the file nor readable from the FHIR server.',
  413: 'The request is larger than limits.bodyBytes.',
  415: 'The content type was changed on the way: a proxy may do that.',
  429: 'More than limits.requestsPerMinute.',
  503: 'The server is busy or starting.',
}

type Outcome = { readonly issue?: readonly { readonly diagnostics?: string; readonly details?: { readonly text?: string } }[] }

/** Why an EHR would show nothing at all. */
export const refusalLines = ({ status, answer, requestId, ms }: Posted): string[] => {
  const issue = (answer as Outcome | null)?.issue?.[0]
  const said = [issue?.details?.text, issue?.diagnostics].filter((text) => typeof text === 'string')
  return [
    `The server answered ${status} after ${Math.round(ms)} ms: the prescriber sees nothing.`,
    STATUSES[status] ??
      (status >= 300 && status < 400 ? 'A redirect: EHRs do not follow those.' : "The server's log says more under the request id."),
    ...(said.length > 0 ? [`It says: ${said.join(': ')}`] : []),
    ...(requestId === null
      ? ['The answer has no request id: it may come from something in front of Attune.']
      : [`Request id: ${requestId}`]),
  ]
}
