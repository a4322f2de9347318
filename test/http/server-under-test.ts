import type { AddressInfo } from 'node:net'
import { type ClientConfig, CONFIG_SCHEMAS, type Config } from '../../src/config.ts'
import type { CardsResponse } from '../../src/contract/cards.ts'
import type { DecisionRecord, FeedbackEvent } from '../../src/contract/decision.ts'
import type { PatientRecord } from '../../src/contract/facts.ts'
import type { ModelDetail, SourceAttributes } from '../../src/contract/models.ts'
import type { MonitoringReport } from '../../src/contract/monitoring.ts'
import { AttuneError } from '../../src/errors.ts'
import { makeFhirClient } from '../../src/fhir/fhir-client.ts'
import { makeOutbound } from '../../src/fhir/outbound.ts'
import type { HookService } from '../../src/hooks/discovery.ts'
import { mustRefuse } from '../../src/hooks/must-refuse.ts'
import { completePrefetch } from '../../src/hooks/prefetch.ts'
import type { HookRequest } from '../../src/hooks/request.ts'
import { makeApp, makeOperationsApp } from '../../src/http/app.ts'
import type { Kit } from '../../src/http/kit.ts'
import { makeLog } from '../../src/http/log.ts'
import { makeMetrics } from '../../src/http/metrics.ts'
import { makeMemoryReplayGuard } from '../../src/http/replay-guard.ts'
import { makeServer } from '../../src/http/server.ts'

const PREFETCH = { patient: 'Patient/{{context.patientId}}', problems: 'Condition?patient={{context.patientId}}' }

const service = (id: string, hook: HookService['hook'], prefetch: HookService['prefetch'] = PREFETCH): HookService => ({
  id,
  hook,
  title: 'A test double',
  description: 'Gives one card that counts what it was given.',
  usageRequirements: '',
  prefetch,
})

export const SERVICES: readonly HookService[] = [
  service('echo-order-select', 'order-select'),
  service('echo-order-sign', 'order-sign'),
  service('echo-patient-view', 'patient-view'),
  service('bare-order-sign', 'order-sign', {}),
]

const EMPTY_REPORT = { asOf: '2026-06-30', window: { from: '2026-06-03', to: '2026-06-30', days: 28 }, sandbox: true, thresholds: [] }

const EMPTY_SPAN = { from: '2026-06-23', to: '2026-06-29', days: 7 }
const EMPTY_SERVICES = { asOf: '2026-06-30T00:00:00.000Z', window: EMPTY_SPAN, baseline: EMPTY_SPAN, sandbox: true, limits: [] }

const EMPTY_PERIOD = {
  asOf: '2026-06-30T00:00:00.000Z',
  since: '2026-06-02T00:00:00.000Z',
  until: '2026-06-30T00:00:00.000Z',
  sandbox: true,
}

/** A service that thinks nothing: its card says how many orders and resources arrived. */
const countingCard = (record: PatientRecord): CardsResponse => ({
  cards: [
    {
      uuid: '3b3f6a2e-0000-4000-8000-000000000001',
      summary: `${record.draftOrders.length} orders, ${record.resources.length} resources`,
      indicator: 'info',
      source: { label: 'Test double' },
    },
  ],
})

export type Running = {
  readonly url: string
  readonly config: Config
  readonly log: string[]
  readonly records: PatientRecord[]
  readonly feedback: FeedbackEvent[]
  /** What listens at the address of `operations`. */
  readonly operations: Parameters<typeof makeServer>[0]
  readonly close: () => Promise<void>
}

export type Setting = {
  readonly config?: object
  readonly clients?: readonly object[]
  readonly kit?: Partial<Kit<HookService>>
  readonly mode?: Config['mode']
}

const configOf = ({ config = {}, clients = [], mode = 'sandbox' }: Setting, publicUrl: string): Config => {
  const network = { allowHttp: true, allowPrivateAddresses: true, budgetMs: 30_000 } // a machine that stops for seconds is in time
  const file = CONFIG_SCHEMAS.file.parse({ auth: 'open', network, ...config, clients })
  const rest = {
    host: '127.0.0.1',
    port: 0,
    processes: 0,
    dataDir: '',
    databaseUrl: null,
    redisUrl: null,
    inference: { ...file.inference, url: null, token: null },
    rulesDir: '',
    modelsDir: '',
    drugMap: null,
    terminology: null,
  }
  return { ...file, ...rest, publicUrl: file.publicUrl ?? publicUrl, mode, execution: 'cpu', logLevel: 'trace' }
}

const nothingToReview = async () => ({ flags: [], signOffs: [], reasons: [] })

/** The real HTTP room on a real port, with test doubles for the rooms behind it. */
export const start = async (setting: Setting = {}): Promise<Running> => {
  let handle: Parameters<typeof makeServer>[0] = (_req, res) => void res.writeHead(503).end()
  const server = makeServer((req, res) => handle(req, res))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const config = configOf(setting, url)
  const [log, records, feedback]: [string[], PatientRecord[], FeedbackEvent[]] = [[], [], []]
  const outbound = makeOutbound(config.network)
  const fhir = makeFhirClient(outbound, config.network)
  const runService = async (called: HookService, request: HookRequest, client: ClientConfig): Promise<CardsResponse> => {
    const record = await completePrefetch(called, request, fhir, client)
    records.push(record)
    if (mustRefuse(record, called.hook)) throw new AttuneError('data-missing', 'nothing could be decided')
    return countingCard(record)
  }
  const replay = makeMemoryReplayGuard()
  const kit: Kit<HookService> = {
    config,
    version: '0.0.0-test',
    review: { list: nothingToReview, mark: nothingToReview, signOff: nothingToReview, report: async () => '' },
    log: makeLog('trace', { write: (line: string) => void log.push(line) }),
    metrics: makeMetrics(),
    services: new Map(SERVICES.map((one) => [one.id, one])),
    makePassport: () => Promise.reject(new AttuneError('unexpected', 'no passport in this test')),
    runService,
    runProfile: async (_request, _caller, emit) =>
      emit({ event: 'done', decision: 'd1', versions: { attune: '0.0.0-test', rules: 'r1' }, sandbox: true }),
    ledger: {
      feedback: async (events) => void feedback.push(...events),
      decision: async (id) => (id === 'd1' ? ({ id: 'd1', service: 'echo-order-sign' } as DecisionRecord) : null),
      recent: async () => [],
    },
    whatIf: async () => null,
    missingEffects: async () => null,
    rulesAttributes: () => ({ version: 'r1', asOf: '2026-11', sources: [] }),
    models: {
      list: () => [],
      get: (id) => (id === 'd1' ? ({ citation: 'a paper' } as ModelDetail) : null),
      attributes: (id) => (id === 'd1' ? ({ model: 'd1' } as SourceAttributes) : null),
      card: (id) => (id === 'd1' ? '{}' : null),
    },
    monitoring: {
      report: async (tenant) => ({ ...EMPTY_REPORT, models: [], tenant }) as MonitoringReport,
      outcomes: async (_sender, items) => items.map(() => ({ state: 'stored' })),
    },
    insight: {
      services: async () => ({ ...EMPTY_SERVICES, services: [] }),
      overrides: async ({ by }) => ({ ...EMPTY_PERIOD, by, comments: false, all: null, rows: [] }),
      shadow: async () => ({ ...EMPTY_PERIOD, services: [] }),
      csv: { overrides: () => 'tenant\r\n', shadow: () => 'tenant\r\n' },
    },
    drugs: { search: (text) => [{ rxcui: '309362', tty: 'SCD', name: `${text} 75 MG Oral Tablet`, ingredients: [text] }] },
    health: async () => ({ ledger: { ok: true } }),
    readKeySet: (address) => outbound.json(address, { deadlineMs: 1500, maxBytes: 256_000 }),
    replay,
    ...setting.kit,
  }
  handle = makeApp(kit)
  const close = async () => {
    outbound.close()
    await replay.close()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return { url, config, log, records, feedback, operations: makeOperationsApp(kit), close }
}

export const patient = { resourceType: 'Patient', id: 'p1', birthDate: '1960-01-01', name: [{ family: 'Quillfeather' }] }
export const condition = { resourceType: 'Condition', id: 'c1', subject: { reference: 'Patient/p1' } }
export const order = {
  resourceType: 'MedicationRequest',
  id: 'o1',
  status: 'draft',
  intent: 'order',
  subject: { reference: 'Patient/p1' },
  medicationCodeableConcept: { text: 'a drug', coding: [{ system: 'http://www.nlm.nih.gov/research/umls/rxnorm', code: '309362' }] },
}
export const searchset = (...resources: readonly object[]) => ({
  resourceType: 'Bundle',
  type: 'searchset',
  entry: resources.map((resource) => ({ resource })),
})

/** A whole, valid order-sign call, of which tests change one thing. */
export const orderSign = (): Record<string, unknown> => ({
  hook: 'order-sign',
  hookInstance: 'd1577c69-dfbe-44ad-ba6d-3e05e953b2ea',
  context: { userId: 'Practitioner/u1', patientId: 'p1', draftOrders: searchset(order) },
  prefetch: { patient, problems: searchset(condition) },
})

export const orderSelect = (): Record<string, unknown> => ({
  ...orderSign(),
  hook: 'order-select',
  context: { userId: 'Practitioner/u1', patientId: 'p1', draftOrders: searchset(order), selections: ['MedicationRequest/o1'] },
})

export const patientView = (): Record<string, unknown> => ({
  ...orderSign(),
  hook: 'patient-view',
  context: { userId: 'Practitioner/u1', patientId: 'p1' },
})

/** Sends a body as it is; objects are written as JSON first. */
export const post = (url: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' || body instanceof Uint8Array ? (body as BodyInit) : JSON.stringify(body), // the type asks for a non-shared buffer
  })
