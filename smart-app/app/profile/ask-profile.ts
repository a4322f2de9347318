import type { ProfileRequest } from '../../../src/contract/profile.ts'
import { readProfileEvent } from './profile-event.ts'
import type { Failure, ProfileStep } from './profile-state.ts'
import { readLines } from './read-lines.ts'

/** What asking needs of a session. */
export type Asker = {
  readonly fhirServer: string
  readonly accessToken: () => string
  readonly refresh: () => Promise<boolean>
}

export type Asked = {
  readonly asker: Asker
  readonly patient: string
  readonly drug: ProfileRequest['drug'] | null
  readonly order: string | null
  readonly draft?: ProfileRequest['draft'] | undefined
}

type Tell = (step: ProfileStep) => void

const STATUS_FAILURES: { readonly [status: number]: Failure } = { 401: 'expired', 403: 'refused', 429: 'busy', 503: 'busy' }

const post = ({ asker, patient, drug, order, draft }: Asked, signal: AbortSignal): Promise<Response> => {
  const request: ProfileRequest = {
    fhirServer: asker.fhirServer,
    patient,
    ...(drug ? { drug } : {}),
    ...(order === null ? {} : { order }),
    ...(draft ? { draft } : {}),
  }
  return fetch('/api/profile', {
    method: 'POST',
    headers: { authorization: `Bearer ${asker.accessToken()}`, 'content-type': 'application/json', accept: 'application/x-ndjson' },
    body: JSON.stringify(request),
    credentials: 'omit',
    cache: 'no-store',
    signal,
  })
}

type Ending = 'done' | 'renewed' | Failure

/** Gets a new access token, once for one reading; the second time there is none to be had. */
const renewOnce = ({ refresh }: Asker): (() => Promise<boolean>) => {
  let tried = false
  return async () => {
    if (tried) return false
    tried = true
    return refresh()
  }
}

/** The token ended while some questions were still open. */
const endedAt = (event: ReturnType<typeof readProfileEvent>): boolean => event?.event === 'source' && event.question.status === 401

/**
 * Hands on the events of one answer. A token that ended is told to the caller first: where it can be renewed the record is asked anew,
 * as a whole, because answers of two readings do not fit together. Where it cannot, what comes is still shown.
 */
const follow = async (body: ReadableStream<Uint8Array>, tell: Tell, renew: () => Promise<boolean>): Promise<Ending> => {
  for await (const line of readLines(body)) {
    const event = readProfileEvent(line)
    if (endedAt(event) && (await renew())) return 'renewed'
    if (event?.event === 'error' && event.code === 'token-refused') return 'expired'
    if (event) tell(event)
    if (event?.event === 'done' || event?.event === 'error') return 'done'
  }
  return 'cut-off'
}

const once = async (asked: Asked, tell: Tell, renew: () => Promise<boolean>, signal: AbortSignal): Promise<Ending> => {
  let response: Response
  try {
    response = await post(asked, signal)
  } catch {
    return 'unreachable'
  }
  if (!response.ok || response.body === null) return STATUS_FAILURES[response.status] ?? 'failed'
  return follow(response.body, tell, renew).catch((): Ending => 'cut-off')
}

/** Asks for the profile and tells each step; renews an expired access token once. Says nothing more after `signal` fires. */
export const askProfile = async (asked: Asked, tell: Tell, signal: AbortSignal): Promise<void> => {
  const say: Tell = (step) => {
    if (!signal.aborted) tell(step)
  }
  const renew = renewOnce(asked.asker)
  say({ event: 'begin' })
  let ending = await once(asked, say, renew, signal)
  if (ending === 'expired' && !signal.aborted && (await renew())) ending = 'renewed'
  if (ending === 'renewed' && !signal.aborted) {
    say({ event: 'begin' })
    ending = await once(asked, say, renew, signal)
  }
  if (ending !== 'done') say({ event: 'end', failure: ending === 'renewed' ? 'expired' : ending })
}
