import type { CardAction, Suggestion } from '../contract/cards.ts'
import type { FhirResource, Order } from '../contract/facts.ts'
import type { Alternative, DrugAssessment, Finding, TestFirst } from '../contract/findings.ts'
import type { Coding } from '../contract/lineage.ts'
import type { MomentOffer } from '../contract/moments.ts'
import { isConditional, otherDoses } from './card-policy.ts'
import { clip, listWords, plainText } from './markdown.ts'

const RXNORM = 'http://www.nlm.nih.gov/research/umls/rxnorm'
const UCUM = 'http://unitsofmeasure.org'

/** Longer labels do not fit the buttons of clients. */
const LABEL_LIMIT = 110

/** Where suggestions get what they need besides the finding. */
export type SuggestionContext = {
  /** FHIR id of the patient in context; empty when the patient could not be read: then nothing is suggested. */
  readonly patientId: string
  readonly encounterId: string | null
  readonly now: string
  readonly newUuid: () => string
}

/** The order's own words for the patient in context, else the plain reference. Never another patient. */
const subjectOf = (order: Order | null, { patientId }: SuggestionContext): string =>
  order?.subject?.endsWith(`Patient/${patientId}`) ? order.subject : `Patient/${patientId}`

const encounterOf = (order: Order | null, context: SuggestionContext): object => {
  const reference = order?.encounter || (context.encounterId ? `Encounter/${context.encounterId}` : null)
  return reference ? { encounter: { reference } } : {}
}

const codingsOf = (codings: readonly Coding[]): { coding?: Coding[] } => {
  const whole = codings.flatMap(({ system, code, display }) => (system && code ? [{ system, code, ...(display ? { display } : {}) }] : []))
  return whole.length > 0 ? { coding: whole } : {}
}

const reasonsOf = (order: Order): object => {
  const reasons = order.reasons
    .map(({ text, codings }) => ({ ...codingsOf(codings), ...(text ? { text } : {}) }))
    .filter((reason) => Object.keys(reason).length > 0)
  return reasons.length > 0 ? { reasonCode: reasons } : {}
}

const idOf = ({ ref }: Order): string => ref.split('/')[1] ?? ref

/** What every rewritten order keeps of the draft. Dosage is left out on purpose unless it is given: it was the other drug's. */
const rewrittenOrder = (
  order: Order,
  medication: { readonly text: string; readonly coding?: readonly object[] },
  context: SuggestionContext,
  dosage?: object,
): FhirResource => ({
  resourceType: 'MedicationRequest',
  ...(order.hasId ? { id: idOf(order) } : {}),
  status: 'draft',
  intent: order.intent || 'order',
  ...(order.priority ? { priority: order.priority } : {}),
  medicationCodeableConcept: medication,
  subject: { reference: subjectOf(order, context) },
  ...encounterOf(order, context),
  authoredOn: order.authoredOn || context.now,
  ...(order.requester ? { requester: { reference: order.requester } } : {}),
  ...reasonsOf(order),
  ...(dosage ? { dosageInstruction: [dosage] } : {}),
})

const labelled = (label: string): string => clip(plainText(label), LABEL_LIMIT)

/** The drug as the order words it; the substance where the order has no words. */
const orderedAs = (order: Order, drug: DrugAssessment): string => clip(plainText(order.drug.text), 80) || drug.drug.name

/** Other substances in the ordered product, which a replacement would take away as well. */
const alsoHolds = (order: Order, drug: DrugAssessment): string[] =>
  order.drug.ingredients.map(({ name }) => name).filter((name) => name !== drug.drug.name)

const timesWords = (times: number): string => (times === 1 ? 'once daily' : times === 2 ? 'twice daily' : `${times} times daily`)

const doseWords = (milligrams: number, times: number): string => `${milligrams} mg ${timesWords(times)}`

/** A FHIR Dosage of so many milligrams so often a day. */
const dosageOf = (milligrams: number, times: number, route: Order['dose']['route'] = null, lasts: Lasts | null = null): object => ({
  text: `${doseWords(milligrams, times)}${lasts ? spanWords(lasts) : ''}`,
  timing: {
    repeat: {
      ...(lasts ? { boundsDuration: { value: lasts.value, unit: lasts.code, system: UCUM, code: lasts.code } } : {}),
      frequency: times,
      period: 1,
      periodUnit: 'd',
    },
  },
  ...(route ? { route: codingsOf([route]) } : {}),
  doseAndRate: [{ doseQuantity: { value: milligrams, unit: 'mg', system: UCUM, code: 'mg' } }],
})

const changeTo = (
  alternative: Alternative,
  drug: DrugAssessment,
  order: Order,
  recommended: boolean,
  context: SuggestionContext,
): Suggestion | null => {
  const { product, start } = alternative
  if (!product) return null
  const resource = rewrittenOrder(
    order,
    { text: product.display, coding: [{ system: RXNORM, code: product.code, display: product.display }] },
    context,
    start && dosageOf(start.mgPerDose, start.timesPerDay),
  )
  const lost = alsoHolds(order, drug)
  const dose = start
    ? `first dose ${doseWords(start.mgPerDose, start.timesPerDay)} (${start.source}); quantity and duration are left for you to enter`
    : 'dose and duration are left for you to enter'
  const description = [
    order.hasId
      ? `Replace ${orderedAs(order, drug)} with ${product.display}; ${dose}`
      : `Order ${product.display}; ${dose}. Remove the draft for ${orderedAs(order, drug)} yourself: it has no id`,
    lost.length > 0 ? `The ordered product also holds ${listWords(lost)}` : '',
  ]
  const action: CardAction = {
    type: order.hasId ? 'update' : 'create',
    description: plainText(description.filter(Boolean).join('. ')),
    resource,
  }
  return {
    label: labelled(order.hasId ? `Change to ${product.display}` : `Order ${product.display} instead`),
    uuid: context.newUuid(),
    ...(recommended ? { isRecommended: true } : {}),
    actions: [action],
  }
}

/** Words of a dosage that says amount and rhythm only. Anything else (days of a cycle, a taper, a maximum) would be lost in a new dosage. */
const PLAIN_WORDS = new Set(
  'take give mg tablet tablets capsule capsules by mouth orally oral po once twice two three four times daily a an each every per day in the morning evening night at bedtime'.split(
    ' ',
  ),
)

const isPlainDosage = (text: string): boolean =>
  text
    .toLowerCase()
    .split(/[\s(),.]+/)
    .every((word) => word === '' || /^\d+$/.test(word) || PLAIN_WORDS.has(word))

/** UCUM units of time as FHIR timings use them. */
const SPANS: Readonly<Record<string, string>> = { h: 'hour', d: 'day', wk: 'week', mo: 'month', a: 'year' }

type Lasts = { readonly value: number; readonly code: string }

/** ` for 14 days`. */
const spanWords = ({ value, code }: Lasts): string =>
  ` for ${value} ${(Object.hasOwn(SPANS, code) ? SPANS[code] : undefined) ?? code}${value === 1 ? '' : 's'}`

/** What was computed, and of what: ` 50% of the ordered dose`, `20 mg/day`. */
const basisWords = (basis: NonNullable<Finding['atOrder']>['basis']): string =>
  basis.kind === 'share' ? `${basis.percent}% of the ordered dose` : `${basis.mgPerDay} mg/day`

/** Whether the dosage, written anew, would lose something that it says now. */
const losesNothing = ({ text, extent }: Order['dose']): boolean =>
  extent?.more !== true && (text === null ? extent !== undefined : isPlainDosage(text))

/**
 * The row's dose, of a product that makes it. Shares are of the usual dose (CPIC, DPWG) and computed from the ordered one, so a lower
 * dose is never recommended: whether the ordered dose is the usual one is for the prescriber to say. Only when the order is one drug,
 * its dose could be computed and its dosage holds no more than amount, rhythm and length; the length is kept.
 */
const reduceDose = (drug: DrugAssessment, { atOrder }: Finding, order: Order, context: SuggestionContext): Suggestion | null => {
  if (!atOrder || !order.hasId || alsoHolds(order, drug).length > 0 || !losesNothing(order.dose)) return null
  const { mgPerDose, timesPerDay, basis, product } = atOrder
  const lasts = order.dose.extent?.lasts ?? null
  const words = `${doseWords(mgPerDose, timesPerDay)}${lasts ? spanWords(lasts) : ''}`
  const dosage = dosageOf(mgPerDose, timesPerDay, order.dose.route, lasts)
  const name = orderedAs(order, drug)
  const isOrdered = order.drug.codings.some(({ code }) => code === product.code)
  const medication = isOrdered
    ? { text: name, ...codingsOf(order.drug.codings) }
    : { text: product.display, coding: [{ system: RXNORM, code: product.code, display: product.display }] }
  const usual = basis.kind === 'share' ? ', if that is the usual one' : ''
  const units = product.count === 1 ? 'one' : `${product.count}`
  return {
    label: labelled(`Reduce to ${basisWords(basis)}: ${words}${isOrdered ? '' : ` (${product.display})`}`),
    uuid: context.newUuid(),
    actions: [
      {
        type: 'update',
        description: plainText(
          `Set the dose of ${name} to ${words}, ${basisWords(basis)}${usual}: ${units} of ${product.display} at a time. Set the quantity${lasts ? '' : ' and duration'}`,
        ),
        resource: rewrittenOrder(order, medication, context, dosage),
      },
    ],
  }
}

const cancelOrder = (drug: DrugAssessment, order: Order, context: SuggestionContext): Suggestion | null =>
  order.hasId
    ? {
        label: labelled(`Remove the order for ${orderedAs(order, drug)}`),
        uuid: context.newUuid(),
        actions: [{ type: 'delete', description: `Remove the order for ${orderedAs(order, drug)}`, resourceId: order.ref }],
      }
    : null

/** Whether a source names this replacement for just this patient; what it names under an open condition is offered, never recommended. */
const isNamedOutright = ({ drug: { name } }: Alternative, { findings }: DrugAssessment): boolean =>
  findings.some(
    ({ actions, population }) =>
      population?.state !== 'undecided' &&
      actions.some(
        ({ code, condition, detail }) =>
          (code === 'alternative' || code === 'or-alternative') &&
          !condition &&
          detail
            ?.toLowerCase()
            .split(/[,;:]\s*/)
            .includes(name.toLowerCase()),
      ),
  )

/** Medicines beside it that name no drug known here were compared with nothing: then it is offered, never recommended. */
const wasComparedWithAll = ({ checked }: Alternative): boolean =>
  !checked.some(({ what, result }) => what === 'other medicines' && result === 'not-checked')

/** Only what answers all that its label names is recommended; the card says what was not checked of any other. */
const isAnswered = ({ labelOpen }: Alternative): boolean => labelOpen.length === 0

const present = <T>(value: T | null): value is T => value !== null

/** Suggestions of a guidance card; at most one is recommended. */
export const suggestChanges = (drug: DrugAssessment, head: Finding, order: Order, context: SuggestionContext): Suggestion[] => {
  // A medicine in use that the order changes: the order is another drug's, and rewriting it would be wrong.
  if (context.patientId === '' || drug.about === 'medicine') return []
  // Which of its drugs the order means is for the prescriber to say first.
  if (order.drug.flags.includes('medication-conflict')) return []
  const decided = head.population?.state !== 'undecided' && !isConditional(head) && head.basis.every(({ state }) => state === 'called')
  // Doses for several genes: what they come to together no source says, so none is filled in.
  if (head.consequence === 'dose')
    return decided && otherDoses(drug, head).length === 0 ? [reduceDose(drug, head, order, context)].filter(present) : []
  if (!['contraindicated', 'avoid', 'alternative'].includes(head.consequence)) return []
  const clear = decided && order.hasId && alsoHolds(order, drug).length === 0
  const fitting = drug.alternatives.filter((alternative) => alternative.verdict === 'fits')
  const changes = fitting
    .slice(0, 3)
    .map((alternative, index) =>
      changeTo(
        alternative,
        drug,
        order,
        clear && index === 0 && isNamedOutright(alternative, drug) && wasComparedWithAll(alternative) && isAnswered(alternative),
        context,
      ),
    )
  const removal = head.consequence === 'alternative' || isConditional(head) ? null : cancelOrder(drug, order, context)
  return [...changes, removal].filter(present)
}

/** One ServiceRequest, whole: it can be signed as it stands. The drug's draft is not referred to, as it may never be saved. */
const testRequest = (test: TestFirst, gene: TestFirst['genes'][number], order: Order | null, context: SuggestionContext): FhirResource => ({
  resourceType: 'ServiceRequest',
  status: 'draft',
  intent: 'order',
  category: [{ coding: [{ system: 'http://snomed.info/sct', code: '108252007', display: 'Laboratory procedure' }] }],
  priority: order?.priority || 'routine',
  code: { ...(gene.coding ? { coding: [gene.coding] } : {}), text: gene.test },
  subject: { reference: subjectOf(order, context) },
  ...encounterOf(order, context),
  authoredOn: context.now,
  ...(order?.requester ? { requester: { reference: order.requester } } : {}),
  reasonCode: [{ text: `Before the first dose of ${test.drug.name}` }],
  note: [{ text: `Result wanted before ${test.drug.name} is started (${[test.source, test.year].filter(Boolean).join(' ')}).` }],
})

/** All tests that should come first and that nobody has ordered, in one suggestion: of several suggestions a client lets only one be taken. */
export const suggestTest = (test: TestFirst, order: Order | null, context: SuggestionContext): Suggestion[] => {
  const unordered = test.genes.filter(({ awaited }) => !awaited)
  if (context.patientId === '' || unordered.length === 0) return []
  const before = `before the first dose of ${test.drug.name}`
  return [
    {
      label: labelled(`Order ${listWords(unordered.map((gene) => gene.test))}`),
      uuid: context.newUuid(),
      isRecommended: true,
      actions: unordered.map((gene) => ({
        type: 'create' as const,
        description: `Order ${gene.test} ${before}`,
        resource: testRequest(test, gene, order, context),
      })),
    },
  ]
}

/** One more MedicationRequest, whole, beside the order at hand: it can be signed as it stands. */
export const offerProduct = (
  { label, product, text, dosage, route, dose, dispense, asNeeded, reason }: MomentOffer,
  order: Order | null,
  context: SuggestionContext,
): Suggestion => ({
  label: labelled(label),
  uuid: context.newUuid(),
  actions: [
    {
      type: 'create',
      description: plainText(`Order ${text}, ${dispense.value} ${dispense.unit}: ${dosage}`),
      resource: {
        resourceType: 'MedicationRequest',
        status: 'draft',
        intent: 'order',
        medicationCodeableConcept: { text, coding: [product] },
        subject: { reference: subjectOf(order, context) },
        ...encounterOf(order, context),
        authoredOn: context.now,
        ...(order?.requester ? { requester: { reference: order.requester } } : {}),
        reasonCode: [{ text: reason }],
        dosageInstruction: [
          {
            text: dosage,
            ...(asNeeded ? { asNeededBoolean: true } : {}),
            route: { coding: [route], text: route.display },
            doseAndRate: [{ doseQuantity: { ...dose, system: UCUM, code: dose.unit } }],
          },
        ],
        dispenseRequest: { quantity: { ...dispense, system: UCUM } },
      },
    },
  ],
})
