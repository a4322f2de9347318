import { z } from 'zod'
import type { CardsResponse } from '../contract/cards.ts'
import type { Discovery } from '../hooks/discovery.ts'
import type { OperationOutcome } from '../hooks/outcome.ts'

/** Shapes of what we send, for `openapi.json` and for tests that hold every answer against them. */

const resource = z.looseObject({ resourceType: z.string() })
const coding = z.strictObject({ system: z.string(), code: z.string(), display: z.string().exactOptional() })
const extension = z.record(z.string(), z.unknown())

const action = z.union([
  z.strictObject({ type: z.enum(['create', 'update']), description: z.string(), resource }),
  z.strictObject({ type: z.literal('delete'), description: z.string(), resourceId: z.string() }),
])

const suggestion = z.strictObject({
  label: z.string(),
  uuid: z.string(),
  isRecommended: z.boolean().exactOptional(),
  actions: z.array(action).min(1),
})

const card = z.strictObject({
  uuid: z.string(),
  summary: z.string().min(1).max(139),
  detail: z.string().min(1).exactOptional(),
  indicator: z.enum(['info', 'warning', 'critical']),
  source: z.strictObject({ label: z.string().min(1), url: z.url().exactOptional(), topic: coding.exactOptional() }),
  suggestions: z.array(suggestion).min(1).exactOptional(),
  selectionBehavior: z.enum(['at-most-one', 'any']).exactOptional(),
  overrideReasons: z
    .array(z.strictObject({ system: z.string(), code: z.string(), display: z.string() }))
    .min(1)
    .exactOptional(),
  links: z
    .array(z.strictObject({ label: z.string(), url: z.url(), type: z.enum(['absolute', 'smart']), appContext: z.string().exactOptional() }))
    .min(1)
    .exactOptional(),
  extension: extension.exactOptional(),
})

export const CARDS_SCHEMA = z.strictObject({
  cards: z.array(card),
  extension: extension.exactOptional(),
}) satisfies z.ZodType<CardsResponse>

export const DISCOVERY_SCHEMA = z.strictObject({
  services: z.array(
    z.strictObject({
      id: z.string(),
      hook: z.string(),
      title: z.string(),
      description: z.string(),
      usageRequirements: z.string().exactOptional(),
      prefetch: z.record(z.string(), z.string()).exactOptional(),
      version: z.string(),
    }),
  ),
}) satisfies z.ZodType<Discovery>

export const OUTCOME_SCHEMA = z.strictObject({
  resourceType: z.literal('OperationOutcome'),
  issue: z.array(
    z.strictObject({
      severity: z.literal('error'),
      code: z.string(),
      details: z.strictObject({ text: z.string() }),
      diagnostics: z.string(),
    }),
  ),
}) satisfies z.ZodType<OperationOutcome>

/** Allow-list of the app's issuers; public, holds no secret. */
export const APP_CONFIG_SCHEMA = z.object({ issuers: z.array(z.url()), clientId: z.string(), sandbox: z.boolean() })

export const PRODUCTS_SCHEMA = z.object({
  products: z.array(z.object({ rxcui: z.string(), tty: z.string(), name: z.string(), ingredients: z.array(z.string()) })),
})

export const READY_SCHEMA = z.object({
  status: z.enum(['ready', 'not-ready']),
  parts: z.record(z.string(), z.object({ ok: z.boolean(), detail: z.string().optional() })),
})

export const HEALTH_SCHEMA = z.object({ status: z.literal('ok') })
export const EMPTY_SCHEMA = z.object({})
export const DECISION_SCHEMA = z.looseObject({ id: z.string(), at: z.string(), service: z.string(), outcome: z.string() })
export const RECENT_SCHEMA = z.object({ decisions: z.array(DECISION_SCHEMA) })
export const PROFILE_EVENT_SCHEMA = z.looseObject({
  event: z.enum(['source', 'facts', 'assessment', 'estimates', 'done', 'error']),
})
