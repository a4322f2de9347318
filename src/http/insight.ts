import type { Request, Response } from 'express'
import { z } from 'zod'
import { AttuneError } from '../errors.ts'
import type { HookService } from '../hooks/discovery.ts'
import { sayIssues } from '../hooks/request.ts'
import { callOf, clientOf, type Step } from './call.ts'
import type { Kit, Span } from './kit.ts'

type InsightKit = Pick<Kit<HookService>, 'insight'>

const DAY_MS = 86_400_000
const DEFAULT_DAYS = 28
const MOST_DAYS = 800

const day = z.iso.date()

/** Query of the reports: days in UTC, both included. */
const PERIOD_SCHEMA = z.object({
  since: day.optional(),
  until: day.optional(),
  format: z.enum(['json', 'csv']).default('json'),
})

const OVERRIDES_QUERY_SCHEMA = PERIOD_SCHEMA.extend({ by: z.enum(['rule', 'drug', 'service', 'site', 'week']).default('rule') })

const read = <S extends z.ZodType>(schema: S, query: unknown): z.output<S> => {
  const result = schema.safeParse(query)
  if (result.success) return result.data
  const said = sayIssues(result.error)
  throw new AttuneError('request-invalid', said, { say: said })
}

/**
 * The days asked for, as instants; without them the last 28 days.
 * @throws AttuneError `request-invalid` when they end before they begin, or are too many
 */
export const spanOf = ({ since, until }: { since?: string | undefined; until?: string | undefined }, now: Date): Omit<Span, 'tenant'> => {
  const end = until === undefined ? now : new Date(Date.parse(until) + DAY_MS)
  const begin = since === undefined ? new Date(end.getTime() - DEFAULT_DAYS * DAY_MS) : new Date(since)
  const days = (end.getTime() - begin.getTime()) / DAY_MS
  const said = days <= 0 ? 'since is not before until' : days > MOST_DAYS ? `a report is of at most ${MOST_DAYS} days` : null
  if (said !== null) throw new AttuneError('request-invalid', said, { say: said })
  return { since: begin, until: end }
}

const tenantOf = (res: Response): string | null => (callOf(res).operator ? null : clientOf(res).tenant)

const give = <R extends object>(res: Response, format: 'json' | 'csv', name: string, report: R, csv: (report: R) => string): void => {
  if (format === 'json') return void res.json(report)
  res.setHeader('Content-Disposition', `attachment; filename="attune-${name}.csv"`)
  res.type('csv').send(csv(report))
}

/** GET /api/overrides: of the client's tenant, or of all for the operator. */
export const answerOverrides =
  ({ insight }: InsightKit): Step =>
  async (req: Request, res) => {
    const { format, by, ...days } = read(OVERRIDES_QUERY_SCHEMA, req.query)
    give(
      res,
      format,
      'overrides',
      await insight.overrides({ ...spanOf(days, new Date()), by, tenant: tenantOf(res) }),
      insight.csv.overrides,
    )
  }

/** GET /api/shadow: as above. */
export const answerShadow =
  ({ insight }: InsightKit): Step =>
  async (req: Request, res) => {
    const { format, ...days } = read(PERIOD_SCHEMA, req.query)
    give(res, format, 'shadow', await insight.shadow({ ...spanOf(days, new Date()), tenant: tenantOf(res) }), insight.csv.shadow)
  }
