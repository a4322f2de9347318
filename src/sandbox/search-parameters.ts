import type { FhirResource } from '../contract/facts.ts'

/** A search parameter: how its values are compared, and the members of the resource that hold them. */
export type SearchParameter = { readonly kind: 'token' | 'date' | 'reference' | 'string'; readonly members: readonly string[] }

const token = (...members: string[]): SearchParameter => ({ kind: 'token', members })
const date = (...members: string[]): SearchParameter => ({ kind: 'date', members })
const reference = (...members: string[]): SearchParameter => ({ kind: 'reference', members })
const text = (...members: string[]): SearchParameter => ({ kind: 'string', members })

type Parameters = { readonly [name: string]: SearchParameter }

const SUBJECT: Parameters = { patient: reference('subject'), subject: reference('subject') }
const PATIENT: Parameters = { patient: reference('patient') }
const ENCOUNTER: Parameters = { encounter: reference('encounter') }
const STATUS: Parameters = { status: token('status') }
const CODE: Parameters = { code: token('code') }
const CATEGORY: Parameters = { category: token('category') }
const MEDICATION: Parameters = { code: token('medicationCodeableConcept') }

/** Parameters by resource type (FHIR R4 names). A type that is not here does not exist in the sandbox. */
export const SEARCH_PARAMETERS: { readonly [type: string]: Parameters } = {
  Patient: {
    identifier: token('identifier'),
    name: text('name'),
    family: text('name.family'),
    given: text('name.given'),
    birthdate: date('birthDate'),
    gender: token('gender'),
  },
  Observation: {
    ...SUBJECT,
    ...ENCOUNTER,
    ...STATUS,
    ...CODE,
    ...CATEGORY,
    date: date('effectiveDateTime', 'effectivePeriod', 'effectiveInstant'),
    'derived-from': reference('derivedFrom'),
    'has-member': reference('hasMember'),
    device: reference('device'),
  },
  DiagnosticReport: {
    ...SUBJECT,
    ...ENCOUNTER,
    ...STATUS,
    ...CODE,
    ...CATEGORY,
    date: date('effectiveDateTime', 'effectivePeriod'),
    issued: date('issued'),
    result: reference('result'),
  },
  Condition: {
    ...SUBJECT,
    ...ENCOUNTER,
    ...CODE,
    ...CATEGORY,
    'clinical-status': token('clinicalStatus'),
    'verification-status': token('verificationStatus'),
    'onset-date': date('onsetDateTime', 'onsetPeriod'),
    'recorded-date': date('recordedDate'),
  },
  MedicationRequest: {
    ...SUBJECT,
    ...ENCOUNTER,
    ...STATUS,
    ...CATEGORY,
    ...MEDICATION,
    intent: token('intent'),
    authoredon: date('authoredOn'),
    requester: reference('requester'),
  },
  MedicationStatement: { ...SUBJECT, ...STATUS, ...MEDICATION, effective: date('effectiveDateTime', 'effectivePeriod') },
  MedicationDispense: { ...SUBJECT, ...STATUS, ...MEDICATION, whenhandedover: date('whenHandedOver') },
  MedicationAdministration: { ...SUBJECT, ...STATUS, ...MEDICATION, 'effective-time': date('effectiveDateTime', 'effectivePeriod') },
  Medication: { ...CODE, ...STATUS },
  AllergyIntolerance: {
    ...PATIENT,
    ...CODE,
    ...CATEGORY,
    'clinical-status': token('clinicalStatus'),
    'verification-status': token('verificationStatus'),
    criticality: token('criticality'),
    date: date('recordedDate'),
  },
  Procedure: { ...SUBJECT, ...ENCOUNTER, ...STATUS, ...CODE, ...CATEGORY, date: date('performedDateTime', 'performedPeriod') },
  Encounter: { ...SUBJECT, ...STATUS, class: token('class'), type: token('type'), date: date('period') },
  Immunization: { ...PATIENT, ...STATUS, 'vaccine-code': token('vaccineCode'), date: date('occurrenceDateTime') },
  FamilyMemberHistory: { ...PATIENT, ...STATUS, relationship: token('relationship'), code: token('condition.code'), date: date('date') },
  ImagingStudy: { ...SUBJECT, ...STATUS, modality: token('modality'), started: date('started'), identifier: token('identifier') },
  DocumentReference: { ...SUBJECT, identifier: token('identifier'), ...STATUS, ...CATEGORY, type: token('type'), date: date('date') },
  ServiceRequest: { ...SUBJECT, ...ENCOUNTER, ...STATUS, ...CODE, ...CATEGORY, intent: token('intent'), authored: date('authoredOn') },
  Specimen: { ...SUBJECT, ...STATUS, type: token('type') },
  Task: { patient: reference('for'), subject: reference('for'), ...STATUS, ...CODE, intent: token('intent') },
  QuestionnaireResponse: { ...SUBJECT, ...ENCOUNTER, ...STATUS, authored: date('authored') },
  RiskAssessment: { ...SUBJECT, ...ENCOUNTER, date: date('occurrenceDateTime') },
  Endpoint: { ...STATUS, 'connection-type': token('connectionType') },
  Device: { ...PATIENT, type: token('type') },
  Composition: { ...SUBJECT, ...ENCOUNTER, ...STATUS, type: token('type'), date: date('date') },
  Binary: {},
  Practitioner: { identifier: token('identifier'), name: text('name'), family: text('name.family'), given: text('name.given') },
  PractitionerRole: { practitioner: reference('practitioner'), organization: reference('organization'), specialty: token('specialty') },
  Organization: { name: text('name'), identifier: token('identifier'), type: token('type') },
  Location: { name: text('name') },
}

/** Parameters that every type has. */
const COMMON: Parameters = { _id: token('id'), _lastUpdated: date('meta.lastUpdated') }

export const RESOURCE_TYPES: readonly string[] = Object.keys(SEARCH_PARAMETERS)

const TABLE: ReadonlyMap<string, ReadonlyMap<string, SearchParameter>> = new Map(
  Object.entries(SEARCH_PARAMETERS).map(([type, own]) => [type, new Map(Object.entries({ ...COMMON, ...own }))]),
)

/** All parameters of a type; undefined for a type that the sandbox does not have. */
export const parametersOf = (type: string): ReadonlyMap<string, SearchParameter> | undefined => TABLE.get(type)

/** Types that belong to no patient and may be read with any patient's token: they hold no patient data. */
export const SHARED_TYPES: ReadonlySet<string> = new Set([
  'Practitioner',
  'PractitionerRole',
  'Organization',
  'Location',
  'Medication',
  'Endpoint',
])

const PATIENT_MEMBERS = ['subject', 'patient', 'for', 'securityContext'] as const

/** Id of the patient whose chart a resource stands in; null when it names none. */
export const patientOf = (resource: FhirResource): string | null => {
  if (resource.resourceType === 'Patient') return resource.id ?? null
  for (const member of PATIENT_MEMBERS) {
    const value = resource[member]
    if (!value || typeof value !== 'object' || !('reference' in value) || typeof value.reference !== 'string') continue
    const [, id] = /(?:^|\/)Patient\/([A-Za-z0-9.-]{1,64})$/.exec(value.reference) ?? []
    if (id) return id
  }
  return null
}
