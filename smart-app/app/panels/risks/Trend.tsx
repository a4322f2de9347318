import type { RiskEstimate, RiskTrend, TrendPoint } from '../../../../src/contract/risk.ts'
import { TableOrChart } from '../../../ui/charts/TableOrChart.tsx'
import { TimeChart } from '../../../ui/charts/TimeChart.tsx'
import { recordTime } from '../../../ui/charts/time.ts'
import { DataTable } from '../../../ui/DataTable.tsx'
import type { ProfileState } from '../../profile/profile-state.ts'
import { dateWords } from '../../words/dates.ts'
import { Said } from '../../words/Said.tsx'
import { unitWords } from '../../words/values.ts'
import styles from './Trend.module.css'
import { TEXT } from './texts.ts'
import { modelled } from './words.ts'

type Estimated = Extract<RiskEstimate, { state: 'estimated' }>

const trendOf = (profile: ProfileState, { model, question }: Estimated): RiskTrend | undefined =>
  profile.trends?.find((trend) => trend.model === model.id && trend.question === question)

/** The same question on earlier days. What could not be computed then is in the table with its reason, and a gap in the line. */
export default function Trend({ estimate, profile }: { readonly estimate: Estimated; readonly profile: ProfileState }) {
  const trend = trendOf(profile, estimate)
  if (!trend) return <p className={styles.note}>{whyNone(profile)}</p>
  return (
    <div className={styles.trend}>
      <h4>{TEXT.trend}</h4>
      <TableOrChart
        label={TEXT.trend}
        chart={() => <Chart trend={trend} estimate={estimate} profile={profile} />}
        table={() => <Table trend={trend} />}
      />
      {trend.leftOut > 0 ? <p className={styles.note}>{TEXT.trendLeft(trend.leftOut)}</p> : null}
    </div>
  )
}

const whyNone = ({ trends, progress }: ProfileState): string => {
  if (trends !== null) return TEXT.trendNone
  return progress.kind === 'reading' ? TEXT.trendPending : TEXT.trendFailed
}

/** To the digits that a picture can show and its words should: four. */
const drawn = (value: number): number => Number(value.toPrecision(4))

const Chart = ({
  trend,
  estimate,
  profile,
}: {
  readonly trend: RiskTrend
  readonly estimate: Estimated
  readonly profile: ProfileState
}) => {
  const now = recordTime(profile.facts?.now)
  // Days before the first estimate stand in the table with their reasons; a lone result of decades ago would press the line into a corner.
  const first = trend.points.findIndex(({ value }) => value !== null)
  const points = (first < 0 ? [] : trend.points.slice(first)).flatMap(({ on, value }) => {
    const at = recordTime(on)
    if (at === null) return []
    return [value === null ? { at, value } : { at, value: drawn(value), text: modelled(value, trend.unit) }]
  })
  const all =
    now === null
      ? points
      : [...points, { at: now, value: drawn(estimate.value), text: `${modelled(estimate.value, estimate.unit)}, ${TEXT.now}` }]
  return (
    <TimeChart
      label={TEXT.trend}
      series={[{ id: 'estimate', name: TEXT.estimate, unit: unitWords(trend.unit), kind: 'line', points: all }]}
      height={90}
    />
  )
}

const Table = ({ trend }: { readonly trend: RiskTrend }) => (
  <DataTable
    caption={TEXT.trend}
    rows={trend.points.toReversed()}
    rowKey={({ on }) => on}
    columns={[
      { key: 'day', title: TEXT.day, namesRow: true, cell: ({ on }: TrendPoint) => dateWords(on) },
      { key: 'value', title: TEXT.estimate, align: 'end', cell: ({ value }) => (value === null ? '' : modelled(value, trend.unit)) },
      { key: 'band', title: TEXT.bands, cell: ({ band }) => (band ? <Said>{band}</Said> : '') },
      { key: 'because', title: TEXT.because, cell: ({ because }) => (because ? <Said>{because}</Said> : '') },
    ]}
  />
)
