import type { GlucoseProfile } from '../../../../src/contract/devices.ts'
import { TableOrChart } from '../../../ui/charts/TableOrChart.tsx'
import { DataTable } from '../../../ui/DataTable.tsx'
import { Notice } from '../../../ui/Notice.tsx'
import { fixedWords, localDigits } from '../../words/numbers.ts'
import { Said } from '../../words/Said.tsx'
import { dayWords, minuteWords } from './clock.ts'
import styles from './Glucose.module.css'
import { digitsOf, GlucoseCurve } from './GlucoseCurve.tsx'
import { Targets, TimeInRange } from './TimeInRange.tsx'
import { TEXT } from './texts.ts'

const Figures = ({ profile }: { readonly profile: GlucoseProfile }) => {
  const { mean, gmi, variation, active, readings, interval, unit } = profile
  const figures = [
    { name: TEXT.mean, value: mean === null ? TEXT.noValue : `${fixedWords(mean, digitsOf(unit))}\u00a0${unit}`, note: '' },
    { name: TEXT.gmi, value: gmi === null ? TEXT.noValue : `${fixedWords(gmi, 1)}\u00a0%`, note: TEXT.gmiLong },
    { name: TEXT.variation, value: variation === null ? TEXT.noValue : `${fixedWords(variation, 1)}\u00a0%`, note: '' },
    {
      name: TEXT.active,
      value: active === null ? TEXT.noValue : `${fixedWords(active, 1)}\u00a0%`,
      note: interval === null ? '' : TEXT.ofReadings(localDigits(String(readings)), interval.minutes),
    },
  ]
  return (
    <dl className={styles.figures}>
      {figures.map(({ name, value, note }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <strong>{value}</strong>
            {note === '' ? null : <span>{note}</span>}
          </dd>
        </div>
      ))}
    </dl>
  )
}

const CurveTable = ({ profile: { curve, unit } }: { readonly profile: GlucoseProfile }) => (
  <DataTable
    caption={TEXT.curveLabel}
    rows={curve.minutes.map((minutes, index) => ({ minutes, index }))}
    rowKey={({ minutes }) => String(minutes)}
    short={{ rows: 12, more: TEXT.more }}
    columns={[
      { key: 'time', title: TEXT.time, namesRow: true, cell: ({ minutes }) => minuteWords(minutes) },
      ...curve.percentiles.map(({ percent, values }) => ({
        key: String(percent),
        title: percent === 50 ? TEXT.median : TEXT.percentile(percent),
        align: 'end' as const,
        cell: ({ index }: { readonly index: number }) => {
          const value = values[index]
          return value == null ? TEXT.noValue : fixedWords(value, digitsOf(unit))
        },
      })),
      { key: 'n', title: TEXT.readings, align: 'end', cell: ({ index }) => localDigits(String(curve.readings[index] ?? 0)) },
    ]}
  />
)

const DAY = 86_400_000

const Sufficiency = ({ profile }: { readonly profile: GlucoseProfile }) => {
  if (profile.sufficient) return null
  const text =
    profile.active === null
      ? TEXT.insufficientUnknown
      : TEXT.insufficient(`${fixedWords(profile.active, 1)}\u00a0%`, `${profile.needed}\u00a0%`)
  return <Notice level="unknown" title={text} />
}

/** Sensor glucose of one device: what it comes to, the day as percentiles, the targets and how it was computed. */
export const GlucoseSection = ({ profile, now }: { readonly profile: GlucoseProfile; readonly now: string }) => {
  const { from, to, days, offset } = profile.window
  const here = (instant: number): string => dayWords(instant + (offset ?? 0) * 60_000)
  const age = Math.floor((Date.parse(now) - to) / DAY)
  return (
    <section className={styles.profile} aria-label={TEXT.glucoseOf(profile.deviceName ?? profile.name)}>
      <p className={styles.quiet}>
        {[profile.deviceName ?? profile.name, TEXT.window(days, here(from), here(to))].join(' · ')}
        {age > 0 ? ` · ${TEXT.sinceLast(age)}` : ''}
      </p>
      <Sufficiency profile={profile} />
      <Figures profile={profile} />
      <TimeInRange profile={profile} />
      <TableOrChart label={TEXT.curveLabel} chart={<GlucoseCurve profile={profile} />} table={() => <CurveTable profile={profile} />} />
      {profile.targets.map((set) => (
        <div key={set.id} className={styles.set}>
          <h3>
            {TEXT.setsTitle}: {TEXT.sets[set.id] ?? <Said>{set.label}</Said>}
          </h3>
          <p className={styles.quiet}>
            <Said>{set.because}</Said>
          </p>
          <Targets profile={profile} set={set} />
        </div>
      ))}
      <details className={styles.how}>
        <summary>{TEXT.how}</summary>
        <ul>
          {profile.notes.map((note) => (
            <li key={note}>
              <Said>{note}</Said>
            </li>
          ))}
        </ul>
        <h3>{TEXT.sources}</h3>
        <ul>
          {profile.sources.map((source) => (
            <li key={source.url}>
              <a href={source.url} target="_blank" rel="noreferrer noopener" lang="en">
                {source.label}
              </a>
              <span lang="en">, {source.where}</span>
            </li>
          ))}
        </ul>
        <p>
          <code>{profile.ref}</code> ({TEXT.resources(profile.resources)})
        </p>
      </details>
    </section>
  )
}
