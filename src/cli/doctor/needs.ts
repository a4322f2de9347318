import { PROFILE_QUESTIONS } from '../../../cds-services/profile/questions.ts'
import { SERVICES } from '../../../cds-services/registry.ts'
import { typeOfQuery } from '../../hooks/prefetch-template.ts'

/** One question that the services or the app put to a FHIR server. */
export type Need = {
  readonly key: string
  readonly query: string
  readonly type: string
  /** Search parameters besides `_count`, which servers rarely list; empty for a read by id. */
  readonly parameters: readonly string[]
  readonly read: boolean
  readonly by: 'hooks' | 'app'
}

/** What is lost when a question cannot be answered, by prefetch key. A test holds that each key has its line. */
export const LOST: Readonly<Record<string, string>> = {
  patient: 'everything: an order of a patient who cannot be read is answered with 412',
  genotypes: 'genetic results asked for by code; those among the laboratory results are still found',
  labs: 'laboratory results, and genetic results with local codes',
  vitals: 'height, weight and blood pressure: doses by weight and several risk estimates',
  lifestyle: 'smoking and similar inputs of risk estimates',
  surveys: 'questionnaires and bedside findings that are inputs of risk estimates',
  reports: 'genetic panels and reports that exist only as a document',
  conditions: 'genomic indicators, indications and contraindications',
  allergies: 'the check of suggested alternatives against allergies',
  medications: 'the effect of other medicines on gene function, and what stands on the medication list',
  procedures: 'stents and transplants, which change what guidance applies',
  requests: 'that a test is ordered already: it may be asked for again',
  pregnancy: 'the check of suggested alternatives in pregnancy',
  family: 'the risk of breast cancer, and the family in the app',
  encounter: 'the readmission scores at discharge',
  encounters: 'earlier stays, an input of the readmission scores, and visits in the app',
  genetics: 'genetic results that the EHR files under their own category, in the app',
  activity: 'activity and wearables in the app',
  devices: 'devices in the app',
  tracings: 'tracings in the app',
  imaging: 'imaging studies in the app',
  pictures: 'small pictures of studies in the app',
  documents: 'documents in the app',
  compositions: 'clinical notes kept as compositions, in the app',
  questionnaires: 'questionnaires in the app',
  immunizations: 'immunizations in the app',
}

const parametersOf = (query: string): string[] =>
  (query.split('?')[1] ?? '')
    .split('&')
    .map((part) => part.split('=')[0] ?? '')
    .filter((name) => name !== '' && !name.startsWith('_'))

const needOf = (key: string, query: string, by: Need['by']): Need => ({
  key,
  query,
  type: typeOfQuery(query),
  parameters: parametersOf(query),
  read: !query.includes('?'),
  by,
})

/** Everything asked for, each query once: by hooks where they ask it, else by the app. */
export const NEEDS: readonly Need[] = (() => {
  const hooks = SERVICES.flatMap(({ prefetch }) => Object.entries(prefetch).map(([key, query]) => needOf(key, query, 'hooks')))
  const app = Object.entries(PROFILE_QUESTIONS).map(([key, query]) => needOf(key, query, 'app'))
  return [...new Map([...hooks, ...app].reverse().map((need) => [need.key, need])).values()].reverse()
})()
