import { useMemo, useState } from 'react'
import type { Note } from '../../../../src/contract/notes.ts'
import { Button } from '../../../ui/Button.tsx'
import { dateWords } from '../../words/dates.ts'
import { kindWords } from './kinds.tsx'
import styles from './Notes.module.css'
import { type Block, blocksOf, findWords, type Piece, piecesOf } from './pieces.ts'
import { TEXT } from './texts.ts'

/** More than this is shown only when asked for: a browser lays out a page, not a book. */
const AT_FIRST = 20_000

const Marked = ({ piece: { text, statement, hit } }: { readonly piece: Piece }) => {
  const words = hit ? <span className={styles.hit}>{text}</span> : text
  if (!statement) return words
  return (
    <mark className={`${styles.mark} ${styles[statement.kind]}`} title={`${kindWords(statement)}. ${TEXT.perStatement}`}>
      {words}
      <span className={styles.markWord}>{kindWords(statement)}</span>
    </mark>
  )
}

const Repeated = ({ block, children }: { readonly block: Block; readonly children: React.ReactNode }) => {
  const [open, setOpen] = useState(false)
  const date = block.repeat?.from.date
  return (
    <span className={styles.repeat}>
      <Button look="quiet" aria-expanded={open} onClick={() => setOpen(!open)}>
        {TEXT.repeatedFrom(date ? dateWords(date) : TEXT.undated)}
      </Button>
      {open ? <span className={styles.repeated}>{children}</span> : null}
    </span>
  )
}

/** The text of one note: statements marked by sign and word, repeated text folded, the words of the search underlined. */
export const NoteText = ({ note, text, search }: { readonly note: Note; readonly text: string; readonly search: string }) => {
  const [whole, setWhole] = useState(false)
  const length = whole ? text.length : Math.min(text.length, AT_FIRST)
  const blocks = useMemo(() => blocksOf(note, length), [note, length])
  const hits = useMemo(() => findWords(text, search), [text, search])
  const draw = (block: Block) => piecesOf(text, block, note.statements, hits).map((piece) => <Marked key={piece.start} piece={piece} />)
  return (
    <>
      <div className={styles.text} lang={note.language.how === 'declared' ? note.language.code : undefined}>
        {blocks.map((block) =>
          block.repeat === null || (search.length > 1 && hits.some((hit) => hit.start < block.end && hit.end > block.start)) ? (
            <span key={block.start}>{draw(block)}</span>
          ) : (
            <Repeated key={block.start} block={block}>
              {draw(block)}
            </Repeated>
          ),
        )}
      </div>
      {length < text.length ? (
        <p className={styles.meta}>
          {TEXT.longText(length)}{' '}
          <Button look="quiet" onClick={() => setWhole(true)}>
            {TEXT.showAll}
          </Button>
        </p>
      ) : null}
    </>
  )
}
