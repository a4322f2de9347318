/** Calls of nearly the largest body that is read (F30), each of many entries of one kind: no patient has them, but a sender may send them. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot } from '../../src/project-root.ts'

const RXNORM = 'http://www.nlm.nih.gov/research/umls/rxnorm'
const SNOMED = 'http://snomed.info/sct'
const LOINC = 'http://loinc.org'
const PATIENT = 'a'
const subject = { reference: `Patient/${PATIENT}` }

type Product = { readonly rxcui: string; readonly name: string; readonly ingredients: readonly string[] }

const products = (JSON.parse(readFileSync(join(projectRoot, 'rules/drugs/products.json'), 'utf8')) as { readonly rows: readonly Product[] })
  .rows
const guided = new Set(readdirSync(join(projectRoot, 'rules/guidance')).map((file) => file.replace('.json', '')))
const withGuidance = products.filter(({ ingredients }) => guided.has(ingredients.join('-')))
const one = withGuidance.filter(({ ingredients }) => ingredients[0] === 'clopidogrel').slice(0, 1)

const of = <T>(rows: readonly T[], n: number): T => rows[n % rows.length] as T
const concept = (system: string, code: string, text: string) => ({ text, coding: [{ system, code, display: text }] })
const dateOf = (n: number): string => new Date(Date.UTC(2026, 0, 1) - n * 3_600_000).toISOString()

type Make = (n: number) => object

const medication =
  (from: readonly Product[], status: string): Make =>
  (n) => ({
    resourceType: 'MedicationRequest',
    id: `${status}${n}`,
    status,
    intent: 'order',
    subject,
    medicationCodeableConcept: concept(RXNORM, of(from, n).rxcui, of(from, n).name),
  })

const observation =
  (members: Make): Make =>
  (n) => ({ resourceType: 'Observation', id: `o${n}`, status: 'final', subject, effectiveDateTime: dateOf(n), ...members(n) })

const category = (code: string) => [concept('http://terminology.hl7.org/CodeSystem/observation-category', code, code)]

const genotype = (symbol: string, value: string) => ({
  code: concept(LOINC, '84413-4', 'Genotype display name'),
  valueCodeableConcept: { text: value },
  component: [{ code: concept(LOINC, '48018-6', 'Gene studied [ID]'), valueCodeableConcept: { text: symbol } }],
})

const note = (n: number) => ({
  resourceType: 'DocumentReference',
  id: `n${n}`,
  status: 'current',
  subject,
  date: dateOf(n),
  type: { text: `Note ${n}` },
  content: [{ attachment: { contentType: 'text/plain', data: Buffer.from(`No fever. Possible asthma ${n}.`).toString('base64') } }],
})

/** Of each kind of resource, one of many. */
const RESOURCES: Readonly<Record<string, Make>> = {
  'medicines in use, of all drugs': medication(products, 'active'),
  'medicines in use, of one drug': medication(one, 'active'),
  'medicines by statement': (n) => ({
    resourceType: 'MedicationStatement',
    id: `s${n}`,
    status: 'active',
    subject,
    effectiveDateTime: dateOf(n),
    medicationCodeableConcept: concept(RXNORM, of(products, n).rxcui, of(products, n).name),
  }),
  allergies: (n) => ({
    resourceType: 'AllergyIntolerance',
    id: `g${n}`,
    patient: subject,
    code: concept(RXNORM, of(products, n).rxcui, of(products, n).name),
    reaction: [{ manifestation: [concept(SNOMED, `${n}`, 'Hives')] }],
  }),
  conditions: (n) => ({
    resourceType: 'Condition',
    id: `c${n}`,
    subject,
    code: concept(SNOMED, `${n}`, `Problem ${n}`),
    onsetDateTime: dateOf(n),
  }),
  'conditions without a code': (n) => ({ resourceType: 'Condition', id: `c${n}`, subject, code: { text: `problem ${n}` } }),
  immunizations: (n) => ({
    resourceType: 'Immunization',
    id: `i${n}`,
    status: 'completed',
    patient: subject,
    vaccineCode: { text: `Vaccine ${n}` },
    occurrenceDateTime: dateOf(n),
  }),
  procedures: (n) => ({
    resourceType: 'Procedure',
    id: `p${n}`,
    status: 'completed',
    subject,
    code: concept(SNOMED, `${n}`, `Procedure ${n}`),
    performedDateTime: dateOf(n),
  }),
  relatives: (n) => ({
    resourceType: 'FamilyMemberHistory',
    id: `f${n}`,
    status: 'completed',
    patient: subject,
    relationship: { text: n % 2 ? 'mother' : 'sister' },
    condition: [{ code: { text: 'Breast cancer' }, onsetAge: { value: 50, unit: 'a' } }],
  }),
  'laboratory results': observation((n) => ({
    category: category('laboratory'),
    code: concept(LOINC, `${10_000 + (n % 500)}-1`, `Result ${n % 500}`),
    valueQuantity: { value: n, unit: 'mg/dL' },
  })),
  'results of one gene': observation((n) => genotype('CYP2C19', `*${1 + (n % 2)}/*2`)),
  'results with many components': observation((n) => ({
    code: concept(LOINC, '69548-6', 'Variant'),
    component: Array.from({ length: 50 }, (_, part) => ({
      code: concept(LOINC, part === 0 ? '48018-6' : `${part}-1`, 'Part'),
      valueCodeableConcept: { text: `value ${n}` },
    })),
  })),
  notes: note,
  'reports with a conclusion': (n) => ({
    resourceType: 'DiagnosticReport',
    id: `r${n}`,
    status: 'final',
    subject,
    code: { text: `Report ${n}` },
    conclusion: 'CYP2C19 *2/*2, poor metabolizer',
  }),
  'resources of unknown types': (n) => ({ resourceType: `Unknown${n}`, id: `u${n}` }),
  'things that are no resources': (n) => ({ n }),
  'resources of others': (n) => ({
    resourceType: 'Condition',
    id: `c${n}`,
    subject: { reference: `Patient/b${n}` },
    code: { text: 'Problem' },
  }),
  'test orders': (n) => ({
    resourceType: 'ServiceRequest',
    id: `t${n}`,
    status: 'active',
    intent: 'order',
    subject,
    code: { text: `Test ${n}` },
  }),
  encounters: (n) => ({ resourceType: 'Encounter', id: `e${n}`, status: 'finished', subject, period: { start: dateOf(n) } }),
  'answers to questionnaires': (n) => ({
    resourceType: 'QuestionnaireResponse',
    id: `q${n}`,
    status: 'completed',
    subject,
    authored: dateOf(n),
    item: [{ linkId: '1', text: 'Question', answer: [{ valueString: 'Answer' }] }],
  }),
  'readings of devices': observation((n) => ({
    device: { reference: `Device/d${n}` },
    code: concept(LOINC, '8867-4', 'Heart rate'),
    valueQuantity: { value: 60 + (n % 40), unit: '/min' },
  })),
  'vital signs': observation((n) => ({
    category: category('vital-signs'),
    code: concept(LOINC, '8867-4', 'Heart rate'),
    valueQuantity: { value: 60 + (n % 40), unit: '/min' },
  })),
}

const patient = { resourceType: 'Patient', id: PATIENT, gender: 'female', birthDate: '1961-03-04' }
const bundle = (resources: readonly object[]) => ({
  resourceType: 'Bundle',
  type: 'searchset',
  entry: resources.map((resource) => ({ resource })),
})

/** A genotype, so that there is something to say. */
const known = observation(() => genotype('CYP2C19', '*2/*2'))(0)

const bodyOf = (drafts: readonly object[], prefetch: object): string =>
  JSON.stringify({
    hook: 'order-sign',
    hookInstance: 'd1577c69-dfbe-44ad-ba6d-3e05e953b2ea',
    context: {
      userId: 'Practitioner/1',
      patientId: PATIENT,
      draftOrders: { resourceType: 'Bundle', type: 'collection', entry: drafts.map((resource) => ({ resource })) },
    },
    prefetch: { patient, genotypes: bundle([known]), ...prefetch },
  })

/** In a Bundle each entry has its own `{"resource":},`. */
const AROUND = 14

/** As many as fill so many bytes. */
const filling = (bytes: number, make: Make): object[] => {
  const all: object[] = []
  for (let size = 0; size < bytes; size += JSON.stringify(all.at(-1)).length + AROUND) all.push(make(all.length))
  return all
}

const draft = medication(one, 'draft')

const nested = (depth: number): object => (depth === 0 ? {} : { extension: [nested(depth - 1)] })

/** By name, a call of about so many bytes. */
export const LARGE_CALLS: Readonly<Record<string, (bytes: number) => string>> = {
  'orders of one drug': (bytes) => bodyOf(filling(bytes, draft), {}),
  'orders of drugs with guidance': (bytes) => bodyOf(filling(bytes, medication(withGuidance, 'draft')), {}),
  'orders of all drugs': (bytes) => bodyOf(filling(bytes, medication(products, 'draft')), {}),
  'orders of unknown drugs': (bytes) =>
    bodyOf(
      filling(bytes, (n) => ({ ...draft(n), medicationCodeableConcept: { text: `Nothing ${n} known` } })),
      {},
    ),
  'orders and medicines in use': (bytes) =>
    bodyOf(filling(bytes / 2, medication(withGuidance, 'draft')), {
      medications: bundle(filling(bytes / 2, medication(products, 'active'))),
    }),
  'drafts that are no resources': (bytes) =>
    bodyOf(
      filling(bytes, (n) => ({ n })),
      {},
    ),
  ...Object.fromEntries(
    Object.entries(RESOURCES).map(([name, make]) => [name, (bytes: number) => bodyOf([draft(0)], { more: bundle(filling(bytes, make)) })]),
  ),
  'names of one patient': (bytes) =>
    bodyOf([draft(0)], { patient: { ...patient, name: filling(bytes, (n) => ({ family: `N${n}`, given: ['A'] })) } }),
  'extensions of one patient': (bytes) =>
    bodyOf([draft(0)], {
      patient: { ...patient, extension: filling(bytes, (n) => ({ url: `http://example.org/${n}`, valueString: 'x' })) },
    }),
  'codes of one condition': (bytes) =>
    bodyOf([draft(0)], {
      conditions: bundle([
        {
          resourceType: 'Condition',
          id: 'c',
          subject,
          code: { coding: filling(bytes, (n) => ({ system: SNOMED, code: `${n}`, display: `Problem ${n}` })) },
        },
      ]),
    }),
  'codes of one medicine': (bytes) =>
    bodyOf([draft(0)], {
      medications: bundle([
        {
          ...medication(one, 'active')(0),
          medicationCodeableConcept: {
            coding: filling(bytes, (n) => ({ system: RXNORM, code: of(products, n).rxcui, display: of(products, n).name })),
          },
        },
      ]),
    }),
  'codes of one order': (bytes) =>
    bodyOf(
      [
        {
          ...draft(0),
          medicationCodeableConcept: {
            coding: filling(bytes, (n) => ({ system: RXNORM, code: of(products, n).rxcui, display: of(products, n).name })),
          },
        },
      ],
      {},
    ),
  'lines of one dosage': (bytes) =>
    bodyOf(
      [
        {
          ...draft(0),
          dosageInstruction: filling(bytes, (n) => ({
            sequence: n,
            text: '1 tablet twice daily',
            doseAndRate: [{ doseQuantity: { value: 1, unit: 'mg' } }],
          })),
        },
      ],
      {},
    ),
  'reasons of one order': (bytes) =>
    bodyOf([{ ...draft(0), reasonCode: filling(bytes, (n) => concept(SNOMED, `${n}`, `Problem ${n}`)) }], {}),
  'components of one result': (bytes) =>
    bodyOf([draft(0)], {
      labs: bundle([
        observation(() => ({
          ...genotype('CYP2C19', '*1/*2'),
          component: filling(bytes, (n) => ({ code: concept(LOINC, '48018-6', 'Gene'), valueCodeableConcept: { text: `G${n}` } })),
        }))(1),
      ]),
    }),
  'values of one result': (bytes) =>
    bodyOf([draft(0)], {
      labs: bundle([
        observation(() => ({
          code: { text: 'x' },
          component: filling(bytes, (n) => ({ code: { text: `part ${n}` }, valueQuantity: { value: n, unit: 'mg/dL' } })),
        }))(1),
      ]),
    }),
  'members of one panel': (bytes) =>
    bodyOf([draft(0)], {
      labs: bundle([
        observation(() => ({ code: { text: 'x' }, hasMember: filling(bytes, (n) => ({ reference: `Observation/x${n}` })) }))(1),
      ]),
    }),
  'resources contained in one': (bytes) =>
    bodyOf([{ ...draft(0), contained: filling(bytes, (n) => ({ resourceType: 'Medication', id: `c${n}`, code: { text: 'x' } })) }], {}),
  'references to what one order contains': (bytes) =>
    bodyOf(
      [
        {
          ...draft(0),
          contained: filling(bytes * 0.7, (n) => ({ resourceType: 'Condition', id: `c${n}`, code: { text: `Problem ${n}` } })),
          reasonReference: filling(bytes * 0.3, (n) => ({ reference: `#c${n}` })),
        },
      ],
      {},
    ),
  'one condition in many versions': (bytes) =>
    bodyOf([draft(0)], {
      more: bundle(filling(bytes, (n) => ({ resourceType: 'Condition', id: 'c', subject, code: { text: `Problem ${n}` } }))),
    }),
  'conditions of one relative': (bytes) =>
    bodyOf([draft(0)], {
      family: bundle([{ ...RESOURCES.relatives?.(0), condition: filling(bytes, (n) => ({ code: { text: `Disease ${n}` } })) }]),
    }),
  'answers to one questionnaire': (bytes) =>
    bodyOf([draft(0)], {
      surveys: bundle([
        {
          ...RESOURCES['answers to questionnaires']?.(0),
          item: filling(bytes, (n) => ({ linkId: `${n}`, text: 'Question', answer: [{ valueString: 'Answer' }] })),
        },
      ]),
    }),
  'texts of one note': (bytes) =>
    bodyOf([draft(0)], { notes: bundle([{ ...note(0), content: filling(bytes, (n) => note(n).content[0] as object) }]) }),
  'one note': (bytes) =>
    bodyOf([draft(0)], {
      notes: bundle([
        {
          ...note(0),
          content: [{ attachment: { contentType: 'text/plain', data: Buffer.alloc(bytes * 0.7, 'No fever. Cough. ').toString('base64') } }],
        },
      ]),
    }),
  'one conclusion': (bytes) =>
    bodyOf([draft(0)], {
      reports: bundle([{ ...RESOURCES['reports with a conclusion']?.(0), conclusion: 'CYP2C19 *2/*2 and no fever. '.repeat(bytes / 29) }]),
    }),
  'keys of prefetch': (bytes) => bodyOf([draft(0)], Object.fromEntries(filling(bytes, (n) => ({ n })).map((each, n) => [`key${n}`, each]))),
  'keys of prefetch with a Bundle each': (bytes) =>
    bodyOf(
      [draft(0)],
      Object.fromEntries(filling(bytes / 2, () => bundle([{ resourceType: 'Basic' }])).map((each, n) => [`key${n}`, each])),
    ),
  'Bundles in Bundles': (bytes) =>
    bodyOf([draft(0)], {
      more: bundle(filling(bytes, (n) => bundle([bundle([{ resourceType: 'Condition', id: `c${n}`, subject, code: { text: 'x' } }])]))),
    }),
  'deep extensions': (bytes) =>
    bodyOf([draft(0)], {
      more: bundle(filling(bytes, (n) => ({ resourceType: 'Condition', id: `c${n}`, subject, code: { text: 'x' }, ...nested(24) }))),
    }),
}
