import { constants, createGzip } from 'node:zlib'
import { z } from 'zod'
import type { DraftInHand, ProfileEvent } from '../contract/profile.ts'
import { AttuneError } from '../errors.ts'
import type { HookService } from '../hooks/discovery.ts'
import { sayIssues } from '../hooks/request.ts'
import { toAttuneError } from './answer-error.ts'
import { callOf, type Step, textOf } from './call.ts'
import type { Kit } from './kit.ts'
import { describeError } from './log.ts'
import type { Operators } from './operators.ts'

const text = z.string().min(1).max(500)

/** Body of POST /api/profile. */
export const PROFILE_SCHEMA = z.object({
  fhirServer: z.string().min(1).max(2000),
  patient: z.string().regex(/^(?!\.+$)[A-Za-z0-9\-.]{1,64}$/),
  drug: z.object({ rxcui: text.optional(), text: text.optional() }).optional(),
  order: text.optional(),
  draft: z
    .object({
      dose: z
        .object({
          mgPerDose: z.number().positive().optional(),
          timesPerDay: z.number().positive().optional(),
          text: text.optional(),
          prn: z.boolean(),
        })
        .optional(),
      reasons: z
        .array(z.object({ system: z.string().max(500), code: text, display: text.optional() }))
        .max(10)
        .optional(),
    })
    .optional(),
})

export const readProfileRequest = (body: unknown): z.output<typeof PROFILE_SCHEMA> => {
  const result = PROFILE_SCHEMA.safeParse(body)
  if (result.success) return result.data
  const said = sayIssues(result.error)
  throw new AttuneError('request-invalid', said, { say: said })
}

export const tokenOf = (authorization: string | undefined): string => {
  const token = authorization?.match(/^Bearer +([\x21-\x7e]{1,20000})$/i)?.[1]
  if (token === undefined) throw new AttuneError('token-refused', 'no access token')
  return token
}

/** Before the body is looked at: without an access token there is nothing to read with. */
export const requireToken: Step = (req, _res, next) => {
  tokenOf(req.headers.authorization)
  next()
}

/**
 * Lines of JSON, each on its way as soon as it is written; compressed where the app takes that (a chart of 20,000 results: 8.1 MB, 0.3 MB
 * compressed, some 30 ms). Level 1: higher ones win little on such text and cost twice the time.
 */
const makeLines = (req: Parameters<Step>[0], res: Parameters<Step>[1]) => {
  const zip = req.acceptsEncodings('gzip') === 'gzip' ? createGzip({ level: 1 }) : null
  const begin = (): void => {
    if (res.headersSent) return
    res.status(200).type('application/x-ndjson').vary('Accept-Encoding')
    if (zip) res.setHeader('Content-Encoding', 'gzip')
    res.flushHeaders()
    zip?.pipe(res)
    res.once('close', () => zip?.destroy())
  }
  return {
    begun: (): boolean => res.headersSent,
    write: (value: object): void => {
      begin()
      const line = `${JSON.stringify(value)}\n`
      if (zip === null) res.write(line)
      else {
        zip.write(line)
        zip.flush(constants.Z_SYNC_FLUSH) // else the line waits in the compressor for more
      }
    },
    end: (): void => void (zip !== null && res.headersSent ? zip.end() : res.end()),
  }
}

/** POST /api/profile: newline-delimited JSON, one ProfileEvent per line, each sent as soon as it is known. */
export const answerProfile =
  (kit: Pick<Kit<HookService>, 'runProfile' | 'log'>): Step =>
  async (req, res) => {
    const { id, route, span } = callOf(res)
    const { fhirServer, patient, drug, order, draft } = readProfileRequest(req.body)
    const token = tokenOf(req.headers.authorization)
    const gone = new AbortController()
    res.once('close', () => gone.abort())
    const lines = makeLines(req, res)
    const emit = (event: ProfileEvent) => {
      if (!gone.signal.aborted) lines.write(event)
    }
    const asked = {
      fhirServer,
      patient,
      ...(drug ? { drug: withoutUndefined(drug) } : {}),
      ...(order ? { order } : {}),
      // Members that zod leaves undefined are members that are not there.
      ...(draft ? { draft: JSON.parse(JSON.stringify(draft)) as DraftInHand } : {}),
    }
    try {
      await kit.runProfile(asked, { token: () => token, requestId: id, signal: gone.signal, span }, emit)
    } catch (thrown) {
      if (!lines.begun()) throw thrown
      const error = toAttuneError(thrown)
      kit.log.error({ id, route, ...describeError(error) }, 'profile broke off')
      emit({ event: 'error', code: error.code, text: error.publicText })
    }
    lines.end()
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

/**
 * GET /readyz: 200 when all parts are well, or answers go on although somebody should look; else 503. Each part says what it has to, to
 * whom the site lets see it.
 */
export const answerReady =
  ({ health }: Pick<Kit<HookService>, 'health'>, { mayWatch }: Operators): Step =>
  async (req, res) => {
    const parts = await health()
    const ready = Object.values(parts).every(({ ok }) => ok)
    const degraded = Object.values(parts).some((part) => part.degraded)
    res
      .status(ready ? 200 : 503)
      .json({ status: ready ? (degraded ? 'degraded' : 'ready') : 'not-ready', ...(mayWatch(req) ? { parts } : {}) })
  }
