import type { Group } from './texts.ts'

/** How an end of a bar is known. */
export type End = 'known' | 'unclear' | 'open'

/** One entry of the record on the axis. `to` equals `from` where it is a point in time. */
export type Item = {
  readonly id: string
  readonly from: number
  readonly to: number
  /** The date as the record wrote it, in words. */
  readonly when: string
  readonly words: string
  readonly resource: string
  /** Of a measurement. */
  readonly value?: number | null
  /** A date without a day, drawn as the time it covers. */
  readonly coarse?: true
  readonly bar?: {
    readonly start: End
    readonly end: End
    /** Up to here the start is not exact. */
    readonly startTo: number
    /** Daily dose against the highest of the lane; null where it is not computed. */
    readonly share: number | null
    readonly label: string
    readonly look: 'taken' | 'planned' | 'never' | 'unsaid'
  }
}

export type Lane = {
  readonly id: string
  readonly group: Group
  /** From the record or the server, shown as it is. */
  readonly name: string
  readonly kind: 'bars' | 'marks' | 'values'
  readonly unit: string
  /** By `from`. */
  readonly items: readonly Item[]
  /** Facts of this lane decided something for the drug in hand, or went into an estimate. */
  readonly relevant: boolean
  /** How often that is; 0 where nobody counts. */
  readonly weight?: number | undefined
}

export type Undated = { readonly id: string; readonly group: Group; readonly words: string; readonly resource: string }

export type Collected = { readonly lanes: readonly Lane[]; readonly undated: readonly Undated[] }

export const byTime = (items: readonly Item[]): readonly Item[] => [...items].sort((a, b) => a.from - b.from)

/** Index of the first item that begins at or after `at`. */
export const firstFrom = (items: readonly Item[], at: number): number => {
  let [low, high] = [0, items.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((items[middle]?.from ?? 0) < at) low = middle + 1
    else high = middle
  }
  return low
}

/** Items that touch the window. Bars may begin long before it; points are found by bisection. */
export const within = ({ items, kind }: Lane, from: number, to: number): readonly Item[] => {
  if (kind !== 'values') return items.filter((item) => item.from <= to && item.to >= from)
  return items.slice(firstFrom(items, from), firstFrom(items, to + 1))
}
