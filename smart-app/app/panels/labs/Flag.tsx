import type { ResultFlag } from '../../../../src/contract/facts.ts'
import styles from './Flag.module.css'
import { flagSource, flagWord, levelOf } from './words.ts'

/** One shape per flag on a 12 x 12 grid: arrows for a direction, two for critical, told without colour. */
const SHAPES: { readonly [code in ResultFlag['code']]: string } = {
  HH: 'M1.5 6 6 1.5 10.5 6M1.5 11 6 6.5 10.5 11',
  H: 'M6 11V1.5M1.8 5.7 6 1.5l4.2 4.2',
  L: 'M6 1v9.5M1.8 6.3 6 10.5l4.2-4.2',
  LL: 'M1.5 1 6 5.5 10.5 1M1.5 6 6 10.5 10.5 6',
  A: 'M6 1 11 6 6 11 1 6z',
  AA: 'M6 1 11 6 6 11 1 6zM4.2 4.2l3.6 3.6m0-3.6L4.2 7.8',
  other: 'M2 3h8M2 6h8M2 9h5',
  N: 'M1.5 6.5 4.5 9.5 10.5 2.5',
}

/** A flag as word, shape and colour; with `source`, whose word it is. */
export const Flag = ({ flag, source = false }: { readonly flag: ResultFlag | undefined; readonly source?: boolean }) => (
  <span className={styles.flag}>
    <span className={`${styles.word} ${styles[levelOf(flag)]}`}>
      <FlagShape flag={flag} />
      {flagWord(flag)}
    </span>
    {source && flagSource(flag) !== '' ? <span className={styles.source}>{flagSource(flag)}</span> : null}
  </span>
)

/** Laboratory and range contradict each other: not equal. */
const CONTRADICTION = 'M1.5 4.2h9M1.5 7.8h9M8.5 1.2 3.5 10.8'

const shapeOf = (flag: ResultFlag | undefined): string =>
  flag === undefined ? UNJUDGED : flag.disagrees ? CONTRADICTION : SHAPES[flag.code]

/** Nothing was judged: a dashed ring, never the shape of normal. */
const UNJUDGED = 'M6 1.5a4.5 4.5 0 1 0 .01 0'

export const FlagShape = ({ flag }: { readonly flag: ResultFlag | undefined }) => (
  <svg
    viewBox="0 0 12 12"
    width="12"
    height="12"
    aria-hidden="true"
    focusable="false"
    className={`${styles.shape} ${styles[levelOf(flag)]}`}
  >
    <path d={shapeOf(flag)} className={flag ? undefined : styles.dashed} />
  </svg>
)
