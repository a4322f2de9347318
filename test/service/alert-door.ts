import type { Card, CardTrace, Silence } from '../../src/contract/cards.ts'
import type { Explained } from '../../src/contract/explained.ts'
import type { Question } from '../../src/contract/facts.ts'
import { type Running, serve } from '../../src/main.ts'
import type { PatientBuilder } from '../builders/patient.ts'
import { embeddedPlace, enginesOfRun, type Place, postgresMissing, postgresPlace } from '../ledger/engines.ts'
import { caller, hospital, makeSite } from '../production/attune.ts'
import { type FakeEhr, startEhr } from '../production/fake-ehr.ts'

type Trace = {
  readonly decision: string
  readonly outcome: string
  readonly questions: readonly Question[]
  readonly silences: readonly Silence[]
  readonly traces: readonly CardTrace[]
  readonly considered: readonly Explained[]
}

export type Answer = { readonly status: number; readonly cards: readonly Card[]; readonly trace: Trace }

/** Who is at the screen, and which rules and policy the site has. */
type Asked = {
  readonly hook?: 'order-select' | 'order-sign' | 'patient-view' | 'encounter-discharge'
  /** The stay in context. */
  readonly encounter?: string
  readonly user?: string
  readonly tenant?: string
  readonly without?: readonly string[]
  readonly members?: object
}

const TYPES: Readonly<Record<string, string>> = {
  genotypes: 'Observation',
  labs: 'Observation',
  vitals: 'Observation',
  lifestyle: 'Observation',
  surveys: 'Observation',
  reports: 'DiagnosticReport',
  conditions: 'Condition',
  allergies: 'AllergyIntolerance',
  medications: 'MedicationRequest',
  procedures: 'Procedure',
  pregnancy: 'Observation',
  requests: 'ServiceRequest',
  family: 'FamilyMemberHistory',
  encounters: 'Encounter',
}

const WITHOUT_ORDERS = ['patient-view', 'encounter-discharge']

const serviceOf = (hook: string): string => (hook === 'encounter-discharge' ? `risk-${hook}` : `pgx-${hook}`)

const searchset = (resources: readonly object[]) => ({
  resourceType: 'Bundle',
  type: 'searchset',
  entry: resources.map((resource) => ({ resource })),
})

const prefetchOf = (patient: PatientBuilder, without: readonly string[]) => {
  const all = patient.resources()
  const keys = {
    patient: all.find(({ resourceType }) => resourceType === 'Patient') ?? null,
    ...Object.fromEntries(
      Object.entries(TYPES).map(([key, type]) => [key, searchset(all.filter(({ resourceType }) => resourceType === type))]),
    ),
  }
  return Object.fromEntries(Object.entries(keys).filter(([key]) => !without.includes(key)))
}

const contextOf = (patient: PatientBuilder, hook: string, user: string, encounter?: string) => {
  const drafts = patient.drafts()
  return {
    userId: user,
    patientId: patient.record().patientId,
    ...(encounter === undefined ? {} : { encounterId: encounter }),
    ...(WITHOUT_ORDERS.includes(hook)
      ? {}
      : { draftOrders: { resourceType: 'Bundle', type: 'collection', entry: drafts.map((resource) => ({ resource })) } }),
    ...(hook === 'order-select' ? { selections: drafts.map(({ id }) => `MedicationRequest/${id}`) } : {}),
  }
}

/** The body of a hook call about the patient. */
export const requestOf = (
  patient: PatientBuilder,
  { hook = 'order-sign', user = 'Practitioner/one', without = [], members, encounter }: Asked = {},
) => ({
  hook,
  hookInstance: crypto.randomUUID(),
  context: contextOf(patient, hook, user, encounter),
  prefetch: prefetchOf(patient, without),
  ...members,
})

/** Databases that every law about overrides must hold on. */
export const ENGINES = enginesOfRun<readonly [string, () => Promise<Place>, string | null]>(
  ['embedded', embeddedPlace, null],
  ['PostgreSQL', postgresPlace, postgresMissing],
)

/** A hospital with three tenants on one EHR (the third has no trace), on a database of its own; `restart` keeps the database and changes the configuration. */
export const openHospital = async (makePlace: () => Promise<Place>, file: object = {}) => {
  const ehr: FakeEhr = await startEhr([])
  const place = await makePlace()
  let running: Running
  let site: ReturnType<typeof makeSite>
  let environment: Record<string, string> = {}
  const start = async (config: object) => {
    // A busy machine may be slow to answer; how long a call waits has a test of its own.
    const whole = { ...config, alertPolicy: { recallMs: 2000, ...('alertPolicy' in config ? (config.alertPolicy as object) : {}) } }
    const own = hospital(ehr, { features: ['trace'] }, whole)
    const [first] = own.clients
    const clinic = { ...first, id: 'clinic', tenant: 'clinic' }
    const plain = { ...first, id: 'plain', tenant: 'plain', features: [] }
    site = makeSite({ ...own, clients: [first, clinic, plain] })
    const database = place.config.databaseUrl === null ? {} : { DATABASE_URL: place.config.databaseUrl }
    environment = { ...site.environment, ATTUNE_DATA_DIR: place.config.dataDir, ...database }
    running = await serve(environment)
  }
  await start(file)

  const post = (path: string, body: unknown, tenant = 'hospital') =>
    caller(running.url, ehr)(path, { body, token: ehr.sign(running.url + path, 'ES384', { tenant }) })

  const ask = async (patient: PatientBuilder, asked: Asked = {}): Promise<Answer> => {
    const request = requestOf(patient, asked)
    const answer = await post(`/cds-services/${serviceOf(request.hook)}`, request, asked.tenant)
    const { cards, extension } = answer.json()
    return { status: answer.status, cards, trace: extension?.['org.attune.trace'] }
  }

  const feedback = async (cards: readonly Card[], entry: object = {}, tenant?: string): Promise<void> => {
    const sent = cards.map(({ uuid }) => ({
      card: uuid,
      outcome: 'overridden',
      overrideReason: { reason: { code: 'will-monitor', system: 'urn:attune:override-reason', display: 'Will monitor closely' } },
      outcomeTimestamp: new Date().toISOString(),
      ...entry,
    }))
    const answer = await post('/cds-services/pgx-order-sign/feedback', { feedback: sent }, tenant)
    if (answer.status !== 200) throw new Error(`feedback was answered with ${answer.status}: ${answer.text}`)
  }

  return {
    ask,
    feedback,
    place,
    /** Shows the cards and overrides them all. */
    override: async (patient: PatientBuilder, asked: Asked = {}): Promise<Answer> => {
      const shown = await ask(patient, asked)
      await feedback(shown.cards, {}, asked.tenant)
      return shown
    },
    restart: async (config: object) => {
      await running.stop()
      site.clear()
      await start(config)
    },
    /** What is done while the server is not running, on its database and configuration. */
    stopped: async (work: (environment: Record<string, string>) => Promise<void>) => {
      await running.stop()
      await work(environment).finally(async () => {
        running = await serve(environment)
      })
    },
    close: async () => {
      await running.stop()
      await ehr.stop()
      site.clear()
      await place.clear()
    },
  }
}

export const summaries = ({ cards }: Answer): string[] => cards.map(({ indicator, summary }) => `${indicator}: ${summary}`)

export const concernOf = (card: Card | undefined): { readonly key: string; readonly facts: string } =>
  card?.extension?.['org.attune.concern'] as { key: string; facts: string }
