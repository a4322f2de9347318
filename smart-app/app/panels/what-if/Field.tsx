import { useId, useState } from 'react'
import { localDigits } from '../../words/numbers.ts'
import { Said } from '../../words/Said.tsx'
import { numberWords, quantityWords, unitWords } from '../../words/values.ts'
import styles from './Field.module.css'
import { type Changeable, fits, isYesNo, recorded, type Value } from './questions.ts'
import { TEXT } from './texts.ts'

type Props = { readonly input: Changeable; readonly value: Value | null; readonly onChoose: (value: Value) => void }

const wordOf = (input: Changeable, value: Value | null): string => {
  if (value === null) return TEXT.notKnown
  if (isYesNo(input.modifiable)) return value === 1 ? TEXT.yes : TEXT.no
  return typeof value === 'number' ? quantityWords(value, input.unit) : value
}

/** One value with its limits and what the record has. */
export const Field = (props: Props) => {
  const { input } = props
  const own = recorded(input)
  return (
    <fieldset className={styles.field}>
      <legend>
        <Said>{input.label}</Said>
      </legend>
      {'values' in input.modifiable ? (
        <Options {...props} values={input.modifiable.values} />
      ) : (
        <Amount {...props} range={input.modifiable} />
      )}
      <p className={styles.about}>
        {own === null ? TEXT.notKnown : TEXT.original(wordOf(input, own))}
        {'low' in input.modifiable
          ? ` · ${TEXT.limits(numberWords(input.modifiable.low), quantityWords(input.modifiable.high, input.unit))}`
          : ''}
      </p>
    </fieldset>
  )
}

const Options = ({ input, value, onChoose, values }: Props & { readonly values: readonly Value[] }) => {
  const name = useId()
  return (
    <div className={styles.options}>
      {values.map((one) => (
        <label key={String(one)}>
          <input type="radio" name={name} checked={value === one} onChange={() => onChoose(one)} />
          {wordOf(input, one)}
        </label>
      ))}
    </div>
  )
}

type Range = { readonly low: number; readonly high: number; readonly step: number }

/** A sum of steps is not left with its rounding errors. */
const tidy = (value: number): number => Number(value.toPrecision(12))

/** The same value three ways: slider, number and two buttons, so that nothing needs a drag. */
const Amount = ({ input, value, onChoose, range }: Props & { readonly range: Range }) => {
  const { low, high, step } = range
  const now = typeof value === 'number' ? value : null
  const by = (steps: number): void => onChoose(tidy(Math.min(high, Math.max(low, (now ?? low) + steps * step))))
  const unit = unitWords(input.unit)
  const own = recorded(input)
  return (
    <div className={styles.amount}>
      <input
        type="range"
        className={styles.slider}
        min={low}
        max={high}
        step={step}
        value={now ?? low}
        data-unset={now === null}
        aria-label={input.label}
        aria-valuetext={now === null ? TEXT.notKnown : `${localDigits(String(now))} ${unit}`}
        onChange={(event) => onChoose(Number(event.target.value))}
      />
      {typeof own === 'number' && own >= low && own <= high ? <Recorded share={(own - low) / (high - low)} /> : null}
      <div className={styles.exact}>
        <button type="button" aria-label={TEXT.less(input.label)} onClick={() => by(-1)}>
          −
        </button>
        <Exact key={String(now)} input={input} now={now} range={range} onChoose={onChoose} />
        <button type="button" aria-label={TEXT.more(input.label)} onClick={() => by(1)}>
          +
        </button>
        <span>{unit}</span>
      </div>
    </div>
  )
}

/** Where the record's value lies on the slider; its number stands below as text. */
const Recorded = ({ share }: { readonly share: number }) => (
  <svg className={styles.recorded} viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
    <path d={`M${share * 100} 0V8`} vectorEffect="non-scaling-stroke" />
  </svg>
)

/** Typed digits count once they are a number within the limits; until then they stay and say why they do not. */
const Exact = ({
  input,
  now,
  range,
  onChoose,
}: {
  readonly input: Changeable
  readonly now: number | null
  readonly range: Range
  readonly onChoose: (value: number) => void
}) => {
  const [typed, setTyped] = useState(now === null ? '' : localDigits(String(now)).replaceAll('\u202f', ''))
  const id = useId()
  const number = typed.trim() === '' ? Number.NaN : Number(typed.replace(',', '.'))
  const wrong = typed.trim() !== '' && !fits({ ...range, source: '' }, number)
  const commit = (): void => {
    if (typed.trim() !== '' && !wrong && number !== now) onChoose(number)
  }
  return (
    <>
      <input
        type="text"
        inputMode="decimal"
        className={styles.number}
        value={typed}
        aria-label={input.label}
        aria-invalid={wrong}
        aria-describedby={wrong ? id : undefined}
        onChange={(event) => setTyped(event.target.value)}
        onBlur={commit}
        onKeyDown={(event) => event.key === 'Enter' && commit()}
      />
      {wrong ? (
        <span id={id} role="alert" className={styles.wrong}>
          {TEXT.outside(numberWords(range.low), numberWords(range.high))}
        </span>
      ) : null}
    </>
  )
}
