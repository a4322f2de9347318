import type { RequestListener, ServerResponse } from 'node:http'
import { join } from 'node:path'
import express, { type Express } from 'express'
import { CANARY } from '../contract/canary.ts'
import { AttuneError } from '../errors.ts'
import { checkService, type HookService } from '../hooks/discovery.ts'
import { APP_ADMISSION, DEFAULT_ADMISSION, makeAdmission } from './admission.ts'
import { makeAnswerError } from './answer-error.ts'
import { answerDecision, answerProducts, answerProfile, answerReady, answerRecent, requireToken } from './api.ts'
import { answerAppConfig } from './app-config.ts'
import { makeBodyRoom } from './body-room.ts'
import { beginCall, callOf, type Step } from './call.ts'
import { makeVerifyClient } from './client-jwt.ts'
import { makeCors } from './cors.ts'
import { makeDoor } from './door.ts'
import { makeFailedSignIns } from './failed-sign-ins.ts'
import { baseHeadersOf, makeBaseHeaders, makePageHeaders } from './headers.ts'
import { makeMemoryHits } from './hits.ts'
import { answerDiscovery, answerFeedback, answerHook, findService } from './hook-endpoints.ts'
import { makeIdentify } from './identify.ts'
import { answerOverrides, answerShadow } from './insight.ts'
import type { Kit } from './kit.ts'
import { answerCard, answerModel, answerModels, answerSourceAttributes } from './models.ts'
import { answerMonitoring, answerOutcomes, answerServices } from './monitoring.ts'
import { openapi } from './openapi.ts'
import { makeIdentifyOperator, makeOperators, requireWatcher } from './operators.ts'
import { docsPage, PLAIN_STYLE, statusPage } from './pages.ts'
import { answerPassport } from './passport.ts'
import { makeAppAccount, makeAppRateLimit, makeOver, makeRateLimit } from './rate-limit.ts'
import { makeReadJson } from './read-json.ts'
import { identifyRequest } from './request-id.ts'
import { answerReport, answerReview, answerReviewList, answerSignOff, MOST_REVIEW_BYTES } from './review.ts'
import { makeIdentifyReviewer } from './reviewer.ts'
import { answerMissing, answerWhatIf, MOST_BYTES } from './what-if.ts'

/**
 * The HTTP side of Attune. Each endpoint is a list of named steps; reading the list tells what happens to a request, in order.
 * @throws TypeError for a service that may not be listed; AttuneError `config-invalid` for clients that clash.
 */
export const makeApp = <S extends HookService>(kit: Kit<S>): RequestListener => {
  for (const service of kit.services.values()) checkService(service)
  const { config } = kit
  const sandbox = config.mode === 'sandbox'
  const cors = makeCors(config)
  const hits = kit.hits ?? makeMemoryHits()
  const identify = makeIdentify(config, makeVerifyClient(config.clients, kit), makeFailedSignIns(config, hits))
  const over = makeOver()
  const limitRate = makeRateLimit(config, { hits, over })
  const bodyRoom = makeBodyRoom(config)
  const readJson = [bodyRoom, ...makeReadJson(config)]
  const readWhatIf = makeReadJson({ limits: { ...config.limits, bodyBytes: Math.min(MOST_BYTES, config.limits.bodyBytes) } })
  const { gate, admit } = makeAdmission(kit.admission ?? DEFAULT_ADMISSION)
  const appAdmission = makeAdmission(kit.appAdmission ?? APP_ADMISSION, makeAppAccount(config))
  const forApp = [makeAppRateLimit(config, { hits, over }), appAdmission.admit]
  const operators = makeOperators(config)
  const pages = makePageHeaders(config)
  const baseHeaders = baseHeadersOf(config)
  const description = openapi({ version: kit.version, publicUrl: config.publicUrl, sandbox })

  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  if (config.limits.trustedProxies.length > 0) app.set('trust proxy', [...config.limits.trustedProxies])
  app.use(begin(kit), makeBaseHeaders(baseHeaders))

  const preflight = { every: [cors.allow], options: [cors.preflight] }
  endpoint(app, '/cds-services', { ...preflight, get: [gate, identify, ...limitRate, answerDiscovery(kit.services.values())] })
  endpoint(app, '/cds-services/:id', {
    ...preflight,
    post: [gate, identify, ...limitRate, findService(kit), ...readJson, admit, answerHook(kit)],
  })
  endpoint(app, '/cds-services/:id/feedback', {
    ...preflight,
    post: [gate, identify, ...limitRate, findService(kit), ...readJson, answerFeedback(kit)],
  })

  const asking = [gate, appAdmission.gate, ...limitRate, requireToken]
  endpoint(app, '/api/profile', { post: [...asking, ...readJson, ...forApp, answerProfile(kit)] })
  endpoint(app, '/api/passport', { post: [...asking, ...readJson, ...forApp, answerPassport(kit)] })
  endpoint(app, '/api/what-if', { post: [...asking, ...readWhatIf, ...forApp, answerWhatIf(kit)] })
  endpoint(app, '/api/what-if/missing', { post: [...asking, ...readWhatIf, ...forApp, answerMissing(kit)] })
  const doors = { review: kit.review, identifyReviewer: makeIdentifyReviewer(kit.readKeySet, config.clients) }
  const readReview = makeReadJson({ limits: { ...config.limits, bodyBytes: Math.min(MOST_REVIEW_BYTES, config.limits.bodyBytes) } })
  const reviewing = [...asking, ...readReview, ...forApp]
  endpoint(app, '/api/report', { post: [...asking, ...readJson, ...forApp, answerReport(kit)] })
  endpoint(app, '/api/review/list', { post: [...reviewing, answerReviewList(doors)] })
  endpoint(app, '/api/review', { post: [...reviewing, answerReview(doors)] })
  endpoint(app, '/api/review/sign-off', { post: [...reviewing, answerSignOff(doors)] })
  endpoint(app, '/api/rules/source-attributes', { get: [...limitRate, (_req, res) => res.json(kit.rulesAttributes())] })
  endpoint(app, '/api/models', { get: [...limitRate, answerModels(kit)] })
  endpoint(app, '/api/models/:id', { get: [...limitRate, answerModel(kit)] })
  endpoint(app, '/api/models/:id/source-attributes', { get: [...limitRate, answerSourceAttributes(kit)] })
  endpoint(app, '/api/models/:id/card', { get: [...limitRate, answerCard(kit)] })
  for (const format of ['xml', 'json', 'md'] as const)
    endpoint(app, `/api/models/:id/card.${format}`, { get: [...limitRate, answerCard(kit, format)] })
  const identifyOperator = makeIdentifyOperator(operators, identify)
  endpoint(app, '/api/monitoring', { get: [gate, identifyOperator, ...limitRate, answerMonitoring(kit)] })
  endpoint(app, '/api/monitoring/services', { get: [gate, identifyOperator, ...limitRate, answerServices(kit)] })
  endpoint(app, '/api/overrides', { get: [gate, identifyOperator, ...limitRate, answerOverrides(kit)] })
  endpoint(app, '/api/shadow', { get: [gate, identifyOperator, ...limitRate, answerShadow(kit)] })
  endpoint(app, '/api/outcomes', { ...preflight, post: [gate, identify, ...limitRate, ...readJson, answerOutcomes(kit)] })
  endpoint(app, '/api/products', { get: [...limitRate, answerProducts(kit)] })
  if (sandbox) endpoint(app, '/api/decisions/:id', { get: [...limitRate, answerDecision(kit)] })
  if (sandbox) endpoint(app, '/api/recent', { get: [...limitRate, answerRecent(kit)] })

  endpoint(app, '/app/config.json', { get: [...limitRate, answerAppConfig(config)] })

  endpoint(app, '/healthz', { get: [answerJson({ status: 'ok' })] })
  endpoint(app, '/readyz', { get: [answerReady(kit, operators)] })
  endpoint(app, '/metrics', { get: [requireWatcher(operators), answerMetrics(kit)] })
  endpoint(app, '/openapi.json', { get: [answerJson(description)] })
  endpoint(app, '/docs', { get: [pages.plain, answerText('html', docsPage(description))] })
  endpoint(app, '/docs/style.css', { get: [answerText('css', PLAIN_STYLE)] })

  if (kit.sandbox) app.use(pages.sandbox, kit.sandbox)
  if (!sandbox) endpoint(app, '/', { get: [pages.plain, answerText('html', statusPage(kit.version))] })
  if (kit.publicDir !== undefined) servePages(app, kit.publicDir, pages, sandbox)

  app.use((_req, _res, next) => next(new AttuneError('not-found', 'no such path')))
  app.use(makeAnswerError(kit.log))
  return makeDoor(app, { ...kit, baseHeaders, corsHeaders: cors.headersOf, trust: app.get('trust proxy fn'), over })
}

/** What the watch reads, on an address of its own (`operations`): who reaches it may see the parts, and only the token opens tenants. */
export const makeOperationsApp = <S extends HookService>(kit: Kit<S>): Express => {
  const operators = { ...makeOperators(kit.config), mayWatch: () => true }
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.use(begin(kit), makeBaseHeaders(baseHeadersOf(kit.config)))
  endpoint(app, '/healthz', { get: [answerJson({ status: 'ok' })] })
  endpoint(app, '/readyz', { get: [answerReady(kit, operators)] })
  endpoint(app, '/metrics', { get: [requireWatcher(operators), answerMetrics(kit)] })
  app.use((_req, _res, next) => next(new AttuneError('not-found', 'no such path')))
  app.use(makeAnswerError(kit.log))
  return app
}

/** Gives the request its id, and logs, counts and traces it when it is over: pattern of the route, never the URL. */
const begin =
  ({ log, metrics, tracer }: Pick<Kit<HookService>, 'log' | 'metrics' | 'tracer'>): Step =>
  (req, res, next) => {
    const { id: requestId, origin } = identifyRequest(req.headers)
    const traced = tracer?.begin('request', origin) ?? null
    const call = beginCall(res, requestId, traced?.span)
    res.setHeader('X-Request-Id', call.id)
    res.once('close', () => {
      const ms = performance.now() - call.startedAt
      const status = res.writableFinished ? res.statusCode : 499 // the caller went away
      if (call.client?.tenant !== CANARY) metrics.observeRequest(call.route, call.service, status, ms / 1000)
      const { id, route, client, service, decided } = call
      const { method } = req
      traced?.span.note({
        'http.request.method': method,
        'http.route': route,
        'http.response.status_code': status,
        'attune.request_id': id,
        ...(service === null ? {} : { 'attune.service': service }),
        ...(decided === null
          ? {}
          : { 'attune.decision': decided.decision, 'attune.outcome': decided.outcome, 'attune.cards': decided.cards }),
      })
      traced?.end(status >= 500)
      const who = { client: client?.id ?? null, tenant: client?.tenant ?? null }
      const trace = traced === null ? {} : { trace: origin.traceId }
      log.info({ id, ...trace, method, route, service, ...who, status, ms: Math.round(ms * 100) / 100, ...decided }, 'answered')
    })
    next()
  }

type Methods = { readonly [method in 'every' | 'options' | 'get' | 'post']?: readonly Step[] }

/** One path with its steps by method; every other method is answered 405. */
const endpoint = (app: Express, pattern: string, { every = [], ...methods }: Methods): void => {
  const allowed = Object.keys(methods).map((method) => method.toUpperCase())
  const name: Step = (_req, res, next) => {
    callOf(res).route = pattern
    next()
  }
  const refuseMethod: Step = (_req, res, next) => {
    res.setHeader('Allow', allowed.join(', '))
    next(new AttuneError('method-not-allowed', 'no such method here'))
  }
  const route = app.route(pattern).all(name, ...every)
  if (methods.options) route.options(...methods.options)
  if (methods.get) route.get(...methods.get)
  if (methods.post) route.post(...methods.post)
  route.all(refuseMethod)
}

const answerJson = (value: object): Step => {
  const body = JSON.stringify(value)
  return (_req, res) => res.type('json').send(body)
}

const answerText =
  (type: string, body: string): Step =>
  (_req, res) =>
    res.type(type).send(body)

/** Figures by tenant are for the operator, and for whoever may watch a server of one tenant. */
const answerMetrics =
  ({ metrics, config, health }: Pick<Kit<HookService>, 'metrics' | 'config' | 'health'>): Step =>
  async (_req, res) => {
    metrics.observeHealth(await health())
    const tenants = new Set(config.clients.map(({ tenant }) => tenant).filter((tenant) => tenant !== CANARY)).size
    res.setHeader('Content-Type', metrics.contentType).send(await metrics.text(callOf(res).operator || tenants < 2))
  }

/** Names made of a hash may be kept for ever; pages are asked for again each time. */
const setAssetCache = (res: ServerResponse): void => void res.setHeader('Cache-Control', 'public, max-age=31536000, immutable')

/** The built pages: the SMART app at /app/, the models at /models/, and in the sandbox the EHR page at /. */
const servePages = (app: Express, folder: string, pages: ReturnType<typeof makePageHeaders>, sandbox: boolean): void => {
  const options = { etag: true, lastModified: true, redirect: true, cacheControl: false, dotfiles: 'ignore' as const }
  app.use('/assets', pages.app, express.static(join(folder, 'assets'), { ...options, fallthrough: true, setHeaders: setAssetCache }))
  app.use('/app', pages.app, express.static(join(folder, 'app'), options))
  app.use('/models', pages.plain, express.static(join(folder, 'models'), options))
  app.use('/monitoring', pages.plain, express.static(join(folder, 'monitoring'), options))
  if (sandbox) app.use(pages.sandbox, express.static(folder, options))
}
