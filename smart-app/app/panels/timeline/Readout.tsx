import { useMemo } from 'react'
import { dateWords } from '../../words/dates.ts'
import type { Lane } from './items.ts'
import { isoDay } from './place.ts'
import styles from './Readout.module.css'
import { readAt } from './reading.ts'
import { TEXT } from './texts.ts'

/** So many are said aloud; the lists beside hold all. */
const MOST_SAID = 6

const said = (words: readonly string[]): string => {
  if (words.length === 0) return TEXT.nothing
  const more = words.length - MOST_SAID
  return [...words.slice(0, MOST_SAID), ...(more > 0 ? [TEXT.more(more)] : [])].join('; ')
}

/** The day under the line, all lanes read. */
export const Readout = ({ lanes, day }: { readonly lanes: readonly Lane[]; readonly day: number | null }) => {
  const reading = useMemo(() => (day === null ? null : readAt(lanes, day)), [lanes, day])
  if (day === null || reading === null) return <p className={styles.hint}>{TEXT.hint}</p>
  const onDay = reading.onDay.map(({ item }) => item.words)
  const taken = reading.taken.map(({ words }) => words)
  const date = dateWords(isoDay(day))
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it may scroll, so it can be reached by keyboard
    <section className={styles.readout} aria-label={TEXT.at(date)} tabIndex={0}>
      <h3>{TEXT.at(date)}</h3>
      <p className="visually-hidden" aria-live="polite" aria-atomic="true" data-timeline-says="">
        {TEXT.at(date)}. {TEXT.onThisDay}: {said(onDay)}. {TEXT.taken}: {said(taken)}.
      </p>
      <List title={TEXT.onThisDay} lines={onDay} />
      <List title={TEXT.taken} lines={taken} />
      <List title={TEXT.lastValues} lines={reading.last.map(({ item }) => `${item.words} (${item.when})`)} />
    </section>
  )
}

const List = ({ title, lines }: { readonly title: string; readonly lines: readonly string[] }) => (
  <div>
    <h4>{title}</h4>
    {lines.length === 0 ? (
      <p className={styles.none}>{TEXT.nothing}</p>
    ) : (
      <ul>
        {[...new Set(lines)].map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    )}
  </div>
)
