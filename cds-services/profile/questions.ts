import { PGX_PREFETCH } from '../pgx/prefetch.ts'

const ofPatient = Object.fromEntries(
  Object.entries(PGX_PREFETCH).map(([key, query]) => [key, query.replaceAll('{{context.patientId}}', '{patient}')]),
)

/** What the app asks of the record with its own token: the services' questions and the other modalities. */
export const PROFILE_QUESTIONS: Readonly<Record<string, string>> = {
  ...ofPatient,
  activity: 'Observation?patient={patient}&category=activity&_count=200',
  imaging: 'ImagingStudy?patient={patient}&_count=100',
  family: 'FamilyMemberHistory?patient={patient}&_count=100',
  documents: 'DocumentReference?patient={patient}&_count=100',
}
