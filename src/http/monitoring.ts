import { z } from 'zod'
import type { OutcomeItem } from '../contract/monitoring.ts'
import { AttuneError } from '../errors.ts'
import type { HookService } from '../hooks/discovery.ts'
import { sayIssues } from '../hooks/request.ts'
import { callOf, clientOf, type Step } from './call.ts'
import type { Kit } from './kit.ts'

/** GET /api/monitoring: of the client's tenant, or of all for the operator. */
export const answerMonitoring =
  ({ monitoring }: Pick<Kit<HookService>, 'monitoring'>): Step =>
  async (_req, res) => {
    res.json(await monitoring.report(callOf(res).operator ? null : clientOf(res).tenant))
  }

/** GET /api/monitoring/services: as above. */
export const answerServices =
  ({ insight }: Pick<Kit<HookService>, 'insight'>): Step =>
  async (_req, res) => {
    res.json(await insight.services(callOf(res).operator ? null : clientOf(res).tenant))
  }

/** No database keeps NUL as text. */
const hasNoNul = (said: string): boolean => !said.includes('\0')
const text = z.string().min(1).max(200).refine(hasNoNul, 'not a text')

/** 2026-02-31 would be read as a day in March. */
const isDay = (date: string): boolean => {
  const at = new Date(date)
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(date)
}

const common = {
  model: text,
  variant: text.optional(),
  outcome: z.number(),
  date: z
    .string()
    .regex(/^\d{4}(-\d{2}(-\d{2})?)?$/)
    .refine(isDay, 'no such day'),
}

/** One outcome, also of a file. */
export const OUTCOME_SCHEMA = z.union([
  z.strictObject({ ...common, decision: text }),
  z.strictObject({ ...common, card: text }),
  z.strictObject({ ...common, patient: text, fhirServer: z.string().min(1).max(2000).nullable() }),
])

/** Body of POST /api/outcomes. */
export const OUTCOMES_SCHEMA = z.strictObject({ outcomes: z.array(OUTCOME_SCHEMA).min(1).max(1000) })

const readOutcomes = (body: unknown): readonly OutcomeItem[] => {
  const result = OUTCOMES_SCHEMA.safeParse(body)
  if (result.success) return result.data.outcomes
  const said = sayIssues(result.error)
  throw new AttuneError('outcomes-invalid', said, { say: said })
}

/** POST /api/outcomes: what became of patients, a receipt for each. */
export const answerOutcomes =
  ({ monitoring }: Pick<Kit<HookService>, 'monitoring'>): Step =>
  async (req, res) => {
    const { id: client, tenant } = clientOf(res)
    res.json({ receipts: await monitoring.outcomes({ tenant, client }, readOutcomes(req.body)) })
  }
