import type { FhirResource } from '../../src/contract/facts.ts'
import { concept, hl7, SNOMED } from './codes.ts'

const organization = (id: string, name: string, kind: string): FhirResource => ({
  resourceType: 'Organization',
  id,
  active: true,
  type: [hl7('organization-type', kind === 'lab' ? 'other' : 'prov')],
  name,
  telecom: [{ system: 'phone', value: '+1-555-0100', use: 'work' }],
})

const practitioner = (id: string, given: string, family: string, suffix: string): FhirResource => ({
  resourceType: 'Practitioner',
  id,
  active: true,
  name: [{ use: 'official', family, given: [given], suffix: [suffix], text: `${given} ${family}, ${suffix}` }],
})

const role = (id: string, who: string, code: readonly [string, string]): FhirResource => ({
  resourceType: 'PractitionerRole',
  id: `role-${id}`,
  active: true,
  practitioner: { reference: `Practitioner/${id}`, display: who },
  organization: { reference: 'Organization/clinic' },
  specialty: [concept(SNOMED, code)],
})

const PEOPLE = [
  ['dr-okafor', 'Adaeze', 'Okafor', 'MD', ['419772000', 'Family practice']],
  ['dr-lindqvist', 'Henrik', 'Lindqvist', 'MD', ['394579002', 'Cardiology']],
  ['dr-moreau', 'Claire', 'Moreau', 'MD', ['394593009', 'Medical oncology']],
  ['dr-tanaka', 'Emi', 'Tanaka', 'MD', ['394591006', 'Neurology']],
  ['dr-haddad', 'Samir', 'Haddad', 'MD', ['394584008', 'Gastroenterology']],
  ['dr-kowalska', 'Zofia', 'Kowalska', 'MD', ['394587001', 'Psychiatry']],
  ['dr-nguyen', 'Minh', 'Nguyen', 'MD', ['394807007', 'Infectious diseases']],
  ['dr-oduya', 'Grace', 'Oduya', 'MD', ['394537008', 'Pediatrics']],
] as const

export type Doctor = (typeof PEOPLE)[number][0]

const PLACES = [
  ['clinic', 'Riverbend Community Health (synthetic)', 'prov'],
  ['hospital', 'Riverbend General Hospital (synthetic)', 'prov'],
  ['lab', 'Riverbend Clinical Laboratory (synthetic)', 'lab'],
  ['genomics-lab', 'Harborlight Genomics Laboratory (synthetic)', 'lab'],
  ['second-genomics-lab', 'Northfield Molecular Diagnostics (synthetic)', 'lab'],
] as const

/** A place as records refer to it: by reference and by name, so that a reader needs no second read to know the laboratory. */
export const place = (id: (typeof PLACES)[number][0]): { reference: string; display: string } => ({
  reference: `Organization/${id}`,
  display: PLACES.find(([known]) => known === id)?.[1] ?? id,
})

/** Endpoint of the sandbox's drawn pictures. The server puts its own address in place of the example host. */
export const PICTURES = 'sandbox-pictures'

const ENDPOINT: FhirResource = {
  resourceType: 'Endpoint',
  id: PICTURES,
  status: 'active',
  connectionType: { system: 'http://terminology.hl7.org/CodeSystem/endpoint-connection-type', code: 'dicom-wado-rs' },
  name: 'Pictures of the sandbox (drawn)',
  payloadType: [{ text: 'DICOM WADO-RS' }],
  address: 'https://sandbox.attune.example/dicomweb',
}

/** The people and places that all charts refer to. */
export const CLINIC: readonly FhirResource[] = [
  ...PLACES.map(([id, name, kind]) => organization(id, name, kind)),
  ENDPOINT,
  {
    resourceType: 'Location',
    id: 'clinic-main',
    status: 'active',
    name: 'Riverbend Clinic',
    managingOrganization: { reference: 'Organization/clinic' },
  },
  ...PEOPLE.flatMap(([id, given, family, suffix, specialty]) => [
    practitioner(id, given, family, suffix),
    role(id, `${given} ${family}, ${suffix}`, specialty),
  ]),
]

/** Who is logged in to the sandbox EHR. */
export const SANDBOX_USER = 'Practitioner/dr-okafor'

const NAMES = new Map<Doctor, string>(PEOPLE.map(([id, given, family, suffix]) => [id, `${given} ${family}, ${suffix}`]))

export const doctor = (id: Doctor) => ({ reference: `Practitioner/${id}`, display: NAMES.get(id) ?? id })
