import type { Chart } from './chart.ts'
import { type Doctor, doctor } from './clinic.ts'
import { coding, concept, hl7, quantity, RXNORM, SNOMED } from './codes.ts'

/** Products that charts use. RxNorm clinical drugs. */
export const PRODUCTS = {
  clopidogrel75: { rxcui: '309362', name: 'clopidogrel 75 MG Oral Tablet' },
  atorvastatin40: { rxcui: '617311', name: 'atorvastatin 40 MG Oral Tablet' },
  atorvastatin20: { rxcui: '617310', name: 'atorvastatin 20 MG Oral Tablet' },
  metoprololSuccinate50: { rxcui: '866436', name: '24 HR metoprolol succinate 50 MG Extended Release Oral Tablet' },
  metoprololTartrate50: { rxcui: '866514', name: 'Metoprolol Tartrate 50 MG Oral Tablet' },
  amlodipine5: { rxcui: '197361', name: 'Amlodipine 5 MG Oral Tablet' },
  carvedilol12: { rxcui: '200032', name: 'carvedilol 12.5 MG Oral Tablet' },
  pantoprazole40: { rxcui: '314200', name: 'pantoprazole 40 MG Delayed Release Oral Tablet' },
  omeprazole20: { rxcui: '198051', name: 'Omeprazole 20 MG Delayed Release Oral Capsule' },
  ibuprofen400: { rxcui: '197805', name: 'Ibuprofen 400 MG Oral Tablet' },
  ibuprofen100chew: { rxcui: '310963', name: 'Ibuprofen 100 MG Chewable Tablet' },
  paroxetine20: { rxcui: '1738495', name: 'Paroxetine Hydrochloride 20 MG Oral Tablet' },
  sertraline50: { rxcui: '312941', name: 'Sertraline 50 MG Oral Tablet' },
  fluoxetine20: { rxcui: '310385', name: 'Fluoxetine 20 MG Oral Capsule' },
  citalopram20: { rxcui: '200371', name: 'Citalopram 20 MG Oral Tablet' },
  escitalopram10: { rxcui: '349332', name: 'Escitalopram 10 MG Oral Tablet' },
  amitriptyline25: { rxcui: '856834', name: 'Amitriptyline Hydrochloride 25 MG Oral Tablet' },
  codeine30: { rxcui: '993781', name: 'Acetaminophen 300 MG / Codeine Phosphate 30 MG Oral Tablet' },
  tramadol50: { rxcui: '835603', name: 'tramadol hydrochloride 50 MG Oral Tablet' },
  codeineSolution: { rxcui: '993755', name: 'Acetaminophen 24 MG/ML / Codeine Phosphate 2.4 MG/ML Oral Solution' },
  capecitabine500: { rxcui: '200328', name: 'capecitabine 500 MG Oral Tablet' },
  ondansetron8: { rxcui: '312086', name: 'Ondansetron 8 MG Oral Tablet' },
  azathioprine50: { rxcui: '197388', name: 'Azathioprine 50 MG Oral Tablet' },
  abacavir300: { rxcui: '242679', name: 'abacavir 300 MG Oral Tablet' },
  abacavirLamivudine: { rxcui: '602393', name: 'abacavir 600 MG / Lamivudine 300 MG Oral Tablet' },
  dolutegravir50: { rxcui: '1433873', name: 'dolutegravir 50 MG Oral Tablet' },
  carbamazepine200: { rxcui: '308979', name: 'Carbamazepine 200 MG Oral Tablet' },
  lamotrigine100: { rxcui: '198427', name: 'lamotrigine 100 MG Oral Tablet' },
  simvastatin40: { rxcui: '198211', name: 'Simvastatin 40 MG Oral Tablet' },
  simvastatin20: { rxcui: '312961', name: 'Simvastatin 20 MG Oral Tablet' },
  pravastatin40: { rxcui: '904475', name: 'Pravastatin Sodium 40 MG Oral Tablet' },
  warfarin5: { rxcui: '855332', name: 'Warfarin Sodium 5 MG Oral Tablet' },
  diltiazem120: { rxcui: '830861', name: '24 HR Diltiazem Hydrochloride 120 MG Extended Release Oral Capsule' },
  tacrolimus1: { rxcui: '198377', name: 'Tacrolimus 1 MG Oral Capsule' },
  voriconazole200: { rxcui: '349434', name: 'voriconazole 200 MG Oral Tablet' },
  allopurinol100: { rxcui: '197319', name: 'Allopurinol 100 MG Oral Tablet' },
  glipizide5: { rxcui: '310490', name: 'Glipizide 5 MG Oral Tablet' },
  celecoxib200: { rxcui: '205323', name: 'celecoxib 200 MG Oral Capsule' },
  aspirin81: { rxcui: '243670', name: 'Aspirin 81 MG Oral Tablet' },
  metformin500: { rxcui: '860975', name: '24 HR Metformin hydrochloride 500 MG Extended Release Oral Tablet' },
  acetaminophen325: { rxcui: '313782', name: 'Acetaminophen 325 MG Oral Tablet' },
  levothyroxine75: { rxcui: '966222', name: 'Levothyroxine Sodium 0.075 MG Oral Tablet' },
  prednisone5: { rxcui: '312617', name: 'predniSONE 5 MG Oral Tablet' },
  amoxicillin500: { rxcui: '308192', name: 'Amoxicillin 500 MG Oral Tablet' },
  albuterol: { rxcui: '745679', name: '200 ACTUAT Albuterol 0.09 MG/ACTUAT Metered Dose Inhaler' },
  tamoxifen20: { rxcui: '313195', name: 'Tamoxifen 20 MG Oral Tablet' },
  lisinopril10: { rxcui: '314076', name: 'lisinopril 10 MG Oral Tablet' },
  ferrousSulfate: { rxcui: '310325', name: 'ferrous sulfate 325 MG Oral Tablet' },
} as const satisfies Record<string, { rxcui: string; name: string }>

export type ProductName = keyof typeof PRODUCTS

/** How much and how often. `unit` is UCUM. */
export type Dosage = {
  readonly value: number
  readonly unit: string
  readonly unitText?: string
  readonly perDay: number
  readonly text: string
  readonly asNeeded?: boolean
}

export type Prescription = {
  readonly product: ProductName
  readonly dosage: Dosage
  readonly since: string
  /** Last day, for medicines that were stopped or used up. */
  readonly until?: string
  readonly by?: Doctor
  readonly reason?: string
  readonly encounter?: string
  readonly stopped?: 'stopped' | 'completed'
}

const timing = ({ perDay }: Dosage, until: string | undefined, since: string) => ({
  repeat: { frequency: perDay, period: 1, periodUnit: 'd', ...(until && { boundsPeriod: { start: since, end: until } }) },
})

export const dosageInstruction = (dosage: Dosage, since: string, until?: string) => ({
  text: dosage.text,
  timing: timing(dosage, until, since),
  ...(dosage.asNeeded && { asNeededBoolean: true }),
  route: concept(SNOMED, ['26643006', 'Oral route']),
  doseAndRate: [
    { type: hl7('dose-rate-type', 'ordered'), doseQuantity: quantity(dosage.value, dosage.unitText ?? dosage.unit, dosage.unit) },
  ],
})

export const medicationConcept = (product: ProductName) => {
  const { rxcui, name } = PRODUCTS[product]
  return { coding: [coding(RXNORM, [rxcui, name])], text: name }
}

/** A medicine on the list, active or past. */
export const addMedicine = (chart: Chart, prescription: Prescription): string =>
  chart.add('MedicationRequest', 'rx', {
    status: prescription.until ? (prescription.stopped ?? 'completed') : 'active',
    intent: 'order',
    category: [hl7('medicationrequest-category', 'community')],
    medicationCodeableConcept: medicationConcept(prescription.product),
    subject: chart.subject,
    ...(prescription.encounter && { encounter: { reference: prescription.encounter } }),
    authoredOn: prescription.since,
    requester: doctor(prescription.by ?? 'dr-okafor'),
    ...(prescription.reason && { reasonReference: [{ reference: prescription.reason }] }),
    dosageInstruction: [dosageInstruction(prescription.dosage, prescription.since, prescription.until)],
    dispenseRequest: { numberOfRepeatsAllowed: prescription.until ? 0 : 3 },
  })

/** Usual dosages, spelled once. */
export const daily = (value: number, unit: string, text: string, perDay = 1): Dosage => ({ value, unit, perDay, text })
export const tablets = (count: number, text: string, perDay = 1): Dosage => ({
  value: count,
  unit: '{tbl}',
  unitText: 'tablet',
  perDay,
  text,
})
export const asNeeded = (value: number, unit: string, text: string, perDay: number): Dosage => ({
  value,
  unit,
  perDay,
  text,
  asNeeded: true,
})
