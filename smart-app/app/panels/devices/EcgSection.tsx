import type { DeviceSeries, EcgRecord } from '../../../../src/contract/devices.ts'
import { TimeChart } from '../../../ui/charts/TimeChart.tsx'
import { DataTable } from '../../../ui/DataTable.tsx'
import { devicePoints } from '../../profile/device-points.ts'
import { quantityWords, unitWords } from '../../words/values.ts'
import { Fact } from '../Facts.tsx'
import styles from './Ecg.module.css'
import { EcgWave, waveOf } from './EcgWave.tsx'
import { TEXT } from './texts.ts'

type Interval = EcgRecord['intervals'][number]

const correctionOf = ({ correction }: Interval): string =>
  correction === undefined ? '' : correction === null ? TEXT.correctionOpen : TEXT.corrected(correction)

/** The four intervals that a drug question asks for: the ones that were not sent are named. */
const ASKED = ['PR', 'QRS', 'QT', 'QTc']

const missing = ({ intervals }: EcgRecord): string[] => ASKED.filter((name) => !intervals.some((interval) => interval.name === name))

const Intervals = ({ ecg }: { readonly ecg: EcgRecord }) => (
  <>
    {ecg.intervals.length === 0 ? (
      <p className={styles.quiet}>{TEXT.noIntervals}</p>
    ) : (
      <DataTable
        caption={ecg.name}
        rows={ecg.intervals.map((interval, index) => ({ ...interval, index }))}
        rowKey={({ index }) => String(index)}
        columns={[
          { key: 'name', title: TEXT.interval, namesRow: true, cell: ({ name }) => name },
          { key: 'value', title: TEXT.value, align: 'end', cell: ({ value, unit }) => quantityWords(value, unit) },
          { key: 'correction', title: TEXT.correction, cell: correctionOf },
          { key: 'source', title: TEXT.source, cell: ({ ref }) => <code>{ref}</code> },
        ]}
      />
    )}
    {missing(ecg).length > 0 ? <p className={styles.quiet}>{TEXT.notMeasured(missing(ecg).join(', '))}</p> : null}
  </>
)

const Curve = ({ series }: { readonly series: DeviceSeries }) =>
  waveOf(series) ? (
    <EcgWave series={series} />
  ) : (
    <TimeChart
      label={series.name}
      series={[{ id: series.ref, name: series.name, unit: unitWords(series.unit), kind: 'line', points: devicePoints(series.points) }]}
    />
  )

/** One ECG: intervals with their correction, words as they were said, and the curve. */
export const EcgSection = ({ ecg }: { readonly ecg: EcgRecord }) => (
  <article className={styles.ecg}>
    <div className={styles.head}>
      <h3>{ecg.name || TEXT.looseIntervals}</h3>
      {ecg.deviceName ? <span className={styles.quiet}>{ecg.deviceName}</span> : null}
      {ecg.by ? <span className={styles.quiet}>{TEXT.by[ecg.by]}</span> : null}
    </div>
    {ecg.said.map(({ name, text }) => (
      <blockquote key={`${name} ${text}`}>
        <span className={styles.quiet}>{name}: </span>
        {text}
      </blockquote>
    ))}
    <Intervals ecg={ecg} />
    {ecg.waves.map((series) => (
      <Curve key={`${series.name} ${series.channel?.index ?? 1}`} series={series} />
    ))}
    <Fact fact={ecg.lineage} />
  </article>
)
