import type { TallyMeasure } from '../contract/monitoring.ts'

/** One stored count, as the ledger gives it: a bin of a window, or of a release's first days (`early`). */
export type Count = {
  readonly subject: string
  readonly measure: TallyMeasure
  readonly bin: string
  readonly place: string
  readonly early: boolean
  readonly age: number | null
  readonly n: number
  readonly total: number
  readonly squares: number
}

export type Sums = { readonly n: number; readonly total: number; readonly squares: number }
const NONE: Sums = { n: 0, total: 0, squares: 0 }

/** Counts of some rows by bin. */
export type ByBin = ReadonlyMap<string, Sums>

const group = (rows: readonly Count[], keyOf: (row: Count) => string): ReadonlyMap<string, Sums> => {
  const sums = new Map<string, Sums>()
  for (const row of rows) {
    const { n, total, squares } = sums.get(keyOf(row)) ?? NONE
    sums.set(keyOf(row), { n: n + row.n, total: total + row.total, squares: squares + row.squares })
  }
  return sums
}

/** Rows of one model. `take` says which of them: the first days, or a window. */
export type CountView = {
  readonly bins: (subject: string, measure: TallyMeasure, take: Take) => ByBin
  readonly places: (take: Take) => ReadonlyMap<string, Sums>
}
export type Take = (row: Pick<Count, 'early' | 'age'>) => boolean

export const makeView = (rows: readonly Count[]): CountView => {
  const bySubject = new Map<string, Count[]>()
  for (const row of rows) {
    const key = `${row.measure} ${row.subject}`
    const own = bySubject.get(key)
    if (own) own.push(row)
    else bySubject.set(key, [row])
  }
  const of = (subject: string, measure: TallyMeasure, take: Take) => (bySubject.get(`${measure} ${subject}`) ?? []).filter(take)
  return {
    bins: (subject, measure, take) => group(of(subject, measure, take), ({ bin }) => bin),
    places: (take) => group(of('', 'asked', take), ({ place }) => place),
  }
}

export const countsIn = (bins: ByBin, names: readonly string[]): number[] => names.map((name) => bins.get(name)?.n ?? 0)

export const totalOf = (bins: ByBin): number => [...bins.values()].reduce((sum, { n }) => sum + n, 0)

export const nOf = (bins: ByBin, name: string): number => bins.get(name)?.n ?? 0
