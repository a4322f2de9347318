import type { PastOverride, WrittenCards } from '../contract/cards.ts'
import type { Explained } from '../contract/explained.ts'
import type { PatientFacts } from '../contract/facts.ts'
import type { Assessment } from '../contract/findings.ts'
import type { Slices } from '../slices.ts'

export type Hook = 'patient-view' | 'order-select' | 'order-sign' | 'encounter-discharge'

/** Who asks, as far as wording needs to know it. */
export type Asking = {
  readonly client: string
  readonly tenant: string
  readonly sandbox: boolean
  /** FHIR base of the EHR; null when the request named none. */
  readonly fhirServer: string | null
  readonly encounterId: string | null
  /** Absolute launch URL of the app. */
  readonly appLaunchUrl: string
  /** Hosts that links may point at; empty = all. */
  readonly linkHosts: readonly string[]
  /** Ids for cards and suggestions. */
  readonly newUuid: () => string
  /** Keyed digest bound to the patient of the call. */
  readonly seal: (text: string) => string
  /** What this user overrode for this patient and is not to be told again, by the digest of its facts. */
  readonly overridden: ReadonlyMap<string, PastOverride>
}

/** One clinical moment: what it asks of the record, how it thinks, how it speaks. `Kit` is what `main.ts` gives to all services. */
export type CdsService<Kit> = {
  readonly id: string
  readonly hook: Hook
  readonly title: string
  readonly description: string
  readonly usageRequirements: string
  /** Prefetch key -> FHIR query with CDS Hooks tokens. */
  readonly prefetch: Readonly<Record<string, string>>
  readonly think: (facts: PatientFacts, kit: Kit) => Promise<Assessment>
  readonly write: (assessment: Assessment, facts: PatientFacts, kit: Kit, asking: Asking) => Slices<WrittenCards>
  /** Every rule that was considered and what came of it; only asked for when somebody wants to read it. */
  readonly explain: (assessment: Assessment, facts: PatientFacts, kit: Kit, written: WrittenCards) => readonly Explained[]
}
