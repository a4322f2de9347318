import type { Gap, PartialDate } from './lineage.ts'

/**
 * What a reader of clinical text found in notes. It stands apart from PatientFacts on purpose: nothing here was checked, and nothing here may
 * become evidence for a dose, a finding or an estimate (test/notes/law.test.ts holds that).
 */

/** Whether the words say that it is so, that it is not so, or leave it open. */
export type Presence = 'affirmed' | 'negated' | 'uncertain'
/** Now, in the past, or only thought of (if, should, planned). */
export type StatementTime = 'present' | 'historical' | 'hypothetical'
/** Whom the words are about. */
export type Experiencer = 'patient' | 'family' | 'other'

/** The one word under which a statement is listed: another person before all, then what is only thought of, then presence, then the past. */
export type StatementKind = 'affirmed' | 'negated' | 'uncertain' | 'historical' | 'hypothetical' | 'family'

/** Half-open range of characters in the note's text. */
export type Span = { readonly start: number; readonly end: number }

/** Words that decided how a statement is to be taken, and the source of the row that says so. */
export type Trigger = Span & { readonly words: string; readonly means: string; readonly source: string }

export type NoteStatement = Span & {
  readonly target: {
    readonly id: string
    readonly label: string
    readonly kind: 'condition' | 'symptom' | 'medicine' | 'allergy' | 'habit'
  }
  readonly kind: StatementKind
  readonly presence: Presence
  readonly time: StatementTime
  readonly person: Experiencer
  /** Id of the section whose heading stands above it, for example `family-history`; null under none that is known. */
  readonly section: string | null
  /** The section's default decided something: no words of the sentence did. */
  readonly bySection: boolean
  readonly sentence: Span
  readonly triggers: readonly Trigger[]
}

/** Text that an earlier note already held. */
export type Repeat = Span & { readonly from: { readonly ref: string; readonly date: PartialDate | null } }

export type NoteLanguage = { readonly code: 'en' | 'de'; readonly how: 'declared' | 'assumed' }

export type Note = {
  readonly ref: string
  readonly kind: 'note' | 'report' | 'composition'
  readonly title: string
  readonly author: string | null
  readonly date: PartialDate | null
  readonly status: string | null
  readonly language: NoteLanguage
  /** Null where it was not read; then `notRead` says why. */
  readonly text: string | null
  readonly notRead?: string
  /** The text was longer than is read: characters that were left out. */
  readonly cut?: number
  /** Set where the note came as something else than plain text, for example `text/html`. */
  readonly madeFrom?: string
  readonly statements: readonly NoteStatement[]
  readonly repeats: readonly Repeat[]
  /** Share of the note's words that an earlier note already held, 0 to 1. */
  readonly repeatedShare: number
}

export type NotesRead = {
  /** Said with every statement. */
  readonly standing: 'found-in-text'
  /** Newest first, undated last. */
  readonly notes: readonly Note[]
  /** How many statements of each kind, over all notes, repeats not counted again. */
  readonly counts: { readonly [kind in StatementKind]: number }
  readonly gaps: readonly Gap[]
}
