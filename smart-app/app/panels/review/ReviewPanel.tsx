import { type KeyboardEvent, useMemo, useRef, useState } from 'react'
import { Button } from '../../../ui/Button.tsx'
import { Notice } from '../../../ui/Notice.tsx'
import { Panel } from '../../../ui/Panel.tsx'
import type { ViewProps } from '../../screen/views.tsx'
import { TEXT as APP } from '../../text.ts'
import { panelState } from '../panel-state.ts'
import { ReportAction } from '../report/ReportAction.tsx'
import { mayWrite, type Reviewed } from './ask-review.ts'
import { drugOf, FlagItem } from './FlagItem.tsx'
import styles from './Review.module.css'
import { SignOffs } from './SignOffs.tsx'
import { TEXT } from './texts.ts'
import { useReview } from './use-review.ts'

/** A flag's own buttons by key; the same buttons stand there for everybody else. */
const KEYS: { readonly [key: string]: string } = { r: 'reviewed', a: 'accepted', o: 'overridden', e: 'sources', x: 'select' }
const STEPS: { readonly [key: string]: number } = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }

/** Letters typed into a field are text, and keys held with others belong to the browser. */
const isTyped = ({ target, ctrlKey, metaKey, altKey }: KeyboardEvent): boolean =>
  ctrlKey || metaKey || altKey || (target instanceof HTMLElement && target.matches('textarea, select, input:not([type=checkbox])'))

/** All drug-gene flags of the patient, each to be reviewed, accepted or overridden; then signed off. */
export default function ReviewPanel({ profile, session, patient }: ViewProps) {
  const { review, assessment, words, progress } = profile
  const decision = progress.kind === 'done' ? progress.decision : null
  const of = useMemo(
    (): Reviewed | null => (review && decision !== null ? { session, patient, decision, review } : null),
    [session, patient, decision, review],
  )
  const { answer, busy, failure, listFailed, list, mark, sign } = useReview(of)
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  const items = useRef<HTMLUListElement>(null)
  const flags = review?.flags ?? []
  const state = panelState(profile, of !== null, flags.length === 0 ? TEXT.empty : null)
  const toggle = (id: string, on: boolean): void => setSelected(new Set(on ? [...selected, id] : [...selected].filter((one) => one !== id)))
  const markSelected = async (): Promise<void> => {
    if (await mark([...selected].map((flag) => ({ flag, mark: 'reviewed' as const })))) setSelected(new Set())
  }
  const onKey = (event: KeyboardEvent): void => {
    if (isTyped(event)) return
    const rows = [...(items.current?.children ?? [])].filter((row) => row instanceof HTMLElement)
    const at = rows.findIndex((row) => row.contains(document.activeElement))
    const step = STEPS[event.key]
    const next = step === undefined ? undefined : rows[Math.min(rows.length - 1, Math.max(0, at + step))]
    const does = KEYS[event.key]
    const control = does === undefined ? null : rows[at]?.querySelector<HTMLElement>(`[data-does="${does}"]`)
    if (!next && !control) return
    event.preventDefault()
    next?.focus()
    control?.click()
  }
  const open = answer?.flags.filter((one) => one.state === 'new').length
  return (
    <>
      <Panel
        title={APP.tabs.review}
        state={state}
        lead={TEXT.lead}
        actions={decision === null ? null : <ReportAction profile={profile} session={session} patient={patient} />}
      >
        {listFailed ? (
          <Notice level="caution" title={TEXT.listFailed} actions={<Button onClick={() => void list()}>{TEXT.retry}</Button>} />
        ) : null}
        {failure ? (
          <div role="alert">
            <Notice level="caution" title={TEXT.failures[failure]} />
          </div>
        ) : null}
        <div className={styles.bar}>
          <p role="status">{open === undefined ? (listFailed ? '' : TEXT.loading) : TEXT.counts(open, flags.length)}</p>
          {selected.size > 0 ? (
            <Button onClick={() => void markSelected()} disabled={busy}>
              {TEXT.batch(selected.size)}
            </Button>
          ) : null}
        </div>
        <ul ref={items} className={styles.flags} onKeyDown={onKey}>
          {flags.map((flag) => (
            <li key={flag.id} className={styles.flag} tabIndex={-1}>
              <FlagItem
                flag={flag}
                state={answer?.flags.find((one) => one.flag === flag.id) ?? null}
                drug={assessment && drugOf(flag, assessment)}
                words={words}
                reasons={answer?.reasons ?? []}
                busy={busy || answer === null}
                selected={selected.has(flag.id)}
                select={(on) => toggle(flag.id, on)}
                save={(one) => mark([one])}
              />
            </li>
          ))}
        </ul>
        <p className={`${styles.hint} screen-only`}>{TEXT.keys}</p>
      </Panel>
      {answer && flags.length > 0 ? (
        <SignOffs answer={answer} writes={mayWrite(session)} busy={busy} sign={(again) => void sign(again)} />
      ) : null}
    </>
  )
}
