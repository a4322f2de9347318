import type { FhirResource } from './contract/facts.ts'
import type { DraftInHand, ProfileRequest } from './contract/profile.ts'

const UCUM = 'http://unitsofmeasure.org'

/** Milligrams and times a day as FHIR says them; a rhythm slower than once a day is one dose in so many days. */
const dosageOf = ({ mgPerDose, timesPerDay, text, prn }: NonNullable<DraftInHand['dose']>): Omit<FhirResource, 'resourceType'> => ({
  ...(text === undefined ? {} : { text }),
  ...(prn ? { asNeededBoolean: true } : {}),
  ...(timesPerDay === undefined
    ? {}
    : {
        timing: {
          repeat: Number.isInteger(timesPerDay)
            ? { frequency: timesPerDay, period: 1, periodUnit: 'd' }
            : { frequency: 1, period: 1 / timesPerDay, periodUnit: 'd' },
        },
      }),
  ...(mgPerDose === undefined ? {} : { doseAndRate: [{ doseQuantity: { value: mgPerDose, unit: 'mg', system: UCUM, code: 'mg' } }] }),
})

const saidOf = ({ dose, reasons = [] }: DraftInHand): object => ({
  ...(dose ? { dosageInstruction: [dosageOf(dose)] } : {}),
  ...(reasons.length > 0 ? { reasonCode: reasons.map((coding) => ({ coding: [coding] })) } : {}),
})

/**
 * The drug in hand as the draft order that it is, under the order's own name: the same rows then give the same finding ids. Where the EHR
 * keeps the draft it is read from there, with its dose and its reason.
 */
export const draftOf = ({ drug, order, draft, patient }: ProfileRequest, resources: readonly FhirResource[]): FhirResource[] => {
  const written = resources.find(
    (one) => one.resourceType === 'MedicationRequest' && typeof one.id === 'string' && order === `MedicationRequest/${one.id}`,
  )
  if (written) return [{ ...written, status: 'draft' }]
  if (!drug?.rxcui && !drug?.text) return []
  const coding = drug.rxcui
    ? [{ system: 'http://www.nlm.nih.gov/research/umls/rxnorm', code: drug.rxcui, ...(drug.text ? { display: drug.text } : {}) }]
    : []
  return [
    {
      resourceType: 'MedicationRequest',
      ...(order?.startsWith('MedicationRequest/') ? { id: order.slice('MedicationRequest/'.length) } : {}),
      status: 'draft',
      intent: 'order',
      subject: { reference: `Patient/${patient}` },
      medicationCodeableConcept: { ...(drug.text ? { text: drug.text } : {}), coding },
      ...(draft ? saidOf(draft) : {}),
    },
  ]
}
