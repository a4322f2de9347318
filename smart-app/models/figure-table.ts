import type { ModelFigure } from '../../src/contract/models.ts'
import { TEXT } from './texts.ts'

/** Figures of one group on one set of data, by measure. */
export type GroupRow = { readonly group: string; readonly n: number | null; readonly figures: ReadonlyMap<string, ModelFigure> }
export type DataSet = { readonly on: string; readonly measures: readonly string[]; readonly rows: readonly GroupRow[] }

const distinct = (words: readonly string[]): string[] => [...new Set(words)]

const everyoneFirst = (groups: readonly string[]): string[] => [
  ...groups.filter((group) => group === TEXT.everyone),
  ...groups.filter((group) => group !== TEXT.everyone),
]

/** One table for each set of data: a row per group, a column per measure, everyone first. */
export const dataSets = (figures: readonly ModelFigure[]): DataSet[] =>
  distinct(figures.map(({ on }) => on)).map((on) => {
    const here = figures.filter((figure) => figure.on === on)
    return {
      on,
      measures: distinct(here.map(({ measure }) => measure)),
      rows: everyoneFirst(distinct(here.map(({ group }) => group))).map((group) => {
        const own = here.filter((figure) => figure.group === group)
        return { group, n: own[0]?.n ?? null, figures: new Map(own.map((figure) => [figure.measure, figure])) }
      }),
    }
  })

export const shortNumber = (value: number): string => Number(value.toPrecision(3)).toString()

export const intervalWords = (low: number, high: number): string => `${shortNumber(low)} to ${shortNumber(high)}`

/** `0.672 (0.661 to 0.683)` */
export const figureWords = ({ value, low, high }: ModelFigure): string =>
  low === null || high === null ? shortNumber(value) : `${shortNumber(value)} (${intervalWords(low, high)})`
