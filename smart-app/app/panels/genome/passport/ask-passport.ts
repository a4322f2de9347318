import type { PassportAnswer } from '../../../../../src/contract/passport.ts'
import type { Session } from '../../../session/smart-session.ts'

export type PassportState =
  | { readonly kind: 'making' }
  | { readonly kind: 'failed' }
  | { readonly kind: 'made'; readonly answer: PassportAnswer }

const post = (session: Session, patient: string): Promise<Response> =>
  fetch('/api/passport', {
    method: 'POST',
    headers: { authorization: `Bearer ${session.accessToken()}`, 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ fhirServer: session.fhirServer, patient }),
    credentials: 'omit',
    cache: 'no-store',
  })

/** Asks the server for the passport; renews an expired access token once. Never throws. */
export const askPassport = async (session: Session, patient: string): Promise<PassportState> => {
  try {
    let response = await post(session, patient)
    if (response.status === 401 && (await session.refresh())) response = await post(session, patient)
    if (!response.ok) return { kind: 'failed' }
    return { kind: 'made', answer: (await response.json()) as PassportAnswer } // our own server, checked by its answer schema
  } catch {
    return { kind: 'failed' }
  }
}

/** Hands the document to the browser as a file. Its name says nothing about the patient. */
export const saveDocument = ({ document: bundle, passport }: PassportAnswer): void => {
  const url = URL.createObjectURL(new Blob([JSON.stringify(bundle, null, 2)], { type: 'application/fhir+json' }))
  const link = document.createElement('a')
  link.href = url
  link.download = `pgx-passport-${passport.made.slice(0, 10)}.fhir.json`
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
