import type { MeasuredValue, Measurement, ResultFlag } from '../../../../src/contract/facts.ts'
import { recordTime } from '../../../ui/charts/time.ts'
import type { Level } from '../../../ui/Severity.tsx'
import { dateWords } from '../../words/dates.ts'
import { own } from '../../words/own.ts'
import { numberWords, rangeWords, unitWords, valueWords } from '../../words/values.ts'
import { TEXT } from './texts.ts'

type Quantity = Extract<MeasuredValue, { kind: 'quantity' }>

/** Parts that are numbers in one unit, as blood pressure is; null for everything else. */
export const pairOf = (value: MeasuredValue): readonly [Quantity, Quantity] | null => {
  if (value.kind !== 'components' || value.parts.length !== 2) return null
  const [first, second] = value.parts.map((part) => part.value)
  return first?.kind === 'quantity' && second?.kind === 'quantity' && first.unit === second.unit ? [first, second] : null
}

/** As short as a clinician writes it: `136/82 mmHg`; the names of the parts stand beside it. */
export const shortValue = (value: MeasuredValue): string => {
  const pair = pairOf(value)
  if (pair) {
    const [first, second] = pair
    const numbers = [first, second].map((part) => `${part.comparator ?? ''}${numberWords(part.value)}`).join('/')
    return `${numbers}\u00a0${unitWords(first.unit)}`
  }
  return value.kind === 'absent' ? TEXT.noValue(value.because) : valueWords(value)
}

export const partNames = (value: MeasuredValue): string | null =>
  pairOf(value) && value.kind === 'components' ? value.parts.map((part) => part.name).join(' / ') : null

export const rangeText = ({ range, value }: Measurement): string => {
  if (range === null) return TEXT.noRange
  const words = rangeWords(range) ?? TEXT.noRange
  const unit = value.kind === 'quantity' && range.text === undefined ? unitWords(value.unit) : ''
  return [range.kind === undefined ? words : `${TEXT.rangeKind(range.kind)}: ${words}`, unit].filter(Boolean).join('\u00a0')
}

const CLOCK = /T(\d{2}:\d{2})/

/** Date, and the time where the record has one, on the record's own clock. */
export const whenWords = (date: string | undefined): string => {
  if (date === undefined) return TEXT.undated
  const time = CLOCK.exec(date)?.[1]
  return time === undefined || time === '00:00' ? dateWords(date) : `${dateWords(date)}, ${time}`
}

const YEAR = 365.25 * 86_400_000

/** Whole years since; 0 for less, and for results without a date. */
export const yearsSince = (date: string | undefined, now: string): number => {
  const [then, today] = [recordTime(date), recordTime(now)]
  return then === null || today === null ? 0 : Math.max(0, Math.floor((today - then) / YEAR))
}

/** Critical flags have the shape of what is urgent; one that says no more than outside has a milder one. */
export const LEVELS: { readonly [code in ResultFlag['code']]: Level } = {
  HH: 'critical',
  LL: 'critical',
  AA: 'critical',
  H: 'caution',
  L: 'caution',
  A: 'caution',
  other: 'info',
  N: 'ok',
}

export const levelOf = (flag: ResultFlag | undefined): Level => {
  if (flag === undefined) return 'none'
  return flag.disagrees && flag.code === 'N' ? 'caution' : LEVELS[flag.code]
}

export const flagWord = (flag: ResultFlag | undefined): string => {
  if (flag === undefined) return TEXT.notFlagged
  if (flag.code === 'other') return flag.text ?? TEXT.notFlagged
  return flag.code === 'N' && flag.from === 'range' ? TEXT.inRange : TEXT.flags[flag.code]
}

/** Whose word the flag is; silent where there is nothing to add. */
export const flagSource = (flag: ResultFlag | undefined): string => {
  if (flag === undefined) return ''
  if (flag.disagrees && flag.range) return TEXT.disagrees(TEXT.places[flag.range])
  if (flag.from === 'lab') return TEXT.fromLab
  return flag.code === 'N' ? '' : TEXT.fromRange(TEXT.places[flag.range ?? 'within'])
}

export const statusWords = (status: string | null): string => (status === null ? TEXT.noStatus : (own(TEXT.statuses, status) ?? status))
