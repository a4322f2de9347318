import type { Card } from '../../src/contract/cards.ts'
import type { PatientBuilder } from '../builders/patient.ts'
import { type HookAnswer, post, type startSandbox, type Trace } from './running-sandbox.ts'

type Sandbox = Awaited<ReturnType<typeof startSandbox>>

/** What kinds of resources belong under a prefetch key, by the first word of its query. */
const typeOf = (template: string): string => template.split(/[?/]/)[0] ?? ''

const bundleOf = (resources: readonly object[]) => ({
  resourceType: 'Bundle',
  type: 'searchset',
  entry: resources.map((resource) => ({ resource })),
})

/** A patient built in a test through the real door: every prefetch key is answered from the builder's resources; what no key asks for travels under one of its own. `instead`: what is sent under a key in place of that. */
export const askAbout = async (
  sandbox: Sandbox,
  hook: string,
  patient: PatientBuilder,
  without: readonly string[] = [],
  instead: Readonly<Record<string, object>> = {},
): Promise<HookAnswer> => {
  const service = sandbox.services.find((candidate) => candidate.hook === hook)
  const { patientId, resources, draftOrders } = patient.record()
  const asked = new Set(Object.values(service?.prefetch ?? {}).map(typeOf))
  const beside = resources.filter(({ resourceType }) => !asked.has(resourceType))
  const answered = Object.fromEntries(
    Object.entries(service?.prefetch ?? {})
      .filter(([key]) => !without.includes(key))
      .map(([key, template]) => {
        const found = resources.filter(({ resourceType }) => resourceType === typeOf(template))
        return [key, key === 'patient' ? found[0] : bundleOf(found)]
      }),
  )
  const prefetch = { ...answered, ...instead, ...(beside.length === 0 ? {} : { testOrders: bundleOf(beside) }) }
  const entry = draftOrders.map((resource) => ({ resource }))
  const response = await post(`${sandbox.base}/cds-services/${service?.id}`, {
    hook,
    hookInstance: crypto.randomUUID(),
    context: {
      userId: 'Practitioner/test',
      patientId,
      ...(hook === 'patient-view' ? {} : { draftOrders: { resourceType: 'Bundle', type: 'collection', entry } }),
      ...(hook === 'order-select' ? { selections: draftOrders.map(({ resourceType, id }) => `${resourceType}/${id}`) } : {}),
    },
    prefetch,
  })
  const answer = (await response.json()) as { cards?: readonly Card[]; extension?: Record<string, Trace> }
  return { status: response.status, cards: answer.cards ?? [], trace: answer.extension?.['org.attune.trace'] as Trace }
}

export const summaries = ({ cards }: HookAnswer): string[] => cards.map(({ summary }) => summary)
