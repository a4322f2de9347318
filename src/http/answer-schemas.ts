import { z } from 'zod'
import type { CardsResponse } from '../contract/cards.ts'
import type { ModelDetail, ModelList, RulesAttributes, SourceAttributes } from '../contract/models.ts'
import type { ReviewAnswer } from '../contract/review.ts'
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
export const APP_CONFIG_SCHEMA = z.object({
  issuers: z.array(z.url()),
  clientIds: z.record(z.string(), z.string()).describe('Client id of the app at each issuer.'),
  sandbox: z.boolean(),
  optionalScopes: z.array(z.string()),
})

export const PRODUCTS_SCHEMA = z.object({
  products: z.array(z.object({ rxcui: z.string(), tty: z.string(), name: z.string(), ingredients: z.array(z.string()) })),
})

export const READY_SCHEMA = z.object({
  status: z.enum(['ready', 'degraded', 'not-ready']),
  parts: z.record(z.string(), z.object({ ok: z.boolean(), degraded: z.boolean().optional(), detail: z.string().optional() })).optional(),
})

export const MONITORING_SCHEMA = z.looseObject({
  asOf: z.string(),
  window: z.strictObject({ from: z.string(), to: z.string(), days: z.number() }),
  sandbox: z.boolean(),
  thresholds: z.array(z.looseObject({ figure: z.string(), watch: z.number(), act: z.number(), source: z.string() })),
  models: z.array(z.looseObject({ tenant: z.string(), id: z.string(), state: z.string(), figures: z.array(z.looseObject({})) })),
})

const span = z.strictObject({ from: z.string(), to: z.string(), days: z.number() })
export const SERVICE_WATCH_SCHEMA = z.strictObject({
  asOf: z.string(),
  window: span,
  baseline: span,
  sandbox: z.boolean(),
  limits: z.array(z.looseObject({ figure: z.string(), watch: z.number(), act: z.number(), source: z.string() })),
  services: z.array(z.looseObject({ tenant: z.string(), service: z.string(), state: z.string(), figures: z.array(z.looseObject({})) })),
})

const reported = { asOf: z.string(), since: z.string(), until: z.string(), sandbox: z.boolean() }
export const OVERRIDES_SCHEMA = z.strictObject({
  ...reported,
  by: z.enum(['rule', 'drug', 'service', 'site', 'week']),
  comments: z.boolean(),
  all: z.looseObject({ shown: z.number() }).nullable(),
  rows: z.array(z.looseObject({ tenant: z.string(), subject: z.string(), shown: z.number() })),
})
export const SHADOW_SCHEMA = z.strictObject({
  ...reported,
  services: z.array(z.looseObject({ tenant: z.string(), service: z.string(), calls: z.number(), orders: z.number() })),
})

export const RECEIPTS_SCHEMA = z.strictObject({
  receipts: z.array(
    z.strictObject({
      state: z.enum(['stored', 'repeated', 'corrected', 'unknown', 'ambiguous', 'refused']),
      because: z.string().exactOptional(),
    }),
  ),
})

export const HEALTH_SCHEMA = z.object({ status: z.literal('ok') })
export const EMPTY_SCHEMA = z.object({})
export const DECISION_SCHEMA = z.looseObject({ id: z.string(), at: z.string(), service: z.string(), outcome: z.string() })
export const RECENT_SCHEMA = z.object({ decisions: z.array(DECISION_SCHEMA) })
export const PROFILE_EVENT_SCHEMA = z.looseObject({
  event: z.enum(['plan', 'source', 'part', 'facts', 'assessment', 'background', 'review', 'estimates', 'trends', 'done', 'error']),
})

/** The document is FHIR and checked as such elsewhere; here its kind. */
export const PASSPORT_SCHEMA = z.strictObject({
  passport: z.looseObject({ made: z.string(), decision: z.string(), notTested: z.array(z.string()) }),
  document: z.looseObject({ resourceType: z.literal('Bundle'), type: z.literal('document') }),
})

const reviewer = z.strictObject({
  how: z.enum(['verified', 'stated', 'unknown']),
  name: z.string().nullable(),
  user: z.string().nullable(),
})
const markEntry = z.strictObject({
  id: z.string(),
  at: z.string(),
  flag: z.string(),
  mark: z.enum(['reviewed', 'accepted', 'overridden']),
  reason: z.strictObject({ code: z.string(), display: z.string() }).nullable(),
  note: z.string().nullable(),
  by: reviewer,
  decision: z.string(),
})
export const REVIEW_ANSWER_SCHEMA = z.strictObject({
  flags: z.array(
    z.strictObject({
      flag: z.string(),
      state: z.enum(['new', 'reviewed', 'accepted', 'overridden']),
      changed: z.array(z.enum(['result', 'medicines', 'guidance', 'dose', 'gaps'])),
      history: z.array(markEntry),
    }),
  ),
  signOffs: z.array(
    z.strictObject({
      id: z.string(),
      at: z.string(),
      by: reviewer,
      flags: z.array(z.string()),
      decision: z.string(),
      written: z.union([
        z.strictObject({ state: z.literal('written'), reference: z.string(), at: z.string() }),
        z.strictObject({ state: z.literal('pending'), because: z.string() }),
        z.strictObject({ state: z.literal('ledger-only') }),
      ]),
    }),
  ),
  reasons: z.array(z.strictObject({ code: z.string(), display: z.string() })),
}) satisfies z.ZodType<ReviewAnswer>

const whatIfPoint = z.strictObject({
  values: z.record(z.string(), z.union([z.number(), z.string()])),
  value: z.number().nullable(),
  band: z.string().optional(),
})
const whatIfModel = z.looseObject({ id: z.string(), version: z.string(), sha256: z.string() })
const whatIfAnswer = z.discriminatedUnion('state', [
  z.strictObject({
    state: z.literal('estimated'),
    model: whatIfModel,
    question: z.string(),
    variant: z.string(),
    title: z.string(),
    label: z.string(),
    unit: z.string(),
    asGiven: whatIfPoint,
    points: z.array(whatIfPoint),
    says: z.string(),
    limits: z.array(z.string()),
  }),
  z.strictObject({
    state: z.literal('refused'),
    model: whatIfModel,
    question: z.string(),
    title: z.string(),
    because: z.array(z.looseObject({ about: z.string(), code: z.string(), because: z.string() })),
  }),
])
export const WHAT_IF_ANSWER_SCHEMA = z.strictObject({ answers: z.array(whatIfAnswer) })

const inputNamed = { name: z.string(), label: z.string() }
const missingEffect = z.discriminatedUnion('state', [
  z.strictObject({
    state: z.literal('ranged'),
    ...inputNamed,
    unit: z.string(),
    lowest: whatIfPoint,
    highest: whatIfPoint,
    over: z.union([
      z.strictObject({ low: z.number(), high: z.number() }),
      z.strictObject({ values: z.array(z.union([z.number(), z.string()])) }),
    ]),
    variants: z.array(z.string()),
  }),
  z.strictObject({ state: z.literal('not-enough'), ...inputNamed, because: z.string() }),
])
export const MISSING_ANSWER_SCHEMA = z.strictObject({
  answers: z.array(
    z.strictObject({
      model: whatIfModel,
      question: z.string(),
      title: z.string(),
      label: z.string(),
      unit: z.string(),
      effects: z.array(missingEffect),
      left: z.string().nullable(),
      says: z.string(),
    }),
  ),
})

const served = z.strictObject({
  state: z.literal('serving'),
  id: z.string(),
  name: z.string(),
  title: z.string(),
  version: z.string(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  kind: z.string(),
  standing: z.enum(['published', 'research']),
  verified: z.strictObject({ state: z.string(), says: z.string() }),
  questions: z.array(z.string()),
  drugs: z.array(z.string()),
  use: z.strictObject({ state: z.enum(['on', 'off', 'shadow']), because: z.string().nullable() }),
  execution: z.string(),
  fallback: z.string().nullable(),
  vectors: z.strictObject({ passed: z.int(), of: z.int(), at: z.iso.datetime() }),
  variants: z.int(),
  off: z.array(z.strictObject({ variant: z.string(), label: z.string(), because: z.string() })),
})
const notServed = z.strictObject({ state: z.literal('not-served'), id: z.string(), because: z.string() })

export const MODELS_SCHEMA = z.strictObject({
  models: z.array(z.discriminatedUnion('state', [served, notServed])),
}) satisfies z.ZodType<ModelList>

const attributes = z.array(z.strictObject({ id: z.string(), label: z.string().min(1), text: z.string().min(1) }))

export const SOURCE_ATTRIBUTES_SCHEMA = z.strictObject({
  model: z.string(),
  version: z.string(),
  asOf: z.string(),
  predictive: z.array(z.strictObject({ id: z.string(), title: z.string(), attributes })),
  evidenceBased: attributes,
}) satisfies z.ZodType<SourceAttributes>

export const RULES_ATTRIBUTES_SCHEMA = z.strictObject({
  version: z.string(),
  asOf: z.string(),
  sources: z.array(
    z.strictObject({
      source: z.string(),
      rows: z.int(),
      evidenceBased: attributes,
      guidelines: z.array(
        z.strictObject({
          id: z.string(),
          url: z.url(),
          year: z.int().nullable(),
          pmid: z.array(z.string()),
          asOf: z.string(),
          drugs: z.array(z.string()).min(1),
        }),
      ),
    }),
  ),
}) satisfies z.ZodType<RulesAttributes>

const figure = z.strictObject({
  on: z.string(),
  group: z.string(),
  measure: z.string(),
  value: z.number(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  n: z.int().nullable(),
})

const modelInput = z.strictObject({
  name: z.string(),
  label: z.string(),
  unit: z.string(),
  readAs: z.string(),
  codes: z.array(z.strictObject({ system: z.string(), code: z.string(), display: z.string() })),
  range: z.strictObject({ low: z.number(), high: z.number() }).nullable(),
  freshDays: z.number().nullable(),
  missing: z.string(),
  sensitive: z.string().nullable(),
  modifiable: z
    .union([
      z.strictObject({ low: z.number(), high: z.number(), step: z.number(), source: z.string() }),
      z.strictObject({ values: z.array(z.union([z.number(), z.string()])), source: z.string() }),
    ])
    .nullable(),
  note: z.string().nullable(),
})

const modelOutput = z.strictObject({
  label: z.string(),
  unit: z.string(),
  value: z.string().nullable(),
  scale: z.string(),
  bands: z.array(z.string()),
  recalibration: z.string().nullable(),
  terms: z.strictObject({ intercept: z.string(), rows: z.array(z.strictObject({ name: z.string(), coefficient: z.string() })) }).nullable(),
})

const modelVariant = z.strictObject({
  id: z.string(),
  label: z.string(),
  question: z.string(),
  off: z.string().nullable(),
  inputs: z.array(z.string()),
  outputs: z.array(modelOutput),
})

export const MODEL_SCHEMA = z.strictObject({
  summary: served,
  citation: z.string(),
  licence: z.string(),
  asOf: z.string(),
  attributes: SOURCE_ATTRIBUTES_SCHEMA,
  inputs: z.array(modelInput),
  variants: z.array(modelVariant),
  population: z.array(z.string()),
  limits: z.array(z.string()),
  files: z.array(z.strictObject({ file: z.string(), sha256: z.string() })),
  figures: z.array(figure),
  withheld: z.array(z.strictObject({ on: z.string(), group: z.string(), n: z.int(), because: z.string() })),
  calibration: z.array(z.strictObject({ people: z.int(), predicted: z.number(), observed: z.number() })),
  training: z.array(z.strictObject({ label: z.string(), text: z.string() })).nullable(),
}) satisfies z.ZodType<ModelDetail>

export const CHAI_CARD_SCHEMA = z.strictObject({ AppliedModelCard: z.looseObject({ BasicInfo: z.looseObject({ ModelName: z.string() }) }) })
