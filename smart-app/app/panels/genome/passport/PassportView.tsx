import { useEffect, useRef, useState } from 'react'
import { Button } from '../../../../ui/Button.tsx'
import { Notice } from '../../../../ui/Notice.tsx'
import type { Session } from '../../../session/smart-session.ts'
import { TEXT } from '../texts.ts'
import { askPassport, type PassportState, saveDocument } from './ask-passport.ts'
import { PassportPage } from './PassportPage.tsx'
import styles from './passport.module.css'

const T = TEXT.passport

/** The passport on its own: made on the server when this opens, frozen, to print or to save. */
export const PassportView = ({
  session,
  patient,
  onBack,
}: {
  readonly session: Session
  readonly patient: string
  readonly onBack: () => void
}) => {
  const [state, setState] = useState<PassportState>({ kind: 'making' })
  const [saved, setSaved] = useState(false)
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    let open = true
    void askPassport(session, patient).then((answer) => {
      if (open) setState(answer)
    })
    return () => {
      open = false
    }
  }, [session, patient])
  useEffect(() => heading.current?.focus(), [])
  const save = (): void => {
    if (state.kind !== 'made') return
    saveDocument(state.answer)
    setSaved(true)
  }
  return (
    <div className={styles.view}>
      <div className={`${styles.bar} screen-only`}>
        <Button look="quiet" onClick={onBack}>
          {T.back}
        </Button>
        {state.kind === 'made' ? (
          <>
            <Button look="primary" onClick={() => window.print()}>
              {T.print}
            </Button>
            <Button onClick={save}>{T.save}</Button>
          </>
        ) : null}
        <span aria-live="polite">{saved ? T.saved : ''}</span>
      </div>
      <h2 ref={heading} tabIndex={-1} className={styles.title}>
        {T.title}
      </h2>
      {state.kind === 'making' ? <p role="status">{T.making}</p> : null}
      {state.kind === 'failed' ? <Notice level="critical" title={T.failed} /> : null}
      {state.kind === 'made' ? <PassportPage passport={state.answer.passport} /> : null}
    </div>
  )
}
