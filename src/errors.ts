/** Every error that Attune raises on purpose. One table: code, HTTP status, what the caller may read. */
const CATALOGUE = {
  'body-not-json': { status: 400, text: 'The body is not valid JSON.' },
  'body-not-object': { status: 400, text: 'The body must be a JSON object.' },
  'body-too-deep': { status: 400, text: 'The body is nested too deeply.' },
  'body-too-large': { status: 413, text: 'The body is larger than this server accepts.' },
  'content-type': { status: 415, text: 'Send the body as application/json.' },
  'request-invalid': { status: 400, text: 'The request does not fit its hook.' },
  'hook-mismatch': { status: 400, text: 'This service does not answer that hook.' },
  'feedback-invalid': { status: 400, text: 'The feedback does not have the form that CDS Hooks asks for.' },
  'outcomes-invalid': { status: 400, text: 'The outcomes do not have the form that is asked for.' },
  'fhir-server-untrusted': { status: 403, text: 'That FHIR server is not registered for this client.' },
  'client-unknown': { status: 401, text: 'Unauthorized.' },
  'not-found': { status: 404, text: 'There is nothing here.' },
  'not-acceptable': { status: 406, text: 'This is not available in the format that was asked for.' },
  'method-not-allowed': { status: 405, text: 'That method is not answered here.' },
  'data-missing': { status: 412, text: 'Data that this service needs was neither sent nor readable from the FHIR server.' },
  'other-patient': { status: 412, text: 'Not assessed: the Patient that was sent is another than the patient in context.' },
  'too-many-requests': { status: 429, text: 'Too many requests. Try again later.' },
  'token-refused': { status: 401, text: 'The EHR did not accept the access token. Open the app again from the EHR.' },
  'read-refused': { status: 403, text: 'The EHR does not allow this patient to be read with the rights that were granted.' },
  'in-shadow': {
    status: 403,
    text: 'This site runs Attune in the shadow: what it finds is recorded for the go-live report and shown to nobody. No advice here does not mean that it is safe.',
  },
  overloaded: { status: 503, text: 'The server is busy. Try again shortly.' },
  unexpected: { status: 500, text: 'Something went wrong here. The operator has been told.' },
  'config-invalid': { status: 500, text: 'The configuration is not valid.' },
  'rules-invalid': { status: 500, text: 'The rules are not valid.' },
  'model-invalid': { status: 500, text: 'A model is not valid.' },
  'model-failed': { status: 500, text: 'A model could not be run.' },
  'inference-failed': { status: 502, text: 'The inference server could not be used.' },
  'ledger-failed': { status: 503, text: 'The decision store is not available.' },
  'fhir-failed': { status: 502, text: 'The FHIR server could not be read.' },
  'screening-failed': { status: 500, text: 'The screening could not be finished.' },
  'input-unreadable': { status: 400, text: 'The input could not be read.' },
} as const satisfies Record<string, { status: number; text: string }>

export type ErrorCode = keyof typeof CATALOGUE
export const ERROR_CATALOGUE: Readonly<Record<ErrorCode, { readonly status: number; readonly text: string }>> = CATALOGUE

/**
 * An error with two texts: `publicText` may be sent to the caller, `detail` is for the operator's log.
 * Neither holds patient data, tokens or stack.
 */
export class AttuneError extends Error {
  readonly code: ErrorCode
  readonly status: number
  readonly publicText: string
  readonly detail: string

  /** `say` adds to the public text what the caller can mend, for example the name of a missing member. */
  constructor(code: ErrorCode, detail: string, options?: { readonly say?: string; readonly cause?: unknown }) {
    super(`${code}: ${detail}`, options?.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'AttuneError'
    this.code = code
    this.status = CATALOGUE[code].status
    this.publicText = options?.say ? `${CATALOGUE[code].text} ${options.say}` : CATALOGUE[code].text
    this.detail = detail
  }
}
