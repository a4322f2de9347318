import { randomUUID } from 'node:crypto'
import { faultNotice } from './cards/fault-notice.ts'
import type { ClientConfig } from './config.ts'
import type { Card, CardsResponse, PastOverride, WrittenCards } from './contract/cards.ts'
import type { DecisionRecord } from './contract/decision.ts'
import type { Explained } from './contract/explained.ts'
import type { PatientRecord, Question } from './contract/facts.ts'
import type { Assessment } from './contract/findings.ts'
import type { AnsweredCall } from './contract/monitoring.ts'
import type { RiskEstimate } from './contract/risk.ts'
import type { InShadow } from './contract/switches.ts'
import { type DecisionKit, decide, silenceOf, stampIn, stampOf, type Thought } from './decide.ts'
import { AttuneError } from './errors.ts'
import type { FhirClient } from './fhir/fhir-client.ts'
import { mustRefuse, sayEnds } from './hooks/must-refuse.ts'
import { completePrefetch } from './hooks/prefetch.ts'
import type { HookRequest } from './hooks/request.ts'
import type { Asking, CdsService, Hook } from './hooks/service.ts'
import type { Keep, Stamp } from './kept-inputs.ts'
import type { Ledger } from './ledger/ledger.ts'
import { type RecallKit, recallOverrides } from './recall-overrides.ts'
import { inTurns } from './slices.ts'
import { noSpan, type Span } from './tracing/span.ts'
import { type Heard, listenTo, type UnderstandKit, understandRecord } from './understand-record.ts'
import { uuidsOf } from './uuids-of.ts'

/** What the straight line needs; `main.ts` puts it together. */
export type LineKit<Kit> = DecisionKit &
  RecallKit &
  UnderstandKit & {
    readonly services: Kit
    readonly fhir: FhirClient
    readonly ledger: Pick<Ledger, 'record' | 'overrides' | 'seal'>
    readonly sandbox: boolean
    readonly appLaunchUrl: string
    readonly reportFault: (fault: unknown, service: string) => void
    /** What is done with a call once its answer has left; returns at once. */
    readonly afterwards: (call: AnsweredCall) => void
    /** The services with the rules that run in the shadow; null where none does. */
    readonly trial: Trial<Kit> | null
    /** Where the site keeps what decisions are made of; else null. */
    readonly keep: Keep | null
  }

/** Who looks on at one call: its id, its trace, and what was decided. */
export type CallWatch = {
  readonly id: string | null
  readonly span: Span
  decided(decision: DecisionRecord): void
}

const UNWATCHED: CallWatch = { id: null, span: noSpan, decided: () => {} }

/** Thinking once more with rules that run in the shadow: only where they would speak. */
export type Trial<Kit> = {
  readonly services: Kit
  /** Why, when the shown assessment says that such a rule would have spoken; else null. */
  readonly because: (assessment: Assessment) => string | null
}

/**
 * One call of one service, from the checked request to the recorded answer.
 * @throws AttuneError `data-missing` when nothing at all can be decided, `other-patient` when the record that was sent is another patient's
 */
export const runService = async <Kit>(
  service: CdsService<Kit>,
  request: HookRequest,
  client: ClientConfig,
  kit: LineKit<Kit>,
  watch: CallWatch = UNWATCHED,
): Promise<CardsResponse> => {
  const { span } = watch
  const started = performance.now()
  const recalling = recallOverrides(request, client, kit)
  const record = await span.child('prefetch', (own) => completePrefetch(service, request, kit.fhir, client, own))
  const id = randomUUID()
  const refusal = refusalOf(record, service.hook)
  if (refusal !== null) {
    const decision = decideRefused(service, request, client, record, refusal, kit, stampOf(id, started, watch.id))
    await span.child('ledger', () => kit.ledger.record(decision))
    watch.decided(decision)
    throw new AttuneError(refusal, `${service.id}, ${decision.id}: ${sayEnds(record.questions)}`)
  }
  const overridden = await recalling
  const heard = listenTo(kit.terminology)
  const call = { service, request, client, record, overridden, id, terminology: heard.terminology }
  const made = await makeDecision(call, kit, () => stampOf(id, started, watch.id), span)
  const { decision, thought, estimates } = made
  const inputs = await keepInputs(call, decision, heard, kit)
  await span.child('ledger', () => kit.ledger.record(decision, estimates, [], [], inputs))
  watch.decided(decision)
  handOn(decision, thought, estimates, kit)
  const shadow = kit.inShadow(service.id)
  if (shadow !== null) return silentAnswer(decision, made.questions, client, shadow)
  return answer(decision, thought.written.cards, made.questions, client, () => explain(service, thought, kit))
}

const REFUSED = {
  'data-missing': 'the patient was neither sent nor readable, so the call was refused',
  'other-patient': "the Patient that was sent is another's and the right one could not be read, so the call was refused",
} as const

const refusalOf = (record: PatientRecord, hook: Hook): keyof typeof REFUSED | null => {
  if (record.questions.some(({ otherPatient }) => otherPatient)) return 'other-patient'
  return mustRefuse(record, hook) ? 'data-missing' : null
}

/** A refused call is a decision, too: who asks why nothing was shown finds it in the ledger. */
const decideRefused = <Kit>(
  service: CdsService<Kit>,
  request: HookRequest,
  client: ClientConfig,
  { questions }: PatientRecord,
  refusal: keyof typeof REFUSED,
  kit: LineKit<Kit>,
  stamp: Stamp,
): DecisionRecord => {
  const silences = [{ about: 'this call', code: refusal, because: REFUSED[refusal] }]
  const thought = { facts: null, assessment: null, written: { cards: [], traces: [], silences } }
  return decide(service, request, client, questions, thought, kit, { stamp })
}

/** One call, once all is known that it rests on. */
export type KnownCall<Kit> = {
  readonly service: CdsService<Kit>
  readonly request: HookRequest
  readonly client: ClientConfig
  readonly record: PatientRecord
  readonly overridden: ReadonlyMap<string, PastOverride>
  /** Of the decision. */
  readonly id: string
  readonly terminology: UnderstandKit['terminology']
}

export type MadeDecision = {
  readonly decision: DecisionRecord
  readonly thought: Thought
  readonly estimates: readonly RiskEstimate[]
  readonly questions: readonly Question[]
}

/** From the complete record to the decision; the same call and kit give the same decision. `stamp` is asked when it is made. */
export const makeDecision = async <Kit>(
  { service, request, client, record, overridden, id, terminology }: KnownCall<Kit>,
  line: LineKit<Kit>,
  stamp: () => Stamp,
  span: Span = noSpan,
): Promise<MadeDecision> => {
  const kit = { ...line, terminology }
  const asking = askingOf(request, client, kit, overridden, id)
  const thought = await think(service, record, kit, asking, span)
  const trial = await tryShadowRules(service, thought, kit, asking)
  const questions = thought.facts?.questions ?? record.questions
  const decision = decide(service, request, client, questions, thought, kit, { stamp: stamp(), trial })
  return { decision, thought, estimates: estimatesOf(thought), questions }
}

/** A fault here costs the replay of this decision, which then says that nothing was kept; never the answer. */
const keepInputs = async <Kit>(
  { service, request, client, record, overridden }: KnownCall<Kit>,
  decision: DecisionRecord,
  heard: Heard,
  { keep, reportFault }: LineKit<Kit>,
): Promise<Uint8Array | null> => {
  if (keep === null) return null
  try {
    const of = { kind: 'hook', service: service.id, body: request.body, digest: request.digest } as const
    return await keep({ of, client, record, terminology: heard.said(), overridden: [...overridden], stamp: stampIn(decision) })
  } catch (fault) {
    reportFault(fault, `${service.id}, keeping its inputs`)
    return null
  }
}

/** The answer with the rules that run in the shadow, where they would speak. A fault there costs only the record of it. */
const tryShadowRules = async <Kit>(
  service: CdsService<Kit>,
  { facts, assessment }: Thought,
  { trial, reportFault }: LineKit<Kit>,
  asking: Asking,
): Promise<{ readonly written: WrittenCards; readonly because: string } | null> => {
  const because = trial && assessment ? trial.because(assessment) : null
  if (trial === null || facts === null || because === null) return null
  try {
    const assessed = await service.think(facts, trial.services)
    return { written: await inTurns(service.write(assessed, facts, trial.services, asking)), because }
  } catch (fault) {
    reportFault(fault, `${service.id}, rules in the shadow`)
    return null
  }
}

/** Every estimate that was made, for the monitoring of models. */
const estimatesOf = ({ assessment }: Thought): RiskEstimate[] => {
  const drugs = assessment?.orders.flatMap((entry) => entry.drugs) ?? []
  const moments = [...drugs.flatMap((drug) => drug.moments ?? []), ...(assessment?.moments ?? [])]
  return [...new Set([...drugs.flatMap((drug) => drug.estimates), ...moments.flatMap(({ estimates }) => estimates)])]
}

const handOn = <Kit>(decision: DecisionRecord, { facts, assessment }: Thought, shown: readonly RiskEstimate[], kit: LineKit<Kit>): void => {
  if (!facts || !assessment) return
  const drugs = assessment.orders.flatMap((entry) => entry.drugs.map(({ drug }) => drug))
  kit.afterwards({ decision, facts, calls: assessment.geneCalls, drugs, person: assessment.general !== undefined, shown })
}

/** A fault of ours never becomes silence: the prescriber is told that nothing was assessed. */
const think = async <Kit>(
  service: CdsService<Kit>,
  record: PatientRecord,
  kit: LineKit<Kit>,
  asking: Asking,
  span: Span,
): Promise<Thought> => {
  try {
    const facts = await span.child('facts', () => understandRecord({ ...record, adviceOnly: true }, kit))
    const assessment = await span.child('think', (own) => service.think(facts, withStages(kit.services, own)))
    const written = await span.child('cards', () => inTurns(service.write(assessment, facts, kit.services, asking)))
    return { facts, assessment, written }
  } catch (fault) {
    kit.reportFault(fault, service.id)
    return { facts: null, assessment: null, written: faultNotice(asking.newUuid) }
  }
}

/** Services name the parts of their thinking where a call is traced. */
const withStages = <Kit>(services: Kit, span: Span): Kit =>
  span === noSpan ? services : { ...services, stage: <T>(name: string, work: () => T): T => span.child(name, work) }

/** For who looks into the matter: a fault here costs the explanation, never the answer. */
const explain = <Kit>(service: CdsService<Kit>, { facts, assessment, written }: Thought, kit: LineKit<Kit>): readonly Explained[] => {
  if (!facts || !assessment) return []
  try {
    return service.explain(assessment, facts, kit.services, written)
  } catch (fault) {
    kit.reportFault(fault, service.id)
    return []
  }
}

const askingOf = <Kit>(
  request: HookRequest,
  client: ClientConfig,
  kit: LineKit<Kit>,
  overridden: ReadonlyMap<string, PastOverride>,
  id: string,
): Asking => ({
  client: client.id,
  tenant: client.tenant,
  sandbox: kit.sandbox,
  fhirServer: request.fhirServer,
  encounterId: request.encounterId,
  appLaunchUrl: kit.appLaunchUrl,
  linkHosts: client.links,
  newUuid: uuidsOf(id),
  seal: sealFor(kit.patientKey(client.tenant, request.fhirServer, request.patientId), kit),
  overridden,
})

/** Bound to the patient, so that two patients with the same facts have different digests. */
const sealFor =
  <Kit>(patientKey: string, { ledger }: LineKit<Kit>) =>
  (text: string): string =>
    ledger.seal(JSON.stringify([patientKey, text]))

/** The trace is for clients that asked for it by configuration; others get the plain answer. */
const answer = (
  decision: DecisionRecord,
  cards: readonly Card[],
  questions: readonly Question[],
  client: ClientConfig,
  considered: () => readonly Explained[],
): CardsResponse => {
  if (!client.features.includes('trace')) return { cards }
  const { id, outcome, ms, silences, gaps, traces, versions } = decision
  const trace = { decision: id, outcome, ms, versions, questions, silences, gaps, traces, considered: considered() }
  return { cards, extension: { 'org.attune.trace': trace } }
}

/** In the shadow the trace names the record and says what was asked for and why nothing is shown; nothing that was found. */
const silentAnswer = (
  { id, ms, versions }: DecisionRecord,
  questions: readonly Question[],
  client: ClientConfig,
  shadow: InShadow,
): CardsResponse => {
  if (!client.features.includes('trace')) return { cards: [] }
  const trace = { decision: id, ms, versions, questions, silences: [silenceOf(shadow)] }
  return { cards: [], extension: { 'org.attune.trace': trace } }
}
