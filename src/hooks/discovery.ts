import { checkTemplate } from './prefetch-template.ts'
import type { CdsService } from './service.ts'

/** What the protocol needs to know of a service; how it thinks is none of its business. */
export type HookService = Pick<CdsService<never>, 'id' | 'hook' | 'title' | 'description' | 'usageRequirements' | 'prefetch'>

export type Discovery = {
  readonly services: readonly {
    readonly id: string
    readonly hook: string
    readonly title: string
    readonly description: string
    readonly usageRequirements?: string
    readonly prefetch?: Readonly<Record<string, string>>
    /** Version of CDS Hooks (3.0-ballot member). */
    readonly version: string
  }[]
}

const CDS_HOOKS_VERSION = '2.0.1'

/** One clean path segment. */
const ID = /^[a-z0-9]+(-[a-z0-9]+)*$/

/** @throws TypeError for a service that may not be listed: unclean id, empty text, bad prefetch template. */
export const checkService = (service: HookService): void => {
  if (!ID.test(service.id)) throw new TypeError(`service id ${service.id} is not a clean path segment`)
  if (!service.title || !service.description) throw new TypeError(`service ${service.id} has no title or description`)
  for (const [key, template] of Object.entries(service.prefetch)) checkTemplate(key, template)
}

/** Answer of GET /cds-services. Members without content are left out (CDS Hooks: no null, "", [] or {}). */
export const discovery = (services: Iterable<HookService>): Discovery => ({
  services: Array.from(services, ({ id, hook, title, description, usageRequirements, prefetch }) => ({
    id,
    hook,
    title,
    description,
    ...(usageRequirements ? { usageRequirements } : {}),
    ...(Object.keys(prefetch).length > 0 ? { prefetch } : {}),
    version: CDS_HOOKS_VERSION,
  })),
})
