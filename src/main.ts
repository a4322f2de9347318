import { existsSync } from 'node:fs'
import type { RequestListener, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Logger } from 'pino'
import { passportOf } from '../cds-services/profile/passport.ts'
import { SERVICES } from '../cds-services/registry.ts'
import { type Config, readConfig } from './config.ts'
import type { CanaryResult } from './contract/canary.ts'
import type { RulesAttributes } from './contract/models.ts'
import type { ProfileEvent, ProfileRequest } from './contract/profile.ts'
import { loadThinking, type Service, type Thinking, VERSION } from './engine.ts'
import { AttuneError } from './errors.ts'
import { passportDocument } from './exporters/passport-document.ts'
import { signOffCondition, signOffDocument } from './exporters/sign-off-document.ts'
import { type FhirClient, makeFhirClient } from './fhir/fhir-client.ts'
import { makeOutbound, type Outbound } from './fhir/outbound.ts'
import { makeTerminologyServer, type TerminologyServer } from './fhir/terminology-server.ts'
import { clientOfServer, trustedBase } from './fhir/trusted-servers.ts'
import { guidanceAttributes } from './guidance/source-attributes.ts'
import { makeApp, makeOperationsApp } from './http/app.ts'
import { type ClockWatch, makeClockWatch } from './http/clock-watch.ts'
import { type Hits, makeHits } from './http/hits.ts'
import type { Kit, PartHealth, ProfileCaller } from './http/kit.ts'
import { makeLog } from './http/log.ts'
import { makeMetrics } from './http/metrics.ts'
import { brokenOff } from './http/passport.ts'
import { makeReplayGuard } from './http/replay-guard.ts'
import { makeDrain, makeServer } from './http/server.ts'
import { makeInsight } from './insight-door.ts'
import { type Ledger, openLedger } from './ledger/ledger.ts'
import { makeSwitches, type Switches } from './monitoring/switches.ts'
import type { PostWith } from './monitoring/webhook.ts'
import { projectRoot } from './project-root.ts'
import { holdCalls } from './reload/held-calls.ts'
import { type Operating, operate } from './reload/operate.ts'
import type { Line, Practice } from './reload/practice.ts'
import type { ReloadState } from './reload/reload-rules.ts'
import type { Supervised } from './reload/worker-talk.ts'
import { makeReview } from './review/review.ts'
import { makeCatalogue } from './risk/governance/catalogue.ts'
import { missingEffects } from './risk/missing-effects.ts'
import { withStanding } from './risk/standing.ts'
import { whatIfServed } from './risk/what-if.ts'
import { runProfile } from './run-profile.ts'
import { runService } from './run-service.ts'
import { watchCanary } from './watch-canary.ts'
import { poster, thresholdsOf, watchModels } from './watch-models.ts'
import { limitsOf, type WatchingServices, watchServices } from './watch-services.ts'

/** What runs, where, and how to end it. */
export type Running = {
  readonly url: string
  /** Where the watch reads; null where it has no address of its own. */
  readonly operationsUrl: string | null
  readonly config: Config
  readonly greeting: readonly string[]
  /** Loads the rules of the same folder again; answers go on meanwhile. */
  readonly reload: () => Promise<ReloadState>
  /** A round of canary patients now; null where there are none. */
  readonly askCanary: () => Promise<readonly CanaryResult[]> | null
  readonly stop: () => Promise<void>
}

/**
 * Starts everything that the configuration asks for. Answers come once all parts are loaded and checked.
 * @param primary the process that keeps this one running; null where none does
 * @throws AttuneError when configuration, rules, models or the ledger are not fit to serve
 */
export const serve = async (
  environment: Readonly<Record<string, string | undefined>>,
  primary: Supervised | null = null,
): Promise<Running> => {
  let handle: RequestListener = (_request, response) => response.writeHead(503, { 'retry-after': '1' }).end()
  const asked = readConfig(environment, projectRoot)
  const server = makeServer((request, response) => handle(request, response))
  const drain = makeDrain(server)
  const run = async (config: Config, whole: Whole): Promise<Running> => {
    const parts = await compose(config, whole)
    handle = parts.app
    const watched = await listenOperations(config, parts.operations).catch(async (error: unknown) => {
      await parts.close()
      throw error
    })
    return {
      url: config.publicUrl,
      operationsUrl: watched.url,
      config,
      greeting: greetingOf(config),
      reload: parts.reload,
      askCanary: parts.askCanary,
      stop: () => drain().then(watched.close).then(parts.close),
    }
  }
  const runAlone = async (): Promise<Running> => {
    const port = await listen(server, asked.port, asked.host, 'PORT')
    return run(asked.port === port ? asked : readConfig({ ...environment, PORT: String(port) }, projectRoot), {})
  }
  /** Takes connections when it can answer; on the embedded ledger before its predecessor leaves, and then calls wait until it can, within bounds. */
  const runUnder = async (keeper: Supervised): Promise<Running> => {
    const held = holdCalls()
    handle = held.take
    const listening = () => listen(server, asked.port, asked.host, 'PORT')
    const embedded = asked.databaseUrl === null
    const beforeLedger = async (): Promise<void> => {
      if (embedded) await listening()
      await keeper.beforeLedger()
    }
    const running = await run(asked, { beforeLedger, processes: () => processesHealth(keeper) })
    void held.handOver(handle)
    if (!embedded) await listening()
    return running
  }
  try {
    return primary === null ? await runAlone() : await runUnder(primary)
  } catch (error) {
    server.close()
    throw error
  }
}

/** What a process has besides that another one keeps running. */
type Whole = { readonly beforeLedger?: () => Promise<void>; readonly processes?: () => PartHealth }

const processesHealth = ({ state }: Supervised): PartHealth => {
  if (state === null) return { ok: true, detail: 'starting' }
  const { processes, crashes, lastCrash, refused, exchanged } = state
  const detail = [
    `${processes} asked for`,
    ...(crashes > 0 ? [`${crashes} ended unasked and were started again, the last at ${lastCrash}`] : []),
    ...(exchanged === null ? [] : [`exchanged at ${exchanged}`]),
    ...(refused === null ? [] : [refused]),
  ].join('; ')
  return refused === null ? { ok: true, detail } : { ok: true, degraded: true, detail }
}

/**
 * Connections that may wait to be taken; the system may allow fewer (`net.core.somaxconn`). With Node's own 511, some of a thousand callers
 * who come while the thread is busy are taken late, or are reset.
 */
const BACKLOG = 4096

const listen = (server: Server, port: number, host: string, setting: string): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE' ? new AttuneError('config-invalid', `port ${port} is in use; set ${setting} to another one`) : error,
      ),
    )
    server.listen({ port, host, backlog: BACKLOG }, () => resolve((server.address() as AddressInfo).port))
  })

/** The watch's own address, where the site wants one; it is answered until the last call is. */
const listenOperations = async ({ operations }: Config, app: RequestListener) => {
  if (operations === undefined) return { url: null, close: async () => {} }
  const server = makeServer(app)
  const port = await listen(server, operations.port, operations.host, 'operations.port')
  const host = operations.host.includes(':') ? `[${operations.host}]` : operations.host
  const close = async (): Promise<void> => {
    server.closeAllConnections()
    server.close()
  }
  return { url: `http://${host}:${port}`, close }
}

const KEY_SET_LIMITS = { deadlineMs: 1500, maxBytes: 256_000 } as const

type Parts = {
  readonly app: RequestListener
  readonly operations: RequestListener
  readonly reload: Running['reload']
  readonly askCanary: Running['askCanary']
  readonly close: () => Promise<void>
}

const compose = async (config: Config, { beforeLedger, processes }: Whole): Promise<Parts> => {
  const log = makeLog(config.logLevel)
  if (config.auth === 'open' && config.mode === 'production')
    log.warn('auth is "open": callers need no JWT. Never use this with real patients')
  if (config.network.allowHttp && config.mode === 'production')
    log.warn('network.allowHttp is on: tokens and patient data may cross the network in the clear. For development only')
  const thresholds = thresholdsOf(config)
  const limits = limitsOf(config)
  const switches = makeSwitches(config)
  const [thinking, ledger, sandbox] = await openParts(config, switches, beforeLedger, log)
  const outbound = makeOutbound(config.network)
  const reportFault = (fault: unknown, service: string) =>
    log.error({ service, error: fault }, 'a call was not assessed because of a fault')
  const metrics = makeMetrics()
  const terminology = config.terminology === null ? null : makeTerminologyServer(outbound, config.terminology)
  const { models } = thinking.kit
  metrics.watchInference(models.counts)
  const post = poster(outbound)
  const tracing = await tracingOf(config, post)
  const inForce = { knowledge: () => thinking.kit.knowledge, isSwitched: (_rule: string): boolean => false }
  const services = watchServices({ config, inForce, ledger, limits, post, log, metrics })
  const countService = services.count
  const watching = await watchModels({ config, models, ledger, switches, thresholds, post, countService, log, metrics })
  const fhir = makeFhirClient(outbound, config.network)
  const surroundings = { outbound, terminology, reportFault, fhir, ledger: watching.ledger, afterwards: watching.afterwards }
  const operating = await operate({ config, switches, thinking, surroundings, ledger, log, metrics })
  const { practice } = operating
  inForce.knowledge = () => practice.thinking.kit.knowledge
  inForce.isSwitched = (rule) => practice.held.some(({ kind, subject }) => kind === 'rule' && subject === rule)
  const replay = makeReplayGuard(config, (detail) => log.warn({ detail }, 'the shared replay guard is in trouble'))
  const hits = makeHits(config, (detail) => log.warn({ detail }, 'limits are counted by each process for itself'))
  const clocks = makeClockWatch((detail) => log.warn(detail, 'a token came out of time: compare the clocks'))
  metrics.watchParts(() => {
    const { ok, state, spooled, rejected } = ledger.health()
    return {
      version: VERSION,
      models: models.versions,
      ledger: { ok, degraded: state === 'degraded', spooled, rejected },
      fhirResting: fhir.resting(),
      fhirRestingOf: restingByClient(config, fhir),
      replayShared: config.redisUrl === null ? null : replay.isShared(),
      limitsShared: config.redisUrl === null ? null : hits.isShared(),
      spansDropped: tracing?.dropped ?? null,
    }
  })
  const canary = watchCanary({ config, log, metrics, post })
  const kit: Kit<Service> = {
    config: canary.config,
    version: VERSION,
    log,
    metrics,
    services: new Map(SERVICES.map((service) => [service.id, service])),
    runService: (service, request, client, watch) => runService(service, request, client, practice.line(client.tenant), watch),
    runProfile: (request, caller, emit) => runProfileOf(config, practice, request)(caller, emit),
    makePassport: passportMaker(config, practice),
    ledger: ledgerDoor(config, ledger),
    review: makeReview({
      clients: config.clients,
      fhir,
      ledger,
      get reasons() {
        return practice.thinking.kit.wording.overrideReasons
      },
      get versions() {
        return `Attune ${VERSION}, rules ${practice.thinking.versions.rules}`
      },
      document: signOffDocument,
      condition: signOffCondition,
    }),
    monitoring: watching.door,
    insight: { services: services.report, ...makeInsight({ config, store: ledger.services, thinking: () => practice.thinking.kit }) },
    rulesAttributes: attributesOf(practice),
    models: makeCatalogue(thinking.kit.models, new Date().toISOString(), config.modelsDir),
    whatIf: (request) => whatIfServed(modelsAsked(config, switches, models, request), request),
    missingEffects: (request) => missingEffects(modelsAsked(config, switches, models, request), request),
    drugs: { search: (text, limit) => practice.thinking.kit.knowledge.drugs.search(text, limit) },
    clocks,
    health: async () => ({
      ...(await healthOf(config, thinking, ledger, { fhir, terminology, operating, switches }, { replay, hits, clocks, services })),
      canary: canary.health(),
      ...(processes ? { processes: processes() } : {}),
    }),
    ...(tracing ? { tracer: tracing } : {}),
    readKeySet: (url) => outbound.json(url, KEY_SET_LIMITS),
    replay,
    hits,
    ...(sandbox ? { sandbox: sandbox.router } : {}),
    publicDir: join(projectRoot, 'dist/public'),
  }
  const close = async () => {
    await tracing?.close()
    await canary.close()
    await services.close()
    await operating.close()
    await watching.close()
    await closeAll(outbound, { replay, hits }, ledger, thinking)
  }
  try {
    const app = makeApp(kit)
    await canary.start(app)
    return { app, operations: makeOperationsApp(kit), reload: operating.reload, askCanary: canary.round, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Loads side by side. When one part is not fit, what the others opened is closed again: a refused start leaves no lock and no handle. */
const openParts = async (config: Config, switches: Switches, beforeLedger: Whole['beforeLedger'], log: Logger) => {
  const watched = {
    onHead: (head: object) => log.info(head, 'the end of the ledger was signed'),
    onRemoved: (removed: object) => log.info(removed, 'what was too old was removed from the ledger'),
  }
  const early = beforeLedger === undefined ? openLedger(config, watched) : null // first: its thread starts while this one reads the rules
  const loading = loadThinking(config, (model) => switches.standing(model, null))
  const opened = early ?? loading.then(beforeLedger).then(() => openLedger(config, watched))
  const opening = [loading, opened, openSandbox(config)] as const
  try {
    return await Promise.all(opening)
  } catch (error) {
    const [thinking, ledger] = await Promise.allSettled(opening)
    if (thinking.status === 'fulfilled') await thinking.value.kit.models.close()
    if (ledger.status === 'fulfilled') await ledger.value.close()
    throw error
  }
}

/** An installation for production has neither the charts nor the authorization server of the sandbox. */
const isPartial = (error: unknown): boolean =>
  (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND') ||
  !existsSync(join(projectRoot, 'src/sandbox/patients'))

/** Loaded only where it is on. */
const tracingOf = async ({ tracing }: Config, post: PostWith) => {
  if (tracing === undefined) return null
  const { startTracing } = await import('./tracing/start.ts')
  const { otlpUrl: url, tokenFile, ratio, toFhir: outward } = tracing
  return startTracing({ url, tokenFile, ratio, outward, version: VERSION, post })
}

/** The demo EHR is loaded only where it may exist. */
const openSandbox = async (config: Config) => {
  if (config.mode !== 'sandbox') return null
  try {
    const { makeSandbox } = await import('./sandbox/sandbox.ts')
    return await makeSandbox({ mode: config.mode, publicUrl: config.publicUrl })
  } catch (cause) {
    if (!isPartial(cause)) throw cause
    throw new AttuneError('config-invalid', 'this installation has no sandbox: name a config file in ATTUNE_CONFIG', { cause })
  }
}

/** Of a question about values alone: by the site that it is asked at; where that is not said, what is silent at any site is silent. */
const modelsAsked = (
  config: Config,
  switches: Switches,
  models: Thinking['kit']['models'],
  { fhirServer }: { readonly fhirServer?: string },
): Thinking['kit']['models'] => {
  const tenant = fhirServer === undefined ? undefined : clientOfServer(config.clients, fhirServer)?.tenant
  return withStanding(models, (model) => (tenant === undefined ? switches.strictest(model) : switches.standing(model, tenant)))
}

/** By the client's id of the configuration: an address might tell who is treated where. */
const restingByClient = ({ clients }: Config, { isResting }: FhirClient): Record<string, number> =>
  Object.fromEntries(
    clients.map((client) => [client.id, client.fhirServers.filter((server) => isResting(trustedBase(client, server) ?? server)).length]),
  )

/** Made anew when other rules are used. */
const attributesOf = (practice: Practice): Kit<Service>['rulesAttributes'] => {
  let made: { readonly of: Thinking; readonly attributes: RulesAttributes } | null = null
  return () => {
    if (made?.of !== practice.thinking) made = { of: practice.thinking, attributes: guidanceAttributes(practice.thinking.kit.knowledge) }
    return made.attributes
  }
}

type Emit = Parameters<Kit<Service>['runProfile']>[2]

/** A profile on the line that its tenant has now, to its end. */
const runProfileOf =
  (config: Config, practice: Practice, request: ProfileRequest, line?: Line) =>
  async ({ token, signal, span }: ProfileCaller, emit: Emit): Promise<void> => {
    const client = clientOfServer(config.clients, request.fhirServer)
    if (!client) throw new AttuneError('fhir-server-untrusted', 'profile for an unregistered FHIR server')
    for await (const event of runProfile(request, token, client, line ?? practice.line(client.tenant), span)) {
      if (signal.aborted) return // nobody is there to read it: the record is asked no further
      emit(event)
    }
  }

/** The same line as the app's views, to its end: a passport of a record that was read in part would look like a whole one. */
const passportMaker =
  (config: Config, practice: Practice): Kit<Service>['makePassport'] =>
  async (request, caller) => {
    const events: ProfileEvent[] = []
    const line = practice.line(clientOfServer(config.clients, request.fhirServer)?.tenant ?? '')
    await runProfileOf(config, practice, request, line)(caller, (event) => events.push(event))
    const facts = events.find((event) => event.event === 'facts')?.facts
    const done = events.find((event) => event.event === 'done')
    if (!facts || !done) throw brokenOff(events.find((event) => event.event === 'error')?.code ?? '')
    const { decision, versions, sandbox } = done
    const passport = passportOf(facts, line.services, { made: facts.now, versions, decision, sandbox })
    return { passport, document: passportDocument(passport) }
  }

/** Only the sandbox reads decisions over HTTP, and only its own tenant's. */
const ledgerDoor = (config: Config, ledger: Ledger): Kit<Service>['ledger'] => {
  const tenant = config.clients[0]?.tenant ?? 'default'
  return {
    feedback: (events) => ledger.feedback(events),
    decision: (id) => ledger.decision(id, tenant),
    recent: (limit) => ledger.recent(limit, tenant),
  }
}

const ledgerHealth = (ledger: Ledger): PartHealth => {
  const { ok, detail } = ledger.health()
  return { ok, detail }
}

/** One that is not served, by the site's `badModels`, makes answers poorer; one that does not run where it was asked to, not even that. */
const modelsHealth = ({ kit }: Thinking, switches: Switches): PartHealth => {
  const { models } = kit.models.health()
  const left = models.flatMap((model) => ('because' in model ? [`${model.id} is not served: ${model.because}`] : []))
  const fallbacks = models.flatMap((model) => ('fallback' in model && model.fallback !== null ? [`${model.id}: ${model.fallback}`] : []))
  const detail = [...left, ...fallbacks, ...failing(kit), ...silent(kit, switches)].join('; ')
  return { ok: left.length < models.length, detail: detail || `${models.length} served` }
}

/** Runs that gave no number that may be used: each cost its own estimate. */
const failing = ({ models }: Thinking['kit']): string[] =>
  models.counts().flatMap(({ model, failures }) => (failures > 0 ? [`${model}: ${failures} runs failed`] : []))

/** Models that say nothing by somebody's will; that is no fault. */
const silent = ({ models }: Thinking['kit'], { held, standing }: Switches): string[] => {
  const say = (id: string, tenant: string | null): string[] => {
    const now = standing(id, tenant)
    const where = tenant === null ? id : `${id} (tenant ${tenant})`
    if (now.use === 'off') return [`${where}: ${now.because}`]
    return now.use === 'shadow' ? [`${where}: runs in the shadow only`] : []
  }
  return [
    ...models.all.flatMap(({ ref: { id } }) => say(id, null)),
    ...held.flatMap(({ model, tenant }) => (tenant === null ? [] : say(model, tenant))),
  ]
}

/** /readyz fails only for what makes answers impossible; what makes them poorer is said in the details. */
const terminologyHealth = (terminology: TerminologyServer | null): Record<string, PartHealth> =>
  terminology === null
    ? {}
    : { terminology: { ok: true, detail: terminology.resting() ? 'it does not answer and is left alone for a moment' : 'ok' } }

const WITHOUT_REDIS = {
  'each-process': { ok: true, detail: 'Redis is away: this process only' },
  refuse: { ok: false, detail: 'Redis is away: calls are refused' },
} as const

const replayHealth = ({ redisUrl, replayWithoutRedis, auth }: Config, isShared: boolean): PartHealth => {
  if (redisUrl === null) return { ok: true, detail: 'this process only' }
  if (isShared) return { ok: true, detail: 'shared' }
  return auth === 'open' ? WITHOUT_REDIS['each-process'] : WITHOUT_REDIS[replayWithoutRedis]
}

const limitsHealth = ({ redisUrl }: Config, isShared: boolean): PartHealth => {
  if (redisUrl === null) return { ok: true, detail: 'this process only' }
  return isShared ? { ok: true, detail: 'shared' } : { ok: true, degraded: true, detail: 'Redis is away: each process counts for itself' }
}

const healthOf = async (
  config: Config,
  thinking: Thinking,
  ledger: Ledger,
  {
    fhir,
    terminology,
    operating,
    switches,
  }: {
    readonly fhir: FhirClient
    readonly terminology: TerminologyServer | null
    readonly operating: Operating
    readonly switches: Switches
  },
  {
    replay,
    hits,
    clocks,
    services,
  }: { readonly replay: Kit<Service>['replay']; readonly hits: Hits; readonly clocks: ClockWatch; readonly services: WatchingServices },
) => ({
  ...operating.health(),
  models: modelsHealth(thinking, switches),
  ledger: ledgerHealth(ledger),
  fhir: { ok: true, detail: fhir.resting() > 0 ? `${fhir.resting()} FHIR servers do not answer and are left alone for a moment` : 'ok' },
  ...terminologyHealth(terminology),
  replay: replayHealth(config, replay.isShared()),
  limits: limitsHealth(config, hits.isShared()),
  clock: { ok: true, detail: clocks.said() ?? 'ok' },
  services: services.health(),
})

const closeAll = async (
  outbound: Outbound,
  { replay, hits }: { readonly replay: Kit<Service>['replay']; readonly hits: Hits },
  ledger: Ledger,
  thinking: Thinking,
): Promise<void> => {
  outbound.close()
  hits.close()
  await replay.close()
  await ledger.close()
  await thinking.kit.models.close()
}

const greetingOf = ({ publicUrl, mode, clients }: Config): string[] => {
  const places = [
    `  CDS Hooks discovery  ${publicUrl}/cds-services`,
    `  App launch           ${publicUrl}/app/launch.html`,
    `  API documentation    ${publicUrl}/docs`,
  ]
  if (mode === 'production')
    return [`Attune ${VERSION} is running for ${clients.map(({ id }) => id).join(', ') || 'no client yet'}.`, '', ...places, '']
  return [
    `Attune ${VERSION} is running in SANDBOX mode: synthetic patients, open to this machine only. Not for care.`,
    '',
    `  Sandbox EHR          ${publicUrl}/`,
    ...places,
    `  FHIR (demo store)    ${publicUrl}/fhir`,
    '',
  ]
}
