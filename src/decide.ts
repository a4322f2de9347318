import type { ClientConfig } from './config.ts'
import type { SeenAdvice } from './contract/background.ts'
import type { Card, Silence, WrittenCards } from './contract/cards.ts'
import type { DecisionRecord, Outcome, ShadowAnswer } from './contract/decision.ts'
import type { PatientFacts, Question } from './contract/facts.ts'
import type { Assessment } from './contract/findings.ts'
import type { MomentAnswer } from './contract/moments.ts'
import type { ProfileRequest } from './contract/profile.ts'
import type { InShadow } from './contract/switches.ts'
import type { HookRequest } from './hooks/request.ts'
import type { Stamp } from './kept-inputs.ts'
import { digestOfJson } from './request-digest.ts'
import { uuidsOf } from './uuids-of.ts'

/** What every decision record says about the server that made it. */
export type DecisionKit = {
  readonly versions: DecisionRecord['versions']
  readonly patientKey: (tenant: string, fhirServer: string | null, patientId: string) => string
  readonly userKey: (tenant: string, fhirServer: string | null, userId: string) => string
  /** Whether what a service says (`smart-app`: the app) is recorded and shown to nobody; of the tenant that this kit is for. */
  readonly inShadow: (service: string) => InShadow | null
}

/** When a decision was made, and how long it took since an instant of `performance.now()`. */
export const stampOf = (id: string, started: number, requestId: string | null = null): Stamp => ({
  id,
  at: new Date().toISOString(),
  ms: Math.round((performance.now() - started) * 1000) / 1000,
  ...(requestId ? { requestId } : {}),
})

/** The stamp of a decision that was made. */
export const stampIn = ({ id, at, ms, requestId }: DecisionRecord): Stamp => ({ id, at, ms, ...(requestId ? { requestId } : {}) })

/** What the line came to; null where a fault of ours ended it. */
export type Thought = { readonly facts: PatientFacts | null; readonly assessment: Assessment | null; readonly written: WrittenCards }

const HARMLESS_GAPS = new Set(['not-tested', 'no-guidance'])

const hasNumber = ({ state }: MomentAnswer): boolean => state === 'speaks' || state === 'beside'
const isOpen = ({ state }: MomentAnswer): boolean => state === 'not-computed'

/** The three ways in which a call ends (docs/architecture.md). */
const outcomeOf = ({ facts, assessment }: Pick<Thought, 'facts' | 'assessment'>): Outcome => {
  if (!facts || !assessment) return 'not-assessed'
  const drugs = [...assessment.orders.flatMap((entry) => entry.drugs), ...assessment.medicines]
  const withGuidance = drugs.filter((drug) => drug.state !== 'no-guidance')
  const blind = withGuidance.length > 0 && withGuidance.every((drug) => drug.state === 'not-assessed')
  const told = drugs.some(({ moments = [] }) => moments.some(hasNumber))
  const own = (assessment.moments ?? []).filter(({ at }) => at === 'discharge')
  if ((blind && !told) || (own.length > 0 && own.every(isOpen))) return 'not-assessed'
  const gaps = [...facts.gaps, ...assessment.gaps, ...drugs.flatMap((drug) => drug.gaps)]
  return blind || own.some(isOpen) || gaps.some((gap) => !HARMLESS_GAPS.has(gap.code)) ? 'assessed-with-gaps' : 'assessed'
}

/** The ledger keeps no patient id: suggested resources shrink to their type, queries lose the id. */
const withoutResources = (card: Card): Card => {
  if (!card.suggestions) return card
  const suggestions = card.suggestions.map((suggestion) => ({
    ...suggestion,
    actions: suggestion.actions.map((action) =>
      'resource' in action ? { ...action, resource: { resourceType: action.resource.resourceType } } : action,
    ),
  }))
  return { ...card, suggestions }
}

const withoutPatient = (question: Question, patientId: string): Question => ({
  ...question,
  query: question.query.replaceAll(patientId, '{patient}'),
})

/** A model's age and sex are facts of the Patient resource, whose reference is the patient's id. */
const withoutPatientId = (reference: string, patientId: string): string =>
  reference === `Patient/${patientId}` ? 'Patient/{patient}' : reference

type Made = Pick<DecisionRecord, 'service' | 'hook' | 'hookInstance' | 'requestDigest'> & {
  readonly patientId: string
  readonly userId: string | null
  readonly fhirServer: string | null
}

const NO_CARDS: WrittenCards = { cards: [], traces: [], silences: [] }

/** Why a call is answered with nothing. */
export const silenceOf = ({ because }: InShadow): Silence => ({ about: 'this call', code: 'shadow', because })

/** What is shown; all that was written, unless the call is answered in the shadow. */
const shownOf = (written: WrittenCards, shadow: InShadow | null): WrittenCards =>
  shadow === null ? written : { ...NO_CARDS, silences: [...written.silences, silenceOf(shadow)] }

/** What one call leaves besides what was thought of it. */
export type Aside = {
  readonly stamp: Stamp
  /** The answer as it would be with the rules that run in the shadow. */
  readonly trial?: { readonly written: WrittenCards; readonly because: string } | null
  readonly seen?: readonly SeenAdvice[]
}

const shadowOf = (shadow: InShadow | null, { written }: Thought, { trial }: Aside): (Omit<ShadowAnswer, 'cards'> & WrittenCards) | null => {
  if (shadow) return { ...(trial?.written ?? written), ...shadow }
  return trial ? { ...trial.written, of: 'rules', because: trial.because } : null
}

const make = (
  made: Made,
  client: ClientConfig,
  questions: readonly Question[],
  thought: Thought,
  kit: DecisionKit,
  aside: Aside,
): DecisionRecord => {
  const { patientId, userId, fhirServer, ...call } = made
  const inShadow = kit.inShadow(call.service)
  const shown = shownOf(thought.written, inShadow)
  const withoutIds = (written: WrittenCards) =>
    written.traces.map((trace) => ({ ...trace, facts: trace.facts.map((fact) => withoutPatientId(fact, patientId)) }))
  const traces = withoutIds(shown)
  const shadow = shadowOf(inShadow, thought, aside)
  const wouldBe = shadow ? withoutIds(shadow) : []
  return {
    id: aside.stamp.id,
    at: aside.stamp.at,
    tenant: client.tenant,
    client: client.id,
    ...call,
    ...(aside.stamp.requestId ? { requestId: aside.stamp.requestId } : {}),
    patientKey: kit.patientKey(client.tenant, fhirServer, patientId),
    userKey: userId === null ? null : kit.userKey(client.tenant, fhirServer, userId),
    versions: kit.versions,
    outcome: outcomeOf(thought),
    questions: questions.map((question) => withoutPatient(question, patientId)),
    facts: [...new Set([...traces, ...wouldBe].flatMap((trace) => trace.facts))],
    cards: shown.cards.map(withoutResources),
    traces,
    ...(shadow ? { shadow: { of: shadow.of, because: shadow.because, cards: shadow.cards.map(withoutResources), traces: wouldBe } } : {}),
    silences: shown.silences,
    gaps: [...new Set([...(thought.facts?.gaps ?? []), ...(thought.assessment?.gaps ?? [])])], // an assessment hands on those of the facts
    ...(aside.seen === undefined || inShadow ? {} : { seen: aside.seen }),
    ms: aside.stamp.ms,
  }
}

/** The decision record of a hook call. */
export const decide = (
  service: { readonly id: string; readonly hook: string },
  request: HookRequest,
  client: ClientConfig,
  questions: readonly Question[],
  thought: Thought,
  kit: DecisionKit,
  aside: Aside,
): DecisionRecord =>
  make(
    {
      service: service.id,
      hook: service.hook,
      hookInstance: request.hookInstance,
      requestDigest: request.digest ?? digestOfJson(request.body),
      patientId: request.patientId,
      userId: request.userId,
      fhirServer: request.fhirServer,
    },
    client,
    questions,
    thought,
    kit,
    aside,
  )

/** The decision record of a profile shown in the app. */
export const decideProfile = (
  request: ProfileRequest,
  client: ClientConfig,
  questions: readonly Question[],
  facts: PatientFacts,
  assessment: Assessment,
  kit: DecisionKit & { readonly seen: (assessment: Assessment) => readonly SeenAdvice[] },
  { stamp, requestDigest }: { readonly stamp: Stamp; readonly requestDigest: string },
): DecisionRecord =>
  make(
    {
      service: 'smart-app',
      hook: 'profile',
      hookInstance: uuidsOf(stamp.id)(),
      requestDigest,
      patientId: request.patient,
      userId: null,
      fhirServer: request.fhirServer,
    },
    client,
    questions,
    { facts, assessment, written: NO_CARDS },
    kit,
    { stamp, seen: kit.seen(assessment) },
  )
