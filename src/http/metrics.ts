import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { CanaryResult } from '../contract/canary.ts'
import type { DecisionRecord } from '../contract/decision.ts'
import type { MonitoringReport, WatchedModel, WatchState } from '../contract/monitoring.ts'
import type { ServiceWatchReport } from '../contract/service-watch.ts'
import type { PartHealth } from './kit.ts'

/** Numbers for operators: service ids, statuses and codes; nothing of any patient, no client-chosen text. */
export type Metrics = {
  observeRequest(route: string, service: string | null, status: number, seconds: number): void
  /** To be called where the decision is recorded. */
  observeDecision(record: Pick<DecisionRecord, 'service' | 'outcome' | 'cards' | 'silences'>): void
  observeFeedback(service: string, outcome: string): void
  /** The watch's last look. Names of inputs and variants come from the models, so their number is bounded by the models served. */
  observeModels(report: MonitoringReport): void
  /** The watch's last look at services and rules. */
  observeServices(report: ServiceWatchReport): void
  /** A figure of a service that has changed its state. */
  observeServiceAlarm(figure: string, state: string): void
  /** Calls whose shadow models were not run or not recorded, since the start. */
  observeShadowLost(total: number): void
  /** The last round of the canary patients, by case. */
  observeCanary(results: readonly CanaryResult[], seconds: number): void
  /** Rules that were loaded again, or refused. */
  observeReload(taken: boolean): void
  /** Which rules answer now. */
  observeRules(version: string): void
  /** What models computed; read when the metrics are. */
  watchInference(read: () => readonly InferenceCounts[]): void
  /** What /readyz says of its parts. */
  observeHealth(parts: Readonly<Record<string, PartHealth>>): void
  /** State of the parts; read when the metrics are. */
  watchParts(read: () => Parts): void
  /** Every metric that there is, for the docs. */
  list(): readonly MetricRow[]
  /** Prometheus text; what is told by tenant only on demand. */
  text(byTenant: boolean): Promise<string>
  readonly contentType: string
}

/** Since the start; several rows of one model are added up. `execution`: cpu, cuda, webgpu or remote. */
export type InferenceCounts = {
  readonly model: string
  readonly rows: Readonly<Record<string, number>>
  readonly fallbacks: number
  readonly failures: number
  readonly slow: number
  readonly longestMs: number
}

export type MetricRow = { readonly name: string; readonly help: string; readonly type: string; readonly labels: readonly string[] }

/** What the parts of the server say of themselves. */
export type Parts = {
  readonly version: string
  /** Version and beginning of the hash, by model. */
  readonly models: Readonly<Record<string, string>>
  readonly ledger: {
    readonly ok: boolean
    readonly degraded: boolean
    readonly spooled: number
    readonly rejected: number
    /** What the last walk through the whole ledger found. */
    readonly broken: boolean
    /** Seconds since 1970; null before the first. */
    readonly endedAt: number | null
  }
  /** FHIR servers that are left alone because they do not answer. */
  readonly fhirResting: number
  /** Of each client, how many of its FHIR servers are left alone. */
  readonly fhirRestingOf: Readonly<Record<string, number>>
  /** Null: this process is the only one, by configuration. */
  readonly replayShared: boolean | null
  /** Null: this process is the only one, by configuration. */
  readonly limitsShared: boolean | null
  /** Spans that were not taken; null: nothing is traced. */
  readonly spansDropped: number | null
}

/** prom-client gives a text or the number of its enumeration. */
const TYPES = ['counter', 'gauge', 'histogram', 'summary']
const metricType = (type: unknown): string => (typeof type === 'number' ? (TYPES[type] ?? '') : String(type))

const makePartGauges = (open: Registry, ofTenants: Registry) => {
  const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[], registry = open) =>
    new Gauge({ name, help, labelNames: [...labelNames], registers: [registry] })
  const build = gauge('attune_build_info', '1 for the release that runs.', ['version'])
  const model = gauge('attune_model_info', '1 for the version of a model that is served.', ['model', 'version'])
  const ok = gauge('attune_ledger_ok', '1 while records can be made durable.', [])
  const degraded = gauge('attune_ledger_degraded', '1 while the database is away or has refused records.', [])
  const spooled = gauge('attune_ledger_spooled_entries', 'Entries that are only in the spool because the database is away.', [])
  const rejected = gauge(
    'attune_ledger_rejected_entries',
    'Entries that the database refused as they are, and that lie in spool/rejected.',
    [],
  )
  const broken = gauge('attune_ledger_broken', '1 where the last walk through the ledger found something that does not hold.', [])
  const walkedHelp = 'When this process last walked through the whole ledger, in seconds since 1970; 0 before the first time.'
  const walked = gauge('attune_ledger_last_walk_seconds', walkedHelp, [])
  const restingHelp = 'FHIR servers of a client that are left alone because they do not answer.'
  const restingOf = gauge('attune_fhir_breaker_open', restingHelp, ['client'], ofTenants)
  const resting = gauge('attune_fhir_resting_servers', 'FHIR servers that are left alone because they do not answer.', [])
  const shared = gauge(
    'attune_replay_shared',
    '1 while the replay guard is shared by Redis, 0 while it should be and is not; absent where none is configured.',
    ['store'],
  )
  const limits = gauge(
    'attune_limits_shared',
    '1 while Redis counts requests for all processes, 0 while it should and does not; absent where none is configured.',
    ['store'],
  )
  const spans = gauge('attune_tracing_dropped_spans', 'Spans that were not taken, since the start.', [])
  return (parts: Parts): void => {
    for (const one of [build, model, shared, limits]) one.reset()
    build.set({ version: parts.version }, 1)
    for (const [id, version] of Object.entries(parts.models)) model.set({ model: id, version }, 1)
    ok.set(Number(parts.ledger.ok))
    degraded.set(Number(parts.ledger.degraded))
    spooled.set(parts.ledger.spooled)
    rejected.set(parts.ledger.rejected)
    broken.set(Number(parts.ledger.broken))
    walked.set(parts.ledger.endedAt ?? 0)
    resting.set(parts.fhirResting)
    for (const [client, count] of Object.entries(parts.fhirRestingOf)) restingOf.set({ client }, count)
    if (parts.replayShared !== null) shared.set({ store: 'redis' }, Number(parts.replayShared))
    if (parts.limitsShared !== null) limits.set({ store: 'redis' }, Number(parts.limitsShared))
    spans.set(parts.spansDropped ?? 0)
  }
}

/** Seconds, half a millisecond to five. Fine below the 500 ms that CDS Hooks asks for, coarse above. */
const BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]

/** Prometheus has numbers only; figures that are shown without being judged have no state. */
const STATES: Readonly<Partial<Record<WatchState, number>>> = { 'not-enough-data': -1, ok: 0, watch: 1, act: 2 }

/** Gauges of the models; each look replaces all of the last one, so that a model that is no longer served leaves nothing behind. */
const makeModelGauges = (registers: Registry[]) => {
  const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[]) =>
    new Gauge({ name, help, labelNames: [...labelNames], registers })
  const psi = gauge('attune_model_psi', 'Population stability index of an input.', ['tenant', 'model', 'input'])
  const value = gauge('attune_model_figure', 'Figure of monitoring: a rate, an index or a measure.', [
    'tenant',
    'model',
    'figure',
    'subject',
  ])
  const state = gauge('attune_model_state', 'State of a figure: -1 not enough data, 0 ok, 1 watch, 2 act. Without figure: the model.', [
    'tenant',
    'model',
    'figure',
    'subject',
  ])
  const use = gauge('attune_model_use', '1 for the use that a model is in at a tenant.', ['tenant', 'model', 'use'])
  const show = (model: WatchedModel): void => {
    const { tenant, id } = model
    use.set({ tenant, model: id, use: model.standing.use }, 1)
    state.set({ tenant, model: id, figure: '', subject: '' }, STATES[model.state] ?? -1)
    for (const one of model.figures) {
      const labels = { tenant, model: id, figure: one.figure, subject: one.subject }
      if (one.figure === 'psi' && one.value !== null) psi.set({ tenant, model: id, input: one.subject }, one.value)
      if (one.value !== null) value.set(labels, one.value)
      const judged = STATES[one.state]
      if (judged !== undefined) state.set(labels, judged)
    }
  }
  return ({ models }: MonitoringReport): void => {
    for (const one of [psi, value, state, use]) one.reset()
    for (const model of models) show(model)
  }
}

/** Names of rules and pairs come from the rules: a rule's figures are told where they are at watch or act only, so that few rows are kept. */
const makeServiceGauges = (registers: Registry[]) => {
  const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[]) =>
    new Gauge({ name, help, labelNames: [...labelNames], registers })
  const state = gauge('attune_service_state', 'State of a service by its most serious figure: -1 not enough data, 0 ok, 1 watch, 2 act.', [
    'tenant',
    'service',
  ])
  const figures = gauge('attune_service_figure_state', 'State of a figure of a service; of rules and pairs only what is at watch or act.', [
    'tenant',
    'service',
    'figure',
    'subject',
  ])
  const unheard = gauge('attune_service_unheard_seconds', 'Time since the last call, at the last look.', ['tenant', 'service'])
  return ({ services }: ServiceWatchReport): void => {
    for (const one of [state, figures, unheard]) one.reset()
    for (const { tenant, service, state: worst, figures: all } of services) {
      state.set({ tenant, service }, STATES[worst] ?? -1)
      for (const { figure, kind, subject, value, state: own } of all) {
        if (figure === 'unheard' && value !== null) unheard.set({ tenant, service }, value * 60)
        const judged = STATES[own]
        if (judged !== undefined && (kind === 'service' || judged > 0)) figures.set({ tenant, service, figure, subject }, judged)
      }
    }
  }
}

export const makeMetrics = (): Metrics => {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  const ofTenants = new Registry()
  const requests = new Histogram({
    name: 'attune_request_seconds',
    help: 'Time to answer, by route, service and status.',
    labelNames: ['route', 'service', 'status'],
    buckets: BUCKETS,
    registers,
  })
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[]) =>
    new Counter({ name, help, labelNames: [...labelNames], registers })
  const outcomes = counter('attune_decisions_total', 'Decisions, by how they ended.', ['service', 'outcome'])
  const cards = counter('attune_cards_total', 'Cards given, by urgency.', ['service', 'indicator'])
  const silences = counter('attune_silences_total', 'Reasons for giving no card.', ['service', 'code'])
  const beforeReading: (() => void)[] = []
  const feedback = counter('attune_feedback_total', 'Feedback received.', ['service', 'outcome'])
  const alarms = counter('attune_service_alarms_total', 'Figures of services that changed their state to watch or act, or back.', [
    'figure',
    'state',
  ])
  const shadowLost = counter('attune_shadow_lost_total', 'Calls whose shadow models were not run or not recorded.', [])
  const inference = {
    rows: counter('attune_inference_rows_total', 'Rows that models computed, by where.', ['model', 'execution']),
    fallbacks: counter('attune_inference_fallbacks_total', 'Runs that ended on the CPU although they were asked for elsewhere.', ['model']),
    failures: counter('attune_inference_failures_total', 'Runs of a model without a number that may be used.', ['model']),
    slow: counter('attune_inference_slow_runs_total', 'Runs of a model that took longer than they may.', ['model']),
  }
  const longest = new Gauge({
    name: 'attune_inference_longest_run_seconds',
    help: 'Longest run of a model since the start.',
    labelNames: ['model'],
    registers,
  })
  const showParts = makePartGauges(registry, ofTenants)
  const reloads = counter('attune_rules_reloads_total', 'Rules that were loaded again while running, by whether they were taken.', [
    'taken',
  ])
  for (const taken of ['true', 'false']) reloads.inc({ taken }, 0) // Prometheus sees a rise only of what was there before
  const health = new Gauge({
    name: 'attune_part_degraded',
    help: '1 while a part of /readyz is degraded or not ok, by part.',
    labelNames: ['part'],
    registers,
  })
  const rules = new Gauge({
    name: 'attune_rules_info',
    help: '1 for the version of the rules that answers.',
    labelNames: ['version'],
    registers,
  })
  const canary = new Gauge({
    name: 'attune_canary_ok',
    help: '1 when the call of a canary patient ended as expected, else 0.',
    labelNames: ['case'],
    registers,
  })
  const canaryAt = new Gauge({
    name: 'attune_canary_last_round_seconds',
    help: 'When the last round of canary patients ended, in seconds since 1970.',
    registers,
  })
  const canaryTook = new Gauge({ name: 'attune_canary_round_seconds', help: 'How long the last round of canary patients took.', registers })
  return {
    observeCanary(results, seconds) {
      canary.reset()
      for (const { name, state } of results) canary.set({ case: name }, state === 'as-expected' ? 1 : 0)
      canaryAt.setToCurrentTime()
      canaryTook.set(seconds)
    },
    observeReload: (taken) => reloads.inc({ taken: String(taken) }),
    observeRules(version) {
      rules.reset()
      rules.set({ version }, 1)
    },
    observeModels: makeModelGauges([ofTenants]),
    observeServices: makeServiceGauges([ofTenants]),
    observeServiceAlarm: (figure, state) => alarms.inc({ figure, state }),
    observeShadowLost(total) {
      shadowLost.reset()
      shadowLost.inc(total)
    },
    observeRequest: (route, service, status, seconds) => requests.observe({ route, service: service ?? '', status }, seconds),
    observeDecision(record) {
      const { service } = record
      outcomes.inc({ service, outcome: record.outcome })
      for (const { indicator } of record.cards) cards.inc({ service, indicator })
      for (const { code } of record.silences) silences.inc({ service, code })
    },
    observeFeedback: (service, outcome) => feedback.inc({ service, outcome }),
    observeHealth(parts) {
      health.reset()
      for (const [part, { ok, degraded }] of Object.entries(parts)) health.set({ part }, Number(!ok || degraded === true))
    },
    watchInference(read) {
      const { rows, fallbacks, failures, slow } = inference
      beforeReading.push(() => {
        for (const one of [rows, fallbacks, failures, slow, longest]) one.reset()
        const most = new Map<string, number>()
        for (const { model, ...counts } of read()) {
          for (const [execution, count] of Object.entries(counts.rows)) rows.inc({ model, execution }, count)
          fallbacks.inc({ model }, counts.fallbacks)
          failures.inc({ model }, counts.failures)
          slow.inc({ model }, counts.slow)
          most.set(model, Math.max(most.get(model) ?? 0, counts.longestMs / 1000))
        }
        for (const [model, seconds] of most) longest.set({ model }, seconds)
      })
    },
    watchParts: (read) => void beforeReading.push(() => showParts(read())),
    list: () =>
      [...registry.getMetricsAsArray(), ...ofTenants.getMetricsAsArray()].map((metric) => {
        const { name, help, type, labelNames } = metric as unknown as { name: string; help: string; type: unknown; labelNames: string[] } // prom-client has them, its types do not say
        return { name, help, type: metricType(type), labels: labelNames.filter((label) => label !== 'le') }
      }),
    text: async (byTenant) => {
      for (const one of beforeReading) one()
      return byTenant ? `${await registry.metrics()}${await ofTenants.metrics()}` : registry.metrics()
    },
    contentType: registry.contentType,
  }
}
