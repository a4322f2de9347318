import { Fragment } from 'react'
import type { RiskEstimate, RiskTrend } from '../../../../src/contract/risk.ts'
import { DataTable } from '../../../ui/DataTable.tsx'
import { Severity } from '../../../ui/Severity.tsx'
import { Said } from '../../words/Said.tsx'
import { anchorOf } from './anchor.ts'
import styles from './Overview.module.css'
import { keyOf } from './sort.ts'
import { TEXT } from './texts.ts'
import { modelled, modelledRange } from './words.ts'

/** Puts the reader at the card; the address stays as it is, for it may be the EHR's. */
const goTo = (estimate: RiskEstimate): void => {
  const heading = document.getElementById(anchorOf(estimate))
  heading?.scrollIntoView({ block: 'start' })
  heading?.focus({ preventScroll: true })
}

/** One line per estimate, for the reader who has ten seconds. */
export const Overview = ({ estimates, trends }: { readonly estimates: readonly RiskEstimate[]; readonly trends: readonly RiskTrend[] }) =>
  estimates.length === 0 ? null : (
    <>
      <DataTable
        caption={TEXT.overview}
        rows={estimates}
        rowKey={keyOf}
        columns={[
          {
            key: 'question',
            title: TEXT.question,
            namesRow: true,
            cell: (one) => (
              <button type="button" className={styles.jump} onClick={() => goTo(one)}>
                <Said>{one.title}</Said>
              </button>
            ),
          },
          { key: 'estimate', title: TEXT.estimate, align: 'end', cell: (one) => <Value estimate={one} /> },
          {
            key: 'interval',
            title: TEXT.intervalTitle,
            cell: (one) => (one.state === 'estimated' && one.interval ? modelledRange(one.interval.low, one.interval.high, one.unit) : ''),
          },
          {
            key: 'fit',
            title: TEXT.fit,
            cell: (one) => (one.state === 'estimated' ? <Fit population={one.population} /> : ''),
          },
          {
            key: 'gaps',
            title: TEXT.gaps,
            cell: (one) => (one.state === 'estimated' ? <Gaps estimate={one} /> : ''),
          },
        ]}
      />
      <p className={styles.order}>{TEXT.order}</p>
      {trends[0] ? (
        <p className={styles.order}>
          {TEXT.trend}: <Said>{trends[0].says}</Said>
        </p>
      ) : null}
    </>
  )

type Estimated = Extract<RiskEstimate, { state: 'estimated' }>

/** A variant that could not be used is no input: it is named as what it is. */
const Gaps = ({ estimate: { missing, inputs } }: { readonly estimate: Estimated }) =>
  missing.map(({ name, label }, index) => (
    <Fragment key={name}>
      {index === 0 ? '' : ', '}
      {inputs.some((input) => input.name === name) ? '' : TEXT.notUsed}
      <Said>{label}</Said>
    </Fragment>
  ))

/** What the model says of its people without a way to look it up in the record stays open, so it is no plain yes. */
const Fit = ({ population: { fits, limits } }: Pick<Estimated, 'population'>) =>
  fits && limits.length > 0 ? (
    <Severity level="unknown">{TEXT.fitOpen}</Severity>
  ) : (
    <Severity level={fits ? 'ok' : 'caution'}>{fits ? TEXT.fitYes : TEXT.fitNo}</Severity>
  )

const Value = ({ estimate }: { readonly estimate: RiskEstimate }) =>
  estimate.state === 'refused' ? (
    <Severity level="unknown">{TEXT.refused}</Severity>
  ) : (
    <span className={styles.value}>
      <strong>{modelled(estimate.value, estimate.unit)}</strong>
      {estimate.band ? (
        <span className={styles.band}>
          <Said>{estimate.band}</Said>
        </span>
      ) : null}
    </span>
  )
