import type { AttuneError, ErrorCode } from '../errors.ts'

/** FHIR R4 OperationOutcome, as every 4xx and 5xx but 401 carries it (CDS Hooks 3.0-ballot, HTTP status codes). */
export type OperationOutcome = {
  readonly resourceType: 'OperationOutcome'
  readonly issue: readonly {
    readonly severity: 'error'
    readonly code: string
    readonly details: { readonly text: string }
    readonly diagnostics: string
  }[]
}

/** Code of http://hl7.org/fhir/issue-type for each of our errors; `processing` for those not listed. */
const ISSUE_TYPES: Partial<Record<ErrorCode, string>> = {
  'body-not-json': 'structure',
  'body-not-object': 'structure',
  'body-too-deep': 'too-costly',
  'body-too-large': 'too-long',
  'content-type': 'not-supported',
  'request-invalid': 'invalid',
  'hook-mismatch': 'not-supported',
  'feedback-invalid': 'invalid',
  'input-unreadable': 'invalid',
  'fhir-server-untrusted': 'forbidden',
  'token-refused': 'login',
  'not-found': 'not-found',
  'not-acceptable': 'not-supported',
  'method-not-allowed': 'not-supported',
  'data-missing': 'required',
  'other-patient': 'business-rule',
  'too-many-requests': 'throttled',
  overloaded: 'transient',
  'ledger-failed': 'transient',
  unexpected: 'exception',
}

/** The public side of an error: text, our code and the request's id; nothing else leaves. */
export const operationOutcome = (error: Pick<AttuneError, 'code' | 'publicText'>, requestId: string): OperationOutcome => ({
  resourceType: 'OperationOutcome',
  issue: [
    {
      severity: 'error',
      code: ISSUE_TYPES[error.code] ?? 'processing',
      details: { text: error.publicText },
      diagnostics: `${error.code} ${requestId}`,
    },
  ],
})
