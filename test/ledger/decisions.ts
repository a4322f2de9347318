import { randomUUID } from 'node:crypto'
import type { Card } from '../../src/contract/cards.ts'
import type { DecisionRecord, FeedbackEvent } from '../../src/contract/decision.ts'
import type { RiskEstimate } from '../../src/contract/risk.ts'

export const card = (uuid: string = randomUUID()): Card => ({
  uuid,
  summary: 'Avoid this drug',
  indicator: 'warning',
  source: { label: 'test' },
})

export const decision = (more: Partial<DecisionRecord> = {}): DecisionRecord => ({
  id: randomUUID(),
  at: '2026-06-01T09:00:00.000Z',
  tenant: 'north',
  client: 'ehr',
  service: 'pgx-order-sign',
  hook: 'order-sign',
  hookInstance: randomUUID(),
  requestDigest: 'd'.repeat(64),
  patientKey: 'a'.repeat(64),
  userKey: 'b'.repeat(64),
  versions: { attune: '0.1.0', rules: 'r1', models: { 'warfarin-dose': '1.0.0' } },
  outcome: 'assessed',
  questions: [],
  facts: ['Observation/1'],
  cards: [],
  traces: [],
  silences: [],
  gaps: [],
  ms: 1.25,
  ...more,
})

export const feedbackOn = (uuid: string, more: Partial<FeedbackEvent> = {}): FeedbackEvent => ({
  id: randomUUID(),
  at: '2026-06-01T09:05:00.000Z',
  tenant: 'north',
  client: 'ehr',
  service: 'pgx-order-sign',
  card: uuid,
  outcome: 'overridden',
  acceptedSuggestions: [],
  overrideReason: { code: 'will-monitor', system: null, display: null, comment: null },
  outcomeTimestamp: '2026-06-01T09:04:00.000Z',
  decision: null,
  ...more,
})

export const refusedEstimate: RiskEstimate = {
  state: 'refused',
  model: { id: 'warfarin-dose', version: '1.0.0', name: 'IWPC', sha256: 'f'.repeat(64), citation: 'c' },
  title: 'Warfarin starting dose',
  because: [{ about: 'weight_kg', code: 'not-found', because: 'No weight is in the record.' }],
  inputs: [{ name: 'age', label: 'Age', value: 6789, unit: 'years', origin: 'record', facts: [] }],
}
