/** FHIR issue types that the sandbox answers with. */
export type IssueCode =
  | 'invalid'
  | 'required'
  | 'not-supported'
  | 'not-found'
  | 'login'
  | 'forbidden'
  | 'conflict'
  | 'too-costly'
  | 'exception'
  | 'informational'

export type Issue = { readonly severity: 'error' | 'warning' | 'information'; readonly code: IssueCode; readonly diagnostics: string }

export const operationOutcome = (issues: readonly Issue[]) => ({ resourceType: 'OperationOutcome', issue: issues })

/** A refusal of the FHIR interface: status and the OperationOutcome that goes with it. Its text never holds patient data. */
export class FhirRefusal extends Error {
  readonly status: number
  readonly issues: readonly Issue[]

  constructor(status: number, code: IssueCode, diagnostics: string | readonly string[]) {
    const texts = typeof diagnostics === 'string' ? [diagnostics] : diagnostics
    super(texts.join(' '))
    this.name = 'FhirRefusal'
    this.status = status
    this.issues = texts.map((text) => ({ severity: 'error', code, diagnostics: text }))
  }
}
