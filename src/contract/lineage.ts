/** A code with its system, as FHIR Coding has it. */
export type Coding = { readonly system: string; readonly code: string; readonly display?: string }

/** FHIR date or instant, as exact as the source was: `2024`, `2024-03`, `2024-03-05` or a full instant. */
export type PartialDate = string

/** Where a date was taken from; null when the resource has none. */
export type DateSource = 'effective' | 'issued' | 'report' | 'order' | 'recorded' | 'evidence.effective'

/** Where a fact came from. Every value that reaches a card or a panel has one. */
export type Lineage = {
  /** Local reference of the resource, for example `Observation/abc`. */
  readonly resource: string
  readonly versionId?: string
  /** Lab, author or device as the resource names it. */
  readonly source?: string
  readonly date?: PartialDate
  readonly dateSource?: DateSource
  readonly code?: Coding
  /** What was converted, in words: `180 [lb_av] = 81.6 kg`. */
  readonly conversion?: string
}

/** Why something could not be assessed. Shown, never swallowed. */
export type Gap = {
  /** What is missing: a modality (`genomics`), a gene symbol, a drug or an input. */
  readonly about: string
  readonly code:
    | 'not-asked'
    | 'not-authorized'
    | 'not-found'
    | 'timeout'
    | 'unavailable'
    | 'unreadable'
    | 'incomplete'
    | 'not-tested'
    | 'conflict'
    | 'indeterminate'
    | 'unread-document'
    | 'unmapped'
    | 'stale'
    | 'out-of-range'
    | 'unit-unknown'
    | 'no-guidance'
    | 'undecided'
    | 'other-patient'
    /** Entered in error or cancelled by its own author: not used, and said so. */
    | 'withdrawn'
  /** One short sentence in plain words, without names or identifiers of the patient. */
  readonly because: string
  /** The resource it is about, when there is one. */
  readonly resource?: string
}
