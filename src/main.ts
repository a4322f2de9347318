import { existsSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import { join } from 'node:path'
import type { Logger } from 'pino'
import { passportOf } from '../cds-services/profile/passport.ts'
import { SERVICES } from '../cds-services/registry.ts'
import { type Config, readConfig } from './config.ts'
import type { CanaryResult } from './contract/canary.ts'
import type { RulesAttributes } from './contract/models.ts'
import type { ProfileEvent, ProfileRequest } from './contract/profile.ts'
import { loadApproved, type Service, type Thinking, VERSION } from './engine.ts'
import { AttuneError } from './errors.ts'
import { passportDocument } from './exporters/passport-document.ts'
import { signOffCondition, signOffDocument } from './exporters/sign-off-document.ts'
import { type FhirClient, makeFhirClient } from './fhir/fhir-client.ts'
import { makeOutbound, type Outbound } from './fhir/outbound.ts'
import { makeTerminologyServer } from './fhir/terminology-server.ts'
import { clientOfServer, connectionsOf, trustedBase } from './fhir/trusted-servers.ts'
import { guidanceAttributes } from './guidance/source-attributes.ts'
import { healthOf, processesHealth } from './health.ts'
import { makeApp, makeOperationsApp } from './http/app.ts'
import { makeClockWatch } from './http/clock-watch.ts'
import { answerPreflights, makeCors } from './http/cors.ts'
import { baseHeadersOf } from './http/headers.ts'
import { type Hits, makeHits } from './http/hits.ts'
import { KEY_SET_LIMITS } from './http/key-sets.ts'
import { makeKeyWatch } from './http/key-watch.ts'
import type { Kit, PartHealth, ProfileCaller } from './http/kit.ts'
import { makeLog } from './http/log.ts'
import { type Metrics, makeMetrics } from './http/metrics.ts'
import { brokenOff } from './http/passport.ts'
import { makeReplayGuard } from './http/replay-guard.ts'
import { makeDrain, makeServer } from './http/server.ts'
import { makeTurnAway, type Refusal } from './http/turn-away.ts'
import { makeInsight } from './insight-door.ts'
import { type Ledger, openLedger } from './ledger/ledger.ts'
import { listen, listenOperations } from './listen.ts'
import { makeSwitches, type Switches } from './monitoring/switches.ts'
import type { PostWith } from './monitoring/webhook.ts'
import { projectRoot } from './project-root.ts'
import { holdCalls } from './reload/held-calls.ts'
import { operate } from './reload/operate.ts'
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
import { limitsOf, watchServices } from './watch-services.ts'

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
  const asked = readConfig(environment, projectRoot)
  const told: Told = { log: makeLog(asked.logLevel), metrics: makeMetrics() }
  const baseHeaders = baseHeadersOf(asked)
  const { headersOf } = makeCors(asked)
  const away = makeTurnAway({ ...told, services: SERVICES_BY_ID, baseHeaders, corsHeaders: headersOf })
  const early = (others: RequestListener): RequestListener => answerPreflights({ headersOf, baseHeaders }, others)
  let handle = early((request, response) => away.turnAway(away.come(request, response), STARTING))
  const server = makeServer((request, response) => handle(request, response))
  const drain = makeDrain(server)
  const run = async (config: Config, whole: Whole): Promise<Running> => {
    const parts = await compose(config, whole, told)
    handle = parts.app
    const watched = await listenOperations(config, parts.operations, primary?.place ?? 0).catch(async (error: unknown) => {
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
    const held = holdCalls(away)
    handle = early(held.take)
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

const STARTING: Refusal = { error: new AttuneError('overloaded', 'not everything is loaded yet'), retryAfter: '1' }

const SERVICES_BY_ID: ReadonlyMap<string, Service> = new Map(SERVICES.map((service) => [service.id, service]))

/** Where it is told what happens, from the first call on. */
type Told = { readonly log: Logger; readonly metrics: Metrics }

/** What a process has besides that another one keeps running. */
type Whole = { readonly beforeLedger?: () => Promise<void>; readonly processes?: () => PartHealth }

type Parts = {
  readonly app: RequestListener
  readonly operations: RequestListener
  readonly reload: Running['reload']
  readonly askCanary: Running['askCanary']
  readonly close: () => Promise<void>
}

const compose = async (config: Config, { beforeLedger, processes }: Whole, { log, metrics }: Told): Promise<Parts> => {
  if (config.auth === 'open' && config.mode === 'production')
    log.warn('auth is "open": callers need no JWT. Never use this with real patients')
  if (config.network.allowHttp && config.mode === 'production')
    log.warn('network.allowHttp is on: tokens and patient data may cross the network in the clear. For development only')
  const thresholds = thresholdsOf(config)
  const limits = limitsOf(config)
  const switches = makeSwitches(config)
  const [thinking, ledger, sandbox] = await openParts(config, switches, beforeLedger, log)
  const outbound = makeOutbound({ ...config.network, connectionsOf: connectionsOf(config.clients) })
  const reportFault = (fault: unknown, service: string) =>
    log.error({ service, error: fault }, 'a call was not assessed because of a fault')
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
  const keys = makeKeyWatch((detail) => log.warn(detail, 'a key set could not be read: known keys work for a day, others are refused'))
  metrics.watchParts(() => {
    const { ok, state, spooled, rejected, walk } = ledger.health()
    return {
      version: VERSION,
      models: models.versions,
      ledger: { ok, degraded: state === 'degraded', spooled, rejected, ...walk },
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
    services: SERVICES_BY_ID,
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
    keys,
    health: async () => ({
      ...(await healthOf(config, thinking, ledger, { fhir, terminology, operating, switches }, { replay, hits, clocks, keys, services })),
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
    onBroken: (broken: object) => log.error(broken, 'the ledger does not hold: verify it (attune ledger verify)'),
    onRemoved: (removed: object) => log.info(removed, 'what was too old was removed from the ledger'),
  }
  const early = beforeLedger === undefined ? openLedger(config, watched) : null // first: its thread starts while this one reads the rules
  const loading = loadApproved(config, (model) => switches.standing(model, null))
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
