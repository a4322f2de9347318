import { inLanguage } from '../../language.ts'

const EN = {
  save: 'Report',
  saving: 'Making the report…',
  saved: 'The report was saved as a file. It holds patient data.',
  failures: {
    expired: 'The session has ended. Open the patient again for a report.',
    busy: 'The server is busy. Try the report again in a moment.',
    unreachable: 'The server cannot be reached. Nothing was saved.',
    failed: 'The report could not be made. Read the record again and try once more.',
  },
}

const DE: typeof EN = {
  save: 'Bericht',
  saving: 'Bericht wird erstellt…',
  saved: 'Der Bericht wurde als Datei gespeichert. Er enthält Patientendaten.',
  failures: {
    expired: 'Die Sitzung ist beendet. Öffnen Sie die Akte für einen Bericht neu.',
    busy: 'Der Server ist ausgelastet. Versuchen Sie es gleich noch einmal.',
    unreachable: 'Der Server ist nicht erreichbar. Nichts wurde gespeichert.',
    failed: 'Der Bericht konnte nicht erstellt werden. Lesen Sie die Akte neu und versuchen Sie es noch einmal.',
  },
}

/** Words of the action that saves a report. */
export const TEXT = inLanguage({ en: EN, de: DE })
