import type { Coding, Lineage, PartialDate } from './lineage.ts'

export type ImagingSeries = {
  /** DICOM series instance UID; null where it is none. */
  readonly uid: string | null
  readonly modality: string | null
  readonly bodySite: string | null
  readonly laterality: string | null
  readonly instances: number | null
  /** First picture that is listed. */
  readonly instance: string | null
  readonly endpoints: readonly string[]
}

export type ImagingStudy = {
  readonly ref: string
  readonly description: string
  readonly modalities: readonly string[]
  readonly started: PartialDate | null
  readonly series: number | null
  readonly instances: number | null
  /** DICOM study instance UID; absent where none is stated. */
  readonly uid?: string
  readonly status?: string
  readonly bodySites?: readonly string[]
  readonly laterality?: readonly string[]
  readonly parts?: readonly ImagingSeries[]
  /** References of its endpoints, `Endpoint/…`. */
  readonly endpoints?: readonly string[]
  readonly lineage: Lineage
}

/** Where pictures of a study may be had; address as the record states it. Whether it may be asked is decided by the configuration. */
export type ImagingEndpoint = {
  readonly ref: string
  readonly status: string | null
  /** Code of the connection type, for example `dicom-wado-rs`. */
  readonly kind: string | null
  readonly address: string | null
}

/** A report about imaging: what it concludes, word for word, and what it has attached. */
export type ImagingReport = {
  readonly ref: string
  readonly title: string
  readonly status: string | null
  readonly conclusion: string | null
  readonly conclusionCodes: readonly { readonly text: string; readonly codes: readonly Coding[] }[]
  /** Attached documents: listed, not opened. */
  readonly forms: readonly { readonly title: string | null; readonly contentType: string | null; readonly size: number | null }[]
  /** Studies that it names. */
  readonly studies: readonly string[]
  readonly lineage: Lineage
}
