import type { AlertPolicy } from '../../src/cards/card-policy.ts'
import type { Wording } from '../../src/cards/wording.ts'
import type { GuidanceSource } from '../../src/contract/findings.ts'
import type { Knowledge } from '../../src/guidance/rules.ts'
import type { Moments } from '../../src/risk/moments/moments.ts'
import type { Models } from '../../src/risk/registry.ts'

/** What `main.ts` gives to every service: knowledge, models and what the site decided. */
export type ServiceKit = {
  readonly knowledge: Knowledge
  readonly models: Models
  /** When models speak, and what they say then. */
  readonly moments: Moments
  readonly wording: Wording
  readonly precedence: readonly GuidanceSource[]
  readonly policy: AlertPolicy
  /** Names a part of the thinking for whoever traces a call; absent where nobody does. */
  readonly stage?: <T>(name: 'guidance' | 'risk', work: () => T) => T
}
