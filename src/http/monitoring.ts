import { createHash, timingSafeEqual } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import type { Config } from '../config.ts'
import type { OutcomeItem } from '../contract/monitoring.ts'
import { AttuneError } from '../errors.ts'
import type { HookService } from '../hooks/discovery.ts'
import { sayIssues } from '../hooks/request.ts'
import { callOf, clientOf, type Step } from './call.ts'
import type { Kit } from './kit.ts'

const digest = (text: string): Buffer => createHash('sha256').update(text, 'utf8').digest()

const SHORTEST_TOKEN = 32

/** @throws AttuneError `config-invalid` for a token that could be guessed */
const readToken = (path: string): Buffer => {
  const token = readFileSync(path, 'utf8').trim()
  if (token.length < SHORTEST_TOKEN)
    throw new AttuneError('config-invalid', `operatorTokenFile: the token has fewer than ${SHORTEST_TOKEN} characters`)
  return digest(token)
}

/** The operator, by token, sees every tenant; who has another token, or none, is identified as any client. */
export const makeIdentifyOperator = ({ operatorTokenFile }: Pick<Config, 'operatorTokenFile'>, identify: Step): Step => {
  const expected = operatorTokenFile === undefined ? null : readToken(operatorTokenFile)
  return async (req, res, next) => {
    const given = req.headers.authorization?.match(/^Bearer +([\x21-\x7e]{1,500})$/i)?.[1]
    if (expected === null || given === undefined || !timingSafeEqual(expected, digest(given))) return void (await identify(req, res, next))
    callOf(res).operator = true
    next()
  }
}

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
