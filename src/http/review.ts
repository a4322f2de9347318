import { z } from 'zod'
import type { ReportRequest } from '../contract/report.ts'
import type { ReviewListRequest, ReviewMarkRequest, SignOffRequest } from '../contract/review.ts'
import { AttuneError } from '../errors.ts'
import type { HookService } from '../hooks/discovery.ts'
import { sayIssues } from '../hooks/request.ts'
import type { ReviewCaller } from '../review/review.ts'
import { tokenOf } from './api.ts'
import type { Step } from './call.ts'
import type { Kit } from './kit.ts'
import type { IdentifyReviewer } from './reviewer.ts'

/** Bytes of a body: the flags of a long list of medicines, and notes. */
export const MOST_REVIEW_BYTES = 1_000_000

const text = z.string().min(1).max(200)

/** By names that the caller chose: an error must not say them, so it is told of the whole. */
const rests = z.record(z.string(), z.unknown()).refine(
  (all) =>
    Object.entries(all)
      .flat()
      .every((one) => text.safeParse(one).success),
  'holds something else than texts',
)

/** What is inside a flag the server wrote itself: the seal says so. */
const sealed = {
  fhirServer: z.string().min(1).max(2000),
  patient: z.string().regex(/^(?!\.+$)[A-Za-z0-9\-.]{1,64}$/),
  decision: text,
  flags: z.array(z.looseObject({ id: text, rests })).max(500),
  seal: text,
  idToken: z.string().max(8192).optional(),
}

const mark = z.strictObject({
  flag: text,
  mark: z.enum(['reviewed', 'accepted', 'overridden']),
  reason: text.optional(),
  note: z.string().max(4000).optional(),
})

/** Bodies of POST /api/review/list, /api/review and /api/review/sign-off. */
export const REVIEW_LIST_SCHEMA = z.strictObject(sealed)
export const REVIEW_SCHEMA = z.strictObject({ ...sealed, marks: z.array(mark).min(1).max(200) })
export const SIGN_OFF_SCHEMA = z.strictObject({ ...sealed, mayWrite: z.boolean(), language: z.enum(['en', 'de']), again: text.optional() })

const readAs = <Request>(schema: z.ZodType, body: unknown): Request => {
  const result = schema.safeParse(body)
  if (result.success) return result.data as Request // optional keys are absent or have a value: JSON has no undefined
  const said = sayIssues(result.error)
  throw new AttuneError('request-invalid', said, { say: said })
}

type Doors = Pick<Kit<HookService>, 'review'> & { readonly identifyReviewer: IdentifyReviewer }

type Work<Request> = (request: Request, caller: ReviewCaller) => Promise<object>

/** The three doors are one step each: read the body, answer; nothing of the patient stands in an address. */
const answer =
  <Request extends ReviewListRequest>(schema: z.ZodType, { identifyReviewer }: Doors, work: Work<Request>): Step =>
  async (req, res) => {
    const token = tokenOf(req.headers.authorization)
    const request = readAs<Request>(schema, req.body)
    res.json(await work(request, { token: () => token, identify: (base) => identifyReviewer(request.idToken, base) }))
  }

export const answerReviewList = (doors: Doors): Step => answer<ReviewListRequest>(REVIEW_LIST_SCHEMA, doors, doors.review.list)

export const answerReview = (doors: Doors): Step => answer<ReviewMarkRequest>(REVIEW_SCHEMA, doors, doors.review.mark)

export const answerSignOff = (doors: Doors): Step => answer<SignOffRequest>(SIGN_OFF_SCHEMA, doors, doors.review.signOff)

const content = z.looseObject({ facts: z.looseObject({}), assessment: z.looseObject({}) })

/** Body of POST /api/report: what the profile told, under its seal. */
export const REPORT_SCHEMA = z.strictObject({
  fhirServer: sealed.fhirServer,
  patient: sealed.patient,
  decision: text,
  content,
  seal: text,
  language: z.enum(['en', 'de']),
})

/** POST /api/report: a page to print or keep, without scripts; with `accept: application/json` the same as data. */
export const answerReport =
  ({ review }: Pick<Kit<HookService>, 'review'>): Step =>
  async (req, res) => {
    const token = tokenOf(req.headers.authorization)
    const form = req.accepts(['html', 'json']) === 'json' ? 'json' : 'html'
    const made = await review.report(readAs<ReportRequest>(REPORT_SCHEMA, req.body), { token: () => token }, form)
    res.setHeader('Vary', 'Accept').setHeader('Content-Disposition', `attachment; filename="attune-report.${form}"`)
    res.type(form).send(made)
  }
