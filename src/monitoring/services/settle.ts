import type { WatchState } from '../../contract/monitoring.ts'
import type { ServiceFigure } from '../../contract/service-watch.ts'
import { holdState } from '../hysteresis.ts'
import type { Judged } from './control-limits.ts'
import { type Frame, keyOf } from './frame.ts'
import type { Limit } from './limits.ts'

const bandOf = ({ watch, act }: Pick<Limit, 'watch' | 'act'>, size: number): WatchState =>
  size >= act ? 'act' : size >= watch ? 'watch' : 'ok'

/** With the state of the look before: entered at the limit, left below a part of it. */
export const settle = (
  figure: Omit<ServiceFigure, 'state'>,
  size: number,
  limit: Limit,
  { tenant, service, material }: Frame,
): ServiceFigure => {
  const { ease } = material.limits
  const before = material.held.get(keyOf(tenant, service, figure.figure, figure.subject))
  const eased = { watch: limit.watch * ease, act: limit.act * ease }
  return { ...figure, state: holdState(before, bandOf(limit, size), bandOf(eased, size)) }
}

export const unsettled = (figure: Omit<ServiceFigure, 'state'>, { tenant, service, material }: Frame): ServiceFigure => ({
  ...figure,
  state: holdState(material.held.get(keyOf(tenant, service, figure.figure, figure.subject)), 'not-enough-data', 'not-enough-data'),
})

export const number = (value: number): string => String(Number(value.toPrecision(2)))

/** The part by which something has changed of what it was; of a share, of the smaller of the two sides. */
const changeOf = ({ value, reference }: Judged, of: 'count' | 'share'): number =>
  Math.abs(value - reference) / Math.max(1e-9, of === 'count' ? reference : Math.min(reference, 1 - reference) || reference)

export type Named = Pick<ServiceFigure, 'figure' | 'kind' | 'subject'>

const FEW = 'too little to tell a change from chance'

/** A figure by control limits. One that could not even fall out of them has too little to go by. */
export const byLimits = (
  named: Named,
  judged: Judged | null,
  n: number,
  frame: Frame,
  words: (value: number) => string,
  of: 'count' | 'share',
): ServiceFigure => {
  const limit = frame.material.limits.of(named.figure)
  if (judged === null)
    return unsettled({ ...named, value: null, reference: null, n, sigmas: null, because: `Nothing to compare: ${FEW}.` }, frame)
  const { value, reference, sigmas, lowest } = judged
  const figure = { ...named, value, reference, n, sigmas }
  const said = `${words(value)}; before ${words(reference)}`
  if (Math.abs(lowest) < limit.watch && sigmas < limit.watch) return unsettled({ ...figure, because: `${said}: ${FEW}.` }, frame)
  const size = changeOf(judged, of) >= limit.least ? Math.abs(sigmas) : 0
  return settle({ ...figure, because: `${said}: ${number(Math.abs(sigmas))} standard deviations.` }, size, limit, frame)
}
