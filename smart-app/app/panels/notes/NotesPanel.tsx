import { useEffect, useMemo, useRef, useState } from 'react'
import type { Note, NotesRead } from '../../../../src/contract/notes.ts'
import { Panel } from '../../../ui/Panel.tsx'
import type { ViewProps } from '../../screen/views.tsx'
import { dateWords } from '../../words/dates.ts'
import { gapsAbout } from '../gaps-about.ts'
import { panelState } from '../panel-state.ts'
import styles from './Notes.module.css'
import { NoteText } from './NoteText.tsx'
import { findWords } from './pieces.ts'
import { Statements } from './Statements.tsx'
import { TEXT } from './texts.ts'

const idOf = (ref: string): string => `note-${ref.replace(/[^A-Za-z0-9-]/g, '-')}`

const about = (note: Note): string[] => [
  note.date ? dateWords(note.date) : TEXT.undated,
  note.author ?? TEXT.noAuthor,
  TEXT.kindsOfNote[note.kind],
  ...(note.status ? [note.status] : []),
  ...(note.text === null ? [] : [note.language.how === 'assumed' ? TEXT.assumed : TEXT.declared[note.language.code]]),
  ...(note.madeFrom ? [`${note.madeFrom}, ${TEXT.madeFrom}`] : []),
  ...(note.repeatedShare >= 0.005 ? [TEXT.repeatedShare(Math.round(note.repeatedShare * 100))] : []),
]

const Entry = ({
  note,
  search,
  open,
  toggle,
}: {
  readonly note: Note
  readonly search: string
  readonly open: boolean
  readonly toggle: () => void
}) => (
  <li className={styles.entry} id={idOf(note.ref)}>
    <h3 className={styles.title}>
      <button type="button" className={styles.toggle} aria-expanded={open} disabled={note.text === null} onClick={toggle}>
        <span aria-hidden="true">{note.text === null ? '·' : open ? '▾' : '▸'}</span> {note.title}
      </button>
    </h3>
    <p className={styles.meta}>
      {about(note).map((part) => (
        <span key={part}>{part}</span>
      ))}
      <code>{note.ref}</code>
    </p>
    {note.notRead ? (
      <p className={styles.notRead}>
        {TEXT.notRead}: <span lang="en">{note.notRead}</span>
      </p>
    ) : null}
    {note.cut ? <p className={styles.notRead}>{TEXT.cut(note.cut)}</p> : null}
    {open && note.text !== null ? <NoteText note={note} text={note.text} search={search} /> : null}
  </li>
)

/** `/` goes to the search from anywhere in the view, unless something is being typed. */
const useSlash = (field: React.RefObject<HTMLInputElement | null>): void => {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const at = event.target
      const typing = at instanceof HTMLElement && (at.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName))
      if (event.key !== '/' || typing || event.ctrlKey || event.metaKey || event.altKey) return
      event.preventDefault()
      field.current?.focus()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [field])
}

const Notes = ({ read }: { readonly read: NotesRead }) => {
  const [search, setSearch] = useState('')
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set())
  const field = useRef<HTMLInputElement>(null)
  useSlash(field)
  const words = search.trim()
  const hits = useMemo(
    () => new Map(read.notes.map((note) => [note.ref, words.length > 1 && note.text ? findWords(note.text, words).length : 0])),
    [read, words],
  )
  const shown = words.length > 1 ? read.notes.filter(({ ref }) => (hits.get(ref) ?? 0) > 0) : read.notes
  const total = [...hits.values()].reduce((sum, count) => sum + count, 0)
  const show = (ref: string): void => {
    setSearch('')
    setOpened((before) => new Set([...before, ref]))
    requestAnimationFrame(() => {
      const at = document.getElementById(idOf(ref))
      at?.scrollIntoView({ block: 'start' })
      at?.querySelector('button')?.focus()
    })
  }
  const toggle = (ref: string): void =>
    setOpened((before) => (before.has(ref) ? new Set([...before].filter((one) => one !== ref)) : new Set([...before, ref])))
  const any = Object.values(read.counts).some((count) => count > 0)
  return (
    <>
      <Panel title={TEXT.found} lead={TEXT.foundLead} state={any ? { kind: 'ready' } : { kind: 'empty', text: TEXT.emptyFound }}>
        <Statements read={read} open={show} />
      </Panel>
      <Panel title={TEXT.list}>
        <div className={styles.search}>
          <label htmlFor="note-search">{TEXT.search}</label>
          <input
            id="note-search"
            ref={field}
            type="search"
            value={search}
            maxLength={80}
            autoComplete="off"
            spellCheck={false}
            aria-keyshortcuts="/"
            onChange={(event) => setSearch(event.target.value)}
          />
          <span role="status">
            {words.length > 1 ? TEXT.hits(total, shown.length) : words.length === 1 ? TEXT.tooShort : TEXT.searchHint}
          </span>
        </div>
        <ul className={styles.list}>
          {shown.map((note) => (
            <Entry
              key={note.ref}
              note={note}
              search={words}
              open={words.length > 1 || opened.has(note.ref)}
              toggle={() => toggle(note.ref)}
            />
          ))}
        </ul>
      </Panel>
    </>
  )
}

/** Notes and what stands in them. Nothing here is evidence for anything; every statement says so. */
export default function NotesPanel({ profile }: ViewProps) {
  const { notes, facts } = profile
  if (notes === 'failed') return <Panel title={TEXT.list} state={{ kind: 'error', text: TEXT.failed }} />
  const gaps = gapsAbout(facts, ['documents'])
  const state = panelState(
    profile,
    notes !== null,
    notes && notes.notes.length > 0 ? null : TEXT.empty,
    notes && notes.notes.length > 0 ? [] : gaps,
  )
  if (notes === null || notes.notes.length === 0) return <Panel title={TEXT.list} state={state} />
  const unread = gapsAbout(facts, ['structured documents']).length > 0 ? [TEXT.compositionsMissing] : []
  return (
    <>
      <Notes read={notes} />
      {[...gaps, ...unread].length > 0 ? (
        <ul className={styles.gaps}>
          {[...gaps, ...unread].map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      ) : null}
    </>
  )
}
