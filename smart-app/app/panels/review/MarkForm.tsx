import { type FormEvent, useEffect, useId, useRef, useState } from 'react'
import type { Mark, ReviewAnswer, ReviewFlag } from '../../../../src/contract/review.ts'
import { Button } from '../../../ui/Button.tsx'
import { useDraft } from '../../session/drafts.tsx'
import type { MarkAsked } from './ask-review.ts'
import styles from './Review.module.css'
import { TEXT } from './texts.ts'

const LONGEST_NOTE = 4000

/** What is said about one flag: for an override the reason, and a note if there is something to add. */
export const MarkForm = ({
  flag,
  mark,
  reasons,
  busy,
  save,
  cancel,
}: {
  readonly flag: ReviewFlag
  readonly mark: Mark
  readonly reasons: ReviewAnswer['reasons']
  readonly busy: boolean
  readonly save: (mark: MarkAsked) => Promise<boolean>
  readonly cancel: () => void
}) => {
  const [note, setNote, dropNote] = useDraft(`review.note.${flag.id}`, '')
  const [reason, setReason, dropReason] = useDraft(`review.reason.${flag.id}`, '')
  const [missing, setMissing] = useState(false)
  const ids = useId()
  const first = useRef<HTMLSelectElement & HTMLTextAreaElement>(null)
  useEffect(() => first.current?.focus(), [])
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    if (mark === 'overridden' && reason === '') return setMissing(true)
    const saved = await save({
      flag: flag.id,
      mark,
      ...(mark === 'overridden' ? { reason } : {}),
      ...(note.trim() === '' ? {} : { note: note.trim() }),
    })
    if (!saved) return
    dropNote()
    dropReason()
    cancel()
  }
  return (
    <form
      className={styles.form}
      onSubmit={(event) => void submit(event)}
      onKeyDown={(event) => event.key === 'Escape' && cancel()}
      aria-label={TEXT.marks[mark]}
    >
      {mark === 'overridden' ? (
        <div className={styles.field}>
          <label htmlFor={`${ids}-reason`}>{TEXT.reason}</label>
          <select
            id={`${ids}-reason`}
            ref={first}
            value={reason}
            aria-invalid={missing && reason === ''}
            aria-describedby={missing && reason === '' ? `${ids}-missing` : undefined}
            onChange={(event) => setReason(event.target.value)}
          >
            <option value="">{TEXT.choose}</option>
            {reasons.map(({ code, display }) => (
              <option key={code} value={code} lang="en">
                {display}
              </option>
            ))}
          </select>
          {missing && reason === '' ? (
            <p id={`${ids}-missing`} className={styles.missing} role="alert">
              {TEXT.needReason}
            </p>
          ) : null}
        </div>
      ) : null}
      <div className={styles.field}>
        <label htmlFor={`${ids}-note`}>{TEXT.note}</label>
        <textarea
          id={`${ids}-note`}
          ref={mark === 'overridden' ? undefined : first}
          rows={2}
          maxLength={LONGEST_NOTE}
          value={note}
          aria-describedby={`${ids}-hint`}
          onChange={(event) => setNote(event.target.value)}
        />
        <p id={`${ids}-hint`} className={styles.hint}>
          {TEXT.noteHint}
        </p>
      </div>
      <div className={styles.actions}>
        <Button type="submit" look="primary" disabled={busy}>
          {busy ? TEXT.saving : `${TEXT.save}: ${TEXT.marks[mark]}`}
        </Button>
        <Button look="quiet" onClick={cancel}>
          {TEXT.cancel}
        </Button>
      </div>
    </form>
  )
}
