import { createHash, randomUUID } from 'node:crypto'
import { faultNotice } from './cards/fault-notice.ts'
import type { ClientConfig } from './config.ts'
import type { Card, CardsResponse, WrittenCards } from './contract/cards.ts'
import type { DecisionRecord, Outcome } from './contract/decision.ts'
import type { PatientFacts, Question } from './contract/facts.ts'
import type { Assessment } from './contract/findings.ts'
import type { FactsTerms } from './facts/read-facts.ts'
import { readFacts } from './facts/read-facts.ts'
import type { FhirClient } from './fhir/fhir-client.ts'
import type { HookRequest } from './hooks/hook-request.ts'
import { completePrefetch } from './hooks/prefetch.ts'
import type { Asking, CdsService } from './hooks/service.ts'
import type { Ledger } from './ledger/ledger.ts'

/** What the straight line needs; `main.ts` puts it together. */
export type LineKit<Kit> = {
  readonly services: Kit
  readonly terms: FactsTerms
  readonly fhir: FhirClient
  readonly ledger: Pick<Ledger, 'record'>
  readonly versions: DecisionRecord['versions']
  readonly sandbox: boolean
  readonly appLaunchUrl: string
  readonly patientKey: (tenant: string, fhirServer: string | null, patientId: string) => string
  readonly reportFault: (fault: unknown, service: string) => void
}

/** One call of one service, from the checked request to the recorded answer. */
export const runService = async <Kit>(
  service: CdsService<Kit>,
  request: HookRequest,
  client: ClientConfig,
  kit: LineKit<Kit>,
): Promise<CardsResponse> => {
  const started = performance.now()
  const record = await completePrefetch(service, request, kit.fhir, client)
  const thought = await think(service, record, kit, askingOf(request, client, kit))
  const decision = decide(service, request, client, record.questions, thought, kit, performance.now() - started)
  await kit.ledger.record(decision)
  return answer(decision, thought.written.cards, record.questions, client)
}

type Thought = { readonly facts: PatientFacts | null; readonly assessment: Assessment | null; readonly written: WrittenCards }

/** A fault of ours never becomes silence: the prescriber is told that nothing was assessed. */
const think = async <Kit>(
  service: CdsService<Kit>,
  record: Parameters<typeof readFacts>[0],
  kit: LineKit<Kit>,
  asking: Asking,
): Promise<Thought> => {
  try {
    const facts = readFacts(record, kit.terms)
    const assessment = await service.think(facts, kit.services)
    return { facts, assessment, written: service.write(assessment, facts, kit.services, asking) }
  } catch (fault) {
    kit.reportFault(fault, service.id)
    return { facts: null, assessment: null, written: faultNotice(service.hook !== 'patient-view', randomUUID) }
  }
}

const askingOf = <Kit>(request: HookRequest, client: ClientConfig, kit: LineKit<Kit>): Asking => ({
  client: client.id,
  tenant: client.tenant,
  sandbox: kit.sandbox,
  fhirServer: request.fhirServer,
  encounterId: request.encounterId,
  appLaunchUrl: kit.appLaunchUrl,
  linkHosts: client.links,
})

const HARMLESS_GAPS = new Set(['not-tested', 'no-guidance'])

const outcomeOf = (thought: Thought): Outcome => {
  const { facts, assessment } = thought
  if (!facts || !assessment) return 'not-assessed'
  const drugs = [...assessment.orders.flatMap((entry) => entry.drugs), ...assessment.medicines]
  const withGuidance = drugs.filter((drug) => drug.state !== 'no-guidance')
  if (withGuidance.length > 0 && withGuidance.every((drug) => drug.state === 'not-assessed')) return 'not-assessed'
  const gaps = [...facts.gaps, ...assessment.gaps, ...drugs.flatMap((drug) => drug.gaps)]
  return gaps.some((gap) => !HARMLESS_GAPS.has(gap.code)) ? 'assessed-with-gaps' : 'assessed'
}

/** Keys in sorted order, so that equal requests have equal digests. */
const canonical = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null'
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`).join(',')}}`
}

/** The ledger keeps no patient id: suggested resources shrink to their type, queries lose the id. */
const withoutResources = (card: Card): Card =>
  card.suggestions
    ? {
        ...card,
        suggestions: card.suggestions.map((suggestion) => ({
          ...suggestion,
          actions: suggestion.actions.map((action) =>
            'resource' in action ? { ...action, resource: { resourceType: action.resource.resourceType } } : action,
          ),
        })),
      }
    : card

const withoutPatient = (question: Question, patientId: string): Question => ({
  ...question,
  query: question.query.replaceAll(encodeURIComponent(patientId), '{patient}'),
})

const decide = <Kit>(
  service: CdsService<Kit>,
  request: HookRequest,
  client: ClientConfig,
  questions: DecisionRecord['questions'],
  thought: Thought,
  kit: LineKit<Kit>,
  ms: number,
): DecisionRecord => ({
  id: randomUUID(),
  at: new Date().toISOString(),
  tenant: client.tenant,
  client: client.id,
  service: service.id,
  hook: service.hook,
  hookInstance: request.hookInstance,
  requestDigest: createHash('sha256').update(canonical(request.body)).digest('hex'),
  patientKey: kit.patientKey(client.tenant, request.fhirServer, request.patientId),
  versions: kit.versions,
  outcome: outcomeOf(thought),
  questions: questions.map((question) => withoutPatient(question, request.patientId)),
  facts: [...new Set(thought.written.traces.flatMap((trace) => trace.facts))],
  cards: thought.written.cards.map(withoutResources),
  traces: thought.written.traces,
  silences: thought.written.silences,
  gaps: [...(thought.facts?.gaps ?? []), ...(thought.assessment?.gaps ?? [])],
  ms: Math.round(ms * 1000) / 1000,
})

/** The trace is for clients that asked for it by configuration; others get the plain answer. */
const answer = (decision: DecisionRecord, cards: readonly Card[], questions: readonly Question[], client: ClientConfig): CardsResponse => {
  if (!client.features.includes('trace')) return { cards }
  const { id, outcome, ms, silences, gaps, traces, versions } = decision
  return { cards, extension: { 'org.attune.trace': { decision: id, outcome, ms, versions, questions, silences, gaps, traces } } }
}
