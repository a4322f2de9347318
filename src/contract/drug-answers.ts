/** A code to ask a terminology server for, under the system's FHIR URI. */
export type AskedCode = { readonly system: string; readonly code: string }

/** What a terminology server says of one code that the tables do not know. */
export type CodeAnswer =
  /** `rxcuis`: RxNorm codes of the same or a wider meaning; `names`: what the server calls the code. */
  | { readonly state: 'known'; readonly rxcuis: readonly string[]; readonly names: readonly string[] }
  | { readonly state: 'unknown' }
  /** `because`: plain words, without address or code. */
  | { readonly state: 'failed'; readonly because: string }

export type CodeAnswers = readonly { readonly asked: AskedCode; readonly answer: CodeAnswer }[]
