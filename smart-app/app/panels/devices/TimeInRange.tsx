import type { GlucoseProfile, GlucoseShare, GlucoseTarget } from '../../../../src/contract/devices.ts'
import { DataTable } from '../../../ui/DataTable.tsx'
import { type Level, Severity } from '../../../ui/Severity.tsx'
import { fixedWords } from '../../words/numbers.ts'
import { hoursOf } from './clock.ts'
import styles from './Glucose.module.css'
import { digitsOf } from './GlucoseCurve.tsx'
import { TEXT } from './texts.ts'

const percentWords = (percent: number): string => `${fixedWords(percent, 1)}\u00a0%`

/** `70 to 180 mg/dL`, `below 54 mg/dL`: limits as the record's unit shows them, belonging to the range. */
const limitsOf = ({ low, high }: Pick<GlucoseShare, 'low' | 'high'>, unit: GlucoseProfile['unit']): string => {
  const step = unit === 'mg/dL' ? 1 : 0.1
  const words = (value: number): string => fixedWords(value, digitsOf(unit))
  if (low === null && high === null) return ''
  if (low === null) return `${TEXT.below(words((high ?? 0) + step))}\u00a0${unit}`
  if (high === null) return `${TEXT.above(words(low - step))}\u00a0${unit}`
  return `${TEXT.between(words(low), words(high))}\u00a0${unit}`
}

/** One column of the ranges, highest on top as on paper; the numbers stand beside it. */
const Stack = ({ shares }: { readonly shares: readonly GlucoseShare[] }) => {
  let top = 0
  return (
    <svg viewBox="0 0 40 160" width="40" height="160" aria-hidden="true" className={styles.stack}>
      {shares.map(({ id, percent }) => {
        const [y, height] = [top, (percent / 100) * 160]
        top += height
        return <rect key={id} x="0" y={y} width="40" height={Math.max(0, height - 1)} className={styles[id] ?? ''} />
      })}
    </svg>
  )
}

const MET: { readonly [met in 'true' | 'false' | 'null']: { readonly level: Level; readonly word: string } } = {
  true: { level: 'ok', word: TEXT.met },
  false: { level: 'caution', word: TEXT.missed },
  null: { level: 'unknown', word: TEXT.notJudged },
}

const Met = ({ target }: { readonly target: GlucoseTarget }) => {
  const { level, word } = MET[`${target.met}`]
  return <Severity level={level}>{word}</Severity>
}

const nameOf = ({ id, label }: { readonly id: string; readonly label: string }): string => TEXT.ranges[id] ?? label

/** Readings by range, with how much of a day that is. */
export const TimeInRange = ({ profile }: { readonly profile: GlucoseProfile }) => {
  const { shares, tight, unit } = profile
  return (
    <div className={styles.ranges}>
      <Stack shares={shares} />
      <DataTable
        caption={TEXT.inRange}
        rows={[...shares, ...(tight ? [tight] : [])]}
        rowKey={({ id }) => id}
        columns={[
          {
            key: 'range',
            title: TEXT.range,
            namesRow: true,
            cell: (share) => (
              <span className={styles.name}>
                <i className={`${styles.swatch} ${share.id === 'tight' ? '' : (styles[`swatch-${share.id}`] ?? '')}`} aria-hidden="true" />
                {nameOf(share)}
              </span>
            ),
          },
          { key: 'limits', title: unit, cell: (share) => limitsOf(share, unit) },
          { key: 'share', title: TEXT.share, align: 'end', cell: ({ percent }) => percentWords(percent) },
          { key: 'day', title: TEXT.perDay, align: 'end', cell: ({ percent }) => hoursOf(percent) },
        ]}
      />
    </div>
  )
}

/** The targets of one population, each with its state by word, shape and colour. */
export const Targets = ({ profile, set }: { readonly profile: GlucoseProfile; readonly set: GlucoseProfile['targets'][number] }) => (
  <DataTable
    caption={`${TEXT.setsTitle}: ${TEXT.sets[set.id] ?? set.label}`}
    rows={set.rows}
    rowKey={({ id }) => id}
    columns={[
      {
        key: 'name',
        title: TEXT.target,
        namesRow: true,
        cell: (target) => (
          <>
            {nameOf(target)} <span className={styles.quiet}>{limitsOf(target, profile.unit)}</span>
          </>
        ),
      },
      {
        key: 'target',
        title: TEXT.target,
        align: 'end',
        cell: ({ sign, limit }) => `${{ '<': '<', '<=': '≤', '>': '>', '>=': '≥' }[sign]} ${limit}\u00a0%`,
      },
      { key: 'value', title: TEXT.value, align: 'end', cell: ({ value }) => percentWords(value) },
      { key: 'state', title: TEXT.state, cell: (target) => <Met target={target} /> },
    ]}
  />
)
