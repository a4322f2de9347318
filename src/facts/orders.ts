import type { Order } from '../contract/facts.ts'
import type { Gap } from '../contract/lineage.ts'
import { isLocal } from '../pgx/local-use.ts'
import { SLICE, type Slices } from '../slices.ts'
import type { DrugIndex } from '../terminology/drugs.ts'
import { asCode, asDate, asList, asObjects, asText, codings, isJson, type Json, nameOf, referenceOf } from './accessors.ts'
import type { Chart } from './chart.ts'
import { readDose } from './dose.ts'
import { gap } from './gaps.ts'
import { readMedication } from './medication.ts'
import { idOf, refOf, tailOf } from './references.ts'

/** Statuses of something that is being ordered; any other known status takes it off the list (reference: section 5.2). */
const NOT_ORDERED = new Set(['completed', 'stopped', 'ended', 'cancelled', 'entered-in-error'])

type Draft = { readonly resource: Json; readonly ref: string; readonly hasId: boolean }

/** An order not to give; some converters send booleans as text. */
const isForbidden = (value: unknown): boolean => value === true || asCode(value) === 'true'

const isOrder = (resource: Json): boolean =>
  resource.resourceType === 'MedicationRequest' && !NOT_ORDERED.has(asCode(resource.status) ?? '') && !isForbidden(resource.doNotPerform)

/** Drafts in the order received; one without id is named by its place among the entries, `#1` the first. */
const draftsOf = (resources: readonly Json[]): Draft[] =>
  resources.map((resource, at) => {
    const id = asText(resource.id)
    return { resource, hasId: id !== null, ref: id === null ? `#${at + 1}` : refOf(resource) }
  })

/** `Type/id`, bare id or absolute URL: by id, the types that are asked for; undefined where none is stated. */
const byId = (selections: readonly string[]): ReadonlyMap<string, ReadonlySet<unknown>> => {
  const types = new Map<string, Set<unknown>>()
  for (const selection of selections) {
    const id = idOf(selection)
    types.set(id, (types.get(id) ?? new Set()).add(tailOf(selection)?.split('/')[0]))
  }
  return types
}

/** Null when selections say nothing that can be used: none given, or none of them stands in the Bundle. Then all drafts count. */
const selectedRefs = (selections: readonly unknown[] | null, drafts: readonly Draft[]): ReadonlySet<string> | null => {
  const given = (selections ?? []).map(asText).filter((one) => one !== null)
  const types = byId(given)
  const chosen = drafts.filter(({ hasId, ref, resource }) => {
    const asked = hasId ? types.get(idOf(ref)) : undefined
    return asked !== undefined && (asked.has(undefined) || asked.has(resource.resourceType))
  })
  return chosen.length === 0 ? null : new Set(chosen.map((draft) => draft.ref))
}

const reasonsOf = (resource: Json, chart: Chart): Order['reasons'] => {
  const concepts: unknown[] = [...asList(resource.reasonCode)]
  const references: unknown[] = [...asList(resource.reasonReference)]
  for (const reason of asObjects(resource.reason)) {
    if (reason.concept !== undefined) concepts.push(reason.concept)
    if (reason.reference !== undefined) references.push(reason.reference)
  }
  for (const reference of references)
    concepts.push(chart.resolve(reference, resource)?.resource.code ?? (isJson(reference) ? { text: reference.display } : null))
  return concepts.flatMap((concept) => {
    const text = nameOf(concept)
    return text === null ? [] : [{ text, codings: codings(concept) }]
  })
}

const readOrder = (draft: Draft, selected: boolean, chart: Chart, drugs: DrugIndex): Order => {
  const { resource, ref, hasId } = draft
  const { drug, strength } = readMedication(resource, chart, drugs)
  const dose = readDose(resource.dosageInstruction, strength, Math.max(drug.ingredients.length, strength.parts.length))
  return {
    ref,
    hasId,
    drug,
    dose,
    ...(isLocal({ drug, dose }) ? { local: true as const } : {}),
    status: asCode(resource.status),
    intent: asCode(resource.intent),
    selected,
    subject: referenceOf(resource.subject),
    encounter: referenceOf(resource.encounter),
    requester: referenceOf(resource.requester),
    authoredOn: asDate(resource.authoredOn),
    priority: asCode(resource.priority),
    reasons: reasonsOf(resource, chart),
  }
}

/** What a call orders: what is assessed, and references of what is too many to assess. */
type Ordered = { readonly orders: readonly Order[]; readonly ordersLeft?: readonly string[] }

/**
 * So many orders are assessed in one call: several times what a chart holds. The work for more is a hostile sender's, or a mistake, and the
 * answer would be tens of megabytes.
 */
export const MOST_ORDERS = 1000

/** Orders that are selected are assessed before those that are not. */
const tooMany = (mine: readonly Draft[], chosen: ReadonlySet<string> | null): ReadonlySet<Draft> => {
  if (mine.length <= MOST_ORDERS) return new Set()
  const isChosen = ({ ref }: Draft): boolean => chosen?.has(ref) ?? true
  return new Set([...mine.filter(isChosen), ...mine.filter((draft) => !isChosen(draft))].slice(MOST_ORDERS))
}

/** Each draft on its own: one that cannot be read costs only itself. */
function* eachDraft(drafts: readonly Draft[], gaps: Gap[], step: (draft: Draft) => void): Slices<void> {
  for (const [at, draft] of drafts.entries()) {
    if (at % SLICE === SLICE - 1) yield
    try {
      step(draft)
    } catch {
      gaps.push(gap('orders', 'unreadable', 'An order could not be read.', draft.ref))
    }
  }
}

/**
 * What is being ordered (reference: fhir-genomics, section 5.2): MedicationRequests that are not over, taken back or forbidden. Orders for
 * another patient are not this patient's and leave a gap, and so do those that are too many. Order of the drafts is kept.
 */
export function* readOrders(
  drafts: readonly Json[],
  selections: readonly unknown[] | null,
  chart: Chart,
  drugs: DrugIndex,
  gaps: Gap[],
): Slices<Ordered> {
  const all = draftsOf(drafts)
  const chosen = selectedRefs(selections, all)
  const mine: Draft[] = []
  yield* eachDraft(all, gaps, (draft) => {
    if (!isOrder(draft.resource)) return
    if (chart.isOther(draft.resource))
      gaps.push(gap('orders', 'other-patient', 'An order is for another patient, so it was not assessed.', draft.ref))
    else mine.push(draft)
  })
  const left = tooMany(mine, chosen)
  const orders: Order[] = []
  yield* eachDraft(mine, gaps, (draft) => {
    if (!left.has(draft)) orders.push(readOrder(draft, chosen === null || chosen.has(draft.ref), chart, drugs))
  })
  if (left.size === 0) return { orders }
  gaps.push(
    gap('orders', 'incomplete', `${left.size} of the ${mine.length} orders of this call were not assessed: only ${MOST_ORDERS} are.`),
  )
  return { orders, ordersLeft: [...left].map(({ ref }) => ref) }
}
