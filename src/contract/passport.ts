import type { PatientIdentity } from './facts.ts'
import type { Consequence, GuidanceSource } from './findings.ts'
import type { PartialDate } from './lineage.ts'

/** One gene as a passport carries it: by the genes alone, since medicines change. */
export type PassportGene = {
  readonly gene: string
  readonly state: 'called' | 'candidates' | 'indeterminate'
  /** More than one: the record leaves them open, and none is the result. */
  readonly results: readonly { readonly diplotype: string | null; readonly score: string | null; readonly phenotype: string | null }[]
  /** Why it is open or not usable. */
  readonly because: string | null
  readonly laboratory: string | null
  readonly date: PartialDate | null
  readonly method: string | null
  readonly resource: string | null
  /** What medicines of the record make of it on this day. */
  readonly today: string | null
}

/** What the first source by precedence says of one drug for these genes. */
export type PassportAdvice = {
  readonly drug: string
  readonly rxcui: string | null
  readonly consequence: Consequence
  readonly genes: readonly string[]
  readonly source: GuidanceSource
  readonly year: number | null
  readonly strength: string | null
  readonly url: string
  /** Whom the row is limited to, where the record does not decide that. */
  readonly limit: string | null
}

/** A pharmacogenomic passport: frozen on the day it was made. */
export type Passport = {
  readonly made: string
  readonly patient: Pick<PatientIdentity, 'id' | 'name' | 'birthDate' | 'sex'> | null
  readonly genes: readonly PassportGene[]
  /** Drugs for which a source asks for something. */
  readonly advice: readonly PassportAdvice[]
  /** Drugs whose sources were read for these genes and ask for no change. */
  readonly unchanged: readonly string[]
  readonly notTested: readonly string[]
  /** What could not be read or used, in sentences. */
  readonly open: readonly string[]
  readonly versions: { readonly attune: string; readonly rules: string }
  readonly decision: string
  readonly sandbox: boolean
}

/** Answer of POST /api/passport: the same content for people and as a FHIR document. */
export type PassportAnswer = {
  readonly passport: Passport
  readonly document: { readonly resourceType: 'Bundle'; readonly [member: string]: unknown }
}
