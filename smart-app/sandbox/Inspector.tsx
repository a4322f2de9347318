import { useState } from 'react'
import type { Question } from '../../src/contract/facts.ts'
import { type Column, DataTable } from '../ui/DataTable.tsx'
import { KeyValue } from '../ui/KeyValue.tsx'
import type { Exchange, Sending, Trace } from './cds.ts'
import styles from './Inspector.module.css'
import { TEXTS } from './texts.ts'

const READS: readonly Column<Question>[] = [
  { key: 'key', title: 'Key', namesRow: true, cell: (question) => question.key },
  { key: 'from', title: 'From', cell: (question) => question.from },
  { key: 'state', title: 'State', cell: (question) => question.state },
  { key: 'resources', title: 'Resources', align: 'end', cell: (question) => question.resources },
  { key: 'ms', title: 'ms', align: 'end', cell: (question) => (question.ms === undefined ? '' : Math.round(question.ms)) },
  { key: 'query', title: 'Query', cell: (question) => <code>{question.query}</code> },
  { key: 'because', title: 'Because', cell: (question) => question.because ?? '' },
]

const Lines = ({ title, lines }: { readonly title: string; readonly lines: readonly string[] }) =>
  lines.length === 0 ? null : (
    <section className={styles.lines}>
      <h4>{title}</h4>
      <ul>
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </section>
  )

const TraceView = ({ trace }: { readonly trace: Trace }) => (
  <>
    <KeyValue
      pairs={[
        { term: 'Decision', value: <code>{trace.decision}</code> },
        { term: 'Outcome', value: trace.outcome },
        { term: 'In the service', value: `${trace.ms.toFixed(1)} ms` },
      ]}
    />
    <Lines title={TEXTS.silence} lines={trace.silences.map((silence) => `${silence.about}: ${silence.because} (${silence.code})`)} />
    <Lines title={TEXTS.gaps} lines={trace.gaps.map((gap) => `${gap.about}: ${gap.because} (${gap.code})`)} />
    <Lines
      title={TEXTS.traces}
      lines={trace.traces.map(
        (entry) =>
          `${entry.concern} ${entry.drug ?? ''}: rows ${entry.rows.join(', ') || 'none'}; facts ${entry.facts.join(', ') || 'none'}`,
      )}
    />
    <h4>{TEXTS.reads}</h4>
    <DataTable caption={TEXTS.reads} columns={READS} rows={trace.questions} rowKey={(question) => question.key} />
  </>
)

const pretty = (value: unknown): string => {
  const text = JSON.stringify(value, null, 2) ?? ''
  return text.length > 60_000 ? `${text.slice(0, 60_000)}\n… ${text.length - 60_000} more characters` : text
}

const ExchangeView = ({ exchange }: { readonly exchange: Exchange }) => (
  <div className={styles.exchange}>
    <p className={styles.line}>
      <strong>POST {exchange.url}</strong> {exchange.status ?? 'no answer'}, {exchange.ms} ms. Prefetch sent:{' '}
      {exchange.prefetchSent.join(', ') || 'none'}
    </p>
    {exchange.trace ? <TraceView trace={exchange.trace} /> : null}
    <details>
      <summary>{TEXTS.request}</summary>
      <pre>{pretty(exchange.request)}</pre>
    </details>
    <details>
      <summary>{TEXTS.response}</summary>
      <pre>{pretty(exchange.response)}</pre>
    </details>
  </div>
)

/** What went over the wire, for integrators: request, response, timing, what was read, why a service stayed silent. */
export const Inspector = ({
  exchanges,
  sending,
  onSending,
}: {
  readonly exchanges: readonly Exchange[]
  readonly sending: Sending
  readonly onSending: (sending: Sending) => void
}) => {
  const [chosen, setChosen] = useState<string | null>(null)
  const shown = exchanges.find((exchange) => exchange.key === chosen) ?? exchanges[0]
  return (
    <section className={styles.inspector} aria-label={TEXTS.inspector}>
      <header className={styles.head}>
        <h2>{TEXTS.inspector}</h2>
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
      </header>
      {shown ? (
        <div className={styles.body}>
          <ol className={styles.calls}>
            {exchanges.map((exchange) => (
              <li key={exchange.key}>
                <button type="button" aria-current={exchange === shown ? 'true' : undefined} onClick={() => setChosen(exchange.key)}>
                  <span>{exchange.what}</span>
                  <span className={styles.meta}>
                    {exchange.status ?? 'failed'} · {exchange.ms} ms
                  </span>
                </button>
              </li>
            ))}
          </ol>
          <ExchangeView exchange={shown} />
        </div>
      ) : (
        <p className={styles.none}>{TEXTS.noExchange}</p>
      )}
    </section>
  )
}
