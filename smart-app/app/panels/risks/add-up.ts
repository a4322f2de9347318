import type { RiskEstimate } from '../../../../src/contract/risk.ts'

type Estimated = Extract<RiskEstimate, { state: 'estimated' }>

export type Step = {
  readonly label: string
  readonly from: number
  readonly to: number /** As written: `+0.312`. */
  readonly shown: string
}

/** The way from the baseline to the total as it is written; with the remainder, the written numbers add up exactly. */
export type AddedUp = {
  readonly digits: number
  readonly baseline: string
  readonly total: string
  readonly end: number
  readonly steps: readonly Step[]
  /** What rounding took from the written numbers; null when they add up as they are. */
  readonly remainder: string | null
}

const MOST_DIGITS = 3

const minus = (text: string): string => text.replace('-', '−')

/** A zero that rounding made has no sign. */
const written = (value: number, digits: number): string => {
  const text = value.toFixed(digits)
  return minus(Number(text) === 0 ? text.replace('-', '') : text)
}

export const signed = (value: number, digits: number): string => {
  const text = written(value, digits)
  return value > 0 && Number(text) !== 0 ? `+${text}` : text
}

/** Scores of whole points are written whole. */
const digitsFor = (numbers: readonly number[]): number => (numbers.every((one) => Math.abs(one - Math.round(one)) < 1e-9) ? 0 : MOST_DIGITS)

export const addUp = ({ baseline, reasons, total }: Estimated): AddedUp => {
  const steps: Step[] = []
  const end = total ?? reasons.reduce((sum, { contribution }) => sum + contribution, baseline)
  const digits = digitsFor([baseline, end, ...reasons.map(({ contribution }) => contribution)])
  let at = baseline
  for (const { label, contribution } of reasons) {
    steps.push({ label, from: at, to: at + contribution, shown: signed(contribution, digits) })
    at += contribution
  }
  const unit = 10 ** digits
  const whole = (value: number): number => Math.round(Number(value.toFixed(digits)) * unit)
  const lost = whole(end) - reasons.reduce((sum, { contribution }) => sum + whole(contribution), whole(baseline))
  const remainder = lost === 0 ? null : signed(lost / unit, digits)
  return { digits, baseline: written(baseline, digits), total: written(end, digits), end, steps, remainder }
}
