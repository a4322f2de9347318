import type { WatchState } from '../../src/contract/monitoring.ts'
import { type Level, Severity } from '../ui/Severity.tsx'
import { TEXT } from './texts.ts'

export const LEVELS: { readonly [state in WatchState]: Level } = {
  act: 'critical',
  watch: 'warning',
  ok: 'ok',
  'not-enough-data': 'unknown',
  'not-judged': 'info',
  'not-applicable': 'none',
}

/** A state as word, shape and colour. */
export const State = ({ state }: { readonly state: WatchState }) => <Severity level={LEVELS[state]}>{TEXT.states[state]}</Severity>

const ORDER: readonly WatchState[] = ['act', 'watch', 'ok', 'not-enough-data', 'not-judged', 'not-applicable']

export const bySeriousness = (a: { readonly state: WatchState }, b: { readonly state: WatchState }): number =>
  ORDER.indexOf(a.state) - ORDER.indexOf(b.state)

export const percent = (share: number): string => `${Number((share * 100).toPrecision(share < 0.1 ? 2 : 3))} %`

const RATES: ReadonlySet<string> = new Set(['missing', 'out-of-range', 'unit-unknown', 'stale', 'contradictory', 'coverage', 'abstention'])

/** A figure's number as people read it. */
export const sayValue = (figure: string, value: number | null): string => {
  if (value === null) return ''
  return RATES.has(figure) ? percent(value) : String(Number(value.toPrecision(3)))
}
