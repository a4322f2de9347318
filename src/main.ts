import { readFileSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { ServiceKit } from '../cds-services/pgx/kit.ts'
import { consultProfile } from '../cds-services/profile/consult.ts'
import { PROFILE_QUESTIONS } from '../cds-services/profile/questions.ts'
import { SERVICES } from '../cds-services/registry.ts'
import { writePanelWords } from './cards/panel-words.ts'
import { readWording } from './cards/wording.ts'
import { type ClientConfig, type Config, readConfig } from './config.ts'
import type { CardsResponse } from './contract/cards.ts'
import type { DecisionRecord } from './contract/decision.ts'
import type { ProfileEvent, ProfileRequest } from './contract/profile.ts'
import { AttuneError } from './errors.ts'
import type { FactsTerms } from './facts/read-facts.ts'
import { makeFhirClient } from './fhir/fhir-client.ts'
import { makeOutbound } from './fhir/outbound.ts'
import { clientOfServer } from './fhir/trusted-servers.ts'
import { loadKnowledge } from './guidance/load-knowledge.ts'
import type { HookRequest } from './hooks/request.ts'
import type { CdsService } from './hooks/service.ts'
import { makeApp } from './http/app.ts'
import type { Kit } from './http/kit.ts'
import { describeError, makeLog } from './http/log.ts'
import { makeMetrics } from './http/metrics.ts'
import { makeReplayGuard } from './http/replay-guard.ts'
import { type Ledger, openLedger } from './ledger/ledger.ts'
import { projectRoot } from './project-root.ts'
import { loadModels } from './risk/registry.ts'
import { type ProfileKit, runProfile } from './run-profile.ts'
import { type LineKit, runService } from './run-service.ts'

export const VERSION: string = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')).version

type Service = CdsService<ServiceKit>

/** Knowledge, wording and models, loaded and checked; everything a decision needs but the record. */
const loadThinking = async (config: Config): Promise<{ kit: ServiceKit; terms: FactsTerms; versions: DecisionRecord['versions'] }> => {
  const modelsLoading = loadModels(config.modelsDir, { execution: config.execution })
  const knowledge = loadKnowledge(config.rulesDir)
  const wording = readWording(knowledge.tables.get('wording'), knowledge.actions.keys())
  const models = await modelsLoading
  return {
    kit: { knowledge, models, wording, precedence: config.precedence, policy: config.alertPolicy },
    terms: { drugs: knowledge.drugs, genes: knowledge.genes, tables: knowledge.tables },
    versions: { attune: VERSION, rules: knowledge.version, models: models.versions },
  }
}

type Thinking = Awaited<ReturnType<typeof loadThinking>>
type Remembering = Pick<Ledger, 'record' | 'patientKey'>

const lineOf = (
  config: Config,
  thinking: Thinking,
  ledger: Remembering,
  reportFault: LineKit<ServiceKit>['reportFault'],
): LineKit<ServiceKit> & ProfileKit => ({
  services: thinking.kit,
  terms: thinking.terms,
  fhir: makeFhirClient(makeOutbound(config.network), config.network),
  ledger,
  versions: thinking.versions,
  sandbox: config.mode === 'sandbox',
  appLaunchUrl: `${config.publicUrl}/app/launch.html`,
  patientKey: (tenant, fhirServer, patientId) => ledger.patientKey(tenant, fhirServer, patientId),
  reportFault,
  questions: PROFILE_QUESTIONS,
  think: (facts) => consultProfile(facts, thinking.kit),
  words: (assessment) => writePanelWords(assessment, thinking.kit.wording, thinking.kit.policy),
})

/** The engine for one request from a file: no server, no store, nothing kept. */
export const composeOffline = async (environment: Readonly<Record<string, string | undefined>>) => {
  const config = readConfig(environment, projectRoot)
  const thinking = await loadThinking(config)
  const client = config.clients[0] ?? OFFLINE_CLIENT
  return {
    services: SERVICES,
    thinking,
    run: async (service: Service, request: HookRequest): Promise<{ response: CardsResponse; decision: DecisionRecord }> => {
      const records: DecisionRecord[] = []
      const ledger: Remembering = { record: async (decision) => void records.push(decision), patientKey: () => 'offline' }
      const fault = (error: unknown) => process.stderr.write(`${JSON.stringify(describeError(error))}\n`)
      const response = await runService(service, request, { ...client, fhirServers: [] }, lineOf(config, thinking, ledger, fault))
      const [decision] = records
      if (!decision) throw new AttuneError('unexpected', 'no decision was recorded')
      return { response, decision }
    },
  }
}

const OFFLINE_CLIENT: ClientConfig = {
  id: 'offline',
  tenant: 'offline',
  algorithms: ['ES384'],
  audiences: [],
  fhirServers: [],
  cors: [],
  frameAncestors: [],
  links: [],
  features: [],
}

/** What runs, where, and how to end it. */
export type Running = {
  readonly url: string
  readonly config: Config
  readonly greeting: readonly string[]
  readonly stop: () => Promise<void>
}

const listen = (server: Server, port: number, host: string): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? new AttuneError('config-invalid', `port ${port} is in use; set PORT to another one`) : error),
    )
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port))
  })

const greetingOf = (config: Config): string[] => {
  const at = config.publicUrl
  const common = [
    `  CDS Hooks discovery  ${at}/cds-services`,
    `  App launch           ${at}/app/launch.html`,
    `  API documentation    ${at}/docs`,
  ]
  if (config.mode === 'production')
    return [`Attune ${VERSION} is running for ${config.clients.map(({ id }) => id).join(', ') || 'no client yet'}.`, '', ...common, '']
  return [
    `Attune ${VERSION} is running in SANDBOX mode: synthetic patients, open to this machine only. Not for care.`,
    '',
    `  Sandbox EHR          ${at}/`,
    ...common,
    `  FHIR (demo store)    ${at}/fhir`,
    '',
  ]
}

const profileRunner =
  (config: Config, kit: ProfileKit) => async (request: ProfileRequest, token: () => string, emit: (event: ProfileEvent) => void) => {
    const client = clientOfServer(config.clients, request.fhirServer)
    if (!client) throw new AttuneError('fhir-server-untrusted', 'profile for an unregistered FHIR server')
    for await (const event of runProfile(request, token, client, kit)) emit(event)
  }

/**
 * Starts everything that the configuration asks for. Answers come once all parts are loaded and checked.
 * @throws AttuneError when configuration, rules, models or the ledger are not fit to serve
 */
export const serve = async (environment: Readonly<Record<string, string | undefined>>): Promise<Running> => {
  let handle: RequestListener = (_request, response) => response.writeHead(503, { 'retry-after': '1' }).end()
  const asked = readConfig(environment, projectRoot)
  const server = createServer((request, response) => handle(request, response))
  server.headersTimeout = 10_000
  server.requestTimeout = 15_000
  const port = await listen(server, asked.port, asked.host)
  try {
    const config = asked.port === port ? asked : readConfig({ ...environment, PORT: String(port) }, projectRoot)
    const parts = await compose(config)
    handle = parts.app
    return { url: config.publicUrl, config, greeting: greetingOf(config), stop: () => stop(server, parts.close) }
  } catch (error) {
    server.close()
    throw error
  }
}

const GRACE_MS = 9000

/** Accepted calls end, new ones are refused, then the stores close. */
const stop = async (server: Server, close: () => Promise<void>): Promise<void> => {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeIdleConnections()
  const timer = setTimeout(() => server.closeAllConnections(), GRACE_MS)
  await closed
  clearTimeout(timer)
  await close()
}

/** The demo EHR is loaded only where it may exist. */
const openSandbox = async (config: Config) => {
  if (config.mode !== 'sandbox') return null
  const { makeSandbox } = await import('./sandbox/sandbox.ts')
  return makeSandbox({ mode: config.mode, publicUrl: config.publicUrl })
}

const compose = async (config: Config): Promise<{ app: RequestListener; close: () => Promise<void> }> => {
  const log = makeLog(config.logLevel)
  if (config.auth === 'open') log.warn({ mode: config.mode }, 'open mode: callers need no JWT. Never use this with real patients')
  const [thinking, ledger, sandbox] = await Promise.all([loadThinking(config), openLedger(config), openSandbox(config)])
  const line = lineOf(config, thinking, ledger, (fault, service) =>
    log.error({ service, error: fault }, 'a call was not assessed because of a fault'),
  )
  const replay = makeReplayGuard(config.redisUrl, (detail) => log.warn({ detail }, 'the shared replay guard is not available'))
  const profile = profileRunner(config, line)
  const kit: Kit<Service> = {
    config,
    version: VERSION,
    log,
    metrics: makeMetrics(),
    services: new Map(SERVICES.map((service) => [service.id, service])),
    runService: (service, request, client) => runService(service, request, client, line),
    runProfile: (request, caller, emit) => profile(request, caller.token, emit),
    ledger,
    drugs: thinking.kit.knowledge.drugs,
    health: async () => ({
      rules: { ok: true, detail: thinking.versions.rules },
      models: { ok: thinking.kit.models.health().state === 'ok' },
      ledger: await ledger.health(),
    }),
    replay,
    readKeySet: keySetReader(makeOutbound(config.network)),
    ...(sandbox ? { sandbox: sandbox.router } : {}),
    publicDir: join(projectRoot, 'dist/public'),
  }
  const close = async (): Promise<void> => {
    await replay.close()
    await ledger.close()
    await thinking.kit.models.close()
  }
  return { app: makeApp(kit), close }
}
