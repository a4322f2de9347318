import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client'
import type { DecisionRecord } from '../contract/decision.ts'

/** Numbers for operators: service ids, statuses and codes; nothing of any patient, no client-chosen text. */
export type Metrics = {
  observeRequest(route: string, service: string | null, status: number, seconds: number): void
  /** To be called where the decision is recorded. */
  observeDecision(record: Pick<DecisionRecord, 'service' | 'outcome' | 'cards' | 'silences'>): void
  observeFeedback(service: string, outcome: string): void
  /** Prometheus text. */
  text(): Promise<string>
  readonly contentType: string
}

/** Seconds. Fine below the 500 ms that CDS Hooks asks for, coarse above. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]

export const makeMetrics = (): Metrics => {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
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
  const feedback = counter('attune_feedback_total', 'Feedback received.', ['service', 'outcome'])
  return {
    observeRequest: (route, service, status, seconds) => requests.observe({ route, service: service ?? '', status }, seconds),
    observeDecision(record) {
      const { service } = record
      outcomes.inc({ service, outcome: record.outcome })
      for (const { indicator } of record.cards) cards.inc({ service, indicator })
      for (const { code } of record.silences) silences.inc({ service, code })
    },
    observeFeedback: (service, outcome) => feedback.inc({ service, outcome }),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  }
}
