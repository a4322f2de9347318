import type { FhirResource } from '../../src/contract/facts.ts'
import { coding, HGNC, hl7, ICD10CM, LOINC, PROBLEMS, quantity, RXNORM, SNOMED } from '../patients/codes.ts'
import { at, daysAgo } from '../patients/dates.ts'
import { ANALYTES } from '../patients/labs-table.ts'
import { PRODUCTS, type ProductName } from '../patients/medicines.ts'
import { makeRandom, type Random } from '../patients/random.ts'
import { AILMENTS, PANEL, RACES, TESTED, VISIT_LABS } from './tables.ts'

type Person = { readonly id: string; readonly age: number; readonly sex: 'female' | 'male'; readonly random: Random }

const pick = <T extends readonly unknown[]>(rows: readonly T[], random: Random): T => {
  let left = random.next()
  return (
    rows.find((row) => {
      left -= row.at(-1) as number // the last member of a row is its share
      return left < 0
    }) ?? (rows[0] as T)
  ) // rows are never empty
}

const subjectOf = ({ id }: Person) => ({ reference: `Patient/${id}` })

const patientOf = ({ id, age, sex, random }: Person): FhirResource => {
  const [code, display] = pick(RACES, random)
  return {
    resourceType: 'Patient',
    id,
    extension: [
      {
        url: 'http://hl7.org/fhir/us/core/StructureDefinition/us-core-race',
        extension: [
          { url: 'ombCategory', valueCoding: { system: 'urn:oid:2.16.840.1.113883.6.238', code, display } },
          { url: 'text', valueString: display },
        ],
      },
    ],
    name: [{ family: `Synthetic${id.replace(/\D/g, '')}`, given: ['Person'] }],
    gender: sex,
    birthDate: daysAgo(Math.round(age * 365.25) + random.between(0, 364)),
  }
}

const observation = (person: Person, id: string, members: object): FhirResource => ({
  resourceType: 'Observation',
  id: `${person.id}-${id}`,
  status: 'final',
  subject: subjectOf(person),
  ...members,
})

const labsOf = (person: Person, visit: number, day: string): FhirResource[] =>
  VISIT_LABS.map((name) => {
    const { loinc, unit, decimals, mean, deviation } = ANALYTES[name]
    const value = Number(Math.max(0.1, person.random.normal(mean[person.sex], deviation * 1.6)).toFixed(decimals))
    return observation(person, `lab-${visit}-${name}`, {
      category: [hl7('observation-category', 'laboratory')],
      code: { coding: [coding(LOINC, loinc)], text: ANALYTES[name].name },
      effectiveDateTime: at(day, '08:10'),
      valueQuantity: quantity(value, unit),
    })
  })

const vitalsOf = (person: Person, visit: number, day: string): FhirResource[] => {
  const { random } = person
  const vital = (name: string, code: string, display: string, members: object) =>
    observation(person, `vital-${visit}-${name}`, {
      category: [hl7('observation-category', 'vital-signs')],
      code: { coding: [{ system: LOINC, code, display }], text: display },
      effectiveDateTime: at(day, '09:05'),
      ...members,
    })
  const part = (code: string, display: string, value: number) => ({
    code: { coding: [{ system: LOINC, code, display }] },
    valueQuantity: quantity(value, 'mmHg', 'mm[Hg]'),
  })
  return [
    vital('pressure', '85354-9', 'Blood pressure panel', {
      component: [
        part('8480-6', 'Systolic blood pressure', Math.round(random.normal(128, 15))),
        part('8462-4', 'Diastolic blood pressure', Math.round(random.normal(78, 9))),
      ],
    }),
    vital('weight', '29463-7', 'Body weight', { valueQuantity: quantity(Number(random.normal(78, 15).toFixed(1)), 'kg') }),
    vital('height', '8302-2', 'Body height', { valueQuantity: quantity(Math.round(random.normal(169, 9)), 'cm') }),
  ]
}

const panelOf = (person: Person, day: string): FhirResource[] => {
  const results = PANEL.map(({ gene, hgnc, diplotypes }) =>
    observation(person, `gene-${gene.toLowerCase()}`, {
      category: [hl7('observation-category', 'laboratory'), hl7('v2-0074', 'GE')],
      code: { coding: [{ system: LOINC, code: '84413-4', display: 'Genotype display name' }] },
      effectiveDateTime: at(day, '07:45'),
      performer: [{ reference: 'Organization/genomics-lab' }],
      valueCodeableConcept: { text: pick(diplotypes, person.random)[0] },
      component: [
        {
          code: { coding: [{ system: LOINC, code: '48018-6', display: 'Gene studied [ID]' }] },
          valueCodeableConcept: { coding: [{ system: HGNC, code: hgnc, display: gene }], text: gene },
        },
      ],
    }),
  )
  const report: FhirResource = {
    resourceType: 'DiagnosticReport',
    id: `${person.id}-panel`,
    status: 'final',
    category: [hl7('v2-0074', 'GE')],
    code: { coding: [{ system: LOINC, code: '51969-4', display: 'Genetic analysis report' }] },
    subject: subjectOf(person),
    effectiveDateTime: at(day, '07:45'),
    result: results.map(({ id }) => ({ reference: `Observation/${id}` })),
  }
  return [...results, report]
}

/** One prescription in five points at a Medication in a file of its own, as some EHRs do it. */
const prescriptionOf = (person: Person, product: ProductName): FhirResource => {
  const { random } = person
  const { rxcui, name } = PRODUCTS[product]
  const pointed = random.next() < 0.2
  return {
    resourceType: 'MedicationRequest',
    id: `${person.id}-rx-${product.toLowerCase()}`,
    status: 'active',
    intent: 'order',
    ...(pointed
      ? { medicationReference: { reference: `Medication/${product.toLowerCase()}` } }
      : { medicationCodeableConcept: { coding: [{ system: RXNORM, code: rxcui, display: name }], text: name } }),
    subject: subjectOf(person),
    authoredOn: daysAgo(random.between(20, 700)),
    dosageInstruction: [
      {
        text: '1 each day',
        timing: { repeat: { frequency: 1, period: 1, periodUnit: 'd' } },
        doseAndRate: [{ doseQuantity: { value: 1, unit: 'tablet' } }],
      },
    ],
  }
}

const ailmentsOf = (person: Person): FhirResource[] => {
  const { random, age } = person
  return AILMENTS.filter(({ share, from }) => random.next() < share && age >= from).flatMap(({ problem, icd10, takes }) => {
    const drawn = random.next()
    let sum = 0
    const first = takes.find(([, share]) => {
      sum += share
      return drawn < sum
    })
    const condition: FhirResource = {
      resourceType: 'Condition',
      id: `${person.id}-${problem.toLowerCase()}`,
      clinicalStatus: hl7('condition-clinical', 'active'),
      verificationStatus: hl7('condition-ver-status', 'confirmed'),
      category: [hl7('condition-category', 'problem-list-item')],
      code: {
        coding: [coding(SNOMED, PROBLEMS[problem]), { system: ICD10CM, code: icd10 }],
        text: PROBLEMS[problem][1],
      },
      subject: subjectOf(person),
      onsetDateTime: daysAgo(random.between(100, 4000)),
    }
    return first ? [condition, prescriptionOf(person, first[0])] : [condition]
  })
}

const allergyOf = (person: Person): FhirResource[] =>
  person.random.next() > 0.08
    ? []
    : [
        {
          resourceType: 'AllergyIntolerance',
          id: `${person.id}-allergy`,
          clinicalStatus: hl7('allergyintolerance-clinical', 'active'),
          verificationStatus: hl7('allergyintolerance-verification', 'confirmed'),
          code: { coding: [{ system: SNOMED, code: '91936005', display: 'Allergy to penicillin' }], text: 'Penicillin' },
          patient: subjectOf(person),
        },
      ]

const visitsOf = (person: Person): FhirResource[] =>
  Array.from({ length: person.random.between(0, 3) }, (_, visit) => visit).flatMap((visit) => {
    const day = daysAgo(person.random.between(5, 900))
    const encounter: FhirResource = {
      resourceType: 'Encounter',
      id: `${person.id}-visit-${visit}`,
      status: 'finished',
      class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' },
      subject: subjectOf(person),
      period: { start: at(day, '08:00'), end: at(day, '09:30') },
    }
    return [encounter, ...labsOf(person, visit, day), ...vitalsOf(person, visit, day)]
  })

/** Everything about one person who does not exist. The same seed and number give the same resources. */
export const makePerson = (seed: string, number: number): readonly FhirResource[] => {
  const id = `p${String(number).padStart(7, '0')}`
  const random = makeRandom(`${seed}/${number}`)
  const person: Person = { id, age: random.between(2, 92), sex: random.next() < 0.5 ? 'female' : 'male', random }
  return [
    patientOf(person),
    ...ailmentsOf(person),
    ...allergyOf(person),
    ...visitsOf(person),
    ...(random.next() < TESTED ? panelOf(person, daysAgo(random.between(30, 1500))) : []),
  ]
}

/** What names no patient: the products that prescriptions point at, and a laboratory. */
export const sharedResources = (): readonly FhirResource[] => [
  ...Object.entries(PRODUCTS).map(
    ([product, { rxcui, name }]): FhirResource => ({
      resourceType: 'Medication',
      id: product.toLowerCase(),
      code: { coding: [{ system: RXNORM, code: rxcui, display: name }], text: name },
    }),
  ),
  { resourceType: 'Organization', id: 'genomics-lab', name: 'Synthetic genomics laboratory' },
]
