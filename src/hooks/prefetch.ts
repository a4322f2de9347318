import type { FhirResource, PatientRecord, Question } from '../contract/facts.ts'
import type { FhirAnswer, FhirClient, FhirSession } from '../fhir/fhir-client.ts'
import { trustedBase } from '../fhir/trusted-servers.ts'
import type { HookService } from './discovery.ts'
import { missingMedications } from './medication-references.ts'
import { fillTemplate } from './prefetch-template.ts'
import { type PrefetchValue, readPrefetchValue, resourcesUnderAnyKey } from './prefetch-value.ts'
import type { HookRequest } from './request.ts'

/** One question with what it brought. */
export type Answered = { readonly question: Question; readonly resources: readonly FhirResource[] }

/** The caller, as far as its FHIR servers go. */
type Registered = { readonly fhirServers: readonly string[] }

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
  const rest = await session.follow(value.next)
  const resources = [...value.resources, ...rest.resources]
  const whole = rest.state === 'answered' || rest.state === 'empty'
  const answered = fromServer(key, query, { ...rest, resources })
  return whole ? answered : { ...answered, question: { ...answered.question, state: 'partial' as const } }
}

/** The way of one key: use what came, go on with it, or ask the server; never throws. */
const answer = async (key: string, query: string, sent: unknown, session: FhirSession | null, noSession: string): Promise<Answered> => {
  const value = readPrefetchValue(sent, query)
  switch (value.kind) {
    case 'data':
      return fromPrefetch(key, query, value.flaw === null ? 'answered' : 'partial', value.resources, value.flaw)
    case 'none':
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

/** A Patient with another id is never used; a key that held nothing else is asked at the server, as for anything the EHR failed to send. */
const withoutOtherPatients = async (sent: unknown, patientId: string, ask: (sent: unknown) => Promise<Answered>): Promise<Answered> => {
  const here = resourcesUnderAnyKey(sent)
  const others = here.filter((resource) => isOtherPatient(resource, patientId)).length
  if (others === 0) return ask(sent)
  const { question, resources } = await ask(others === here.length ? { resourceType: 'OperationOutcome' } : sent)
  if (question.state === 'failed') return { question: { ...question, because: OTHER_PATIENT }, resources }
  const own = resources.filter((resource) => !isOtherPatient(resource, patientId))
  return { question: { ...question, resources: own.length }, resources: own }
}

/** The same resource may answer several questions; the first stands. */
const distinct = (resources: Iterable<FhirResource>): FhirResource[] => {
  const seen = new Set<string>()
  const kept: FhirResource[] = []
  for (const resource of resources) {
    const key = resource.id === undefined ? null : `${resource.resourceType}/${resource.id}`
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

const openSession = (request: HookRequest, fhir: FhirClient, client: Registered): { session: FhirSession | null; noSession: string } => {
  if (request.fhirServer === null) return { session: null, noSession: NO_SERVER }
  const base = trustedBase(client, request.fhirServer)
  if (base === null) return { session: null, noSession: UNTRUSTED }
  return { session: fhir.open({ base, token: request.accessToken }), noSession: NO_SERVER }
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
): Promise<PatientRecord> => {
  const { patientId, prefetch, draftOrders, selections } = request
  const { session, noSession } = openSession(request, fhir, client)
  try {
    const asked = Object.entries(service.prefetch).map(([key, template]) => {
      const query = fillTemplate(template, request)
      const [open, because] = query === null ? [null, NO_VALUE] : [session, noSession]
      const sent = Object.hasOwn(prefetch, key) ? prefetch[key] : undefined
      return withoutOtherPatients(sent, patientId, (value) => answer(key, query ?? template, value, open, because))
    })
    const extra = Object.entries(prefetch)
      .filter(([key]) => !Object.hasOwn(service.prefetch, key))
      .flatMap(([, value]) => resourcesUnderAnyKey(value).filter((resource) => !isOtherPatient(resource, patientId)))
    const answers = await Promise.all(asked)
    const first = [...answers.flatMap(({ resources }) => resources), ...extra]
    const medications = await readMedications(session, draftOrders, first)
    return {
      patientId,
      now: new Date().toISOString(),
      resources: distinct([...first, ...medications.flatMap(({ resources }) => resources)]),
      questions: [...answers, ...medications].map(({ question }) => question).concat(brokenDraftsQuestion(request)),
      draftOrders,
      selections,
    }
  } finally {
    session?.close()
  }
}

/** Second wave: medications that orders and lists only refer to. */
const readMedications = (session: FhirSession | null, drafts: readonly FhirResource[], resources: readonly FhirResource[]) =>
  session === null
    ? Promise.resolve([])
    : Promise.all(missingMedications(drafts, resources, session.base).map((query) => askServer(session, 'medication', query)))
