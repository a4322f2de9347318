import { useMemo, useState } from 'react'
import type { Measurement } from '../../../../src/contract/facts.ts'
import { Button } from '../../../ui/Button.tsx'
import { TableOrChart } from '../../../ui/charts/TableOrChart.tsx'
import { TimeChart } from '../../../ui/charts/TimeChart.tsx'
import { momentLabel } from '../../../ui/charts/time.ts'
import { type Column, DataTable } from '../../../ui/DataTable.tsx'
import { Said } from '../../words/Said.tsx'
import { Flag } from './Flag.tsx'
import styles from './Labs.module.css'
import { bandsOf, isDrawable, pointsOf, seriesOf } from './points.ts'
import type { Result, Row } from './rows.ts'
import { TEXT } from './texts.ts'
import { ValueWords } from './ValueWords.tsx'
import { partNames, rangeText, statusWords, whenWords } from './words.ts'

/** An analyte opened: its course, and every result with where it came from. */
export const RowDetail = ({ row }: { readonly row: Row }) => {
  const points = useMemo(() => pointsOf(row), [row])
  const series = useMemo(() => [seriesOf(row, points)], [row, points])
  const bands = useMemo(() => bandsOf(row), [row])
  const table = <Results row={row} />
  return (
    <div className={styles.detail}>
      {row.analyte.apart ? (
        <p className={styles.note}>
          <Said>{row.analyte.apart}</Said>
        </p>
      ) : null}
      {partNames(row.newest.measurement.value) ? <p className={styles.note}>{partNames(row.newest.measurement.value)}</p> : null}
      {isDrawable(points) ? (
        <TableOrChart
          label={row.analyte.name}
          table={table}
          chart={
            <>
              <TimeChart
                label={TEXT.chartOf(row.analyte.name)}
                series={series}
                bands={bands}
                describe={(_, point) => `${momentLabel(point.at)}: ${point.text ?? ''}`}
              />
              <div className={styles.newestOnly}>
                <Results row={{ ...row, results: row.results.slice(0, 3) }} />
              </div>
            </>
          }
        />
      ) : (
        <>
          <p className={styles.note}>{TEXT.noChart}</p>
          {table}
        </>
      )}
    </div>
  )
}

/** So many rows at once: twenty thousand at a time would stop the page. */
const STEP = 100
const FIRST = 25

const Results = ({ row }: { readonly row: Row }) => {
  const [shown, setShown] = useState(FIRST)
  const left = row.results.length - shown
  return (
    <div className={styles.results}>
      <DataTable<Result>
        caption={TEXT.tableOf(row.analyte.name)}
        rows={row.results.slice(0, shown)}
        rowKey={({ ref }) => ref}
        columns={COLUMNS}
      />
      {left > 0 ? (
        <Button look="quiet" onClick={() => setShown(shown + STEP)}>
          {TEXT.more(Math.min(left, STEP))}
        </Button>
      ) : null}
    </div>
  )
}

/** Method, specimen and device, each named. */
const madeBy = ({ method, specimen, device }: Measurement): string =>
  [
    [TEXT.method, method],
    [TEXT.specimen, specimen],
    [TEXT.device, device],
  ]
    .flatMap(([title, words]) => (words === undefined ? [] : [`${title}: ${words}`]))
    .join(' · ')

const COLUMNS: readonly Column<Result>[] = [
  {
    key: 'when',
    title: TEXT.when,
    namesRow: true,
    cell: ({ measurement: { lineage, issued } }) => (
      <>
        {whenWords(lineage.date)}
        {lineage.date === undefined ? <span className={styles.small}>{TEXT.undatedNote}</span> : null}
        {issued !== undefined && issued !== lineage.date ? <span className={styles.small}>{TEXT.released(whenWords(issued))}</span> : null}
      </>
    ),
  },
  {
    key: 'value',
    title: TEXT.value,
    cell: ({ measurement, conversion }) => (
      <>
        <ValueWords value={measurement.value} />
        {conversion ? <span className={styles.small}>{conversion}</span> : null}
        {measurement.note ? <span className={styles.small}>{measurement.note}</span> : null}
      </>
    ),
  },
  { key: 'flag', title: TEXT.flag, cell: ({ measurement }) => <Flag flag={measurement.flag} source /> },
  { key: 'range', title: TEXT.range, cell: ({ measurement }) => rangeText(measurement) },
  { key: 'status', title: TEXT.status, cell: ({ measurement }) => statusWords(measurement.status) },
  {
    key: 'laboratory',
    title: TEXT.laboratory,
    cell: ({ measurement, ref }) => (
      <>
        {measurement.lineage.source ?? ''}
        {madeBy(measurement) === '' ? null : <span className={styles.small}>{madeBy(measurement)}</span>}
        <span className={styles.small}>
          <code className={styles.reference}>{ref}</code>
        </span>
      </>
    ),
  },
]
