import type { Chart } from './chart.ts'
import { type Doctor, doctor, place } from './clinic.ts'
import { type Code, concept, hl7, LOINC } from './codes.ts'
import { at } from './dates.ts'
import { makePdf } from './pdf.ts'

const NOTES = {
  progress: ['11506-3', 'Progress note'],
  discharge: ['18842-5', 'Discharge summary'],
  consult: ['11488-4', 'Consult note'],
} as const satisfies Record<string, Code>

/** A note of plain text. */
export const addNote = (chart: Chart, kind: keyof typeof NOTES, date: string, by: Doctor, text: string): string =>
  chart.add('DocumentReference', 'note', {
    status: 'current',
    docStatus: 'final',
    type: concept(LOINC, NOTES[kind]),
    category: [hl7('us-core-documentreference-category', 'clinical-note', 'Clinical Note')].map(({ coding: [only] }) => ({
      coding: [{ ...only, system: 'http://hl7.org/fhir/us/core/CodeSystem/us-core-documentreference-category' }],
    })),
    subject: chart.subject,
    date: at(date, '17:00'),
    author: [doctor(by)],
    content: [
      { attachment: { contentType: 'text/plain; charset=utf-8', title: NOTES[kind][1], data: Buffer.from(text).toString('base64') } },
    ],
  })

/** A report that exists only as a PDF: Binary with the file, DiagnosticReport that points at it, nothing coded. */
export const addPdfReport = (chart: Chart, title: string, date: string, lines: readonly string[]): string => {
  const binary = chart.add('Binary', 'file', {
    contentType: 'application/pdf',
    securityContext: chart.subject,
    data: makePdf(title, lines).toString('base64'),
  })
  return chart.add('DiagnosticReport', 'pgxreport', {
    status: 'final',
    category: [hl7('v2-0074', 'GE', 'Genetics')],
    code: { text: title },
    subject: chart.subject,
    effectiveDateTime: at(date, '07:45'),
    issued: at(date, '16:00'),
    performer: [place('second-genomics-lab')],
    conclusion: 'See attached report.',
    presentedForm: [{ contentType: 'application/pdf', url: binary, title }],
  })
}
