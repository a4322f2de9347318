import { useId, useState } from 'react'
import type { Card } from '../../src/contract/cards.ts'
import { Button } from '../ui/Button.tsx'
import type { Feedback, OverrideReason } from './cds.ts'
import styles from './DismissForm.module.css'
import { TEXTS } from './texts.ts'

/** A coded reason and a comment, sent back to the service as CDS Hooks feedback. */
export const DismissForm = ({
  card,
  onDone,
  onCancel,
}: {
  readonly card: Card
  readonly onDone: (feedback: Feedback, words: string) => void
  readonly onCancel: () => void
}) => {
  const id = useId()
  const [comment, setComment] = useState('')
  const said = comment.trim()
  const done = (reason: OverrideReason) =>
    onDone(
      { card: card.uuid, outcome: 'overridden', overrideReason: { reason, ...(said === '' ? {} : { userComment: said }) } },
      reason.display,
    )
  return (
    <fieldset className={styles.form}>
      <legend>{TEXTS.dismissWhy}</legend>
      <div className={styles.comment}>
        <label htmlFor={`${id}-comment`}>{TEXTS.comment}</label>
        <input id={`${id}-comment`} value={comment} maxLength={500} onChange={(event) => setComment(event.target.value)} />
      </div>
      <div className={styles.reasons}>
        {(card.overrideReasons ?? []).map((reason) => (
          <Button key={reason.code} onClick={() => done(reason)}>
            {reason.display}
          </Button>
        ))}
        <Button look="quiet" onClick={onCancel}>
          {TEXTS.cancel}
        </Button>
      </div>
    </fieldset>
  )
}
