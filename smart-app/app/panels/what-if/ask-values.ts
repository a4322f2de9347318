import type { RiskEstimate } from '../../../../src/contract/risk.ts'
import type { Session } from '../../session/smart-session.ts'

/** Why a question of values has no answer. */
export type AskFailure = 'expired' | 'busy' | 'unreachable' | 'failed'
export type Asked<T> = { readonly state: 'ready'; readonly value: T } | { readonly state: 'failed'; readonly failure: AskFailure }

const FAILURES: { readonly [status: number]: AskFailure } = { 401: 'expired', 429: 'busy', 503: 'busy' }

type Asker = Pick<Session, 'accessToken' | 'refresh' | 'fhirServer'>

const post = (asker: Asker, path: string, body: object, signal?: AbortSignal): Promise<Response> =>
  fetch(path, {
    method: 'POST',
    headers: { authorization: `Bearer ${asker.accessToken()}`, 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ ...body, fhirServer: asker.fhirServer }),
    credentials: 'omit',
    cache: 'no-store',
    ...(signal ? { signal } : {}),
  })

/** Asks our server about values, naming the site that asks and no patient. An expired token is renewed once. Null when `signal` fired meanwhile. */
export const askValues = async <T>(asker: Asker, path: string, body: object, signal?: AbortSignal): Promise<Asked<T> | null> => {
  try {
    let response = await post(asker, path, body, signal)
    if (response.status === 401 && (await asker.refresh())) response = await post(asker, path, body, signal)
    if (!response.ok) return { state: 'failed', failure: FAILURES[response.status] ?? 'failed' }
    return { state: 'ready', value: (await response.json()) as T } // our own server; a test holds its answers to the contract
  } catch {
    return signal?.aborted ? null : { state: 'failed', failure: 'unreachable' }
  }
}

/** The inputs as the model took them, by name; null where not known. */
export const inputsOf = (estimate: RiskEstimate): Readonly<Record<string, number | string | null>> => {
  const further = estimate.state === 'estimated' ? (estimate.alsoRead ?? []) : []
  return Object.fromEntries([...further, ...estimate.inputs].map(({ name, taken, value }) => [name, taken ?? value]))
}
