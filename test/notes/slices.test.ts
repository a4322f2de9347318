import { describe, expect, it } from 'vitest'
import { type NoteInHand, notesInSlices, readNotes } from '../../src/notes/read-notes.ts'
import { inTurns } from '../../src/slices.ts'
import { noteTables } from './tables.ts'

const tables = noteTables()

const note = (ref: string, text: string): NoteInHand =>
  ({ ref, date: `2026-01-0${ref.length}`, title: 'Note', author: null, declared: 'en', text }) as unknown as NoteInHand // the reader looks at no other member

const SENTENCES =
  'Denies fever, chills or cough. History of asthma, no wheeze today. Mother had breast cancer at 52. Return if bleeding occurs.\n'
const long = (characters: number): string => SENTENCES.repeat(Math.ceil(characters / SENTENCES.length)).slice(0, characters)

const TEXTS: Readonly<Record<string, string>> = {
  'a long note': long(120_000),
  'one endless sentence': 'no fever and cough without chills if headache '.repeat(2000),
  'words across every pause': `${'word '.repeat(4999)}no fever. ${'word '.repeat(1999)}possible asthma; `.repeat(3),
  'nothing at all': '',
}

/** CPU time in milliseconds: what a stopped machine did not give is nobody's stall. */
const cpuMs = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

/** Longest work in which nobody else had a turn. */
const stall = async (work: () => Promise<unknown>): Promise<number> => {
  let [last, longest, going] = [cpuMs(), 0, true]
  const watch = (): void => {
    const now = cpuMs()
    longest = Math.max(longest, now - last)
    last = now
    if (going) setImmediate(watch)
  }
  setImmediate(watch)
  await work()
  going = false
  watch()
  return longest
}

/** Least of some tries: the collector comes when it likes. */
const leastStall = async (work: () => Promise<unknown>): Promise<number> => {
  const tries: number[] = []
  while (tries.length < 4) tries.push(await stall(work))
  return Math.min(...tries)
}

describe('Reading notes in slices', () => {
  it.each(Object.entries(TEXTS))('finds what reading in one go finds: %s', async (_name, text) => {
    const hands = [note('a', text), note('bb', `${text} Newly wheezing, and her mother has asthma as well.`)]
    expect(await inTurns(notesInSlices(hands, tables))).toEqual(readNotes(hands, tables))
  })

  it('pauses many times while a note is read, whatever its shape', () => {
    for (const text of [long(1_000_000), 'no fever and cough without chills if headache '.repeat(20_000)]) {
      const pauses = [...notesInSlices([note('a', text)], tables)].length
      expect(pauses).toBeGreaterThan(100)
    }
  })

  it('pauses inside a sentence: one that names something in every word takes as many pauses as it would cut into many', () => {
    const pauses = (text: string): number => [...notesInSlices([note('a', text)], tables)].length
    expect(pauses('fever '.repeat(100_000))).toBeGreaterThan(pauses('word '.repeat(100_000)) + 50)
  })

  it('finds what stands behind a run of letters that is no word', () => {
    const [read] = readNotes([note('a', `${'é'.repeat(100_000)} no fever`)], tables).notes
    expect(read?.statements.map(({ target, kind }) => `${kind} ${target.label}`)).toEqual(['negated Fever'])
  })

  it('lets others have a turn while a note of a million characters is read', async () => {
    const hands = [note('a', long(1_000_000))]
    readNotes(hands, tables)
    const inOneGo = await leastStall(async () => readNotes(hands, tables))
    const inSlices = await leastStall(() => inTurns(notesInSlices(hands, tables)))
    console.log(`longest stall: ${(inSlices / inOneGo).toFixed(3)} of what it is in one go`)
    expect(inSlices / inOneGo).toBeLessThan(0.5)
  })
})
