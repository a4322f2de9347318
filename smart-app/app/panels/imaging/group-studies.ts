import type { ImagingReport, ImagingStudy } from '../../../../src/contract/imaging.ts'
import { own } from '../../words/own.ts'
import { TEXT } from './texts.ts'

export type StudyGroup = { readonly modality: string; readonly studies: readonly ImagingStudy[] }

/** Presentation states and documents among the series name no way of making pictures. */
const BESIDE: ReadonlySet<string> = new Set(['PR', 'SR', 'KO', 'DOC', 'SEG', 'REG'])

const modalityOf = ({ modalities }: ImagingStudy): string => {
  const words = modalities.filter((code) => !BESIDE.has(code)).map((code) => own(TEXT.modalities, code) ?? code)
  return words.length === 0 ? TEXT.otherModality : [...new Set(words)].join(', ')
}

/** By modality; the group with the newest study first, in each the newest first, as the server sorted them. */
export const groupStudies = (studies: readonly ImagingStudy[]): StudyGroup[] => {
  const groups = new Map<string, ImagingStudy[]>()
  for (const study of studies) {
    const modality = modalityOf(study)
    const known = groups.get(modality)
    if (known) known.push(study)
    else groups.set(modality, [study])
  }
  return [...groups].map(([modality, own]) => ({ modality, studies: own }))
}

export const reportsOf = (study: ImagingStudy, reports: readonly ImagingReport[]): readonly ImagingReport[] =>
  reports.filter(({ studies }) => studies.includes(study.ref))

/** Reports that no listed study stands beside. */
export const lonely = (studies: readonly ImagingStudy[], reports: readonly ImagingReport[]): readonly ImagingReport[] => {
  const listed = new Set(studies.map(({ ref }) => ref))
  return reports.filter((report) => !report.studies.some((ref) => listed.has(ref)))
}
