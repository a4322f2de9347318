import type { FlagRests, FlagState, Mark, Reviewer } from '../../../../src/contract/review.ts'
import { inLanguage } from '../../language.ts'
import type { ReviewFailure } from './ask-review.ts'

const EN = {
  lead: 'Every drug and gene about which something is to be decided or found out, most serious first. What you say here is kept in the ledger and is there the next time.',
  empty: 'Nothing is to be reviewed: no finding of this patient asks for more than the usual, and no guidance was blocked.',
  loading: 'Looking up what was reviewed before…',
  failures: {
    expired: 'The session has ended. What you typed is kept in this window.',
    busy: 'The server is busy. Nothing was saved; what you typed is kept.',
    unreachable: 'The server cannot be reached. Nothing was saved; what you typed is kept.',
    stale: 'The list is not the newest one. Read the record again; what you typed is kept.',
    failed: 'It could not be saved. What you typed is kept.',
  } as { readonly [failure in ReviewFailure]: string },
  listFailed: 'What was reviewed before could not be looked up. The flags below are shown without it.',
  retry: 'Try again',
  states: { new: 'New', reviewed: 'Reviewed', accepted: 'Accepted', overridden: 'Overridden' } as {
    readonly [state in FlagState['state']]: string
  },
  again: 'New again, because it changed since:',
  rests: {
    result: 'the genetic result',
    medicines: 'medicines that act on the gene',
    guidance: 'the guidance',
    dose: 'the ordered dose',
    gaps: 'what could not be assessed',
  } as { readonly [what in keyof FlagRests]: string },
  about: { order: 'ordered', medicine: 'in use' },
  counts: (open: number, all: number) => `${open} of ${all} still to be reviewed`,
  select: 'Select:',
  marks: { reviewed: 'Mark reviewed', accepted: 'Accept advice', overridden: 'Override' } as { readonly [mark in Mark]: string },
  batch: (number: number) => `Mark ${number} selected as reviewed`,
  facts: 'Facts, guidance, sources',
  hide: 'Hide',
  basis: 'Rests on',
  advice: 'Advice',
  sources: 'Sources',
  reason: 'Reason for overriding',
  choose: 'Choose a reason',
  note: 'Note',
  noteHint: 'Kept encrypted. Becomes part of the sign-off.',
  save: 'Save',
  cancel: 'Cancel',
  saving: 'Saving…',
  needReason: 'An override needs a reason.',
  history: 'History',
  by: {
    verified: (who: string) => `by ${who}, confirmed by the record system`,
    stated: (who: string) => `by ${who}, as stated by the app`,
    unknown: 'by a user who was not named',
  },
  signOff: {
    title: 'Sign-off',
    lead: {
      writes: 'Signing off keeps the review in the ledger and writes a note to the patient’s record.',
      ledger: 'Signing off keeps the review in Attune’s ledger. The record system has not allowed this app to write to the record.',
    },
    sign: 'Sign off',
    nothing: 'Nothing has been reviewed yet.',
    open: (number: number) =>
      number === 1
        ? 'One flag is still new and will be named as not reviewed.'
        : `${number} flags are still new and will be named as not reviewed.`,
    done: (at: string) => `Signed off ${at}`,
    written: (reference: string) => `Written to the record as ${reference}`,
    pending: 'Kept in the ledger. Not yet written to the record:',
    ledgerOnly: 'Saved in Attune’s ledger, not in the record.',
    write: 'Write to the record',
    flags: (number: number) => (number === 1 ? 'one flag' : `${number} flags`),
  },
  keys: 'Keys: j and k or the arrows move between flags, r marks as reviewed, a accepts, o overrides, e opens the sources, x selects.',
}

const DE: typeof EN = {
  lead: 'Alle Arzneimittel und Gene, zu denen etwas zu entscheiden oder zu klären ist, Dringendes zuerst. Was Sie hier festhalten, bleibt im Protokoll und ist beim nächsten Mal da.',
  empty: 'Nichts durchzusehen: Kein Befund verlangt mehr als das Übliche, und keine Empfehlung war blockiert.',
  loading: 'Frühere Durchsichten werden nachgeschlagen…',
  failures: {
    expired: 'Die Sitzung ist beendet. Ihre Eingaben bleiben in diesem Fenster erhalten.',
    busy: 'Der Server ist ausgelastet. Nichts wurde gespeichert; Ihre Eingaben bleiben erhalten.',
    unreachable: 'Der Server ist nicht erreichbar. Nichts wurde gespeichert; Ihre Eingaben bleiben erhalten.',
    stale: 'Die Liste ist nicht die neueste. Lesen Sie die Akte neu; Ihre Eingaben bleiben erhalten.',
    failed: 'Speichern war nicht möglich. Ihre Eingaben bleiben erhalten.',
  },
  listFailed: 'Frühere Durchsichten ließen sich nicht nachschlagen. Die Hinweise unten stehen ohne sie da.',
  retry: 'Erneut versuchen',
  states: { new: 'Neu', reviewed: 'Durchgesehen', accepted: 'Angenommen', overridden: 'Übersteuert' },
  again: 'Wieder neu, weil sich seither geändert hat:',
  rests: {
    result: 'der genetische Befund',
    medicines: 'Arzneimittel, die auf das Gen wirken',
    guidance: 'die Leitlinie',
    dose: 'die verordnete Dosis',
    gaps: 'was nicht beurteilt werden konnte',
  },
  about: { order: 'verordnet', medicine: 'laufende Medikation' },
  counts: (open, all) => `${open} von ${all} noch durchzusehen`,
  select: 'Auswählen:',
  marks: { reviewed: 'Durchgesehen', accepted: 'Empfehlung annehmen', overridden: 'Übersteuern' },
  batch: (number) => `${number} ausgewählte als durchgesehen vermerken`,
  facts: 'Befunde, Leitlinien, Quellen',
  hide: 'Schließen',
  basis: 'Beruht auf',
  advice: 'Empfehlung',
  sources: 'Quellen',
  reason: 'Grund der Übersteuerung',
  choose: 'Grund wählen',
  note: 'Notiz',
  noteHint: 'Wird verschlüsselt aufbewahrt und ist Teil dessen, was abgezeichnet wird.',
  save: 'Speichern',
  cancel: 'Abbrechen',
  saving: 'Wird gespeichert…',
  needReason: 'Eine Übersteuerung braucht einen Grund.',
  history: 'Verlauf',
  by: {
    verified: (who) => `durch ${who}, vom Primärsystem bestätigt`,
    stated: (who) => `durch ${who}, laut App`,
    unknown: 'durch eine nicht benannte Person',
  },
  signOff: {
    title: 'Abzeichnen',
    lead: {
      writes: 'Beim Abzeichnen wird die Durchsicht im Protokoll festgehalten und eine Notiz in die Patientenakte geschrieben.',
      ledger:
        'Beim Abzeichnen wird die Durchsicht im Protokoll von Attune festgehalten. Das Primärsystem hat dieser App nicht erlaubt, in die Akte zu schreiben.',
    },
    sign: 'Abzeichnen',
    nothing: 'Es wurde noch nichts durchgesehen.',
    open: (number) =>
      number === 1
        ? 'Ein Hinweis ist noch neu und wird als nicht durchgesehen genannt.'
        : `${number} Hinweise sind noch neu und werden als nicht durchgesehen genannt.`,
    done: (at) => `Abgezeichnet ${at}`,
    written: (reference) => `In der Akte als ${reference}`,
    pending: 'Im Protokoll festgehalten, noch nicht in der Akte:',
    ledgerOnly: 'Im Protokoll von Attune gespeichert, nicht in der Akte.',
    write: 'In die Akte schreiben',
    flags: (number) => (number === 1 ? 'ein Hinweis' : `${number} Hinweise`),
  },
  keys: 'Tasten: j und k oder die Pfeile wechseln den Hinweis, r durchgesehen, a annehmen, o übersteuern, e Quellen, x auswählen.',
}

export const TEXT = inLanguage({ en: EN, de: DE })

/** Who did it, and how sure that is. */
export const byWords = ({ how, name, user }: Reviewer): string => {
  const who = name ?? user
  return who === null || how === 'unknown' ? TEXT.by.unknown : TEXT.by[how](who)
}
