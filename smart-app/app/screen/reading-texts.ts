import { inLanguage } from '../language.ts'

const EN = {
  label: 'Sources of the record',
  reading: (ended: number, all: number) => (all === 0 ? 'Reading the record…' : `Reading the record: ${ended} of ${all} sources answered`),
  done: 'The record has been read and assessed.',
  waiting: 'still waiting for',
  missing: (number: number) => (number === 1 ? 'One source was not read in full:' : `${number} sources were not read in full:`),
  details: 'Details under Sources',
  reasons: {
    expired: 'the session ended first',
    refused: 'not allowed',
    late: 'no answer in time',
    busy: 'record system busy',
    partial: 'only in part',
    failed: 'could not be read',
  },
  seconds: (seconds: string) => `${seconds} s`,
  sources: {
    patient: 'patient',
    genotypes: 'genetic results',
    labs: 'laboratory',
    vitals: 'vital signs',
    lifestyle: 'lifestyle',
    surveys: 'questionnaires',
    reports: 'reports',
    conditions: 'problems',
    allergies: 'allergies',
    medications: 'medicines',
    procedures: 'procedures',
    requests: 'test orders',
    pregnancy: 'pregnancy status',
    activity: 'wearables',
    imaging: 'imaging',
    pictures: 'places of pictures',
    tracings: 'ECGs',
    family: 'family history',
    documents: 'documents',
    encounters: 'visits',
    devices: 'devices',
  } as { readonly [key: string]: string },
}

const DE: typeof EN = {
  label: 'Quellen der Akte',
  reading: (ended, all) =>
    all === 0
      ? 'Die Akte wird gelesen…'
      : `Die Akte wird gelesen: ${ended} von ${all} Quellen ${ended === 1 ? 'hat' : 'haben'} geantwortet`,
  done: 'Die Akte ist gelesen und beurteilt.',
  waiting: 'es fehlen noch',
  missing: (number) =>
    number === 1 ? 'Eine Quelle wurde nicht vollständig gelesen:' : `${number} Quellen wurden nicht vollständig gelesen:`,
  details: 'Einzelheiten unter Quellen',
  reasons: {
    expired: 'die Sitzung endete vorher',
    refused: 'nicht erlaubt',
    late: 'keine Antwort in der Zeit',
    busy: 'Primärsystem ausgelastet',
    partial: 'nur zum Teil',
    failed: 'nicht lesbar',
  },
  seconds: (seconds) => `${seconds} s`,
  sources: {
    patient: 'Person',
    genotypes: 'genetische Befunde',
    labs: 'Labor',
    vitals: 'Vitalzeichen',
    lifestyle: 'Lebensstil',
    surveys: 'Fragebögen',
    reports: 'Befundberichte',
    conditions: 'Diagnosen',
    allergies: 'Allergien',
    medications: 'Medikation',
    procedures: 'Prozeduren',
    requests: 'Testaufträge',
    pregnancy: 'Schwangerschaft',
    activity: 'Wearables',
    imaging: 'Bildgebung',
    pictures: 'Bildquellen',
    tracings: 'EKG',
    family: 'Familienanamnese',
    documents: 'Dokumente',
    encounters: 'Besuche',
    devices: 'Geräte',
  },
}

export const TEXT = inLanguage({ en: EN, de: DE })
