import type { RiskEstimate } from '../contract/risk.ts'
import { hashId } from './hash-id.ts'

type Estimated = Extract<RiskEstimate, { state: 'estimated' }>

export type ScoreOptions = {
  readonly sample: string
  /** `Patient/123`; null names the sample in an identifier. */
  readonly patient: string | null
  readonly issued: string
  readonly collected: string | null
  /** System of the code that names the score; the code is the model's id in capitals. */
  readonly system: string
  readonly notes: readonly string[]
}

/** The number called `sum of weights`, wherever it stands among the numbers of the estimate. */
const sumOf = ({ label, value, also = [] }: Estimated): number | undefined =>
  [{ label, value }, ...also].find((one) => one.label === 'sum of weights')?.value

/**
 * A polygenic score as a FHIR R4 Observation, which `pgs…` models read back from a record. A score that could not be computed
 * stands there with `dataAbsentReason` and the reason, so that it never looks like a low one.
 */
export const scoreObservation = (estimate: RiskEstimate, { sample, patient, issued, collected, system, notes }: ScoreOptions) => {
  const { model } = estimate
  const code = model.id.toUpperCase()
  const sum = estimate.state === 'estimated' ? sumOf(estimate) : undefined
  const because = estimate.state === 'refused' ? estimate.because.map((gap) => gap.because) : []
  return {
    resourceType: 'Observation',
    id: hashId([code, model.sha256, sample, collected ?? ''].join('\u0000')),
    status: 'final',
    category: [
      { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'laboratory', display: 'Laboratory' }] },
      { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0074', code: 'GE', display: 'Genetics' }] },
    ],
    code: { coding: [{ system, code, display: model.name }], text: estimate.title },
    subject: patient === null ? { identifier: { value: sample } } : { reference: patient },
    ...(collected === null ? {} : { effectiveDateTime: collected }),
    issued,
    ...(sum === undefined
      ? {
          dataAbsentReason: {
            coding: [{ system: 'http://terminology.hl7.org/CodeSystem/data-absent-reason', code: 'error' }],
            text: because.join(' '),
          },
        }
      : { valueQuantity: { value: sum, unit: 'score', system: 'http://unitsofmeasure.org', code: '{score}' } }),
    method: { text: `${model.name}, version ${model.version}, SHA-256 ${model.sha256}` },
    note: [...notes, 'A sum of weights; no probability.', model.citation].map((text) => ({ text })),
  }
}
