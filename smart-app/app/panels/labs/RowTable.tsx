import { useId, useMemo } from 'react'
import type { Measurement } from '../../../../src/contract/facts.ts'
import { Spark } from '../../../ui/charts/Spark.tsx'
import { dateWords } from '../../words/dates.ts'
import { Said } from '../../words/Said.tsx'
import { Flag } from './Flag.tsx'
import styles from './Labs.module.css'
import { bandsOf, pointsOf } from './points.ts'
import { RowDetail } from './RowDetail.tsx'
import type { Row } from './rows.ts'
import { TEXT } from './texts.ts'
import { ValueWords } from './ValueWords.tsx'
import { rangeText, statusWords, yearsSince } from './words.ts'

type Shared = { readonly now: string; readonly opened: ReadonlySet<string>; readonly toggle: (id: string) => void }

/** A newest value per analyte; a row opens to its course and all its results. Roles are spelled out: the rows are grids, see DataTable. */
export const RowTable = ({ caption, rows, ...shared }: Shared & { readonly caption: string; readonly rows: readonly Row[] }) => (
  // biome-ignore-start lint/a11y/noRedundantRoles: display:grid takes the roles away from table elements
  <table className={styles.table} role="table">
    <caption className="visually-hidden">{caption}</caption>
    <thead role="rowgroup">
      <tr role="row" className={styles.row}>
        {[TEXT.analyte, TEXT.latest, TEXT.flag, TEXT.range, TEXT.when, TEXT.trend, TEXT.earlier].map((title) => (
          <th key={title} role="columnheader" scope="col" className={title === TEXT.earlier ? styles.earlier : undefined}>
            {title}
          </th>
        ))}
      </tr>
    </thead>
    <tbody role="rowgroup">
      {rows.map((row) => (
        <RowLines key={row.id} row={row} {...shared} />
      ))}
    </tbody>
  </table>
  // biome-ignore-end lint/a11y/noRedundantRoles: as above
)

const RowLines = ({ row, now, opened, toggle }: Shared & { readonly row: Row }) => {
  const id = useId()
  const open = opened.has(row.id)
  return (
    // biome-ignore-start lint/a11y/noRedundantRoles: as above
    <>
      <tr role="row" className={styles.row} data-row={row.id}>
        <th role="rowheader" scope="row">
          <button type="button" className={styles.name} aria-expanded={open} aria-controls={id} onClick={() => toggle(row.id)}>
            <span aria-hidden="true" className={styles.chevron} data-open={open} />
            <span>{row.analyte.name}</span>
          </button>
        </th>
        <Cells row={row} now={now} />
      </tr>
      <tr role="row" id={id} hidden={!open} className={styles.opened}>
        <td role="cell" colSpan={7}>
          {open ? <RowDetail row={row} /> : null}
        </td>
      </tr>
    </>
    // biome-ignore-end lint/a11y/noRedundantRoles: as above
  )
}

/** What may be read as the state of today: a value, with a date, less than a year old. */
const isCurrent = ({ value, lineage }: Measurement, now: string): boolean =>
  value.kind !== 'absent' && lineage.date !== undefined && yearsSince(lineage.date, now) === 0

const Cells = ({ row, now }: { readonly row: Row; readonly now: string }) => {
  const { measurement } = row.newest
  const old = yearsSince(measurement.lineage.date, now)
  const points = useMemo(() => pointsOf(row), [row])
  const [band] = useMemo(() => bandsOf(row), [row])
  return (
    // biome-ignore-start lint/a11y/noRedundantRoles: as above
    <>
      <td role="cell" data-title={TEXT.latest}>
        <span className={isCurrent(measurement, now) ? styles.value : styles.quiet}>
          <ValueWords value={measurement.value} />
        </span>
        {row.analyte.apart ? (
          <span className={styles.small}>
            <Said>{row.analyte.apart}</Said>
          </span>
        ) : null}
        {measurement.status === 'final' ? null : <span className={styles.small}>{statusWords(measurement.status)}</span>}
      </td>
      <td role="cell" data-title={TEXT.flag}>
        <Flag flag={measurement.flag} source={measurement.flag?.disagrees === true || measurement.flag?.from === 'range'} />
      </td>
      <td role="cell" data-title={TEXT.range} className={measurement.range === null ? styles.quiet : undefined}>
        {rangeText(measurement)}
      </td>
      <td role="cell" data-title={TEXT.when}>
        {measurement.lineage.date === undefined ? TEXT.undated : dateWords(measurement.lineage.date)}
        {old > 0 ? <span className={styles.age}>{TEXT.olderThan(old)}</span> : null}
        <span className={`${styles.small} ${styles.earlierHere}`}>{TEXT.earlierCount(row.results.length - 1)}</span>
      </td>
      <td role="cell" data-title={TEXT.trend}>
        <Spark points={points} range={band} />
      </td>
      <td role="cell" data-title={TEXT.earlier} className={styles.earlier}>
        {TEXT.earlierCount(row.results.length - 1)}
      </td>
    </>
    // biome-ignore-end lint/a11y/noRedundantRoles: as above
  )
}
