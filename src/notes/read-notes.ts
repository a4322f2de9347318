import type { Gap } from '../contract/lineage.ts'
import type { Note, NoteLanguage, NoteStatement, NotesRead, Repeat, StatementKind } from '../contract/notes.ts'
import { cutText } from '../cut-text.ts'
import { inOneGo, type Slices } from '../slices.ts'
import { statementsInSlices } from './read-statements.ts'
import { repeatsInSlices } from './repeats.ts'
import type { NoteTables } from './tables.ts'

/** A note with the words that could be got, or why there are none. */
export type NoteInHand = Omit<Note, 'language' | 'text' | 'cut' | 'statements' | 'repeats' | 'repeatedShare'> & {
  /** BCP 47 tag as declared. */
  readonly declared: string | null
  readonly text: string | null
}

/** Characters of one note, and of all together, that are read: what a clinician could read in a sitting many times over. */
const LONGEST = 1_000_000
const LONGEST_ALL = 2_000_000
/** Statements of one note that are told; text that holds more is no note. */
const MOST_STATEMENTS = 2000

const languageOf = (declared: string | null): NoteLanguage | null => {
  if (declared === null) return { code: 'en', how: 'assumed' }
  const code = declared.slice(0, 2).toLowerCase()
  return code === 'en' || code === 'de' ? { code, how: 'declared' } : null
}

const UNKNOWN_LANGUAGE = 'It is in a language in which nothing is searched for here.'

const isInside = ({ start, end }: NoteStatement, repeats: readonly Repeat[]): boolean =>
  repeats.some((repeat) => repeat.start <= start && end <= repeat.end)

const timeOf = ({ date }: { readonly date: string | null }): number => (date === null ? Number.NaN : Date.parse(date))

/** Newest first, undated last, equal ones by reference. */
const byDate = (a: NoteInHand, b: NoteInHand): number => {
  const [left, right] = [timeOf(a), timeOf(b)]
  if (Number.isNaN(left) !== Number.isNaN(right)) return Number.isNaN(left) ? 1 : -1
  return right - left || (a.ref < b.ref ? -1 : 1)
}

function* readOne(hand: NoteInHand, room: number, tables: NoteTables, gaps: Gap[]): Slices<Note> {
  const { declared, text: all, ...rest } = hand
  const language = languageOf(declared)
  const base = { ...rest, language: language ?? { code: 'en' as const, how: 'assumed' as const }, repeats: [], repeatedShare: 0 }
  if (all === null) return { ...base, text: null, statements: [] }
  const text = cutText(all, Math.min(LONGEST, room))
  const cut = all.length - text.length
  if (cut > 0)
    gaps.push({ about: 'notes', code: 'incomplete', because: 'A note is too long; only its beginning was read.', resource: hand.ref })
  const found = language === null ? [] : yield* statementsInSlices(text, language.code, tables, MOST_STATEMENTS + 1)
  if (found.length > MOST_STATEMENTS)
    gaps.push({
      about: 'notes',
      code: 'incomplete',
      because: `A note holds more than ${MOST_STATEMENTS} statements; the first are shown.`,
      resource: hand.ref,
    })
  return {
    ...base,
    text,
    ...(cut > 0 ? { cut } : {}),
    ...(language === null ? { notRead: UNKNOWN_LANGUAGE } : {}),
    statements: found.slice(0, MOST_STATEMENTS),
  }
}

const NO_COUNTS = { affirmed: 0, negated: 0, uncertain: 0, historical: 0, hypothetical: 0, family: 0 }

/** What notes say, note by note; what one repeats of an earlier one is marked and counted once. Pure; pauses between slices of the work. */
export function* notesInSlices(hands: readonly NoteInHand[], tables: NoteTables): Slices<NotesRead> {
  const gaps: Gap[] = []
  let room = LONGEST_ALL
  const notes: Note[] = []
  for (const hand of [...hands].sort(byDate)) {
    const note = yield* readOne(hand, room, tables, gaps)
    room = Math.max(0, room - (note.text?.length ?? 0))
    notes.push(note)
    yield
  }
  // Undated notes stand last in the list; as sources of repeats they come last as well, since nothing says that they are older.
  const dated = notes.filter(({ date }) => date !== null).toReversed()
  const oldestFirst = [...dated, ...notes.filter(({ date }) => date === null)]
  const repeated = yield* repeatsInSlices(oldestFirst.flatMap(({ ref, date, text }) => (text === null ? [] : [{ ref, date, text }])))
  const counts: { -readonly [kind in StatementKind]: number } = { ...NO_COUNTS }
  const marked = notes.map((note) => {
    const { repeats = [], share = 0 } = repeated.get(note.ref) ?? {}
    for (const one of note.statements) if (!isInside(one, repeats)) counts[one.kind]++
    if (note.notRead !== undefined)
      gaps.push({ about: 'notes', code: 'unread-document', because: `A note was not read: ${note.notRead}`, resource: note.ref })
    return { ...note, repeats, repeatedShare: share }
  })
  return { standing: 'found-in-text', notes: marked, counts, gaps }
}

export const readNotes = (hands: readonly NoteInHand[], tables: NoteTables): NotesRead => inOneGo(notesInSlices(hands, tables))
