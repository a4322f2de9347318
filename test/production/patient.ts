const RXNORM = 'http://www.nlm.nih.gov/research/umls/rxnorm'

/** Code, gene and value as in the HL7 genomics reporting guide: genotype display name with the gene studied as a component. */
export const CYP2C19_GENOTYPE = {
  code: { coding: [{ system: 'http://loinc.org', code: '84413-4', display: 'Genotype display name' }] },
  valueCodeableConcept: { text: '*2/*2' },
  component: [
    {
      code: { coding: [{ system: 'http://loinc.org', code: '48018-6', display: 'Gene studied [ID]' }] },
      valueCodeableConcept: { coding: [{ system: 'http://www.genenames.org/geneId', code: 'HGNC:2621', display: 'CYP2C19' }] },
    },
  ],
} as const

export const PATIENT_ID = 'pt-5521'

/** One patient of a hospital: CYP2C19 poor metabolizer, atorvastatin, a recent stent. */
export const chart = [
  {
    resourceType: 'Patient',
    id: PATIENT_ID,
    identifier: [{ system: 'urn:mrn', value: 'MRN-90210-77' }],
    name: [{ family: 'Zephyrhills', given: ['Ottoline'] }],
    gender: 'female',
    birthDate: '1961-03-04',
  },
  {
    resourceType: 'Observation',
    id: 'cyp2c19',
    status: 'final',
    category: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'laboratory' }] }],
    ...CYP2C19_GENOTYPE,
    subject: { reference: `Patient/${PATIENT_ID}` },
    effectiveDateTime: '2025-06-01',
  },
  {
    resourceType: 'MedicationRequest',
    id: 'statin',
    status: 'active',
    intent: 'order',
    subject: { reference: `Patient/${PATIENT_ID}` },
    medicationCodeableConcept: { text: 'atorvastatin 20 MG Oral Tablet', coding: [{ system: RXNORM, code: '617310' }] },
  },
  {
    resourceType: 'Procedure',
    id: 'stent',
    status: 'completed',
    code: { coding: [{ system: 'http://snomed.info/sct', code: '415070008', display: 'Percutaneous coronary intervention' }] },
    subject: { reference: `Patient/${PATIENT_ID}` },
    performedDateTime: '2026-10-01',
  },
] as const

/** Clopidogrel 75 mg as a draft order. */
export const clopidogrel = (id = 'draft-1', patient: string = PATIENT_ID) => ({
  resourceType: 'MedicationRequest',
  id,
  status: 'draft',
  intent: 'order',
  subject: { reference: `Patient/${patient}` },
  medicationCodeableConcept: { text: 'clopidogrel 75 MG Oral Tablet', coding: [{ system: RXNORM, code: '309362' }] },
})

const searchset = (type: string) => ({
  resourceType: 'Bundle',
  type: 'searchset',
  entry: chart.filter(({ resourceType }) => resourceType === type).map((resource) => ({ resource })),
})

/** What an EHR with prefetch sends. */
export const prefetch = () => ({
  patient: chart[0],
  genotypes: searchset('Observation'),
  labs: searchset('Observation'),
  vitals: searchset('Vital'),
  lifestyle: searchset('Lifestyle'),
  surveys: searchset('Survey'),
  reports: searchset('DiagnosticReport'),
  conditions: searchset('Condition'),
  allergies: searchset('AllergyIntolerance'),
  medications: searchset('MedicationRequest'),
  procedures: searchset('Procedure'),
  pregnancy: searchset('Pregnancy'),
  requests: searchset('ServiceRequest'),
})

export const orderSign = (members: object = {}, drafts: readonly object[] = [clopidogrel()]) => ({
  hook: 'order-sign',
  hookInstance: crypto.randomUUID(),
  context: {
    userId: 'Practitioner/dr-1',
    patientId: PATIENT_ID,
    draftOrders: { resourceType: 'Bundle', type: 'collection', entry: drafts.map((resource) => ({ resource })) },
  },
  ...members,
})
