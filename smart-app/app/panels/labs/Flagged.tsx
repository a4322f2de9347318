import { FlagShape } from './Flag.tsx'
import styles from './Labs.module.css'
import { isFlagged, isUnjudged, type Row } from './rows.ts'
import { TEXT } from './texts.ts'
import { flagSource, flagWord, LEVELS, shortValue, yearsSince } from './words.ts'

const ORDER = ['critical', 'caution', 'info', 'ok'] as const

const rank = ({ newest: { measurement } }: Row): number =>
  measurement.flag ? ORDER.findIndex((level) => level === LEVELS[measurement.flag?.code ?? 'N']) : ORDER.length

/** The newest values that are flagged, the most serious first: what a reader looks for before anything else. */
export const Flagged = ({
  rows,
  now,
  onOpen,
}: {
  readonly rows: readonly Row[]
  readonly now: string
  readonly onOpen: (id: string) => void
}) => {
  const flagged = rows.filter((row) => isFlagged(row.newest)).toSorted((a, b) => rank(a) - rank(b))
  const unjudged = rows.filter((row) => isUnjudged(row.newest) && row.analyte.room === 'labs').length
  return (
    <div className={styles.flagged}>
      <p className={styles.flaggedTitle}>{flagged.length === 0 ? TEXT.noneFlagged : TEXT.flagged(flagged.length)}</p>
      {flagged.length > 0 ? (
        <ul>
          {flagged.map((row) => (
            <li key={row.id}>
              <button type="button" onClick={() => onOpen(row.id)}>
                <FlagShape flag={row.newest.measurement.flag} />
                <span>
                  {row.analyte.name} <strong>{shortValue(row.newest.measurement.value)}</strong> {standing(row)}
                  <Age row={row} now={now} />
                </span>
              </button>
            </li>
          ))}
        </ul>
      ) : null}
      {unjudged > 0 ? <p className={styles.note}>{TEXT.unjudged(unjudged)}</p> : null}
    </div>
  )
}

/** The word of the flag; where laboratory and range contradict each other, both. */
const standing = ({ newest: { measurement } }: Row): string =>
  [flagWord(measurement.flag), measurement.flag?.disagrees ? `(${flagSource(measurement.flag)})` : ''].filter(Boolean).join(' ')

const Age = ({ row, now }: { readonly row: Row; readonly now: string }) => {
  const years = yearsSince(row.newest.measurement.lineage.date, now)
  return years > 0 ? <>, {TEXT.olderThan(years)}</> : null
}
