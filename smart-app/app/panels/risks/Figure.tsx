import type { RiskEstimate } from '../../../../src/contract/risk.ts'
import { Severity } from '../../../ui/Severity.tsx'
import { Said } from '../../words/Said.tsx'
import { unitWords } from '../../words/values.ts'
import { BandScale } from './BandScale.tsx'
import styles from './Figure.module.css'
import { Frequency } from './Frequency.tsx'
import { IntervalBar } from './IntervalBar.tsx'
import { TEXT } from './texts.ts'
import { modelled, modelledRange, plainNumber } from './words.ts'

type Estimated = Extract<RiskEstimate, { state: 'estimated' }>

/** The number and everything that says how far it can be trusted. */
export const Figure = ({ estimate }: { readonly estimate: Estimated }) => (
  <div className={styles.figure}>
    <p className={styles.value}>
      <span className={styles.number}>{plainNumber(estimate.value)}</span> {unitWords(estimate.unit)}
      {estimate.label ? (
        <>
          {' '}
          <Said>{estimate.label}</Said>
        </>
      ) : null}
      {estimate.band ? (
        <>
          {': '}
          <strong>
            <Said>{estimate.band}</Said>
          </strong>
        </>
      ) : null}
    </p>
    <Frequency estimate={estimate} />
    <Interval estimate={estimate} />
    <IntervalBar estimate={estimate} />
    <Numbers title={TEXT.comparison} rows={estimate.comparison.map((one) => ({ label: one.variant, value: one.value, unit: one.unit }))} />
    <Numbers title={TEXT.also} rows={estimate.also ?? []} />
    <BandScale estimate={estimate} />
    <Population estimate={estimate} />
  </div>
)

const Interval = ({ estimate: { interval, unit } }: { readonly estimate: Estimated }) => (
  <p className={styles.note}>
    {interval ? (
      <>
        {TEXT.interval(interval.level)}: {modelledRange(interval.low, interval.high, unit)} (<Said>{interval.basis}</Said>)
      </>
    ) : (
      TEXT.noInterval
    )}
  </p>
)

type Row = { readonly label: string; readonly value: number; readonly unit: string }

const Numbers = ({ title, rows }: { readonly title: string; readonly rows: readonly Row[] }) =>
  rows.length === 0 ? null : (
    <div className={styles.numbers}>
      <h4>{title}</h4>
      <dl>
        {rows.map(({ label, value, unit }) => (
          <div key={`${label} ${unit}`}>
            <dt>
              <Said>{label}</Said>
            </dt>{' '}
            <dd>{modelled(value, unit)}</dd>
          </div>
        ))}
      </dl>
    </div>
  )

const Population = ({ estimate: { population } }: { readonly estimate: Estimated }) => (
  <div className={styles.population}>
    {population.fits && population.limits.length > 0 ? (
      <Severity level="unknown">{TEXT.fitsOpen}</Severity>
    ) : (
      <Severity level={population.fits ? 'ok' : 'caution'}>{population.fits ? TEXT.fits : TEXT.fitsNot}</Severity>
    )}
    {population.limits.length > 0 ? (
      <ul>
        {population.limits.map((limit) => (
          <li key={limit}>
            <Said>{limit}</Said>
          </li>
        ))}
      </ul>
    ) : null}
  </div>
)
