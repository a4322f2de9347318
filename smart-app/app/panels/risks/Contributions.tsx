import type { Reason, RiskEstimate } from '../../../../src/contract/risk.ts'
import { localDigits } from '../../words/numbers.ts'
import { Said } from '../../words/Said.tsx'
import { addUp, signed } from './add-up.ts'
import styles from './Contributions.module.css'
import { scaleOf } from './scale.ts'
import { TEXT } from './texts.ts'
import { withUnits } from './with-units.ts'

const WIDTH = 120
const HEIGHT = 14

type Estimated = Extract<RiskEstimate, { state: 'estimated' }>

/** Baseline, contributions and their total: a list that reads well aloud, with bars for the eye. The written numbers add up. */
export const Contributions = ({ estimate }: { readonly estimate: Estimated }) => {
  const scale = estimate.reasons[0]?.scale
  if (scale === undefined) return <p className={styles.note}>{TEXT.noReasons}</p>
  const { baseline, steps, total, end, remainder } = addUp(estimate)
  const place = scaleOf([estimate.baseline, end, ...steps.map((step) => step.to)], WIDTH)
  return (
    <div className={styles.contributions}>
      <h4>{TEXT.reasons}</h4>
      <p className={styles.note}>{TEXT.reasonsLead(scale)}</p>
      <ul className={styles.list}>
        <li className={styles.end}>
          <span>
            {TEXT.baseline}
            {estimate.baselineBasis ? (
              <span className={styles.basis}>
                <Said>{estimate.baselineBasis}</Said>
              </span>
            ) : null}
          </span>
          <Mark at={place(estimate.baseline)} />
          <span className={styles.number}>{localDigits(baseline)}</span>
        </li>
        {steps.map((step) => (
          <li key={step.label}>
            <span>
              <Said>{withUnits(step.label, estimate.inputs)}</Said>
            </span>
            <Bar from={place(step.from)} to={place(step.to)} />
            <span className={styles.number}>{localDigits(step.shown)}</span>
          </li>
        ))}
        {remainder === null ? null : (
          <li className={styles.remainder}>
            <span>{TEXT.rounding}</span>
            <span />
            <span className={styles.number}>{localDigits(remainder)}</span>
          </li>
        )}
        <li className={styles.end}>
          <span>{TEXT.total}</span>
          <Mark at={place(end)} />
          <span className={styles.number}>{localDigits(total)}</span>
        </li>
      </ul>
      <Modalities modalities={estimate.modalities ?? []} />
    </div>
  )
}

const Modalities = ({ modalities }: { readonly modalities: readonly Reason[] }) => {
  if (modalities.length === 0) return null
  const place = scaleOf([0, ...modalities.map(({ contribution }) => contribution)], WIDTH)
  return (
    <>
      <h4>{TEXT.modalities}</h4>
      <p className={styles.note}>{TEXT.modalitiesLead}</p>
      <ul className={styles.list}>
        {modalities.map(({ label, contribution }) => (
          <li key={label}>
            <span>
              <Said>{label}</Said>
            </span>
            <Bar from={place(0)} to={place(contribution)} />
            <span className={styles.number}>{localDigits(signed(contribution, 3))}</span>
          </li>
        ))}
      </ul>
    </>
  )
}

const Bar = ({ from, to }: { readonly from: number; readonly to: number }) => (
  <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} className={styles.bar} aria-hidden="true" preserveAspectRatio="none">
    <rect
      x={Math.min(from, to)}
      y="2"
      width={Math.max(Math.abs(to - from), 1)}
      height={HEIGHT - 4}
      className={to < from ? styles.down : styles.up}
    />
  </svg>
)

const Mark = ({ at }: { readonly at: number }) => (
  <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} className={styles.bar} aria-hidden="true" preserveAspectRatio="none">
    <rect x={at - 1} y="0" width="2" height={HEIGHT} className={styles.mark} />
  </svg>
)
