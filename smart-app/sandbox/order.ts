import type { FhirResource } from '../../src/contract/facts.ts'
import type { Coding } from '../../src/contract/lineage.ts'
import { type Frequency, frequencyWords } from './frequency.ts'
import { first, loose, number, text, words } from './json.ts'

const RXNORM = 'http://www.nlm.nih.gov/research/umls/rxnorm'
const UCUM = 'http://unitsofmeasure.org'
const ORAL = { coding: [{ system: 'http://snomed.info/sct', code: '26643006', display: 'Oral route' }] }

/** UCUM codes that the form offers, with the words beside them. */
export const UNIT_WORDS = { mg: 'mg', '{tbl}': 'tablet(s)', mL: 'mL', ug: 'mcg', g: 'g' } as const
export type DoseUnit = keyof typeof UNIT_WORDS

export const doseUnit = (code: unknown, otherwise: DoseUnit): DoseUnit =>
  typeof code === 'string' && Object.hasOwn(UNIT_WORDS, code) ? (code as DoseUnit) : otherwise

export type Product = { readonly rxcui: string; readonly name: string }

/** The order on the form. */
export type Draft = {
  readonly id: string
  readonly product: Product | null
  readonly dose: number | null
  readonly unit: DoseUnit
  readonly frequency: Frequency | null
  readonly asNeeded: boolean
  /** Directions in the words of a story or a suggestion; null: made from the fields. */
  readonly directions: string | null
  /** Why it is ordered. */
  readonly reason: Coding | null
}

export const emptyDraft = (): Draft => ({
  id: `draft-${crypto.randomUUID().slice(0, 8)}`,
  product: null,
  dose: null,
  unit: 'mg',
  frequency: null,
  asNeeded: false,
  directions: null,
  reason: null,
})

/** Directions as a pharmacy would print them; empty when nothing is known. */
export const directionsOf = (draft: Draft): string =>
  draft.directions ??
  [
    draft.dose === null ? '' : `${draft.dose} ${UNIT_WORDS[draft.unit]}`,
    draft.frequency ? frequencyWords(draft.frequency) : '',
    draft.asNeeded ? 'as needed' : '',
  ]
    .filter(Boolean)
    .join(' ')

/** The order in one line, for saying what changed. */
export const draftLine = (draft: Draft): string =>
  draft.product ? [draft.product.name, directionsOf(draft)].filter(Boolean).join(', ') : 'no order'

const dosageOf = (draft: Draft): object | null =>
  draft.dose === null && draft.frequency === null
    ? null
    : {
        text: directionsOf(draft),
        ...(draft.asNeeded ? { asNeededBoolean: true } : {}),
        ...(draft.frequency
          ? {
              timing: {
                repeat: {
                  frequency: draft.frequency.frequency,
                  period: draft.frequency.period,
                  periodUnit: draft.frequency.periodUnit,
                },
              },
            }
          : {}),
        ...(/\boral\b/i.test(draft.product?.name ?? '') ? { route: ORAL } : {}),
        ...(draft.dose === null
          ? {}
          : { doseAndRate: [{ doseQuantity: { value: draft.dose, unit: UNIT_WORDS[draft.unit], system: UCUM, code: draft.unit } }] }),
      }

export type OrderContext = { readonly patient: string; readonly encounter: string | null; readonly requester: string; readonly now: string }

/** The draft as an EHR sends it. A dose that nobody entered is left out, never guessed. */
export const toMedicationRequest = (draft: Draft, status: 'draft' | 'active', context: OrderContext): FhirResource => {
  const dosage = dosageOf(draft)
  return {
    resourceType: 'MedicationRequest',
    id: draft.id,
    status,
    intent: 'order',
    ...(draft.product
      ? {
          medicationCodeableConcept: {
            text: draft.product.name,
            coding: [{ system: RXNORM, code: draft.product.rxcui, display: draft.product.name }],
          },
        }
      : {}),
    subject: { reference: `Patient/${context.patient}` },
    ...(context.encounter ? { encounter: { reference: `Encounter/${context.encounter}` } } : {}),
    authoredOn: context.now,
    requester: { reference: context.requester },
    ...(draft.reason ? { reasonCode: [{ text: draft.reason.display ?? draft.reason.code, coding: [draft.reason] }] } : {}),
    ...(dosage ? { dosageInstruction: [dosage] } : {}),
  }
}

const frequencyOf = (repeat: unknown): Frequency | null => {
  const { frequency, period, periodUnit } = loose(repeat)
  return typeof frequency === 'number' && typeof period === 'number' && typeof periodUnit === 'string'
    ? { frequency, period, periodUnit }
    : null
}

/** A suggested MedicationRequest on the form. Dose and frequency of the order before are not carried over to another drug. */
export const fromMedicationRequest = (resource: FhirResource, before: Draft): Draft => {
  const concept = loose(resource.medicationCodeableConcept)
  const name = words(concept)
  const rxcui = text(first(concept.coding).code)
  const dosage = first(resource.dosageInstruction)
  const quantity = loose(first(dosage.doseAndRate).doseQuantity)
  return {
    ...before,
    product: name && rxcui ? { rxcui, name } : before.product,
    dose: number(quantity.value),
    unit: doseUnit(quantity.code, 'mg'),
    frequency: frequencyOf(loose(dosage.timing).repeat),
    asNeeded: dosage.asNeededBoolean === true,
    directions: text(dosage.text) || null,
  }
}
