import type { Writing } from '../../src/cards/card-parts.ts'
import type { Asking } from '../../src/hooks/service.ts'
import type { ServiceKit } from './kit.ts'

/** What the writer of cards needs to know of the call and the site. */
export const writingFor = (kit: ServiceKit, asking: Asking): Writing => ({
  wording: kit.wording,
  policy: kit.policy,
  sandbox: asking.sandbox,
  appLaunchUrl: asking.appLaunchUrl,
  linkHosts: asking.linkHosts,
  encounterId: asking.encounterId,
  newUuid: asking.newUuid,
  seal: asking.seal,
  overridden: asking.overridden,
})
