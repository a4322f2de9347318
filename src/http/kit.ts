import type { RequestHandler } from 'express'
import type { Logger } from 'pino'
import type { ClientConfig, Config } from '../config.ts'
import type { CardsResponse } from '../contract/cards.ts'
import type { DecisionRecord, FeedbackEvent } from '../contract/decision.ts'
import type { OverridesBy, OverridesReport, ShadowReport } from '../contract/insight.ts'
import type { ModelDetail, ModelSummary, RulesAttributes, SourceAttributes } from '../contract/models.ts'
import type { MonitoringReport, OutcomeItem, OutcomeReceipt } from '../contract/monitoring.ts'
import type { ProfileEvent, ProfileRequest } from '../contract/profile.ts'
import type { MissingAnswer, MissingRequest, WhatIf, WhatIfRequest } from '../contract/risk.ts'
import type { ServiceWatchReport } from '../contract/service-watch.ts'
import type { HookService } from '../hooks/discovery.ts'
import type { HookRequest } from '../hooks/request.ts'
import type { ReviewDoor } from '../review/review.ts'
import type { CallWatch } from '../run-service.ts'
import type { Span as TraceSpan } from '../tracing/span.ts'
import type { Tracer } from '../tracing/tracer.ts'
import type { AdmissionLimits } from './admission.ts'
import type { ClockWatch } from './clock-watch.ts'
import type { Hits } from './hits.ts'
import type { ReadKeySet } from './key-sets.ts'
import type { KeyWatch } from './key-watch.ts'
import type { Metrics } from './metrics.ts'
import type { MakePassport } from './passport.ts'
import type { ReplayGuard } from './replay-guard.ts'

/** One part's state for /readyz; `detail` is for operators and holds no patient data. */
export type PartHealth = {
  readonly ok: boolean
  /** Answers go on, and somebody should look. */
  readonly degraded?: boolean
  readonly detail?: string
}

/** What a profile is asked with besides its body. */
export type ProfileCaller = {
  /** The app's access token; a function, so that no printer shows it. */
  readonly token: () => string
  readonly requestId: string
  /** Fires when the app is gone. */
  readonly signal: AbortSignal
  /** Of the whole call. */
  readonly span?: TraceSpan
}

/** What the ledger must do for the wire. */
export type LedgerDoor = {
  /** Stores each event, joined to its card's decision; resolves once it is kept. */
  feedback(events: readonly FeedbackEvent[]): Promise<unknown>
  decision(id: string): Promise<DecisionRecord | null>
  /** Newest first. */
  recent(limit: number): Promise<readonly DecisionRecord[]>
}

/** The watch over models. */
export type MonitoringDoor = {
  /** Of one tenant, or of all when null. */
  report(tenant: string | null): Promise<MonitoringReport>
  /** A receipt for each item, in order. */
  outcomes(sender: { readonly tenant: string; readonly client: string }, items: readonly OutcomeItem[]): Promise<readonly OutcomeReceipt[]>
}

/** What the services do, for who runs them. */
export type InsightDoor = {
  /** Of one tenant, or of all when null. */
  services(tenant: string | null): Promise<ServiceWatchReport>
  overrides(asked: Span & { readonly by: OverridesBy }): Promise<OverridesReport>
  shadow(asked: Span): Promise<ShadowReport>
  readonly csv: { overrides(report: OverridesReport): string; shadow(report: ShadowReport): string }
}

/** A period, its end excluded; of one tenant, or of all when null. */
export type Span = { readonly since: Date; readonly until: Date; readonly tenant: string | null }

/** A product in a drug picker. */
export type PickedProduct = { readonly rxcui: string; readonly tty: string; readonly name: string; readonly ingredients: readonly string[] }

/** What may be seen of the models: cards and figures, no patient data. */
export type ModelCatalogue = {
  list(): readonly ModelSummary[]
  get(id: string): ModelDetail | null
  attributes(id: string): SourceAttributes | null
  card(id: string, format: 'xml' | 'json' | 'md'): string | null
}

/** All that the HTTP room needs of the others; `main.ts` puts it together. */
export type Kit<S extends HookService> = {
  readonly config: Config
  readonly version: string
  readonly log: Logger
  readonly metrics: Metrics
  readonly services: ReadonlyMap<string, S>
  /** The straight line. Throws AttuneError for what the caller must know, for example `data-missing`. */
  readonly runService: (service: S, request: HookRequest, client: ClientConfig, watch: CallWatch) => Promise<CardsResponse>
  /** Sends its events through `emit` as they become ready. What it throws before the first one sets the status. */
  readonly runProfile: (request: ProfileRequest, caller: ProfileCaller, emit: (event: ProfileEvent) => void) => Promise<void>
  readonly makePassport: MakePassport
  readonly ledger: LedgerDoor
  readonly review: ReviewDoor
  readonly monitoring: MonitoringDoor
  readonly insight: InsightDoor
  readonly models: ModelCatalogue
  /** Source attributes of the guidance. */
  readonly rulesAttributes: () => RulesAttributes
  /** Null when no such model is served. */
  readonly whatIf: (request: WhatIfRequest) => Promise<readonly WhatIf[] | null>
  readonly missingEffects: (request: MissingRequest) => Promise<readonly MissingAnswer[] | null>
  readonly drugs: { search(text: string, limit: number): readonly PickedProduct[] }
  readonly health: () => Promise<Readonly<Record<string, PartHealth>>>
  /** Key sets of clients, through the outbound door. */
  readonly readKeySet: ReadKeySet
  readonly replay: ReplayGuard
  /** Counts for the limits on requests. Absent: in this process alone. */
  readonly hits?: Hits
  /** Hears of tokens that come out of time. */
  readonly clocks?: ClockWatch
  readonly keys?: KeyWatch
  /** The sandbox's FHIR store and authorization server; absent in production. */
  readonly sandbox?: RequestHandler
  /** Folder of the built pages; absent when they are not built. */
  readonly publicDir?: string
  /** Absent: nothing is traced. */
  readonly tracer?: Pick<Tracer, 'begin'>
  readonly admission?: AdmissionLimits
  readonly appAdmission?: AdmissionLimits
}
