import type { PartsTable } from '../../src/contract/profile.ts'
import { PGX_PREFETCH } from '../pgx/prefetch.ts'

/** The app follows long searches to their end, in few large pages; a server that allows less sends less. */
const inLargePages = (query: string): string => (query.startsWith('Observation?') ? query.replace(/_count=\d+/, '_count=1000') : query)

const ofPatient = Object.fromEntries(
  Object.entries(PGX_PREFETCH).map(([key, query]) => [key, inLargePages(query.replaceAll('{{context.patientId}}', '{patient}'))]),
)

/** What the app asks of the record with its own token: the services' questions and the other modalities. */
export const PROFILE_QUESTIONS: Readonly<Record<string, string>> = {
  ...ofPatient,
  genetics: 'Observation?patient={patient}&category=GE&_count=1000',
  activity: 'Observation?patient={patient}&category=activity&_count=1000',
  devices: 'Device?patient={patient}&_count=100',
  tracings: 'Observation?patient={patient}&category=procedure&_count=1000',
  imaging: 'ImagingStudy?patient={patient}&_count=100',
  // Asked apart: a server that refuses `_include` then still lists its studies.
  pictures: 'ImagingStudy?patient={patient}&_include=ImagingStudy:endpoint&_count=100',
  family: 'FamilyMemberHistory?patient={patient}&_count=100',
  documents: 'DocumentReference?patient={patient}&_count=100',
  encounters: 'Encounter?patient={patient}&_count=100',
  compositions: 'Composition?patient={patient}&_count=50',
  questionnaires: 'QuestionnaireResponse?patient={patient}&_count=50',
  immunizations: 'Immunization?patient={patient}&_count=100',
}

/**
 * Questions that are only shown: no rule, no alternative and no model looks at what they bring, and no hook asks them
 * (but for visits: models count them only where a stay is at hand, which the app has none of). The assessment does not wait for them. A question that is not named here is waited for.
 */
export const SHOWN_ONLY: ReadonlySet<string> = new Set([
  'activity',
  'devices',
  'tracings',
  'pictures',
  'imaging',
  'encounters',
  'compositions',
  'questionnaires',
  'immunizations',
])

/**
 * Which questions must have ended before a part of the facts may be shown on its own: before that it would be a part that looks whole.
 * A question that stands nowhere here holds back every part that is fed by its kind of resource.
 */
export const PROFILE_PARTS: PartsTable = {
  patient: ['patient'],
  readings: ['genotypes', 'genetics', 'labs', 'reports', 'conditions', 'documents'],
  medicines: ['medications'],
  variants: ['genotypes', 'genetics', 'labs', 'reports', 'documents'],
  labs: ['labs', 'genotypes', 'genetics'],
  laboratory: ['labs', 'vitals', 'genotypes', 'genetics'],
  vitals: ['vitals'],
  lifestyle: ['lifestyle', 'surveys', 'pregnancy', 'activity'],
  topics: ['lifestyle', 'surveys', 'pregnancy', 'activity'],
  surveys: ['lifestyle', 'surveys', 'pregnancy', 'activity'],
  questionnaires: ['questionnaires'],
  immunizations: ['immunizations'],
  encounters: ['encounters'],
  conditions: ['conditions'],
  procedures: ['procedures'],
  requests: ['requests'],
  allergies: ['allergies'],
  imaging: ['imaging', 'pictures'],
  imagingReports: ['imaging', 'pictures', 'reports'],
  imagingEndpoints: ['imaging', 'pictures'],
  devices: ['activity', 'vitals', 'labs', 'devices', 'tracings'],
  family: ['family'],
  familyGroups: ['family'],
  documents: ['documents', 'reports', 'compositions'],
}
