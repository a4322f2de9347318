import type { Question } from '../../src/contract/facts.ts'
import { type Column, DataTable } from '../ui/DataTable.tsx'
import { KeyValue, type Pair } from '../ui/KeyValue.tsx'
import { ConsideredView } from './ConsideredView.tsx'
import type { Exchange, Trace } from './cds.ts'
import styles from './ExchangeView.module.css'
import { JsonBlock } from './JsonBlock.tsx'
import { TEXTS } from './texts.ts'

const FROM_WORDS = { prefetch: 'sent as prefetch', fetch: 'read by the service', none: 'not available' } as const

const READS: readonly Column<Question>[] = [
  { key: 'key', title: 'Key', namesRow: true, cell: (question) => question.key },
  { key: 'from', title: 'From', cell: (question) => FROM_WORDS[question.from] },
  { key: 'state', title: 'State', cell: (question) => question.state },
  { key: 'resources', title: 'Resources', align: 'end', cell: (question) => question.resources },
  { key: 'ms', title: 'ms', align: 'end', cell: (question) => (question.ms === undefined ? '' : Math.round(question.ms)) },
  { key: 'status', title: 'HTTP', align: 'end', cell: (question) => question.status ?? '' },
  { key: 'query', title: 'FHIR query', cell: (question) => <code className={styles.query}>GET {question.query}</code> },
  { key: 'because', title: 'Because', cell: (question) => question.because ?? '' },
]

const Lines = ({ title, lines }: { readonly title: string; readonly lines: readonly string[] }) =>
  lines.length === 0 ? null : (
    <section>
      <h3>{title}</h3>
      <ul>
        {[...new Set(lines)].map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </section>
  )

const traceLines = ({ traces }: Trace): readonly string[] =>
  traces.map(
    ({ concern, drug, rows, facts, concerns }) =>
      `${concern}${drug ? `, ${drug}` : ''}: rows ${rows.join(', ') || 'none'}; facts ${facts.join(', ') || 'none'}; concern ${
        concerns.map(({ key, facts: digest }) => `${key} on ${digest}`).join(', ') || 'none'
      }`,
  )

const pairsOf = (exchange: Exchange): readonly Pair[] => {
  const { trace } = exchange
  return [
    {
      term: 'Answer',
      value: `${exchange.status ?? 'none'} after ${exchange.ms} ms${trace ? ` (${trace.ms.toFixed(1)} ms in the service)` : ''}`,
    },
    { term: 'Request', value: `${Math.ceil(exchange.bytes / 1024).toLocaleString('en')} KiB` },
    ...(trace
      ? [
          { term: 'Prefetch sent', value: exchange.prefetchSent.join(', ') || 'none' },
          { term: 'Access token', value: exchange.tokenSent ? 'sent, for this patient only' : 'not sent' },
          { term: 'Cards', value: exchange.cards },
          { term: 'Outcome', value: trace.outcome },
          {
            term: TEXTS.decision,
            value: (
              <a href={`/api/decisions/${encodeURIComponent(trace.decision)}`} target="_blank" rel="noopener noreferrer">
                {trace.decision}
                <span className="visually-hidden"> ({TEXTS.newTab})</span>
              </a>
            ),
          },
        ]
      : []),
  ]
}

/** One call: its timing, what was sent and read, why cards came or did not, and the bodies. */
export const ExchangeView = ({ exchange }: { readonly exchange: Exchange }) => {
  const { trace } = exchange
  return (
    <div className={styles.exchange}>
      <p className={styles.call}>POST {exchange.url}</p>
      <KeyValue pairs={pairsOf(exchange)} />
      {trace ? (
        <>
          <Lines title={TEXTS.silence} lines={trace.silences.map(({ about, because, code }) => `${about}: ${because} (${code})`)} />
          <ConsideredView considered={trace.considered} />
          <Lines title={TEXTS.gaps} lines={trace.gaps.map(({ about, because, code }) => `${about}: ${because} (${code})`)} />
          <section>
            <h3>{TEXTS.reads}</h3>
            <DataTable caption={TEXTS.reads} columns={READS} rows={trace.questions} rowKey={(question) => question.key} />
          </section>
          <Lines title={TEXTS.traces} lines={traceLines(trace)} />
        </>
      ) : null}
      <JsonBlock title={TEXTS.request} value={exchange.request} opened={trace === null} />
      <JsonBlock title={TEXTS.response} value={exchange.response} opened={trace === null} />
    </div>
  )
}
