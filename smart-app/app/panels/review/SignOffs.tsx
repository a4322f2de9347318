import type { ReviewAnswer, SignOff } from '../../../../src/contract/review.ts'
import { Button } from '../../../ui/Button.tsx'
import { Panel } from '../../../ui/Panel.tsx'
import { SeverityShape } from '../../../ui/Severity.tsx'
import { momentWords } from '../../words/dates.ts'
import { Said } from '../../words/Said.tsx'
import styles from './Review.module.css'
import { byWords, TEXT } from './texts.ts'

/** Signing off, and what became of earlier sign-offs in the record. */
export const SignOffs = ({
  answer,
  writes,
  busy,
  sign,
}: {
  readonly answer: ReviewAnswer
  readonly writes: boolean
  readonly busy: boolean
  readonly sign: (again?: string) => void
}) => {
  const open = answer.flags.filter(({ state }) => state === 'new').length
  const nothing = open === answer.flags.length
  return (
    <Panel title={TEXT.signOff.title} lead={writes ? TEXT.signOff.lead.writes : TEXT.signOff.lead.ledger}>
      <div className={styles.actions}>
        <Button look="primary" disabled={busy || nothing} onClick={() => sign()}>
          {TEXT.signOff.sign}
        </Button>
        {nothing ? (
          <p className={styles.hint}>{TEXT.signOff.nothing}</p>
        ) : open > 0 ? (
          <p className={styles.hint}>{TEXT.signOff.open(open)}</p>
        ) : null}
      </div>
      {answer.signOffs.length > 0 ? (
        <ul className={styles.history}>
          {answer.signOffs.map((one) => (
            <li key={one.id}>
              <p>
                <strong>{TEXT.signOff.done(momentWords(one.at))}</strong>, {byWords(one.by)}, {TEXT.signOff.flags(one.flags.length)}
              </p>
              <Written written={one.written} busy={busy} again={writes ? () => sign(one.id) : null} />
            </li>
          ))}
        </ul>
      ) : null}
    </Panel>
  )
}

const Written = ({
  written,
  busy,
  again,
}: {
  readonly written: SignOff['written']
  readonly busy: boolean
  readonly again: (() => void) | null
}) => {
  switch (written.state) {
    case 'written':
      return (
        <p className={styles.written}>
          <SeverityShape level="ok" size={14} /> {TEXT.signOff.written(written.reference)}
        </p>
      )
    case 'pending':
      return (
        <div className={styles.written}>
          <SeverityShape level="caution" size={14} />
          <p>
            {TEXT.signOff.pending} <Said>{written.because}</Said>
          </p>
          {again ? (
            <Button onClick={again} disabled={busy}>
              {TEXT.signOff.write}
            </Button>
          ) : null}
        </div>
      )
    case 'ledger-only':
      return (
        <div className={styles.written}>
          <SeverityShape level="info" size={14} /> <p>{TEXT.signOff.ledgerOnly}</p>
          {again ? (
            <Button onClick={again} disabled={busy}>
              {TEXT.signOff.write}
            </Button>
          ) : null}
        </div>
      )
  }
}
