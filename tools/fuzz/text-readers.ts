/** The readers of texts of a record, each with a way to give it one (Z4). */
import { join } from 'node:path'
import { clip, escapeText, plainText } from '../../src/cards/markdown.ts'
import type { FhirResource } from '../../src/contract/facts.ts'
import { readFacts } from '../../src/facts/read-facts.ts'
import { loadKnowledge } from '../../src/guidance/load-knowledge.ts'
import { baseOf } from '../../src/http/rate-limit.ts'
import { readNotes } from '../../src/notes/read-notes.ts'
import { readNoteTables } from '../../src/notes/tables.ts'
import { projectRoot } from '../../src/project-root.ts'

const { drugs, genes, tables } = loadKnowledge(join(projectRoot, 'rules'))
const notes = readNoteTables(tables)

const LOINC = 'http://loinc.org'
const subject = { reference: 'Patient/a' }
const concept = (system: string, code: string, text?: string) => ({ coding: [{ system, code }], ...(text === undefined ? {} : { text }) })
const observation = (members: object): FhirResource => ({
  resourceType: 'Observation',
  id: 'o',
  status: 'final',
  subject,
  effectiveDateTime: '2026-01-01',
  ...members,
})
const genotype = (members: object) => observation({ code: concept(LOINC, '84413-4'), ...members })
const order = (members: object): FhirResource => ({
  resourceType: 'MedicationRequest',
  id: 'm',
  status: 'active',
  intent: 'order',
  subject,
  ...members,
})
const lab = (members: object) =>
  observation({
    category: [concept('http://terminology.hl7.org/CodeSystem/observation-category', 'laboratory')],
    code: concept(LOINC, '2160-0'),
    ...members,
  })

/** Every field that is read as words, dates, units or names, with a text in it. */
const FIELDS: Readonly<Record<string, (text: string) => FhirResource>> = {
  'genotype as text': (text) => genotype({ valueString: text }),
  'genotype as display': (text) => genotype({ valueCodeableConcept: { text, coding: [{ display: text }] } }),
  'gene of a genotype': (text) =>
    genotype({
      component: [
        { code: concept(LOINC, '48018-6'), valueCodeableConcept: { text } },
        { code: concept(LOINC, '84413-4'), valueString: '*1/*2' },
      ],
    }),
  'HGVS of a variant': (text) =>
    observation({
      code: concept(LOINC, '69548-6'),
      component: [
        { code: concept(LOINC, '48004-6'), valueCodeableConcept: { text } },
        { code: concept(LOINC, '81290-9'), valueCodeableConcept: { text } },
      ],
    }),
  'name of a genotype': (text) => observation({ code: { text }, valueString: text }),
  'name of a medicine': (text) => order({ medicationCodeableConcept: { text } }),
  'text of a dose': (text) => order({ medicationCodeableConcept: { text: 'x' }, dosageInstruction: [{ text, patientInstruction: text }] }),
  'unit of a dose': (text) =>
    order({
      medicationCodeableConcept: { text: 'x' },
      dosageInstruction: [{ doseAndRate: [{ doseQuantity: { value: 1, unit: text, code: text } }] }],
    }),
  'date of an order': (text) => order({ medicationCodeableConcept: { text: 'x' }, authoredOn: text }),
  'unit of a result': (text) => lab({ valueQuantity: { value: 1, unit: text, system: 'http://unitsofmeasure.org', code: text } }),
  'result as text': (text) => lab({ valueString: text }),
  'date of a result': (text) => lab({ effectiveDateTime: text, valueQuantity: { value: 1, unit: 'mg/dL' } }),
  'name of a condition': (text) => ({ resourceType: 'Condition', id: 'c', subject, code: { text }, onsetString: text }),
  'name of an allergy': (text) => ({
    resourceType: 'AllergyIntolerance',
    id: 'g',
    patient: subject,
    code: { text },
    reaction: [{ manifestation: [{ text }] }],
  }),
  'reference to a patient': (text) => observation({ subject: { reference: text }, code: concept(LOINC, '2160-0') }),
  'conclusion of a report': (text) => ({
    resourceType: 'DiagnosticReport',
    id: 'r',
    status: 'final',
    subject,
    code: { text },
    conclusion: text,
    category: [concept('http://terminology.hl7.org/CodeSystem/v2-0074', 'RAD')],
  }),
  'narrative of a resource': (text) => observation({ code: concept(LOINC, '2160-0'), text: { status: 'generated', div: text } }),
  'questionnaire that was answered': (text) => ({
    resourceType: 'QuestionnaireResponse',
    id: 'q',
    status: 'completed',
    subject,
    questionnaire: text,
  }),
  'disease of a relative': (text) => ({
    resourceType: 'FamilyMemberHistory',
    id: 'f',
    patient: subject,
    status: 'completed',
    relationship: { text },
    condition: [{ code: { text }, onsetString: text }],
  }),
}

const read = (resource: FhirResource, selections: readonly string[] | null = null) =>
  readFacts(
    {
      patientId: 'a',
      now: '2026-11-21T10:00:00Z',
      questions: [],
      draftOrders: [],
      selections,
      resources: [{ resourceType: 'Patient', id: 'a' }, resource],
    },
    { drugs, genes, tables },
  )

const note = (text: string) => readNotes([{ ref: 'DocumentReference/n', title: 'n', date: null, declared: 'en', text } as never], notes)

export const READERS: Readonly<Record<string, (text: string) => unknown>> = {
  ...Object.fromEntries(Object.entries(FIELDS).map(([name, make]) => [name, (text: string) => read(make(text))])),
  'selection of an order': (text) => read({ resourceType: 'Patient', id: 'a' }, [text]),
  'FHIR server that a call of the app names': (text) => baseOf(`https://ehr.example/${text}`),
  'a clinical note': note,
  'Markdown of a card': (text) => [escapeText(text), plainText(text), clip(text, 140)],
}

/** CPU time in milliseconds, with that of the garbage collector. */
const once = (work: () => unknown): number => {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

/** A try that takes so long, in milliseconds, is not tried again. */
const LONG_MS = 3000

/** Least of some tries; as soon as one is `enough`, no more are made. */
const cost = (work: () => unknown, tries: number, enough: number): number => {
  let least = Number.POSITIVE_INFINITY
  for (let turn = 0; turn < tries && least > enough && (turn === 0 || least < LONG_MS); turn += 1) least = Math.min(least, once(work))
  return least
}

/** Times at two sizes, the second ten times the first. What grows in line grows by 10, what grows with the square by 100. */
export type Growth = { readonly smallMs: number; readonly largeMs: number; readonly ratio: number }

/** A small time of less than this, in milliseconds, is taken for this: shorter ones say nothing of growth. */
const LEAST_MS = 1

/**
 * Growth of the time that a reader takes for a text made of a pump.
 * @param end what stands behind the pumps, which they do not lead to
 * @param most the ratio that is good enough: a try that is within it is believed, one that is not is made again
 */
export const growthOf = (reader: (text: string) => unknown, pump: string, size: number, most: number, tries = 5, end = '!'): Growth => {
  const text = (length: number): string => `${pump.repeat(Math.ceil(length / pump.length))}${end}`
  const [small, large] = [text(size), text(size * 10)]
  const smallMs = Math.max(
    LEAST_MS,
    cost(() => reader(small), tries, 0),
  )
  const largeMs = cost(() => reader(large), tries, most * smallMs)
  return { smallMs, largeMs, ratio: largeMs / smallMs }
}
