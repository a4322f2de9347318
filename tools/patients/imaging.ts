import type { Chart } from './chart.ts'
import { PICTURES, place } from './clinic.ts'
import { type Code, coding, concept, DICOM, LOINC, SNOMED } from './codes.ts'
import { at } from './dates.ts'

type Kind = { readonly modality: Code; readonly report: Code; readonly series: number; readonly images: number; readonly site?: Code }

const STUDIES = {
  chestXray: {
    modality: ['CR', 'Computed Radiography'],
    report: ['36643-5', 'XR Chest 2 Views'],
    series: 1,
    images: 2,
    site: ['51185008', 'Chest'],
  },
  echo: {
    modality: ['US', 'Ultrasound'],
    report: ['34552-0', 'Cardiac 2D echo panel'],
    series: 3,
    images: 48,
    site: ['80891009', 'Heart'],
  },
  angiography: { modality: ['XA', 'X-Ray Angiography'], report: ['18745-0', 'Cardiac catheterization study'], series: 6, images: 420 },
  abdomenCt: {
    modality: ['CT', 'Computed Tomography'],
    report: ['36813-4', 'CT Abdomen and Pelvis W contrast IV'],
    series: 3,
    images: 612,
  },
  headMr: { modality: ['MR', 'Magnetic Resonance'], report: ['24590-2', 'MR Brain'], series: 5, images: 240 },
  kneeXray: {
    modality: ['DX', 'Digital Radiography'],
    report: ['24806-2', 'XR Knee 2 Views'],
    series: 1,
    images: 2,
    site: ['72696002', 'Knee'],
  },
  abdomenUs: { modality: ['US', 'Ultrasound'], report: ['24558-9', 'US Abdomen'], series: 2, images: 36 },
  mammography: {
    modality: ['MG', 'Mammography'],
    report: ['24606-6', 'MG Breast Screening'],
    series: 2,
    images: 4,
    site: ['76752008', 'Breast'],
  },
  breastMr: {
    modality: ['MR', 'Magnetic Resonance'],
    report: ['30794-2', 'MR Breast'],
    series: 4,
    images: 320,
    site: ['76752008', 'Breast'],
  },
  boneDensity: {
    modality: ['BMD', 'Bone Densitometry'],
    report: ['38269-7', 'DXA Bone density'],
    series: 1,
    images: 2,
    site: ['122496007', 'Lumbar spine'],
  },
  chestCt: {
    modality: ['CT', 'Computed Tomography'],
    report: ['24627-2', 'CT Chest'],
    series: 2,
    images: 260,
    site: ['51185008', 'Chest'],
  },
} as const satisfies Record<string, Kind>

export type Study = keyof typeof STUDIES

/** UID under the UUID-derived root of DICOM PS3.5 B.2 would need a UUID; this one counts under an example arc and belongs to no device. */
const uid = (chart: Chart, count: number): string => `2.999.2026.${chart.person.id.replace(/\D/g, '')}.${count}`

const SIDES = { left: ['7771000', 'Left'], right: ['24028007', 'Right'] } as const satisfies Record<string, Code>

const sideOf = (side: keyof typeof SIDES | undefined) => (side ? { laterality: coding(SNOMED, SIDES[side]) } : {})

type Further = {
  /** The sandbox draws pictures of it. */
  readonly pictures?: boolean
  /** Side of each series, in order. */
  readonly sides?: readonly (keyof typeof SIDES)[]
  /** Further members of the report. */
  readonly report?: object
}

/** An imaging study and its report; pictures, where there are any, are drawn by the sandbox. */
export const addStudy = (chart: Chart, kind: Study, date: string, conclusion: string, further: Further = {}): string => {
  const { modality, report, series, images, site }: Kind = STUDIES[kind]
  const count = chart.resources.length
  const study = chart.add('ImagingStudy', 'imaging', {
    identifier: [{ system: 'urn:dicom:uid', value: `urn:oid:${uid(chart, count)}` }],
    status: 'available',
    ...(further.pictures && { endpoint: [{ reference: `Endpoint/${PICTURES}` }] }),
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
      ...(site && { bodySite: coding(SNOMED, site) }),
      ...sideOf(further.sides?.[index]),
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
    ...further.report,
  })
  return study
}

/** Follow-up after breast cancer, all reports invented. */
export const addBreastFollowUp = (chart: Chart): void => {
  const birads = (code: string, words: string) => ({
    conclusionCode: [{ text: `BI-RADS assessment category ${code}: ${words}` }],
  })
  addStudy(
    chart,
    'mammography',
    '2026-06-15',
    'Scattered fibroglandular density. Postoperative change of the left breast, unchanged since 2025. No suspicious mass or calcification.',
    {
      pictures: true,
      sides: ['right', 'left'],
      report: {
        ...birads('2', 'benign finding'),
        presentedForm: [{ contentType: 'application/pdf', title: 'Mammography report', size: 48213 }],
      },
    },
  )
  addStudy(chart, 'breastMr', '2026-07-02', 'No abnormal enhancement in either breast. Postoperative change of the left breast.', {
    pictures: true,
    sides: ['right', 'left', 'right', 'left'],
    report: birads('2', 'benign finding'),
  })
  addStudy(chart, 'boneDensity', '2026-05-20', 'T-score of the lumbar spine -1.6, of the femoral neck -1.3: low bone mass (osteopenia).', {
    pictures: true,
  })
  addStudy(
    chart,
    'chestCt',
    '2025-11-12',
    'Two nodules of 3 mm in the right lower lobe, unchanged since 2024. No new nodule, no enlarged lymph node.',
    {
      pictures: true,
    },
  )
}
