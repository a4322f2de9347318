import { z } from 'zod'
import type { ProfileEvent } from '../contract/profile.ts'
import { AttuneError } from '../errors.ts'
import type { HookService } from '../hooks/discovery.ts'
import { sayIssues } from '../hooks/request.ts'
import { toAttuneError } from './answer-error.ts'
import { callOf, type Step, textOf } from './call.ts'
import type { Kit } from './kit.ts'
import { describeError } from './log.ts'

const text = z.string().min(1).max(500)

/** Body of POST /api/profile. */
export const PROFILE_SCHEMA = z.object({
  fhirServer: z.string().min(1).max(2000),
  patient: z.string().regex(/^(?!\.+$)[A-Za-z0-9\-.]{1,64}$/),
  drug: z.object({ rxcui: text.optional(), text: text.optional() }).optional(),
  order: text.optional(),
})

const readProfileRequest = (body: unknown): z.output<typeof PROFILE_SCHEMA> => {
  const result = PROFILE_SCHEMA.safeParse(body)
  if (result.success) return result.data
  const said = sayIssues(result.error)
  throw new AttuneError('request-invalid', said, { say: said })
}

const tokenOf = (authorization: string | undefined): string => {
  const token = authorization?.match(/^Bearer +([\x21-\x7e]{1,20000})$/i)?.[1]
  if (token === undefined) throw new AttuneError('token-refused', 'no access token')
  return token
}

/** Before the body is looked at: without an access token there is nothing to read with. */
export const requireToken: Step = (req, _res, next) => {
  tokenOf(req.headers.authorization)
  next()
}

/** POST /api/profile: newline-delimited JSON, one ProfileEvent per line, each sent as soon as it is known. */
export const answerProfile =
  (kit: Pick<Kit<HookService>, 'runProfile' | 'log'>): Step =>
  async (req, res) => {
    const { id, route } = callOf(res)
    const { fhirServer, patient, drug, order } = readProfileRequest(req.body)
    const token = tokenOf(req.headers.authorization)
    const gone = new AbortController()
    res.once('close', () => gone.abort())
    const emit = (event: ProfileEvent) => {
      if (!res.headersSent) res.status(200).type('application/x-ndjson').flushHeaders()
      if (!gone.signal.aborted) res.write(`${JSON.stringify(event)}\n`)
    }
    const asked = { fhirServer, patient, ...(drug ? { drug: withoutUndefined(drug) } : {}), ...(order ? { order } : {}) }
    try {
      await kit.runProfile(asked, { token: () => token, requestId: id, signal: gone.signal }, emit)
    } catch (thrown) {
      if (!res.headersSent) throw thrown
      const error = toAttuneError(thrown)
      kit.log.error({ id, route, ...describeError(error) }, 'profile broke off')
      emit({ event: 'error', code: error.code, text: error.publicText })
    }
    res.end()
  }

const withoutUndefined = ({ rxcui, text: name }: { rxcui?: string | undefined; text?: string | undefined }) => ({
  ...(rxcui === undefined ? {} : { rxcui }),
  ...(name === undefined ? {} : { text: name }),
})

const MOST_PRODUCTS = 25

/** GET /api/products?q= for drug pickers. */
export const answerProducts =
  ({ drugs }: Pick<Kit<HookService>, 'drugs'>): Step =>
  (req, res) => {
    const asked = textOf(req.query.q).trim().slice(0, 100)
    res.json({ products: asked === '' ? [] : drugs.search(asked, MOST_PRODUCTS) })
  }

/** GET /api/decisions/:id, sandbox only: decisions hold no name, but they are nobody else's business. */
export const answerDecision =
  ({ ledger }: Pick<Kit<HookService>, 'ledger'>): Step =>
  async (req, res) => {
    const id = textOf(req.params.id)
    const decision = id.length <= 100 ? await ledger.decision(id) : null
    if (!decision) throw new AttuneError('not-found', 'no such decision')
    res.json(decision)
  }

const MOST_RECENT = 50

/** GET /api/recent, sandbox only. */
export const answerRecent =
  ({ ledger }: Pick<Kit<HookService>, 'ledger'>): Step =>
  async (_req, res) => {
    res.json({ decisions: await ledger.recent(MOST_RECENT) })
  }

/** GET /readyz: 200 when all parts are well, else 503 with what is not. */
export const answerReady =
  ({ health }: Pick<Kit<HookService>, 'health'>): Step =>
  async (_req, res) => {
    const parts = await health()
    const ready = Object.values(parts).every(({ ok }) => ok)
    res.status(ready ? 200 : 503).json({ status: ready ? 'ready' : 'not-ready', parts })
  }
