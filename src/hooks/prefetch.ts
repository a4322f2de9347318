import type { FhirResource, PatientRecord, Question } from '../contract/facts.ts'
import type { FhirAnswer, FhirClient, FhirSession } from '../fhir/fhir-client.ts'
import { trustedBase } from '../fhir/trusted-servers.ts'
import { noSpan, type Span } from '../tracing/span.ts'
import type { HookService } from './discovery.ts'
import { missingMedications } from './medication-references.ts'
import { fillTemplate, isSearch, typeOfQuery } from './prefetch-template.ts'
import { type PrefetchValue, readPrefetchValue, resourcesUnderAnyKey } from './prefetch-value.ts'
import type { HookRequest } from './request.ts'

/** One question with what it brought. */
export type Answered = { readonly question: Question; readonly resources: readonly FhirResource[] }

/** The caller, as far as its FHIR servers go. */
type Registered = { readonly fhirServers: readonly string[] }

/** The FHIR server to ask, or why there is none. */
type Open = { readonly session: FhirSession | null; readonly noSession: string }

const NO_SERVER = 'It was not sent, and the call names no FHIR server.'
const UNTRUSTED = 'It was not sent, and the FHIR server named is not registered for this client.'
const NO_VALUE = 'The call lacks a value that this question needs.'
const OTHER_PATIENT = 'The Patient that was sent is another one.'

const fromServer = (key: string, query: string, answer: FhirAnswer): Answered => ({
  question: {
    key,
    query,
    from: 'fetch',
    state: answer.state,
    resources: answer.resources.length,
    ms: answer.ms,
    ...(answer.status === undefined ? {} : { status: answer.status }),
    ...('because' in answer ? { because: answer.because } : {}),
  },
  resources: answer.resources,
})

const fromPrefetch = (
  key: string,
  query: string,
  state: Question['state'],
  resources: readonly FhirResource[],
  because: string | null,
): Answered => ({
  question: { key, query, from: 'prefetch', state, resources: resources.length, ...(because === null ? {} : { because }) },
  resources,
})

/** Asks the FHIR server one question. The app's profile asks all of its questions this way. */
export const askServer = async (session: FhirSession, key: string, query: string): Promise<Answered> =>
  fromServer(key, query, await session.ask(query))

/** Pages after the first one that the EHR sent along. */
const goOn = async (session: FhirSession | null, key: string, query: string, value: Extract<PrefetchValue, { kind: 'more' }>) => {
  if (!session)
    return fromPrefetch(key, query, 'partial', value.resources, 'More pages exist, and there is no FHIR server to read them from.')
  const rest = await session.follow(value.next, value.counted, typeOfQuery(query))
  const resources = [...value.resources, ...rest.resources]
  const whole = rest.state === 'answered' || rest.state === 'empty'
  const answered = fromServer(key, query, { ...rest, resources })
  return whole ? answered : { ...answered, question: { ...answered.question, state: 'partial' as const } }
}

/** The way of one key: use what came, go on with it, or ask the server; never throws. */
const answer = async (key: string, query: string, sent: unknown, { session, noSession }: Open): Promise<Answered> => {
  const value = readPrefetchValue(sent, query)
  switch (value.kind) {
    case 'data':
      return fromPrefetch(key, query, value.flaw === null ? 'answered' : 'partial', value.resources, value.flaw)
    case 'none':
      // What the call itself names is there: who found nothing by its id is not believed where the server can be asked.
      if (session && !isSearch(query)) return askServer(session, key, query)
      return fromPrefetch(key, query, 'empty', [], value.because)
    case 'more':
      return goOn(session, key, query, value)
    case 'absent':
      if (session) return askServer(session, key, query)
      return { question: { key, query, from: 'none', state: 'not-asked', resources: 0, because: noSession }, resources: [] }
    case 'failed': {
      if (!session) return fromPrefetch(key, query, 'failed', value.resources, value.because)
      const fetched = await askServer(session, key, query)
      return { ...fetched, resources: [...fetched.resources, ...value.resources] }
    }
  }
}

const isOtherPatient = (resource: FhirResource, patientId: string): boolean =>
  resource.resourceType === 'Patient' && resource.id !== undefined && resource.id !== patientId

/** A wrong Patient is no answer: the server is asked, as for anything the EHR failed to send. */
const NOT_SENT = { resourceType: 'OperationOutcome' }

const isWrongPatient = (sent: unknown, query: string, patientId: string): boolean => {
  if (typeOfQuery(query) !== 'Patient') return false
  const here = resourcesUnderAnyKey(sent)
  return here.length > 0 && here.every((resource) => isOtherPatient(resource, patientId))
}

const answerForPatient = async (key: string, query: string, sent: unknown, patientId: string, open: Open): Promise<Answered> => {
  if (!isWrongPatient(sent, query, patientId)) return answer(key, query, sent, open)
  const { question, resources } = await answer(key, query, NOT_SENT, open)
  return { question: question.state === 'failed' ? { ...question, because: OTHER_PATIENT, otherPatient: true } : question, resources }
}

/** The same resource may answer several questions: the first stands. A Patient with another id is never used. */
const distinct = (resources: Iterable<FhirResource>, patientId: string): FhirResource[] => {
  const seen = new Set<string>()
  const kept: FhirResource[] = []
  for (const resource of resources) {
    if (isOtherPatient(resource, patientId)) continue
    const id: unknown = resource.id // what was sent, of any type; an object may even have no text
    const key = typeof id === 'string' ? `${resource.resourceType}/${id}` : null
    if (key !== null && seen.has(key)) continue
    if (key !== null) seen.add(key)
    kept.push(resource)
  }
  return kept
}

const brokenDraftsQuestion = ({ draftOrders, brokenDrafts }: HookRequest): readonly Question[] =>
  brokenDrafts === 0
    ? []
    : [
        {
          key: 'draftOrders',
          query: 'context.draftOrders',
          from: 'prefetch',
          state: 'partial',
          resources: draftOrders.length,
          because: 'Some draft orders were not readable.',
        },
      ]

const openSession = (request: HookRequest, fhir: FhirClient, client: Registered, span: Span): Open => {
  if (request.fhirServer === null) return { session: null, noSession: NO_SERVER }
  const base = trustedBase(client, request.fhirServer)
  if (base === null) return { session: null, noSession: UNTRUSTED }
  return { session: fhir.open({ base, token: request.accessToken, span }), noSession: NO_SERVER }
}

/**
 * What is known of the patient: what the EHR sent along, completed from its FHIR server where something was missing.
 * All reads run side by side under one deadline. Whatever goes wrong becomes a question with its reason; nothing is thrown.
 */
export const completePrefetch = async (
  service: HookService,
  request: HookRequest,
  fhir: FhirClient,
  client: Registered,
  span: Span = noSpan,
): Promise<PatientRecord> => {
  const { patientId, prefetch, draftOrders, selections } = request
  const open = openSession(request, fhir, client, span)
  const { session } = open
  try {
    const asked = Object.entries(service.prefetch).map(([key, template]) => {
      const query = fillTemplate(template, request)
      const sent = Object.hasOwn(prefetch, key) ? prefetch[key] : undefined
      return answerForPatient(key, query ?? template, sent, patientId, query === null ? { session: null, noSession: NO_VALUE } : open)
    })
    const extra = Object.keys(prefetch).flatMap((key) => (Object.hasOwn(service.prefetch, key) ? [] : resourcesUnderAnyKey(prefetch[key])))
    const answers = await Promise.all(asked)
    const first = [...answers.flatMap(({ resources }) => resources), ...extra]
    const medications = await readMedications(session, draftOrders, first)
    return {
      patientId,
      now: new Date().toISOString(),
      resources: distinct([...first, ...medications.flatMap(({ resources }) => resources)], patientId),
      questions: [...answers, ...medications].map(({ question }) => question).concat(brokenDraftsQuestion(request)),
      draftOrders,
      selections,
      encounterId: request.encounterId,
    }
  } finally {
    session?.close()
  }
}

/** Second wave: medications that orders and lists only refer to. */
export const readMedications = (session: FhirSession | null, drafts: readonly FhirResource[], resources: readonly FhirResource[]) =>
  session === null
    ? Promise.resolve([])
    : Promise.all(missingMedications(drafts, resources, session.base).map((query) => askServer(session, 'medication', query)))
