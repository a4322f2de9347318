import type { FhirResource, PatientRecord } from './contract/facts.ts'
import type { NotesRead } from './contract/notes.ts'
import { type NotePart, type NoteSource, partOfBinary, readNoteTexts } from './facts/note-texts.ts'
import type { FhirClient, FhirSession } from './fhir/fhir-client.ts'
import { type NoteInHand, notesInSlices } from './notes/read-notes.ts'
import type { NoteTables } from './notes/tables.ts'
import { inTurns } from './slices.ts'

/** Texts that are fetched for one opening of the app, the time for all of them, and their size: nothing else waits for them. */
const MOST_FETCHES = 20
const LIMITS = { budgetMs: 4000, maxPages: 1, maxBytes: 8 * 1024 * 1024 }

const TOO_MANY = `More than ${MOST_FETCHES} notes keep their text apart; this one was not fetched.`

const fetchPart = async (session: FhirSession, part: Extract<NotePart, { kind: 'binary' }>): Promise<NotePart> => {
  const answer = await session.ask(part.query)
  const [resource]: readonly FhirResource[] = answer.resources
  if (resource) return partOfBinary(resource, part.contentType)
  return { kind: 'not-read', because: 'because' in answer ? answer.because : 'The FHIR server has no such resource.' }
}

const inHand = ({ parts, language, ...source }: NoteSource): NoteInHand => {
  const words = parts.flatMap((part) => (part.kind === 'text' ? [part] : []))
  const because = parts.flatMap((part) => (part.kind === 'not-read' ? [part.because] : []))[0]
  const madeFrom = words.find((part) => part.madeFrom !== undefined)?.madeFrom
  return {
    ...source,
    declared: language,
    text: words.length === 0 ? null : words.map(({ text }) => text).join('\n\n'),
    ...(because === undefined ? {} : { notRead: because }),
    ...(madeFrom === undefined ? {} : { madeFrom }),
  }
}

/**
 * The notes of a record, read. Texts that stand apart from their entry (`Binary/x` on the same server) are fetched with the app's token, few
 * at most and within their own time; whatever is not got is said. Nothing of it goes anywhere but into the app's notes.
 */
export const collectNotes = async (
  record: PatientRecord,
  access: { readonly base: string; readonly token: () => string },
  fhir: FhirClient,
  tables: NoteTables,
): Promise<NotesRead> => {
  const sources = readNoteTexts(record, access.base)
  let fetches = 0
  const session = fhir.open(access, LIMITS)
  try {
    const parts = (part: NotePart): NotePart | Promise<NotePart> => {
      if (part.kind !== 'binary') return part
      fetches += 1
      return fetches > MOST_FETCHES ? { kind: 'not-read', because: TOO_MANY } : fetchPart(session, part)
    }
    const got = await Promise.all(sources.map(async (source) => ({ ...source, parts: await Promise.all(source.parts.map(parts)) })))
    return await inTurns(notesInSlices(got.map(inHand), tables))
  } finally {
    session.close()
  }
}
