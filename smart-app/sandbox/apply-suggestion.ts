import type { CardAction, Suggestion } from '../../src/contract/cards.ts'
import type { FhirResource } from '../../src/contract/facts.ts'
import { type Draft, draftLine, emptyDraft, fromMedicationRequest } from './order.ts'
import { TEXTS } from './texts.ts'

/** What is on the form: the medicine, and what a suggestion ordered besides it. */
export type Order = { readonly draft: Draft; readonly others: readonly FhirResource[] }

export const newOrder = (): Order => ({ draft: emptyDraft(), others: [] })

/** What a suggestion did to the order. */
export type Change = { readonly key: string; readonly before: string; readonly after: string; readonly left: string | null }

const applyAction = (order: Order, action: CardAction): Order => {
  if (action.type === 'delete') return { ...order, draft: emptyDraft() }
  const { resource } = action
  if (resource.resourceType === 'MedicationRequest') return { ...order, draft: fromMedicationRequest(resource, order.draft) }
  if (order.others.some((other) => nameOf(other) === nameOf(resource))) return order // on the list already
  return { ...order, others: [...order.others, { ...resource, id: resource.id ?? `draft-${crypto.randomUUID().slice(0, 8)}` }] }
}

export const changeOf = (key: string, before: Order, after: Order): Change => ({
  key,
  before: draftLine(before.draft),
  after: [draftLine(after.draft), ...after.others.slice(before.others.length).map(nameOf)].join(' + '),
  left: after.draft.product && after.draft.dose === null ? TEXTS.doseLeft : null,
})

/** The words of a resource that was ordered besides the medicine. */
export const nameOf = (resource: FhirResource): string =>
  (resource.code as { readonly text?: string } | undefined)?.text ?? resource.resourceType

/** The order as it stands once the suggestion is taken. */
export const applySuggestion = (order: Order, { actions }: Suggestion): Order => actions.reduce(applyAction, order)
