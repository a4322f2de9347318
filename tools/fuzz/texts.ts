/**
 * How long the readers take over texts made to be slow to read (Z4): each text in each field that is read as words, alone in a record, at
 * 10 kB, 100 kB and 1 MB. Least of some tries, in one process, one after another, so that other work on the machine moves all alike.
 * `node dist/tools/fuzz/texts.js`. How it can mislead: it knows the pumps of its table and no others.
 */
import { join } from 'node:path'
import { clip, escapeText, plainText } from '../../src/cards/markdown.ts'
import type { FhirResource } from '../../src/contract/facts.ts'
import { readFacts } from '../../src/facts/read-facts.ts'
import { loadKnowledge } from '../../src/guidance/load-knowledge.ts'
import { readNotes } from '../../src/notes/read-notes.ts'
import { readNoteTables } from '../../src/notes/tables.ts'
import { projectRoot } from '../../src/project-root.ts'
import { PUMPS } from './hostile-values.ts'

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
  'disease of a relative': (text) => ({
    resourceType: 'FamilyMemberHistory',
    id: 'f',
    patient: subject,
    status: 'completed',
    relationship: { text },
    condition: [{ code: { text }, onsetString: text }],
  }),
}

const read = (resource: FhirResource) =>
  readFacts(
    {
      patientId: 'a',
      now: '2026-11-21T10:00:00Z',
      questions: [],
      draftOrders: [],
      selections: null,
      resources: [{ resourceType: 'Patient', id: 'a' }, resource],
    },
    { drugs, genes, tables },
  )

const note = (text: string) => readNotes([{ ref: 'DocumentReference/n', title: 'n', date: null, declared: 'en', text } as never], notes)

const READERS: Readonly<Record<string, (text: string) => unknown>> = {
  ...Object.fromEntries(Object.entries(FIELDS).map(([name, make]) => [name, (text: string) => read(make(text))])),
  'a clinical note': note,
  'Markdown of a card': (text) => [escapeText(text), plainText(text), clip(text, 140)],
}

/** CPU time, least of some tries; a try that is long is not tried again. */
const cost = (work: () => unknown, tries: number): number => {
  let least = Number.POSITIVE_INFINITY
  for (let turn = 0; turn < tries; turn += 1) {
    const before = process.cpuUsage()
    work()
    const { user, system } = process.cpuUsage(before)
    least = Math.min(least, (user + system) / 1000)
    if (least > 500) break
  }
  return least
}

const SIZES = [10_000, 100_000, 1_000_000] as const
const MOST_RATIO = 12
/** Below this, at 1 MB, a time says nothing of its growth. */
const NOTICEABLE_MS = 25

type Row = { readonly reader: string; readonly pump: string; readonly ms: readonly number[] }

const ratio = ({ ms: [, middle = 0, large = Number.POSITIVE_INFINITY] }: Row): number => large / Math.max(middle, NOTICEABLE_MS / 10)

const isBad = (row: Row): boolean => ratio(row) > MOST_RATIO && (row.ms[2] ?? Number.POSITIVE_INFINITY) > NOTICEABLE_MS

const measure = (reader: string, work: (text: string) => unknown, pump: string): Row => {
  const ms: number[] = []
  for (const size of SIZES) {
    const text = `${pump.repeat(Math.ceil(size / pump.length))}!`
    ms.push(cost(() => work(text), 3))
    if ((ms.at(-1) ?? 0) > 3000) break
  }
  return { reader, pump, ms }
}

const inMs = ({ ms }: Row): string => `${ms.map((one) => one.toFixed(1)).join(' / ')} ms`
const bad: Row[] = []
console.log(`Slowest text of each reader: CPU time at ${SIZES.join(' / ')} characters`)
for (const [reader, work] of Object.entries(READERS)) {
  for (const pump of PUMPS) work(pump.repeat(100)) // compiled
  const rows = PUMPS.map((pump) => measure(reader, work, pump))
  const slowest = rows.reduce((one, other) => ((other.ms.at(-1) ?? 0) > (one.ms.at(-1) ?? 0) ? other : one))
  console.log(`${reader.padEnd(26)} ${JSON.stringify(slowest.pump).padEnd(12)} ${inMs(slowest)}`)
  for (const row of rows.filter(isBad))
    console.log(`FAILED ${reader}, ${JSON.stringify(row.pump)}: ${inMs(row)}, ${ratio(row).toFixed(1)} times from the second to the third`)
  bad.push(...rows.filter(isBad))
}
process.exitCode = bad.length > 0 ? 1 : 0
