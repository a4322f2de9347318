import { useEffect, useRef } from 'react'
import { Button } from '../ui/Button.tsx'
import { Notice } from '../ui/Notice.tsx'
import styles from './Receipts.module.css'
import { TEXTS } from './texts.ts'
import type { Receipt } from './use-visit.ts'

const OUTCOME_WORDS: { readonly [what: string]: string } = {
  'feedback: accepted': TEXTS.taken,
  'feedback: overridden': TEXTS.overridden,
}

const ReceiptLine = ({ receipt, onInspect }: { readonly receipt: Receipt; readonly onInspect: (key: string) => void }) => {
  const { exchange, words, comment } = receipt
  const ok = exchange.status === 200
  return (
    <Notice
      level={ok ? 'ok' : 'critical'}
      title={ok ? TEXTS.recorded : TEXTS.notRecorded}
      actions={
        <Button look="quiet" onClick={() => onInspect(exchange.key)}>
          {TEXTS.showCall}
        </Button>
      }
    >
      <p className={styles.words}>
        {OUTCOME_WORDS[exchange.what]}: {words}
        {comment ? `. “${comment}”` : ''}
      </p>
      <p className={styles.proof}>
        POST {exchange.url} {exchange.status ?? 'no answer'}, {exchange.ms} ms
      </p>
    </Notice>
  )
}

/** What was said back to the services, newest first. A new dismissal takes the focus, because its card is gone. */
export const Receipts = ({ receipts, onInspect }: { readonly receipts: readonly Receipt[]; readonly onInspect: (key: string) => void }) => {
  const place = useRef<HTMLDivElement>(null)
  const newest = receipts[0]?.exchange
  const dismissed = newest?.what === 'feedback: overridden' ? newest.key : null
  useEffect(() => {
    if (dismissed) place.current?.focus({ preventScroll: true })
  }, [dismissed])
  return (
    <div ref={place} tabIndex={-1} role="status" className={styles.receipts} data-testid="receipts">
      {receipts.map((receipt) => (
        <ReceiptLine key={receipt.exchange.key} receipt={receipt} onInspect={onInspect} />
      ))}
    </div>
  )
}
