import type { FhirResource } from '../../src/contract/facts.ts'
import type { Coding } from '../../src/contract/lineage.ts'
import { FREQUENCIES, type FrequencyId } from './texts.ts'

export const RXNORM = 'http://www.nlm.nih.gov/research/umls/rxnorm'

/** UCUM codes that the form offers, with the words beside them. */
export const UNIT_WORDS = { '{tbl}': 'tablet(s)', mg: 'mg', mL: 'mL' } as const
export type DoseUnit = keyof typeof UNIT_WORDS

export const doseUnit = (code: unknown, otherwise: DoseUnit): DoseUnit =>
  typeof code === 'string' && Object.hasOwn(UNIT_WORDS, code) ? (code as DoseUnit) : otherwise

export type Product = { readonly rxcui: string; readonly name: string }

/** The order on the form. `resource` is set when a suggestion replaced the draft: then that resource is the order. */
export type Draft = {
  readonly id: string
  readonly product: Product | null
  readonly dose: number | null
  readonly unit: DoseUnit
  readonly asNeeded: boolean
  readonly frequency: FrequencyId
  /** Why it is ordered, when the story says so. */
  readonly reason: Coding | null
}

export const emptyDraft = (id: string): Draft => ({
  id,
  product: null,
  dose: null,
  unit: '{tbl}',
  frequency: 'qd',
  reason: null,
  asNeeded: false,
})

/** The draft as an EHR would send it: a MedicationRequest of status draft. */
export const toMedicationRequest = (draft: Draft, patient: string, status: 'draft' | 'active', now: string): FhirResource => {
  const frequency = FREQUENCIES.find((entry) => entry.id === draft.frequency) ?? FREQUENCIES[0]
  const dose = draft.dose === null ? null : `${draft.dose} ${UNIT_WORDS[draft.unit]}`
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
    subject: { reference: `Patient/${patient}` },
    authoredOn: now,
    ...(draft.reason ? { reasonCode: [{ text: draft.reason.display, coding: [draft.reason] }] } : {}),
    ...(draft.product && dose
      ? {
          dosageInstruction: [
            {
              text: `${dose} ${frequency.label}${draft.asNeeded ? ' as needed' : ''}`,
              ...(draft.asNeeded ? { asNeededBoolean: true } : {}),
              timing: { repeat: { frequency: frequency.frequency, period: frequency.period, periodUnit: frequency.periodUnit } },
              route: { coding: [{ system: 'http://snomed.info/sct', code: '26643006', display: 'Oral route' }] },
              doseAndRate: [
                {
                  doseQuantity: { value: draft.dose, unit: UNIT_WORDS[draft.unit], system: 'http://unitsofmeasure.org', code: draft.unit },
                },
              ],
            },
          ],
        }
      : {}),
  }
}

type Loose = { readonly [member: string]: unknown }
const loose = (value: unknown): Loose => (value !== null && typeof value === 'object' ? (value as Loose) : {})
const first = (value: unknown): Loose => loose(Array.isArray(value) ? value[0] : undefined)

/** A suggested MedicationRequest back on the form: drug from text and coding, dose where it is given. */
export const fromMedicationRequest = (resource: FhirResource, before: Draft): Draft => {
  const concept = loose(resource.medicationCodeableConcept)
  const coding = first(concept.coding)
  const name = typeof concept.text === 'string' ? concept.text : typeof coding.display === 'string' ? coding.display : null
  const code = typeof coding.code === 'string' ? coding.code : null
  const dosage = first(resource.dosageInstruction)
  const quantity = loose(first(dosage.doseAndRate).doseQuantity)
  const repeat = loose(loose(dosage.timing).repeat)
  const frequency = FREQUENCIES.find(
    (entry) => entry.frequency === repeat.frequency && entry.period === repeat.period && entry.periodUnit === repeat.periodUnit,
  )
  return {
    id: before.id,
    product: name && code ? { rxcui: code, name } : before.product,
    dose: typeof quantity.value === 'number' ? quantity.value : null,
    unit: doseUnit(quantity.code, before.unit),
    frequency: frequency?.id ?? before.frequency,
    reason: before.reason,
    asNeeded: dosage.asNeededBoolean === true,
  }
}
