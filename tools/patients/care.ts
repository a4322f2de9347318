import type { Chart, Person } from './chart.ts'
import { type Doctor, doctor } from './clinic.ts'
import { type Code, CVX, coding, concept, hl7, PROBLEMS, PROCEDURES, type Problem, RXNORM, SNOMED, VISITS } from './codes.ts'
import { at } from './dates.ts'

const US_CORE = 'http://hl7.org/fhir/us/core/StructureDefinition'
const RACE_SYSTEM = 'urn:oid:2.16.840.1.113883.6.238'

const origin = (kind: 'race' | 'ethnicity', value: Person['race']) =>
  value
    ? [
        {
          url: `${US_CORE}/us-core-${kind}`,
          extension: [
            { url: 'ombCategory', valueCoding: coding(RACE_SYSTEM, [value.code, value.display]) },
            { url: 'text', valueString: value.display },
          ],
        },
      ]
    : []

export const addPatient = (chart: Chart): string => {
  const { person } = chart
  const extension = [...origin('race', person.race), ...origin('ethnicity', person.ethnicity)]
  return chart.add('Patient', 'patient', {
    ...(extension.length > 0 && { extension }),
    identifier: [
      {
        use: 'usual',
        type: hl7('v2-0203', 'MR'),
        system: 'https://sandbox.attune.example/mrn',
        value: `SYN-${person.id.replace(/\D/g, '').padStart(6, '0')}`,
      },
    ],
    active: true,
    name: [{ use: 'official', family: person.family, given: [person.given], text: `${person.given} ${person.family}` }],
    telecom: [{ system: 'phone', value: `+1-555-01${person.id.replace(/\D/g, '').padStart(2, '0').slice(-2)}`, use: 'mobile' }],
    gender: person.sex,
    birthDate: person.birthDate,
    address: [{ use: 'home', city: person.city, country: 'US' }],
    communication: [{ language: { coding: [{ system: 'urn:ietf:bcp:47', code: person.language ?? 'en' }] }, preferred: true }],
    generalPractitioner: [doctor('dr-okafor')],
    managingOrganization: { reference: 'Organization/clinic' },
  })
}

export type VisitKind = keyof typeof VISITS

/** A visit. One that is `open` is going on at the anchor date; orders of the sandbox belong to it. `since`: a stay that began earlier. */
export const addVisit = (
  chart: Chart,
  kind: VisitKind,
  date: string,
  by: Doctor,
  options: { open?: boolean; until?: string; since?: string; urgent?: boolean; service?: Code } = {},
): string =>
  chart.add('Encounter', 'visit', {
    status: options.open ? 'in-progress' : 'finished',
    class: {
      system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode',
      code: kind === 'inpatient' ? 'IMP' : 'AMB',
      display: kind === 'inpatient' ? 'inpatient encounter' : 'ambulatory',
    },
    type: [concept(SNOMED, VISITS[kind])],
    ...(options.urgent && { priority: { coding: [coding('http://terminology.hl7.org/CodeSystem/v3-ActPriority', ['EM', 'emergency'])] } }),
    ...(options.service && { serviceType: concept(SNOMED, options.service) }),
    subject: chart.subject,
    participant: [{ individual: doctor(by) }],
    period: { start: at(options.since ?? date, '08:00'), ...(!options.open && { end: at(options.until ?? date, '09:30') }) },
    location: [{ location: { reference: 'Location/clinic-main' } }],
    serviceProvider: { reference: kind === 'inpatient' ? 'Organization/hospital' : 'Organization/clinic' },
  })

/** A problem: active, or resolved on a day. */
export const addProblem = (chart: Chart, problem: Problem, onset: string, resolved?: string): string =>
  chart.add('Condition', 'problem', {
    clinicalStatus: hl7('condition-clinical', resolved ? 'resolved' : 'active'),
    verificationStatus: hl7('condition-ver-status', 'confirmed'),
    category: [hl7('condition-category', 'problem-list-item')],
    code: concept(SNOMED, PROBLEMS[problem]),
    subject: chart.subject,
    onsetDateTime: onset,
    ...(resolved && { abatementDateTime: resolved }),
    recordedDate: onset,
    recorder: doctor('dr-okafor'),
  })

export const addProcedure = (
  chart: Chart,
  procedure: keyof typeof PROCEDURES,
  date: string,
  options: { reason?: string; encounter?: string; by?: Doctor } = {},
): string =>
  chart.add('Procedure', 'procedure', {
    status: 'completed',
    code: concept(SNOMED, PROCEDURES[procedure]),
    subject: chart.subject,
    ...(options.encounter && { encounter: { reference: options.encounter } }),
    performedDateTime: at(date, '10:00'),
    performer: [{ actor: doctor(options.by ?? 'dr-okafor') }],
    ...(options.reason && { reasonReference: [{ reference: options.reason }] }),
  })

/** Allergy to a substance, coded in RxNorm (ingredients) or SNOMED CT. */
export const addAllergy = (
  chart: Chart,
  substance: Code,
  system: typeof RXNORM | typeof SNOMED,
  reaction: Code,
  recorded: string,
): string =>
  chart.add('AllergyIntolerance', 'allergy', {
    clinicalStatus: hl7('allergyintolerance-clinical', 'active'),
    verificationStatus: hl7('allergyintolerance-verification', 'confirmed'),
    type: 'allergy',
    category: [system === RXNORM ? 'medication' : 'environment'],
    criticality: 'low',
    code: concept(system, substance),
    patient: chart.subject,
    recordedDate: recorded,
    reaction: [{ manifestation: [concept(SNOMED, reaction)], severity: 'mild' }],
  })

/** The usual statement of a chart without allergies. */
export const addNoKnownAllergies = (chart: Chart, recorded: string): string =>
  chart.add('AllergyIntolerance', 'allergy', {
    clinicalStatus: hl7('allergyintolerance-clinical', 'active'),
    verificationStatus: hl7('allergyintolerance-verification', 'confirmed'),
    code: concept(SNOMED, ['716186003', 'No known allergy']),
    patient: chart.subject,
    recordedDate: recorded,
  })

export const addImmunization = (chart: Chart, vaccine: Code, date: string): string =>
  chart.add('Immunization', 'vaccine', {
    status: 'completed',
    vaccineCode: concept(CVX, vaccine),
    patient: chart.subject,
    occurrenceDateTime: at(date, '09:20'),
    primarySource: true,
  })

const RELATIVES = {
  mother: ['MTH', 'mother'],
  father: ['FTH', 'father'],
  sister: ['SIS', 'sister'],
  brother: ['BRO', 'brother'],
} as const satisfies Record<string, Code>

export type Relative = { readonly who: keyof typeof RELATIVES; readonly problem: Problem; readonly age: number }

export const addRelative = (chart: Chart, { who, problem, age }: Relative, recorded: string): string =>
  chart.add('FamilyMemberHistory', 'family', {
    status: 'completed',
    patient: chart.subject,
    date: recorded,
    relationship: { coding: [coding('http://terminology.hl7.org/CodeSystem/v3-RoleCode', RELATIVES[who])], text: who },
    condition: [
      { code: concept(SNOMED, PROBLEMS[problem]), onsetAge: { value: age, unit: 'years', system: 'http://unitsofmeasure.org', code: 'a' } },
    ],
  })
