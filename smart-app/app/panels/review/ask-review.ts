import type { Mark, ReviewAnswer, ReviewList, ReviewMarkRequest, SignOffRequest } from '../../../../src/contract/review.ts'
import type { Session } from '../../session/smart-session.ts'

/** Why an answer did not come. `expired`: the session ended; `stale`: the flags are those of an older profile. */
export type ReviewFailure = 'expired' | 'busy' | 'unreachable' | 'stale' | 'failed'

export type ReviewResult = { readonly answer: ReviewAnswer } | { readonly failure: ReviewFailure }

export type Reviewed = {
  readonly session: Session
  readonly patient: string
  readonly decision: string
  readonly review: ReviewList
}

export type MarkAsked = { readonly flag: string; readonly mark: Mark; readonly reason?: string; readonly note?: string }

const FAILURES: { readonly [status: number]: ReviewFailure } = { 400: 'stale', 401: 'expired', 403: 'expired', 429: 'busy', 503: 'busy' }

const sealed = ({ session, patient, decision, review }: Reviewed) => {
  const idToken = session.idToken?.()
  return { fhirServer: session.fhirServer, patient, decision, ...review, ...(idToken ? { idToken } : {}) }
}

/** Asks once more with a new token when the old one has ended; a second refusal is told. */
const post = async (session: Session, path: string, body: object): Promise<ReviewResult> => {
  const once = (): Promise<Response> =>
    fetch(path, {
      method: 'POST',
      headers: { authorization: `Bearer ${session.accessToken()}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      credentials: 'omit',
      cache: 'no-store',
    })
  try {
    let response = await once()
    if (response.status === 401 && (await session.refresh())) response = await once()
    if (!response.ok) return { failure: FAILURES[response.status] ?? 'failed' }
    return { answer: (await response.json()) as ReviewAnswer } // the server of the same release made it
  } catch {
    return { failure: 'unreachable' }
  }
}

export const listReview = (of: Reviewed): Promise<ReviewResult> => post(of.session, '/api/review/list', sealed(of))

export const markFlags = (of: Reviewed, marks: readonly MarkAsked[]): Promise<ReviewResult> => {
  const request: ReviewMarkRequest = { ...sealed(of), marks }
  return post(of.session, '/api/review', request)
}

/** The right to write was asked for by the site's configuration and granted by the EHR. */
export const mayWrite = ({ optional }: Session): boolean =>
  (optional?.granted ?? []).some((scope) => /^(?:patient|user)\/(?:\*|DocumentReference)\./.test(scope))

export const signOff = (of: Reviewed, language: 'en' | 'de', again?: string): Promise<ReviewResult> => {
  const request: SignOffRequest = { ...sealed(of), mayWrite: mayWrite(of.session), language, ...(again ? { again } : {}) }
  return post(of.session, '/api/review/sign-off', request)
}
