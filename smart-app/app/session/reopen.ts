import { type AppContext, readAppContext } from './app-context.ts'
import { rememberView } from './open-view.ts'
import type { Session } from './smart-session.ts'

const KEY = 'attune.reopen'

type Reopening = { readonly issuer: string; readonly patient: string; readonly view: string; readonly context: AppContext }

/**
 * Signs in anew at the same record system. An EHR's launch code works once, so this is a standalone launch: who is chosen there
 * may be another patient, and only the same one gets the view, the drug in hand and the typed words back.
 */
export const openAgain = (session: Session, patient: string, view: string): void => {
  const record: Reopening = { issuer: session.fhirServer, patient, view, context: session.context }
  try {
    sessionStorage.setItem(KEY, JSON.stringify(record))
  } catch {
    // Without storage there is no session to come back to either; the launch page then says so.
  }
  location.assign(`./launch.html?${new URLSearchParams({ iss: session.fhirServer })}`)
}

const take = (): Partial<Reopening> => {
  try {
    const text = sessionStorage.getItem(KEY)
    sessionStorage.removeItem(KEY)
    return (JSON.parse(text ?? '{}') ?? {}) as Partial<Reopening>
  } catch {
    return {}
  }
}

/** The session with what was in hand before it was opened again; the session as it came where it is about another chart. */
export const resume = (session: Session): Session => {
  const { issuer, patient, view, context } = take()
  if (issuer !== session.fhirServer || patient !== session.patient || typeof view !== 'string') return session
  rememberView(session.launch ?? '', view)
  return session.context.drug === null ? { ...session, context: readAppContext({ v: 1, ...context }) } : session
}
