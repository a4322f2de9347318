import type { RiskEstimate } from '../../../../src/contract/risk.ts'
import { Said } from '../../words/Said.tsx'
import styles from './Frequency.module.css'
import { OF, ofHundred } from './frequency.ts'
import { TEXT } from './texts.ts'

type Estimated = Extract<RiskEstimate, { state: 'estimated' }>

const SIDE = 10
const PEOPLE = Array.from({ length: OF }, (_, n) => n)

/** A title without the name of the model behind it: how many people says nothing without of what, and within what time. */
const questionOf = (title: string): string => title.replace(/ \([^()]*\)$/, '')

/** So many of 100 people, in words and as an array of icons. */
export const Frequency = ({ estimate: { chance, value, label, title } }: { readonly estimate: Estimated }) => {
  const count = chance ? ofHundred(value) : null
  if (count === null) return null
  const words = count === 0 ? TEXT.frequencyNone(OF, '') : TEXT.frequency(count, OF, '')
  return (
    <div className={styles.frequency}>
      <svg viewBox="0 0 100 100" width="68" height="68" className={styles.array} aria-hidden="true">
        {PEOPLE.map((n) => (
          <circle
            key={n}
            cx={(n % SIDE) * 10 + 5}
            cy={Math.floor(n / SIDE) * 10 + 5}
            r={n < count ? 4 : 2.6}
            className={n < count ? styles.affected : styles.other}
          />
        ))}
      </svg>
      <p>
        {words}
        <Said>{[questionOf(title), label].filter(Boolean).join(': ')}</Said>
      </p>
    </div>
  )
}
