import { Button } from '../ui/Button.tsx'
import type { Exchange, Sending } from './cds.ts'
import { ExchangeView } from './ExchangeView.tsx'
import styles from './Inspector.module.css'
import { TEXTS } from './texts.ts'

const statusOf = ({ status, ms }: Exchange): string => `${status ?? 'no answer'}, ${ms} ms`

/** The newest call in one line: what the bar says while it is closed. */
const lineOf = (exchange: Exchange): string => {
  const reads = (exchange.trace?.questions ?? []).filter(({ from }) => from === 'fetch').length
  return [
    `POST ${exchange.url}`,
    statusOf(exchange),
    ...(exchange.trace
      ? [
          `${exchange.prefetchSent.length} prefetch keys sent`,
          `${reads} FHIR calls by the service`,
          `${exchange.cards} ${exchange.cards === 1 ? 'card' : 'cards'}`,
        ]
      : []),
  ].join(' · ')
}

/** What went over the wire, for integrators: a bar at the foot of the page that opens. */
export const Inspector = ({
  exchanges,
  sending,
  open,
  chosen,
  onToggle,
  onChoose,
  onSending,
}: {
  readonly exchanges: readonly Exchange[]
  readonly sending: Sending
  readonly open: boolean
  readonly chosen: string | null
  readonly onToggle: () => void
  readonly onChoose: (key: string) => void
  readonly onSending: (sending: Sending) => void
}) => {
  const newest = exchanges[0]
  const shown = exchanges.find((exchange) => exchange.key === chosen) ?? newest
  return (
    <section className={styles.inspector} aria-labelledby="inspector">
      <header className={styles.bar}>
        <h2 id="inspector">{TEXTS.inspector}</h2>
        <Button aria-expanded={open} aria-controls="exchanges" onClick={onToggle}>
          {open ? TEXTS.hide : TEXTS.show}
        </Button>
        {open ? (
          <div className={styles.switches}>
            <label>
              <input
                type="checkbox"
                checked={sending.prefetch}
                onChange={(event) => onSending({ ...sending, prefetch: event.target.checked })}
              />{' '}
              {TEXTS.prefetchOn}
            </label>
            <label>
              <input type="checkbox" checked={sending.token} onChange={(event) => onSending({ ...sending, token: event.target.checked })} />{' '}
              {TEXTS.tokenOn}
            </label>
          </div>
        ) : (
          <p className={styles.newest}>{newest ? lineOf(newest) : TEXTS.noExchange}</p>
        )}
      </header>
      <div id="exchanges" hidden={!open} className={styles.body}>
        {open && shown ? (
          <>
            <ol className={styles.calls} aria-label={TEXTS.calls}>
              {exchanges.map((exchange) => (
                <li key={exchange.key}>
                  <button type="button" aria-current={exchange === shown ? 'true' : undefined} onClick={() => onChoose(exchange.key)}>
                    <span>{exchange.what}</span>
                    <span className={styles.meta}>{statusOf(exchange)}</span>
                  </button>
                </li>
              ))}
            </ol>
            <ExchangeView key={shown.key} exchange={shown} />
          </>
        ) : null}
        {open && !shown ? <p className={styles.meta}>{TEXTS.noExchange}</p> : null}
      </div>
    </section>
  )
}
