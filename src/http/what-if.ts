import { z } from 'zod'
import type { MissingRequest, WhatIfRequest } from '../contract/risk.ts'
import { AttuneError } from '../errors.ts'
import type { HookService } from '../hooks/discovery.ts'
import { sayIssues } from '../hooks/request.ts'
import type { Step } from './call.ts'
import type { Kit } from './kit.ts'

const name = z.string().min(1).max(100)
/** The site that asks: a model may be switched off there. */
const fhirServer = z.string().min(1).max(2000).optional()
const inputValue = z.union([z.number(), z.string().max(100), z.boolean(), z.null()])
const change = z.union([
  z.strictObject({ low: z.number(), high: z.number(), step: z.number().positive().optional() }),
  z.strictObject({
    values: z
      .array(z.union([z.number(), z.string().max(100)]))
      .min(1)
      .max(1024),
  }),
])

/** Body of POST /api/what-if. */
export const WHAT_IF_SCHEMA = z.strictObject({
  model: name,
  variant: name.optional(),
  inputs: z.record(name, inputValue),
  change: z.record(name, change),
  fhirServer,
})

/** Body of POST /api/what-if/missing. */
export const MISSING_SCHEMA = z.strictObject({ model: name, question: name.optional(), inputs: z.record(name, inputValue), fhirServer })

/** Bytes of a body: a person has some dozen values, one with a polygenic score some hundred. */
export const MOST_BYTES = 100_000

/** Anybody with a token may ask, so a body that is no question is told so before it is looked through. */
const MOST_NAMES = { inputs: 2000, change: 32 } as const

const isTooWide = (body: unknown): boolean =>
  Object.entries(MOST_NAMES).some(([member, most]) => {
    const named: unknown = (body as Readonly<Record<string, unknown>> | null)?.[member]
    return typeof named === 'object' && named !== null && Object.keys(named).length > most
  })

const readBody = <T>(schema: z.ZodType, body: unknown): T => {
  if (isTooWide(body)) {
    const said = `at most ${MOST_NAMES.inputs} inputs and ${MOST_NAMES.change} changes.`
    throw new AttuneError('request-invalid', said, { say: said })
  }
  const result = schema.safeParse(body)
  if (result.success) return result.data as T // optional keys are absent or have a value: JSON has no undefined
  const said = sayIssues(result.error)
  throw new AttuneError('request-invalid', said, { say: said })
}

/**
 * POST /api/what-if: estimates for people with other values of the inputs that can be changed. Values come and go; no patient is named,
 * nothing is read from an EHR and nothing is kept.
 */
export const answerWhatIf =
  ({ whatIf }: Pick<Kit<HookService>, 'whatIf'>): Step =>
  async (req, res) => {
    const answers = await whatIf(readBody<WhatIfRequest>(WHAT_IF_SCHEMA, req.body))
    if (!answers) throw new AttuneError('not-found', 'no such model')
    res.setHeader('Cache-Control', 'no-store').json({ answers })
  }

/** POST /api/what-if/missing: how far each unknown input could move the estimate for a person with these values. Nothing is read and nothing is kept. */
export const answerMissing =
  ({ missingEffects }: Pick<Kit<HookService>, 'missingEffects'>): Step =>
  async (req, res) => {
    const answers = await missingEffects(readBody<MissingRequest>(MISSING_SCHEMA, req.body))
    if (!answers) throw new AttuneError('not-found', 'no such model')
    res.setHeader('Cache-Control', 'no-store').json({ answers })
  }
