import { z } from 'zod'
import type { FeedbackEvent } from '../contract/decision.ts'
import { AttuneError } from '../errors.ts'
import { isObject } from '../fhir/bundle.ts'
import { sayIssues } from './request.ts'

/** What a feedback body tells; who sent it and which decision it belongs to is added by those who know. */
export type FeedbackEntry = Pick<FeedbackEvent, 'card' | 'outcome' | 'acceptedSuggestions' | 'overrideReason' | 'outcomeTimestamp'>

const short = z.string().max(300)
const id = z.string().min(1).max(200)

/** Public clients send a reason without system or display, some with null for what they lack. */
const reason = z.object({ code: short.nullish(), system: short.nullish(), display: z.string().max(1000).nullish() })
const override = z
  .object({ reason: reason.nullish(), userComment: z.string().max(4000).nullish() })
  .refine((given) => Boolean(given.reason?.code || given.reason?.display || given.userComment), 'has neither reason nor comment')
/** Epic's documentation names the member in the plural and sends the codes themselves. */
const overrides = z.array(z.union([override, reason.transform((bare) => ({ reason: bare, userComment: null }))])).max(20)

/** RFC 3339 instant: date, time and offset. */
const instant = z.iso.datetime({ offset: true, error: 'is not an RFC 3339 instant' })

const entry = z
  .object({
    card: id,
    outcome: z.enum(['accepted', 'overridden']),
    acceptedSuggestions: z.array(z.object({ id })).max(100).nullish(),
    overrideReason: override.nullish(),
    overrideReasons: z.union([overrides, override]).nullish(),
    outcomeTimestamp: instant,
  })
  .refine(({ outcome, acceptedSuggestions }) => outcome !== 'accepted' || (acceptedSuggestions?.length ?? 0) > 0, {
    path: ['acceptedSuggestions'],
    message: 'is missing',
  })

/** Body of POST /cds-services/{id}/feedback. */
export const FEEDBACK_SCHEMA = z.object({ feedback: z.array(entry).min(1).max(500) })

type Override = z.output<typeof override>

const toReason = ({ reason: given, userComment }: Override): FeedbackEntry['overrideReason'] => ({
  code: given?.code || null,
  system: given?.system || null,
  display: given?.display || null,
  comment: userComment || null,
})

/** One entry may give several reasons (Epic); each is an event of its own. */
const toEntries = (given: z.output<typeof entry>): FeedbackEntry[] => {
  const reasons = [given.overrideReason ?? [], given.overrideReasons ?? []].flat()
  const event = {
    card: given.card,
    outcome: given.outcome,
    acceptedSuggestions: given.outcome === 'accepted' ? (given.acceptedSuggestions ?? []).map((suggestion) => suggestion.id) : [],
    outcomeTimestamp: given.outcomeTimestamp,
  }
  if (given.outcome === 'accepted' || reasons.length === 0) return [{ ...event, overrideReason: null }]
  return reasons.map((one) => ({ ...event, overrideReason: toReason(one) }))
}

/**
 * Events of a feedback body, all or none.
 * @throws AttuneError `body-not-object`, `feedback-invalid`
 */
export const readFeedback = (body: unknown): readonly FeedbackEntry[] => {
  if (!isObject(body)) throw new AttuneError('body-not-object', 'feedback body is no object')
  const result = FEEDBACK_SCHEMA.safeParse(body)
  if (result.success) return result.data.feedback.flatMap(toEntries)
  const said = sayIssues(result.error)
  throw new AttuneError('feedback-invalid', said, { say: said })
}
