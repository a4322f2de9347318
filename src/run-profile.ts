import { randomUUID } from 'node:crypto'
import { asTheyEnd } from './as-they-end.ts'
import { collectNotes } from './collect-notes.ts'
import type { ClientConfig } from './config.ts'
import type { SeenAdvice } from './contract/background.ts'
import type { DecisionRecord } from './contract/decision.ts'
import type { DeviceSummaries } from './contract/devices.ts'
import type { PatientFacts, PatientRecord, Question } from './contract/facts.ts'
import type { Assessment } from './contract/findings.ts'
import type { AnsweredCall } from './contract/monitoring.ts'
import type { FactsPart, PanelWords, PartsTable, ProfileEvent, ProfileRequest } from './contract/profile.ts'
import { REPORT_FACTS } from './contract/report.ts'
import type { ReviewFlag, ReviewList } from './contract/review.ts'
import type { RiskEstimate, RiskTrend } from './contract/risk.ts'
import { type DecisionKit, decideProfile, stampIn, stampOf } from './decide.ts'
import { draftOf } from './draft-in-hand.ts'
import { ERROR_CATALOGUE } from './errors.ts'
import type { FhirClient, FhirLimits, FhirSession } from './fhir/fhir-client.ts'
import { trustedBase } from './fhir/trusted-servers.ts'
import { type Answered, askServer, readMedications } from './hooks/prefetch.ts'
import type { Keep, Stamp } from './kept-inputs.ts'
import type { Ledger } from './ledger/ledger.ts'
import { type BackgroundKit, putTogether } from './look-back.ts'
import type { NoteTables } from './notes/tables.ts'
import { answersFor, partsOf, pickParts, wholeParts } from './profile-parts.ts'
import { keyedDigest } from './request-digest.ts'
import { sealFlags, sealOf } from './review/sealed.ts'
import { noSpan, type Span } from './tracing/span.ts'
import { type Heard, listenTo, type UnderstandKit, understandRecord } from './understand-record.ts'

/** What the app's line needs; `main.ts` puts it together. */
export type ProfileKit = DecisionKit &
  BackgroundKit &
  UnderstandKit & {
    readonly fhir: FhirClient
    readonly ledger: Pick<Ledger, 'record' | 'lastSeen' | 'seal'>
    readonly flags: (assessment: Assessment, seal: (text: string) => string) => readonly ReviewFlag[]
    /** What was advised, in the words that a later look compares. */
    readonly seen: (assessment: Assessment) => readonly SeenAdvice[]
    readonly sandbox: boolean
    readonly noteTables: NoteTables
    /** Question name -> FHIR query with `{patient}`. */
    readonly questions: Readonly<Record<string, string>>
    /** Questions that the assessment does not wait for. */
    readonly shownOnly: ReadonlySet<string>
    readonly parts: PartsTable
    /** How long and how much may be read. */
    readonly reading: FhirLimits
    readonly think: (facts: PatientFacts) => Promise<Assessment>
    /** The estimates of the person for earlier days. */
    readonly trends: (facts: PatientFacts, assessment: Assessment, estimates: readonly RiskEstimate[]) => Promise<readonly RiskTrend[]>
    readonly summariseDevices: (facts: PatientFacts) => DeviceSummaries
    readonly words: (assessment: Assessment) => PanelWords
    readonly reportFault: (fault: unknown, service: string) => void
    /** What is done with a call once its answer has left; returns at once. */
    readonly afterwards: (call: AnsweredCall) => void
    /** Where the site keeps what decisions are made of; else null. */
    readonly keep: Keep | null
  }

const distinctEstimates = (assessment: Assessment): RiskEstimate[] => {
  const drugs = [...assessment.orders.flatMap((entry) => entry.drugs), ...assessment.medicines]
  const all = [...drugs.flatMap((drug) => drug.estimates), ...(assessment.general ?? [])]
  return [...new Map(all.map((estimate) => [`${estimate.model.id} ${estimate.title}`, estimate])).values()]
}

const failure = (code: string, text: string): ProfileEvent => ({ event: 'error', code, text })

/**
 * The straight line for the app: reads the record with the app's own token and yields what is ready.
 * A refused token or an unreadable patient ends the stream with an `error` event; nothing is thrown.
 */
export async function* runProfile(
  request: ProfileRequest,
  token: () => string,
  client: ClientConfig,
  kit: ProfileKit,
  span: Span = noSpan,
): AsyncGenerator<ProfileEvent> {
  const base = trustedBase(client, request.fhirServer)
  if (base === null) {
    yield failure('fhir-server-untrusted', 'That FHIR server is not registered with this Attune.')
    return
  }
  const session = kit.fhir.open({ base, token, span }, kit.reading)
  const walk = startWalk(request, client, kit, span)
  try {
    const queries = Object.entries(kit.questions).map(([key, query]) => ({
      key,
      query: query.replaceAll('{patient}', encodeURIComponent(request.patient)),
    }))
    yield { event: 'plan', questions: queries }
    for await (const one of asTheyEnd(queries.map(({ key, query }) => askWhole(session, key, query)))) {
      if (one === 'pause') {
        yield* showEarly(walk)
        if (walk.silenced) return
        continue
      }
      const { question, followed } = one.ended
      walk.answers.push(one.ended, ...followed)
      walk.ended.add(question.key)
      yield { event: 'source', question }
      const refused = refusal(question)
      if (refused) return void (yield refused)
    }
    yield* finish(walk, { base, token })
  } catch (fault) {
    kit.reportFault(fault, 'profile')
    yield failure('unexpected', 'Attune failed on this record. Nothing was assessed. The operator has been told.')
  } finally {
    session.close()
  }
}

type Whole = Answered & { readonly followed: readonly Answered[] }

/**
 * A question with what its answer only refers to: medications that stand apart from their prescriptions. They belong to the answer, so that
 * no part of the record is taken for whole without them; how each was read is told as a question of its own.
 */
const askWhole = async (session: FhirSession, key: string, query: string): Promise<Whole> => {
  const answered = await askServer(session, key, query)
  if (!query.startsWith('Medication')) return { ...answered, followed: [] }
  const read = await readMedications(session, [], answered.resources)
  const resources = [...answered.resources, ...read.flatMap((one) => one.resources)]
  return { ...answered, resources, followed: read.map(({ question }) => ({ question, resources: [] })) }
}

/** Without the patient there is nobody to speak of. A token that has ended is another thing than a right that was never given. */
const refusal = ({ query, status }: Question): ProfileEvent | null => {
  if (!query.startsWith('Patient/')) return null
  if (status === 401) return failure('token-refused', 'The EHR did not accept the access token. Open the app again from the EHR.')
  return status === 403
    ? failure('read-refused', 'The EHR does not allow this patient to be read with the rights that were granted.')
    : null
}

/** What is known on the way; grows as questions end. */
type Walk = {
  readonly request: ProfileRequest
  readonly client: ClientConfig
  readonly kit: ProfileKit
  readonly span: Span
  readonly started: number
  readonly answers: Answered[]
  readonly ended: Set<string>
  readonly parts: ReturnType<typeof partsOf>
  readonly given: Set<FactsPart>
  /** What was told and recorded. */
  told: { readonly assessment: Assessment; readonly decision: DecisionRecord } | null
  /** The site runs in the shadow: what was found is recorded, and the app is told so and nothing else. */
  silenced: boolean
}

const startWalk = (request: ProfileRequest, client: ClientConfig, kit: ProfileKit, span: Span): Walk => ({
  request,
  client,
  kit,
  span,
  started: performance.now(),
  answers: [],
  ended: new Set(),
  parts: partsOf(kit.parts, kit.questions),
  given: new Set(),
  told: null,
  silenced: false,
})

const byKey = ({ kit }: Walk, answers: readonly Answered[]): Answered[] => {
  const order = Object.keys(kit.questions)
  return [...answers].sort((a, b) => order.indexOf(a.question.key) - order.indexOf(b.question.key))
}

const recordFrom = (walk: Walk, answers: readonly Answered[]): PatientRecord => {
  const sorted = byKey(walk, answers)
  return {
    patientId: walk.request.patient,
    now: new Date().toISOString(),
    resources: sorted.flatMap(({ resources }) => resources),
    questions: sorted.map(({ question }) => question),
    draftOrders: draftOf(
      walk.request,
      sorted.flatMap(({ resources }) => resources),
    ),
    selections: null,
  }
}

/** Facts with what they were made of. */
type Understood = { readonly facts: PatientFacts; readonly record: PatientRecord; readonly heard: Heard }

const understand = async (walk: Walk, answers: readonly Answered[]): Promise<Understood> => {
  const record = recordFrom(walk, answers)
  const heard = listenTo(walk.kit.terminology)
  const facts = await walk.span.child('facts', () => understandRecord(record, { ...walk.kit, terminology: heard.terminology }))
  return { facts, record, heard }
}

const factsFrom = async (walk: Walk, answers: readonly Answered[]): Promise<PatientFacts> => (await understand(walk, answers)).facts

/** While other questions are still open: parts that are whole, and the assessment once nothing that it needs is missing. */
async function* showEarly(walk: Walk): AsyncGenerator<ProfileEvent> {
  const { parts, ended, given, answers, kit } = walk
  const whole = wholeParts(parts, ended, given)
  if (whole.length > 0) {
    const facts = await factsFrom(walk, answersFor(whole, parts, answers))
    for (const part of whole) given.add(part)
    yield { event: 'part', facts: pickParts(facts, whole) }
  }
  const waitsFor = Object.keys(kit.questions).filter((key) => !kit.shownOnly.has(key))
  if (walk.told === null && waitsFor.every((key) => ended.has(key)))
    yield* assess(
      walk,
      await understand(
        walk,
        answers.filter(({ question }) => !kit.shownOnly.has(question.key)),
      ),
    )
}

/** What is shown beside the advice: a fault there costs only itself, and the app says that it did not come. */
const beside = async <T>({ kit }: Walk, what: string, work: () => T | Promise<T>): Promise<T | null> => {
  try {
    return await work()
  } catch (fault) {
    kit.reportFault(fault, what)
    return null
  }
}

/** All questions have ended: the whole record, which replaces every part, and the assessment unless it is there already. */
async function* finish(walk: Walk, access: { readonly base: string; readonly token: () => string }): AsyncGenerator<ProfileEvent> {
  const { kit } = walk
  const understood = await understand(walk, walk.answers)
  const { facts } = understood
  yield { event: 'facts', facts }
  yield { event: 'devices', summaries: await beside(walk, 'devices', () => kit.summariseDevices(facts)) }
  const notes = beside(walk, 'notes', () => collectNotes(recordFrom(walk, walk.answers), access, kit.fhir, kit.noteTables))
  if (walk.told === null) yield* assess(walk, understood)
  if (walk.silenced) return
  if (walk.told !== null) {
    const { assessment, decision } = walk.told
    yield { event: 'background', background: await putTogether(byKey(walk, walk.answers), facts, assessment, decision, kit) }
    const trends = await beside(walk, 'trends', () => kit.trends(facts, assessment, distinctEstimates(assessment)))
    if (trends) yield { event: 'trends', trends }
  }
  yield { event: 'notes', notes: await notes }
  yield {
    event: 'done',
    decision: walk.told?.decision.id ?? '',
    versions: { attune: kit.versions.attune, rules: kit.versions.rules },
    ...(kit.versions.switches ? { switches: kit.versions.switches } : {}),
    sandbox: kit.sandbox,
    ...(walk.told ? { seal: sealReport(walk, facts, walk.told) } : {}),
  }
}

const sealReport = ({ kit, request, client }: Walk, facts: PatientFacts, { assessment, decision }: NonNullable<Walk['told']>): string => {
  const patientKey = kit.patientKey(client.tenant, request.fhirServer, request.patient)
  const versions = { attune: kit.versions.attune, rules: kit.versions.rules }
  const shown = Object.fromEntries(REPORT_FACTS.map((name) => [name, facts[name]]))
  const content = { facts: shown, assessment, words: kit.words(assessment), estimates: distinctEstimates(assessment), versions }
  return sealOf('report/1', patientKey, decision.id, content, kit.ledger.seal)
}

/** What is to be reviewed, bound to this patient and decision: the server keeps no copy and knows it again. */
const flagsOf = ({ kit, request, client }: Walk, assessment: Assessment, decision: DecisionRecord): ReviewList => {
  const patientKey = kit.patientKey(client.tenant, request.fhirServer, request.patient)
  const flags = kit.flags(assessment, (text) => kit.ledger.seal(JSON.stringify([patientKey, text])))
  return { flags, seal: sealFlags(patientKey, decision.id, flags, kit.ledger.seal) }
}

/** From the facts to the decision; the same facts and kit give the same decision. `stamp` is asked when it is made. */
export const makeProfileDecision = async (
  request: ProfileRequest,
  client: ClientConfig,
  facts: PatientFacts,
  kit: ProfileKit,
  stamp: () => Stamp,
  requestDigest: string = keyedDigest(request, kit.ledger.seal),
): Promise<{ readonly assessment: Assessment; readonly decision: DecisionRecord; readonly shown: readonly RiskEstimate[] }> => {
  const assessment = await kit.think(facts)
  const decision = decideProfile(request, client, facts.questions, facts, assessment, kit, { stamp: stamp(), requestDigest })
  return { assessment, decision, shown: distinctEstimates(assessment) }
}

/** A fault here costs the replay of this decision, which then says that nothing was kept; never what the app shows. */
const keepInputs = ({ request, client, kit: { keep, ...kit } }: Walk, { record, heard }: Understood, decision: DecisionRecord) => {
  if (keep === null) return null
  return keep({
    of: { kind: 'profile', request, digest: decision.requestDigest },
    client,
    record,
    terminology: heard.said(),
    overridden: [],
    stamp: stampIn(decision),
  }).catch((fault: unknown) => {
    kit.reportFault(fault, 'profile, keeping its inputs')
    return null
  })
}

/** Thinks, records, and only then tells. */
async function* assess(walk: Walk, understood: Understood): AsyncGenerator<ProfileEvent> {
  const { request, client, kit, span } = walk
  const { facts } = understood
  const stamp = () => stampOf(randomUUID(), walk.started)
  const made = await span.child('think', () => makeProfileDecision(request, client, facts, kit, stamp))
  const { assessment, decision, shown } = made
  const inputs = await keepInputs(walk, understood, decision)
  await span.child('ledger', () => kit.ledger.record(decision, shown, [], [], inputs))
  span.note({ 'attune.decision': decision.id, 'attune.outcome': decision.outcome })
  if (decision.shadow) {
    walk.silenced = true
    return void (yield failure('in-shadow', ERROR_CATALOGUE['in-shadow'].text))
  }
  walk.told = { assessment, decision }
  yield { event: 'assessment', assessment, words: kit.words(assessment) }
  const { flags, seal } = flagsOf(walk, assessment, decision)
  yield { event: 'review', review: { flags, seal } }
  yield { event: 'estimates', estimates: shown }
  const drugs = assessment.orders.flatMap((entry) => entry.drugs.map(({ drug }) => drug))
  kit.afterwards({ decision, facts, calls: assessment.geneCalls, drugs, person: assessment.general !== undefined, shown })
}
