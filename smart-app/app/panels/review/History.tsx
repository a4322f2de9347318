import type { MarkEntry } from '../../../../src/contract/review.ts'
import { momentWords } from '../../words/dates.ts'
import { Said } from '../../words/Said.tsx'
import styles from './Review.module.css'
import { byWords, TEXT } from './texts.ts'

/** Everything that was ever said about a flag, newest first. */
export const History = ({ entries }: { readonly entries: readonly MarkEntry[] }) => (
  <ul className={styles.history}>
    {entries.map((entry) => (
      <li key={entry.id}>
        <HistoryLine entry={entry} />
        {entry.reason ? (
          <p>
            {TEXT.reason}: <Said>{entry.reason.display}</Said>
          </p>
        ) : null}
        {entry.note ? (
          <p className={styles.note}>
            {TEXT.note}: {entry.note}
          </p>
        ) : null}
      </li>
    ))}
  </ul>
)

const HistoryLine = ({ entry }: { readonly entry: MarkEntry }) => (
  <p>
    <strong>{TEXT.states[entry.mark]}</strong>, {momentWords(entry.at)}, {byWords(entry.by)}
  </p>
)
