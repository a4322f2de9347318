import type { AlertPolicy } from '../cards/card-policy.ts'
import type { Wording } from '../cards/wording.ts'
import type { PatientFacts, PatientRecord } from '../contract/facts.ts'
import type { Assessment, GuidanceSource } from '../contract/findings.ts'
import type { Knowledge } from '../guidance/rules.ts'
import type { Models } from '../risk/registry.ts'

/** What screening needs of the engine; the command line puts it together. */
export type ScreeningKit = {
  readonly knowledge: Knowledge
  readonly models: Models
  readonly wording: Wording
  readonly policy: AlertPolicy
  readonly precedence: readonly GuidanceSource[]
  /** Queries of the services that a chart is opened with, by key; `{patient}` stands for the id. */
  readonly questions: Readonly<Record<string, string>>
  readonly understand: (record: PatientRecord) => Promise<PatientFacts>
  /** Genes, guidance and models of an order, on one patient: the same as when the chart is opened. */
  readonly consult: (facts: PatientFacts) => Promise<Assessment>
}
