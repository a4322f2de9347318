import type { Card, Suggestion } from '../../src/contract/cards.ts'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

const CARD = new Set([
  'uuid',
  'summary',
  'detail',
  'indicator',
  'source',
  'suggestions',
  'selectionBehavior',
  'overrideReasons',
  'links',
  'extension',
])

/** Members that are null, "", [] or {} at any depth (C-16). */
const empties = (value: unknown, path: string): string[] => {
  if (value === null || value === undefined || value === '') return [`C-16 ${path} is empty`]
  if (typeof value !== 'object') return []
  const entries = Object.entries(value)
  if (entries.length === 0) return [`C-16 ${path} is empty`]
  return entries.flatMap(([key, one]) => empties(one, `${path}.${key}`))
}

const isAbsolute = (url: string): boolean => URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)

/** CDS Hooks recommends labels that fit a button; plain-text members carry no tag and no unseen character. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these characters are what is looked for
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/
const isInert = (text: string): boolean => !UNSEEN.test(text) && !/<[a-z/!?]/i.test(text) && !/:\/\//.test(text)

type Context = { readonly patientId: string; readonly orders: readonly string[] }

const suggestionBreaches = (suggestion: Suggestion, { patientId, orders }: Context): string[] => {
  const found: string[] = []
  if (!UUID.test(suggestion.uuid)) found.push('C-08 suggestion without uuid')
  if (!suggestion.label || suggestion.label.length > 120 || !isInert(suggestion.label)) found.push(`C-08 label ${suggestion.label}`)
  if (suggestion.actions.length === 0) found.push('C-08 no action')
  for (const action of suggestion.actions) {
    if (!action.description || !isInert(action.description)) found.push(`C-10 description ${action.description}`)
    if (action.type === 'delete') {
      if (!orders.includes(action.resourceId)) found.push(`C-20 deletes ${action.resourceId}`)
      if ('resource' in action) found.push('C-12 delete with resource')
      continue
    }
    const { resource } = action
    if (action.type === 'update' && !orders.includes(`${resource.resourceType}/${resource.id}`)) found.push(`C-20 updates ${resource.id}`)
    if (action.type === 'create' && resource.id !== undefined) found.push('C-11 create with id')
    const subject = (resource.subject as { reference?: string } | undefined)?.reference
    if (subject !== `Patient/${patientId}`) found.push(`C-21 subject ${subject}`)
    if (resource.status !== 'draft' || resource.intent === undefined) found.push('R4 status or intent')
    if (resource.resourceType === 'MedicationRequest') {
      const medication = resource.medicationCodeableConcept as { text?: string; coding?: { system?: string; code?: string }[] } | undefined
      if (!medication?.text || !medication.coding?.every(({ system, code }) => system && code)) found.push('R4 medication')
    } else if (resource.resourceType === 'ServiceRequest') {
      if (!(resource.code as { text?: string } | undefined)?.text) found.push('R4 code')
    } else found.push(`R4 ${resource.resourceType}`)
  }
  return found
}

/** What is wrong with a card by CDS Hooks 2.0.1 (checklist C-02 to C-22), in words; empty when nothing is. */
export const breaches = (card: Card, context: Context): string[] => {
  const found = empties(card, 'card')
  if (card.summary.length >= 140) found.push(`C-02 summary of ${card.summary.length}`)
  if (!isInert(card.summary)) found.push('Z-08 summary is not inert')
  if (!['info', 'warning', 'critical'].includes(card.indicator)) found.push('C-03 indicator')
  if (!card.source.label) found.push('C-04 source')
  if (!UUID.test(card.uuid)) found.push('C-19 uuid')
  for (const key of Object.keys(card)) if (!CARD.has(key)) found.push(`C-18 ${key}`)
  for (const link of card.links ?? []) {
    if (!link.label || !isAbsolute(link.url)) found.push(`C-05 ${link.url}`)
    if (!['absolute', 'smart'].includes(link.type)) found.push('C-14 type')
    if (link.appContext !== undefined && (link.type !== 'smart' || typeof link.appContext !== 'string')) found.push('C-15 appContext')
  }
  for (const { code, system, display } of card.overrideReasons ?? []) if (!code || !system || !display) found.push('C-13 reason')
  if (card.suggestions && !card.selectionBehavior) found.push('C-07 selectionBehavior')
  if ((card.suggestions ?? []).filter(({ isRecommended }) => isRecommended).length > 1) found.push('C-09 recommended')
  for (const suggestion of card.suggestions ?? []) found.push(...suggestionBreaches(suggestion, context))
  return found
}

/** Ids that occur twice (C-19). */
export const repeatedIds = (cards: readonly Card[]): string[] => {
  const all = cards.flatMap(({ uuid, suggestions }) => [uuid, ...(suggestions ?? []).map((suggestion) => suggestion.uuid)])
  return all.filter((uuid, at) => all.indexOf(uuid) !== at)
}
