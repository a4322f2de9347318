import type { Band, RiskEstimate } from '../../../../src/contract/risk.ts'
import { Said } from '../../words/Said.tsx'
import styles from './BandScale.module.css'
import { TEXT } from './texts.ts'
import { plainNumber } from './words.ts'

type Estimated = Extract<RiskEstimate, { state: 'estimated' }>

const limitsOf = ({ from, below }: Band): string => {
  if (from !== undefined && below !== undefined) return TEXT.bandBetween(plainNumber(from), plainNumber(below))
  if (from !== undefined) return TEXT.bandFrom(plainNumber(from))
  return below === undefined ? '' : TEXT.bandBelow(plainNumber(below))
}

/** The source's own classes in order, with the one that holds this patient's value; or that there are none. */
export const BandScale = ({ estimate: { bands = [], band, model } }: { readonly estimate: Estimated }) =>
  bands.length === 0 ? (
    <p className={styles.none}>{TEXT.noBands}</p>
  ) : (
    <div className={styles.scale}>
      <h4>{TEXT.bands}</h4>
      <ol className={styles.bands}>
        {bands.map((one) => (
          <li
            key={one.label}
            className={one.label === band ? styles.here : undefined}
            aria-current={one.label === band ? 'true' : undefined}
          >
            <span className={styles.limits}>{limitsOf(one)}</span>
            <Said>{one.label}</Said>
            {one.label === band ? <span className={styles.mark}>◀ {TEXT.here}</span> : null}
          </li>
        ))}
      </ol>
      <p className={styles.none}>
        {TEXT.bandSource}: <Said>{model.citation}</Said>
      </p>
    </div>
  )
