import { useMemo } from 'react'
import type { DeviceSeries } from '../../../../src/contract/devices.ts'
import type { Describe } from '../../../ui/charts/describe.ts'
import { TableOrChart } from '../../../ui/charts/TableOrChart.tsx'
import { TimeChart } from '../../../ui/charts/TimeChart.tsx'
import { DataTable } from '../../../ui/DataTable.tsx'
import { localDigits } from '../../words/numbers.ts'
import { numberWords, quantityWords, unitWords } from '../../words/values.ts'
import { Fact } from '../Facts.tsx'
import { dayKey, dayWords, momentOf } from './clock.ts'
import type { SeriesGroup } from './group-series.ts'
import styles from './Series.module.css'
import { type Drawn, drawSeries } from './series-points.ts'
import { TEXT } from './texts.ts'

const digits = (number: number): string => localDigits(String(number))

const newestOf = ({ points, source }: Drawn): string => {
  const last = points.findLast(({ letter }) => letter !== 'E')
  if (!last) return TEXT.noValue
  const words = last.value === null ? TEXT.letters[last.letter ?? 'E'] : quantityWords(last.value, source.unit)
  return `${words}, ${momentOf(last.at)}`
}

/** How many readings there are, and what became of those without a number. */
const sizeOf = ({ points, source }: Drawn): string => {
  const count = (letter: 'E' | 'L' | 'U'): number => points.filter((point) => point.letter === letter).length
  const [lost, below, above] = [count('E'), count('L'), count('U')]
  const [first, last] = [points[0], points.at(-1)]
  return [
    TEXT.points(digits(points.length)),
    ...(lost > 0 ? [TEXT.lostReadings(digits(lost))] : []),
    ...(below + above > 0 ? [TEXT.beyondReadings(below, above)] : []),
    ...(first && last ? [TEXT.span(dayWords(first.at), dayWords(last.at))] : []),
    TEXT.resources(source.resources),
  ].join(' · ')
}

const statesNoPlace = ({ points }: DeviceSeries): boolean => points.offsets.some(([minutes]) => minutes === null)

type Row = { readonly key: string; readonly day: string; readonly cells: readonly string[] }

/** Below this many readings the table holds each of them, above it each day. */
const EACH = 400

const eachReading = (drawn: readonly Drawn[]): Row[] => {
  const rows = new Map<number, string[]>()
  for (const [column, { points, source }] of drawn.entries())
    for (const { at, value, letter } of points) {
      const cells = rows.get(at) ?? drawn.map(() => '')
      cells[column] = value === null ? TEXT.letters[letter ?? 'E'] : quantityWords(value, source.unit)
      rows.set(at, cells)
    }
  return [...rows].sort(([a], [b]) => b - a).map(([at, cells]) => ({ key: String(at), day: momentOf(at), cells }))
}

const eachDay = ({ points }: Drawn): Row[] => {
  const days = new Map<number, { low: number; high: number; count: number }>()
  for (const { at, value } of points) {
    const day = days.get(dayKey(at)) ?? { low: Number.POSITIVE_INFINITY, high: Number.NEGATIVE_INFINITY, count: 0 }
    if (value !== null) {
      day.low = Math.min(day.low, value)
      day.high = Math.max(day.high, value)
      day.count += 1
    }
    days.set(dayKey(at), day)
  }
  return [...days]
    .sort(([a], [b]) => b - a)
    .map(([day, { low, high, count }]) => ({
      key: String(day),
      day: dayWords(day * 86_400_000),
      cells: count === 0 ? [TEXT.noValue, TEXT.noValue, '0'] : [numberWords(low), numberWords(high), digits(count)],
    }))
}

const Rows = ({
  caption,
  first,
  titles,
  rows,
}: {
  readonly caption: string
  readonly first: string
  readonly titles: readonly string[]
  readonly rows: readonly Row[]
}) => (
  <DataTable<Row>
    caption={caption}
    rows={rows}
    rowKey={({ key }) => key}
    short={{ rows: 14, more: TEXT.more }}
    columns={[
      { key: 'day', title: first, namesRow: true, cell: ({ day }) => day },
      ...titles.map((title, at) => ({ key: `${at} ${title}`, title, align: 'end' as const, cell: ({ cells }: Row) => cells[at] ?? '' })),
    ]}
  />
)

const Table = ({ name, drawn }: { readonly name: string; readonly drawn: readonly Drawn[] }) => {
  const many = drawn.some(({ points }) => points.length > EACH)
  if (!many) return <Rows caption={name} first={TEXT.time} titles={drawn.map(({ chart }) => chart.name)} rows={eachReading(drawn)} />
  return (
    <>
      {drawn.map((one) => (
        <Rows
          key={one.chart.id}
          caption={one.chart.name}
          first={TEXT.day}
          titles={[`${TEXT.lowest} (${unitWords(one.source.unit)})`, `${TEXT.highest} (${unitWords(one.source.unit)})`, TEXT.readings]}
          rows={eachDay(one)}
        />
      ))}
    </>
  )
}

/** A stacked part is told by its own size, not by where it ends. */
const describeWith =
  (drawn: readonly Drawn[]): Describe =>
  (series, point) => {
    const own = drawn.find(({ chart }) => chart.id === series.id)
    const found = own?.points.find(({ at }) => at === point.at)
    const words = found?.value == null ? TEXT.letters[found?.letter ?? 'E'] : quantityWords(found.value, own?.source.unit ?? '')
    return `${momentOf(point.at)}: ${series.name} ${words}`
  }

/** Readings of one kind and device: what is newest, the course, how much there is and where it came from. */
export const SeriesSection = ({ group }: { readonly group: SeriesGroup }) => {
  const { all, shown } = useMemo(() => drawSeries(group.series), [group.series])
  const [first] = group.series
  if (!first) return null
  const long = all.some(({ points }) => points.length > 2000)
  const chart = (
    <TimeChart
      label={TEXT.kinds[group.kind]}
      series={shown.map(({ chart }) => chart)}
      height={group.kind === 'blood-pressure' ? 168 : 132}
      {...(shown === all ? {} : { describe: describeWith(all) })}
    />
  )
  return (
    <section className={styles.group} aria-label={`${TEXT.kinds[group.kind]}: ${first.name}`}>
      <div className={styles.head}>
        <h3>{first.kind === 'other' ? first.name : TEXT.kinds[group.kind]}</h3>
        <span>{[first.deviceName, first.by ? TEXT.by[first.by] : null].filter(Boolean).join(' · ')}</span>
      </div>
      <ul className={styles.newest}>
        {all.map((one) => (
          <li key={one.chart.id}>
            <span>{one.chart.name}</span> <strong>{newestOf(one)}</strong>
          </li>
        ))}
      </ul>
      <TableOrChart label={TEXT.kinds[group.kind]} chart={chart} table={() => <Table name={TEXT.kinds[group.kind]} drawn={all} />} />
      <p className={styles.quiet}>
        {all[0] ? sizeOf(all[0]) : ''}
        {statesNoPlace(first) ? ` · ${TEXT.noOffset}` : ''}
        {long ? ` · ${TEXT.thinned}` : ''}
      </p>
      <Fact fact={first.lineage} />
    </section>
  )
}
