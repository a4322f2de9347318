import { randomUUID } from 'node:crypto'
import { SERVICES } from '../../../cds-services/registry.ts'
import type { PatientFacts, PatientRecord } from '../../contract/facts.ts'
import type { Service, Thinking } from '../../engine.ts'
import { AttuneError } from '../../errors.ts'
import { readFacts } from '../../facts/read-facts.ts'
import { loadPatients, type SandboxPatients, type Story } from '../../sandbox/load-patients.ts'
import { inOneGo } from '../../slices.ts'
import { drawTrial } from '../reach/trial.ts'
import type { GridPoint } from './grid.ts'

/** A card as far as it can differ between two sets of rules. */
export type DiffCard = {
  readonly drug: string
  readonly indicator: string
  readonly summary: string
  readonly detail: string
  readonly suggestions: readonly string[]
}

/** One synthetic patient at one moment, and how to see what the rules make of it. */
export type CohortMember = { readonly name: string; readonly cardsUnder: (thinking: Thinking) => Promise<readonly DiffCard[]> }

const serviceFor = (hook: Service['hook']): Service => {
  const service = SERVICES.find((one) => one.hook === hook)
  if (!service) throw new AttuneError('unexpected', `no service answers ${hook}`)
  return service
}

/** The service's own thinking and writing; who asks is nobody, and nothing was overridden. */
const cardsOf = async (service: Service, facts: PatientFacts, { kit }: Thinking): Promise<DiffCard[]> => {
  const assessment = await service.think(facts, kit)
  const asking = {
    client: 'diff',
    tenant: 'diff',
    sandbox: false,
    fhirServer: null,
    encounterId: null,
    appLaunchUrl: 'https://attune.invalid/app/launch.html',
    linkHosts: [],
    newUuid: randomUUID,
    seal: (text: string) => text,
    overridden: new Map(),
  }
  const { cards, traces } = inOneGo(service.write(assessment, facts, kit, asking))
  return cards.map((card) => ({
    drug: traces.find((trace) => trace.card === card.uuid)?.drug ?? '',
    indicator: card.indicator,
    summary: card.summary,
    detail: card.detail ?? '',
    suggestions: (card.suggestions ?? []).map(({ label }) => label),
  }))
}

const draftOf = ({ order, patient }: Story) => ({
  resourceType: 'MedicationRequest',
  id: 'draft',
  status: 'draft',
  intent: 'order',
  subject: { reference: `Patient/${patient}` },
  medicationCodeableConcept: {
    text: order.display,
    coding: [{ system: 'http://www.nlm.nih.gov/research/umls/rxnorm', code: order.rxcui, display: order.display }],
  },
  reasonCode: [{ text: order.reason.display, coding: [order.reason] }],
  dosageInstruction: [
    {
      text: order.text,
      asNeededBoolean: order.asNeeded,
      timing: { repeat: { frequency: order.frequency, period: order.period, periodUnit: order.periodUnit } },
      doseAndRate: [{ doseQuantity: order.dose }],
    },
  ],
})

const belongsTo = (patient: string) => {
  const reference = `Patient/${patient}`
  return (resource: SandboxPatients['resources'][number]): boolean =>
    (resource.resourceType === 'Patient' && resource.id === patient) ||
    [resource.subject, resource.patient].some(
      (one) => one !== null && typeof one === 'object' && 'reference' in one && one.reference === reference,
    )
}

const recordOf = (story: Story, service: Service, { anchor, resources }: SandboxPatients): PatientRecord => ({
  patientId: story.patient,
  now: `${anchor}T09:00:00Z`,
  resources: resources.filter(belongsTo(story.patient)),
  questions: Object.entries(service.prefetch).map(([key, query]) => ({ key, query, from: 'none', state: 'answered', resources: 0 })),
  draftOrders: service.hook === 'patient-view' ? [] : [draftOf(story)],
  selections: null,
})

/** Every patient of the sandbox, at opening the chart and at signing the story's order. */
export const sandboxCohort = (): CohortMember[] => {
  const patients = loadPatients()
  return patients.stories.flatMap((story) =>
    (['order-sign', 'patient-view'] as const).map((hook) => {
      const service = serviceFor(hook)
      const record = recordOf(story, service, patients)
      return {
        name: `${story.patient} ${story.title} (${hook})`,
        cardsUnder: (thinking) => cardsOf(service, readFacts(record, thinking.terms), thinking),
      }
    }),
  )
}

/** Results, drugs and medicines that one of the two sets of rules does not know give no patient there. */
const factsAt = (point: GridPoint, { kit }: Thinking): PatientFacts | null => {
  try {
    return drawTrial(point, kit.knowledge)
  } catch (error) {
    if (error instanceof AttuneError && error.code === 'input-unreadable') return null
    throw error
  }
}

const describe = ({ drug, results, extra }: GridPoint): string => {
  const genes = Object.entries(results).map(([gene, result]) => `${gene} ${result ?? 'not tested'}`)
  const record = [
    extra.age === undefined ? null : `${extra.age} years`,
    ...(extra.conditions ?? []).map((one) => (typeof one === 'string' ? one : one.name)),
    ...(extra.medicines ?? []).map((one) => `takes ${typeof one === 'string' ? one : one.drug}`),
    ...(extra.unread ?? []).map((part) => `${part} not read`),
  ].filter((part) => part !== null)
  return [`${drug}:`, genes.join(', ') || 'no gene tested', ...(record.length > 0 ? [`(${record.join('; ')})`] : [])].join(' ')
}

/** A made-up patient for every point of the grid, at signing. */
export const gridCohort = (points: readonly GridPoint[]): CohortMember[] => {
  const service = serviceFor('order-sign')
  return points.map((point) => ({
    name: describe(point),
    cardsUnder: async (thinking) => {
      const facts = factsAt(point, thinking)
      return facts === null ? [] : cardsOf(service, facts, thinking)
    },
  }))
}
