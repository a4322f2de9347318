import type { ClientConfig } from './config.ts'
import type { FhirResource, PatientFacts, PatientRecord, Question } from './contract/facts.ts'
import type { Assessment } from './contract/findings.ts'
import type { AnsweredCall } from './contract/monitoring.ts'
import type { PanelWords, ProfileEvent, ProfileRequest } from './contract/profile.ts'
import type { RiskEstimate } from './contract/risk.ts'
import { type DecisionKit, decideProfile } from './decide.ts'
import type { FhirClient } from './fhir/fhir-client.ts'
import { trustedBase } from './fhir/trusted-servers.ts'
import { type Answered, askServer } from './hooks/prefetch.ts'
import type { Ledger } from './ledger/ledger.ts'
import { type UnderstandKit, understandRecord } from './understand-record.ts'

/** What the app's line needs; `main.ts` puts it together. */
export type ProfileKit = DecisionKit &
  UnderstandKit & {
    readonly fhir: FhirClient
    readonly ledger: Pick<Ledger, 'record'>
    readonly sandbox: boolean
    /** Question name -> FHIR query with `{patient}`. */
    readonly questions: Readonly<Record<string, string>>
    readonly think: (facts: PatientFacts) => Promise<Assessment>
    readonly words: (assessment: Assessment) => PanelWords
    readonly reportFault: (fault: unknown, service: string) => void
    /** What is done with a call once its answer has left; returns at once. */
    readonly afterwards: (call: AnsweredCall) => void
  }

/** The app waits on a screen that fills as answers come, so it may wait longer than a hook call. */
const BUDGET_MS = 8000

const REFUSED = new Set([401, 403])

/** In the order in which they end. */
async function* asTheyEnd<T>(promises: readonly Promise<T>[]): AsyncGenerator<T> {
  const waiting = new Map(promises.map((promise, index) => [index, promise.then((value) => ({ index, value }))]))
  while (waiting.size > 0) {
    const { index, value } = await Promise.race(waiting.values())
    waiting.delete(index)
    yield value
  }
}

/** The drug in hand as the draft order that it is, under the order's own name: the same rows then give the same finding ids. */
const draftOf = ({ drug, order, patient }: ProfileRequest): FhirResource[] => {
  if (!drug?.rxcui && !drug?.text) return []
  const coding = drug.rxcui
    ? [{ system: 'http://www.nlm.nih.gov/research/umls/rxnorm', code: drug.rxcui, ...(drug.text ? { display: drug.text } : {}) }]
    : []
  return [
    {
      resourceType: 'MedicationRequest',
      ...(order?.startsWith('MedicationRequest/') ? { id: order.slice('MedicationRequest/'.length) } : {}),
      status: 'draft',
      intent: 'order',
      subject: { reference: `Patient/${patient}` },
      medicationCodeableConcept: { ...(drug.text ? { text: drug.text } : {}), coding },
    },
  ]
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
): AsyncGenerator<ProfileEvent> {
  const started = performance.now()
  const base = trustedBase(client, request.fhirServer)
  if (base === null) {
    yield failure('fhir-server-untrusted', 'That FHIR server is not registered with this Attune.')
    return
  }
  const session = kit.fhir.open({ base, token }, BUDGET_MS)
  const answers: Answered[] = []
  try {
    const asked = Object.entries(kit.questions).map(([key, query]) =>
      askServer(session, key, query.replaceAll('{patient}', encodeURIComponent(request.patient))),
    )
    for await (const answered of asTheyEnd(asked)) {
      answers.push(answered)
      yield { event: 'source', question: answered.question }
    }
  } finally {
    session.close()
  }
  const patient = answers.find(({ question }) => question.query.startsWith('Patient/'))?.question
  if (patient?.status !== undefined && REFUSED.has(patient.status)) {
    yield failure('token-refused', 'The EHR did not accept the access token. Open the app again from the EHR.')
    return
  }
  yield* understand(request, client, answers, kit, started)
}

const byKey = (kit: ProfileKit, answers: readonly Answered[]): Answered[] => {
  const order = Object.keys(kit.questions)
  return [...answers].sort((a, b) => order.indexOf(a.question.key) - order.indexOf(b.question.key))
}

const recordOf = (request: ProfileRequest, answers: readonly Answered[], questions: readonly Question[]): PatientRecord => ({
  patientId: request.patient,
  now: new Date().toISOString(),
  resources: answers.flatMap(({ resources }) => resources),
  questions,
  draftOrders: draftOf(request),
  selections: null,
})

async function* understand(
  request: ProfileRequest,
  client: ClientConfig,
  unordered: readonly Answered[],
  kit: ProfileKit,
  started: number,
): AsyncGenerator<ProfileEvent> {
  const answers = byKey(kit, unordered)
  try {
    const asked = answers.map(({ question }) => question)
    const facts = await understandRecord(recordOf(request, answers, asked), kit)
    const { questions } = facts
    yield { event: 'facts', facts }
    const assessment = await kit.think(facts)
    const decision = decideProfile(request, client, questions, facts, assessment, kit, performance.now() - started)
    await kit.ledger.record(decision, distinctEstimates(assessment))
    yield { event: 'assessment', assessment, words: kit.words(assessment) }
    yield { event: 'estimates', estimates: distinctEstimates(assessment) }
    yield {
      event: 'done',
      decision: decision.id,
      versions: { attune: kit.versions.attune, rules: kit.versions.rules },
      sandbox: kit.sandbox,
    }
    const drugs = assessment.orders.flatMap((entry) => entry.drugs.map(({ drug }) => drug))
    const shown = distinctEstimates(assessment)
    kit.afterwards({ decision, facts, calls: assessment.geneCalls, drugs, person: assessment.general !== undefined, shown })
  } catch (fault) {
    kit.reportFault(fault, 'profile')
    yield failure('unexpected', 'Attune failed on this record. Nothing was assessed. The operator has been told.')
  }
}
