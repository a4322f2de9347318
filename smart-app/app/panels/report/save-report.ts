import type { ReportRequest } from '../../../../src/contract/report.ts'
import { LANGUAGE } from '../../language.ts'
import type { ProfileState } from '../../profile/profile-state.ts'
import type { Session } from '../../session/smart-session.ts'

/** What was told, as it was told; null while something of it is missing. */
const requestOf = (
  { progress, facts, assessment, words, estimates }: ProfileState,
  session: Session,
  patient: string,
): ReportRequest | null => {
  if (progress.kind !== 'done' || !progress.seal || !facts || !assessment || !estimates) return null
  const { now, patient: person, orders, medicines, allergies, gaps, questions } = facts
  const shown = { now, patient: person, orders, medicines, allergies, gaps, questions }
  const content = { facts: shown, assessment, words, estimates, versions: progress.versions }
  return { fhirServer: session.fhirServer, patient, decision: progress.decision, content, seal: progress.seal, language: LANGUAGE }
}

/** `expired`: the record system no longer takes the token; it is asked at each report. */
export type ReportResult = 'saved' | 'expired' | 'busy' | 'unreachable' | 'failed'

const FAILURES: { readonly [status: number]: ReportResult } = { 401: 'expired', 403: 'expired', 429: 'busy', 503: 'busy' }

const ask = (session: Session, request: ReportRequest): Promise<Response> =>
  fetch('/api/report', {
    method: 'POST',
    headers: { authorization: `Bearer ${session.accessToken()}`, 'content-type': 'application/json', accept: 'text/html' },
    body: JSON.stringify(request),
    credentials: 'omit',
    cache: 'no-store',
  })

/** No patient data in the file's name. */
const keep = (page: Blob, decision: string): void => {
  const address = URL.createObjectURL(page)
  Object.assign(document.createElement('a'), { href: address, download: `attune-report-${decision.slice(0, 8)}.html` }).click()
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
}

/** The frozen page as a file: it opens anywhere, prints with its own page numbers, and leaves no patient data in an address. */
export const saveReport = async (profile: ProfileState, session: Session, patient: string): Promise<ReportResult> => {
  const request = requestOf(profile, session, patient)
  if (request === null) return 'failed'
  try {
    let response = await ask(session, request)
    if (response.status === 401 && (await session.refresh())) response = await ask(session, request)
    if (!response.ok) return FAILURES[response.status] ?? 'failed'
    keep(await response.blob(), request.decision)
    return 'saved'
  } catch {
    return 'unreachable'
  }
}
