import { hash, randomUUID } from 'node:crypto'
import type { FeedbackEvent } from '../contract/decision.ts'
import { AttuneError } from '../errors.ts'
import { discovery, type HookService } from '../hooks/discovery.ts'
import { readFeedback } from '../hooks/feedback.ts'
import { readHookRequest } from '../hooks/request.ts'
import { jsonInSlices } from '../long-json.ts'
import type { CallWatch } from '../run-service.ts'
import { inTurns } from '../slices.ts'
import { type Call, callOf, clientOf, type Step, textOf } from './call.ts'
import type { Kit } from './kit.ts'

type HookKit<S extends HookService> = Pick<Kit<S>, 'services' | 'runService' | 'ledger' | 'metrics'>

/** GET /cds-services. The answer never changes while the process lives: its bytes are made once, and who has them is told so. */
export const answerDiscovery = (services: Iterable<HookService>): Step => {
  const body = Buffer.from(JSON.stringify(discovery(services)))
  const etag = `"${hash('sha256', body).slice(0, 32)}"`
  return (req, res) => {
    res.setHeader('Cache-Control', 'private, max-age=300')
    res.setHeader('ETag', etag)
    if (req.headers['if-none-match'] === etag) return void res.status(304).end()
    res.setHeader('Content-Type', 'application/json; charset=utf-8')
    res.setHeader('Content-Length', body.length)
    res.end(body)
  }
}

/** The service that the path names, looked up in a Map: `__proto__` is as unknown as any other word. */
const serviceOf = <S extends HookService>(kit: HookKit<S>, id: unknown): S => {
  const service = kit.services.get(textOf(id))
  if (!service) throw new AttuneError('not-found', 'no such service')
  return service
}

export const findService =
  <S extends HookService>(kit: HookKit<S>): Step =>
  (req, res, next) => {
    callOf(res).service = serviceOf(kit, req.params.id).id
    next()
  }

/** What the log says of the call once it is over. */
const watchOf = (call: Call): CallWatch => ({
  id: call.id,
  span: call.span,
  decided: ({ id, outcome, cards }) => {
    call.decided = { decision: id, outcome, cards: cards.length }
  },
})

/** POST /cds-services/:id */
export const answerHook =
  <S extends HookService>(kit: HookKit<S>): Step =>
  async (req, res) => {
    const service = serviceOf(kit, req.params.id)
    const call = callOf(res)
    const request = readHookRequest(req.body, service, call.digest)
    const answer = await kit.runService(service, request, clientOf(res), watchOf(call))
    res.type('json').send(await inTurns(jsonInSlices(answer)))
  }

/** POST /cds-services/:id/feedback. Answered once the events are stored. */
export const answerFeedback =
  <S extends HookService>(kit: HookKit<S>): Step =>
  async (req, res) => {
    const service = serviceOf(kit, req.params.id).id
    const client = clientOf(res)
    const at = new Date().toISOString()
    const events = readFeedback(req.body).map(
      (entry): FeedbackEvent => ({ ...entry, id: randomUUID(), at, tenant: client.tenant, client: client.id, service, decision: null }),
    )
    await kit.ledger.feedback(events)
    for (const { outcome } of events) kit.metrics.observeFeedback(service, outcome)
    res.json({})
  }
