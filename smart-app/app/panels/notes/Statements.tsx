import { useMemo, useState } from 'react'
import type { Note, NoteStatement, NotesRead, StatementKind } from '../../../../src/contract/notes.ts'
import { DataTable } from '../../../ui/DataTable.tsx'
import { dateWords } from '../../words/dates.ts'
import { KINDS, kindWords, Sign } from './kinds.tsx'
import styles from './Notes.module.css'
import { TEXT } from './texts.ts'

type Row = { readonly key: string; readonly statement: NoteStatement; readonly note: Note; readonly times: number }

const isRepeated = (note: Note, { start, end }: NoteStatement): boolean => note.repeats.some((one) => one.start <= start && end <= one.end)

/** One row per target and kind: the newest note that says so, and in how many places. */
const rowsOf = ({ notes }: NotesRead): Row[] => {
  const rows = new Map<string, Row>()
  for (const note of notes)
    for (const statement of note.statements) {
      if (isRepeated(note, statement)) continue
      const key = `${statement.target.id} ${kindWords(statement)}`
      const before = rows.get(key)
      rows.set(key, before ? { ...before, times: before.times + 1 } : { key, statement, note, times: 1 })
    }
  return [...rows.values()]
}

const sentenceOf = (note: Note, { sentence }: NoteStatement): string => {
  const text = (note.text ?? '').slice(sentence.start, sentence.end).replace(/\s+/g, ' ').trim()
  return text.length > 220 ? `${text.slice(0, 219)}…` : text
}

const deciding = (statement: NoteStatement): string => {
  const words = statement.triggers.map(({ words: said }) => `“${said.replace(/\s+/g, ' ')}”`)
  if (statement.bySection && statement.section) words.push(`${TEXT.section} ${statement.section.replaceAll('-', ' ')}`)
  return words.length > 0 ? words.join(', ') : TEXT.noTrigger
}

/** What was found, by kind. Each row says that it was found and nothing more. */
export const Statements = ({ read, open }: { readonly read: NotesRead; readonly open: (ref: string) => void }) => {
  const [kind, setKind] = useState<StatementKind | null>(null)
  const rows = useMemo(() => rowsOf(read), [read])
  const shown = kind === null ? rows : rows.filter(({ statement }) => statement.kind === kind)
  return (
    <>
      <fieldset className={styles.filter}>
        <legend className="visually-hidden">{TEXT.how}</legend>
        <button type="button" className={styles.chip} aria-pressed={kind === null} onClick={() => setKind(null)}>
          {TEXT.all}
        </button>
        {KINDS.map((one) => (
          <button
            key={one}
            type="button"
            className={styles.chip}
            aria-pressed={kind === one}
            disabled={read.counts[one] === 0}
            onClick={() => setKind(one)}
          >
            <Sign kind={one} /> {TEXT.ofKind(TEXT.kinds[one], read.counts[one])}
          </button>
        ))}
      </fieldset>
      <DataTable<Row>
        caption={TEXT.found}
        rows={shown}
        rowKey={({ key }) => key}
        short={{ rows: 12, more: TEXT.more }}
        columns={[
          { key: 'what', title: TEXT.what, namesRow: true, cell: ({ statement }) => <span lang="en">{statement.target.label}</span> },
          {
            key: 'how',
            title: TEXT.how,
            cell: ({ statement }) => (
              <span className={styles.how}>
                <span>
                  <Sign kind={statement.kind} /> {kindWords(statement)}
                </span>
                <span className={styles.standing}>{TEXT.perStatement}</span>
              </span>
            ),
          },
          {
            key: 'words',
            title: TEXT.words,
            cell: ({ statement, note }) => (
              <span className={styles.how}>
                <q>{sentenceOf(note, statement)}</q>
                <span className={styles.standing}>
                  {TEXT.because}: {deciding(statement)}
                </span>
              </span>
            ),
          },
          {
            key: 'in',
            title: TEXT.in,
            cell: ({ note, times }) => (
              <span className={styles.how}>
                <button type="button" className={styles.link} onClick={() => open(note.ref)}>
                  {note.title}, {note.date ? dateWords(note.date) : TEXT.undated}
                </button>
                {times > 1 ? <span className={styles.standing}>{TEXT.times(times)}</span> : null}
              </span>
            ),
          },
        ]}
      />
    </>
  )
}
