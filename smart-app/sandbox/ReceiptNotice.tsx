import { useEffect, useRef } from 'react'
import { Button } from '../ui/Button.tsx'
import { Notice } from '../ui/Notice.tsx'
import { focusInView } from './focus-in-view.ts'
import styles from './ReceiptNotice.module.css'
import { TEXTS } from './texts.ts'
import type { Receipt } from './use-visit.ts'

const OUTCOME_WORDS: { readonly [what: string]: string } = {
  'feedback: accepted': TEXTS.taken,
  'feedback: overridden': TEXTS.overridden,
}

/** What was said back to the services, and the proof. After a dismissal it takes the focus, because the card is gone. */
export const ReceiptNotice = ({ receipt, onInspect }: { readonly receipt: Receipt | null; readonly onInspect: (key: string) => void }) => {
  const place = useRef<HTMLDivElement>(null)
  const dismissed = receipt?.exchange.what === 'feedback: overridden' ? receipt.exchange.key : null
  useEffect(() => {
    if (dismissed) focusInView(place.current)
  }, [dismissed])
  return (
    <div ref={place} tabIndex={-1} role="status" className={styles.receipt} data-testid="receipt">
      {receipt ? <Words receipt={receipt} onInspect={onInspect} /> : null}
    </div>
  )
}

const Words = ({ receipt, onInspect }: { readonly receipt: Receipt; readonly onInspect: (key: string) => void }) => {
  const { exchange, words, comment } = receipt
  const ok = exchange.status === 200
  return (
    <Notice level={ok ? 'ok' : 'critical'} title={ok ? TEXTS.recorded : TEXTS.notRecorded}>
      <p className={styles.words}>
        {OUTCOME_WORDS[exchange.what]}: {words}
        {comment ? `. “${comment}”` : ''}
      </p>
      <p className={styles.proof}>
        <code>
          POST {exchange.url} {exchange.status ?? 'no answer'}, {exchange.ms} ms
        </code>
        <Button look="quiet" onClick={() => onInspect(exchange.key)}>
          {TEXTS.showCall}
        </Button>
      </p>
    </Notice>
  )
}
