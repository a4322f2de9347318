import type { Chart } from './chart.ts'
import { place } from './clinic.ts'
import { type Code, coding, concept, DICOM, LOINC } from './codes.ts'
import { at } from './dates.ts'

const STUDIES = {
  chestXray: { modality: ['CR', 'Computed Radiography'], report: ['36643-5', 'XR Chest 2 Views'], series: 1, images: 2 },
  echo: { modality: ['US', 'Ultrasound'], report: ['34552-0', 'Cardiac 2D echo panel'], series: 3, images: 48 },
  angiography: { modality: ['XA', 'X-Ray Angiography'], report: ['18745-0', 'Cardiac catheterization study'], series: 6, images: 420 },
  abdomenCt: {
    modality: ['CT', 'Computed Tomography'],
    report: ['36813-4', 'CT Abdomen and Pelvis W contrast IV'],
    series: 3,
    images: 612,
  },
  headMr: { modality: ['MR', 'Magnetic Resonance'], report: ['24590-2', 'MR Brain'], series: 5, images: 240 },
  kneeXray: { modality: ['DX', 'Digital Radiography'], report: ['24806-2', 'XR Knee 2 Views'], series: 1, images: 2 },
  abdomenUs: { modality: ['US', 'Ultrasound'], report: ['24558-9', 'US Abdomen'], series: 2, images: 36 },
} as const satisfies Record<string, { modality: Code; report: Code; series: number; images: number }>

export type Study = keyof typeof STUDIES

/** UID under the UUID-derived root of DICOM PS3.5 B.2 would need a UUID; this one counts under an example arc and belongs to no device. */
const uid = (chart: Chart, count: number): string => `2.999.2026.${chart.person.id.replace(/\D/g, '')}.${count}`

/** An imaging study and its report, both listed; no pixels. */
export const addStudy = (chart: Chart, kind: Study, date: string, conclusion: string): string => {
  const { modality, report, series, images } = STUDIES[kind]
  const count = chart.resources.length
  const study = chart.add('ImagingStudy', 'imaging', {
    identifier: [{ system: 'urn:dicom:uid', value: `urn:oid:${uid(chart, count)}` }],
    status: 'available',
    modality: [coding(DICOM, modality)],
    subject: chart.subject,
    started: at(date, '11:15'),
    numberOfSeries: series,
    numberOfInstances: images,
    procedureCode: [concept(LOINC, report)],
    description: report[1],
    series: Array.from({ length: series }, (_, index) => ({
      uid: `${uid(chart, count)}.${index + 1}`,
      number: index + 1,
      modality: coding(DICOM, modality),
      numberOfInstances: Math.floor(images / series),
    })),
  })
  chart.add('DiagnosticReport', 'imagingreport', {
    status: 'final',
    category: [concept(LOINC, ['LP29684-5', 'Radiology'])],
    code: concept(LOINC, report),
    subject: chart.subject,
    effectiveDateTime: at(date, '11:15'),
    issued: at(date, '15:40'),
    performer: [place('hospital')],
    imagingStudy: [{ reference: study }],
    conclusion,
  })
  return study
}
