import type { CardAction, Suggestion } from '../contract/cards.ts'
import type { FhirResource, Order } from '../contract/facts.ts'
import type { Alternative, DrugAssessment, Finding, TestFirst } from '../contract/findings.ts'

const RXNORM = 'http://www.nlm.nih.gov/research/umls/rxnorm'
const UCUM = 'http://unitsofmeasure.org'

/** Where suggestions get what they need besides the finding. */
export type SuggestionContext = {
  readonly patientId: string
  readonly encounterId: string | null
  readonly now: string
  readonly newUuid: () => string
}

const subjectOf = (order: Order | null, context: SuggestionContext): string => order?.subject ?? `Patient/${context.patientId}`

const encounterOf = (order: Order | null, context: SuggestionContext): { encounter: { reference: string } } | Record<string, never> => {
  const reference = order?.encounter ?? (context.encounterId ? `Encounter/${context.encounterId}` : null)
  return reference ? { encounter: { reference } } : {}
}

/** What every rewritten order keeps of the draft. Dosage is left out on purpose unless it is given: it was the other drug's. */
const rewrittenOrder = (
  order: Order,
  medication: { readonly text: string; readonly coding: readonly object[] },
  context: SuggestionContext,
  dosage?: object,
): FhirResource => ({
  resourceType: 'MedicationRequest',
  ...(order.hasId ? { id: order.ref.split('/')[1] ?? order.ref } : {}),
  status: 'draft',
  intent: order.intent ?? 'order',
  ...(order.priority ? { priority: order.priority } : {}),
  medicationCodeableConcept: medication,
  subject: { reference: subjectOf(order, context) },
  ...encounterOf(order, context),
  ...(order.authoredOn ? { authoredOn: order.authoredOn } : { authoredOn: context.now }),
  ...(order.requester ? { requester: { reference: order.requester } } : {}),
  ...(dosage ? { dosageInstruction: [dosage] } : {}),
})

const writeOrder = (order: Order, resource: FhirResource, description: string): CardAction => ({
  type: order.hasId ? 'update' : 'create',
  description,
  resource,
})

const changeTo = (alternative: Alternative, order: Order, recommended: boolean, context: SuggestionContext): Suggestion | null => {
  const product = alternative.product
  if (!product) return null
  const resource = rewrittenOrder(
    order,
    { text: product.display, coding: [{ system: RXNORM, code: product.code, display: product.display }] },
    context,
  )
  return {
    label: `Change to ${product.display}`.slice(0, 120),
    uuid: context.newUuid(),
    ...(recommended ? { isRecommended: true } : {}),
    actions: [
      writeOrder(order, resource, `Replace ${order.drug.text} with ${product.display}; dose and duration are left for you to enter`),
    ],
  }
}

const PERCENT = /^(\d{1,3})%$/

/** A single share of the usual dose below the whole, stated without a condition. */
const doseShare = (finding: Finding): number | null => {
  const action = finding.actions.find(
    (candidate) => (candidate.code === 'start' || candidate.code === 'dose') && !candidate.condition && PERCENT.test(candidate.value ?? ''),
  )
  const percent = Number(PERCENT.exec(action?.value ?? '')?.[1] ?? Number.NaN)
  return percent > 0 && percent < 100 ? percent : null
}

const timesWords = (times: number): string => (times === 1 ? 'once daily' : times === 2 ? 'twice daily' : `${times} times daily`)

/** A reduced dose of the same product, only when the order's own dose could be computed. Percentages are of the usual dose (CPIC, DPWG). */
const reduceDose = (finding: Finding, order: Order, context: SuggestionContext): Suggestion | null => {
  const percent = doseShare(finding)
  const { mgPerDose, timesPerDay } = order.dose
  if (
    percent === null ||
    mgPerDose === null ||
    timesPerDay === null ||
    !Number.isInteger(timesPerDay) ||
    order.dose.prn ||
    order.drug.codings.length === 0
  )
    return null
  const milligrams = Math.round(mgPerDose * percent) / 100
  const words = `${milligrams} mg ${timesWords(timesPerDay)}`
  const dosage = {
    text: words,
    timing: { repeat: { frequency: timesPerDay, period: 1, periodUnit: 'd' } },
    ...(order.dose.route ? { route: { coding: [order.dose.route] } } : {}),
    doseAndRate: [{ doseQuantity: { value: milligrams, unit: 'mg', system: UCUM, code: 'mg' } }],
  }
  const resource = rewrittenOrder(
    order,
    { text: order.drug.text, coding: order.drug.codings.map((coding) => ({ ...coding })) },
    context,
    dosage,
  )
  return {
    label: `Reduce to ${percent}% of the ordered dose: ${words}`,
    uuid: context.newUuid(),
    isRecommended: true,
    actions: [
      writeOrder(
        order,
        resource,
        `Set the dose of ${order.drug.text} to ${words}, ${percent}% of the ordered dose, which is taken to be the usual one`,
      ),
    ],
  }
}

const cancelOrder = (order: Order, context: SuggestionContext): Suggestion | null =>
  order.hasId
    ? {
        label: `Remove the order for ${order.drug.text}`.slice(0, 120),
        uuid: context.newUuid(),
        actions: [{ type: 'delete', description: `Remove the order for ${order.drug.text}`, resourceId: order.ref }],
      }
    : null

const present = <T>(value: T | null): value is T => value !== null

/** Suggestions of a guidance card; at most one is recommended. */
export const suggestChanges = (drug: DrugAssessment, head: Finding, order: Order, context: SuggestionContext): Suggestion[] => {
  if (head.consequence === 'dose') return [reduceDose(head, order, context)].filter(present)
  if (!['contraindicated', 'avoid', 'alternative'].includes(head.consequence)) return []
  const decided = head.population?.state !== 'undecided' && head.basis.every((basis) => basis.state === 'called')
  const fitting = drug.alternatives.filter((alternative) => alternative.verdict === 'fits')
  const changes = fitting.slice(0, 3).map((alternative, index) => changeTo(alternative, order, decided && index === 0, context))
  const removal = head.consequence === 'alternative' ? null : cancelOrder(order, context)
  return [...changes, removal].filter(present)
}

/** A complete ServiceRequest for the test that should come first. */
export const suggestTest = (test: TestFirst, order: Order | null, context: SuggestionContext): Suggestion[] =>
  test.genes.map((gene, index) => ({
    label: `Order ${gene.test}`.slice(0, 120),
    uuid: context.newUuid(),
    ...(index === 0 && test.genes.length === 1 ? { isRecommended: true } : {}),
    actions: [
      {
        type: 'create' as const,
        description: `Order ${gene.test} before the first dose of ${test.drug.name}`,
        resource: {
          resourceType: 'ServiceRequest',
          status: 'draft',
          intent: 'order',
          category: [{ coding: [{ system: 'http://snomed.info/sct', code: '108252007', display: 'Laboratory procedure' }] }],
          code: { ...(gene.coding ? { coding: [gene.coding] } : {}), text: gene.test },
          subject: { reference: subjectOf(order, context) },
          ...encounterOf(order, context),
          authoredOn: context.now,
          ...(order?.requester ? { requester: { reference: order.requester } } : {}),
          reasonCode: [{ text: `Before the first dose of ${test.drug.name}` }],
        },
      },
    ],
  }))
