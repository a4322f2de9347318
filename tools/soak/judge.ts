/** What a soak says of itself. Rows are minutes, in their order. */

export type Minute = {
  readonly answered: number
  readonly shed: number
  readonly wrong: number
  readonly p50: number
  readonly p99: number
  /** Resident memory in MiB, the lowest and the highest of the minute. */
  readonly rss: number
  readonly peak: number
  /** Open files and sockets. */
  readonly handles: number
  /** p99 of a small write of the tool's own, brought to the disk that the server's ledger lies on, in milliseconds. */
  readonly disk: number
}

export type Slope = {
  /** Change per hour. */
  readonly perHour: number
  /** Its 95 % interval. */
  readonly from: number
  readonly to: number
}

const middleOf = (sorted: readonly number[]): number => {
  const half = sorted.length >> 1
  return sorted.length % 2 === 1 ? (sorted[half] as number) : ((sorted[half - 1] as number) + (sorted[half] as number)) / 2
}

const inOrder = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b)

/**
 * The median of the slopes between all pairs of values (Theil 1950), with the interval that Sen (1968) takes from the ranks: of single
 * outliers neither moves. Values are equally far apart, `everyMinutes`; at least five.
 */
export const slopeOf = (values: readonly number[], everyMinutes: number): Slope => {
  const slopes = inOrder(
    values.flatMap((value, at) => values.slice(at + 1).map((later, n) => (60 * (later - value)) / (everyMinutes * (n + 1)))),
  )
  const n = values.length
  const spread = 1.96 * Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18)
  const at = (rank: number): number => slopes[Math.min(slopes.length - 1, Math.max(0, rank))] as number
  return {
    perHour: middleOf(slopes),
    from: at(Math.floor((slopes.length - spread) / 2) - 1),
    to: at(Math.ceil((slopes.length + spread) / 2)),
  }
}

/** `undecided`: it ran too short, or too unevenly, to tell. */
export type Verdict = { readonly state: 'holds' | 'fails' | 'undecided'; readonly says: string }

/**
 * MiB an hour that memory may grow by, once caches and heap have found their size. Memory goes up and down by tens of MiB, so half an hour
 * cannot tell the limit of the long run from nothing: a short run is held to a wider one.
 */
const RSS_PER_HOUR = { long: 1, short: 24 } as const
const LONG_MINUTES = 240
/** Share by which the 99th percentile may differ between the halves. */
const P99_SHARE = 0.2
/** Open files and sockets that come and go by themselves. */
const SPARE_HANDLES = 8
/** Minutes that are not judged: an hour, and of a shorter run the first third. */
const warmUpOf = (minutes: number): number => Math.min(60, Math.ceil(minutes / 3))

/** Lowest values of two minutes each, or of more in a long run: a heap falls to what is in use once in a while, and only then shows it. */
const floorsOf = (values: readonly number[], minutes: number): number[] =>
  Array.from({ length: Math.floor(values.length / minutes) }, (_, n) => Math.min(...values.slice(n * minutes, (n + 1) * minutes)))

const memory = (rows: readonly Minute[]): Verdict => {
  const long = rows.length >= LONG_MINUTES
  const every = long ? 10 : 2
  const most = long ? RSS_PER_HOUR.long : RSS_PER_HOUR.short
  const floors = floorsOf(
    rows.map(({ rss }) => rss),
    every,
  )
  const { perHour, from, to } = slopeOf(floors, every)
  const sure = `${perHour.toFixed(1)} MiB an hour, with 95 % between ${from.toFixed(1)} and ${to.toFixed(1)}`
  const ahead = long ? '' : `; not measured but carried on: at most ${Math.max(0, 8 * to).toFixed(0)} MiB in 8 hours`
  const says = `memory, lowest of each ${every} minutes: ${sure} (at most ${most} in a run of this length)${ahead}`
  if (to <= most) return { state: 'holds', says }
  return { state: from > most ? 'fails' : 'undecided', says }
}

const halvesOf = (rows: readonly Minute[]) => [rows.slice(0, rows.length >> 1), rows.slice(rows.length >> 1)] as const

const handles = (rows: readonly Minute[]): Verdict => {
  const [first, second] = halvesOf(rows).map((half) => Math.max(...half.map((row) => row.handles))) as [number, number]
  return { state: second <= first + SPARE_HANDLES ? 'holds' : 'fails', says: `open handles: at most ${first}, then at most ${second}` }
}

/** No answer leaves before its decision is on the disk, so what the disk did meanwhile is said beside; it excuses nothing. */
const times = (rows: readonly Minute[]): Verdict => {
  const inHalves = (of: (row: Minute) => number) => halvesOf(rows).map((half) => middleOf(inOrder(half.map(of)))) as [number, number]
  const [first, second] = inHalves(({ p99 }) => p99)
  const disk = inHalves((row) => row.disk).map((ms) => ms.toFixed(0))
  const says = `p99: ${first.toFixed(0)} ms, then ${second.toFixed(0)} ms (at most ${100 * P99_SHARE} % more); of a synced write beside it ${disk.join(' ms, then ')} ms`
  return { state: second <= first * (1 + P99_SHARE) ? 'holds' : 'fails', says }
}

const answers = (rows: readonly Minute[]): Verdict => {
  const sum = (of: (row: Minute) => number) => rows.reduce((total, row) => total + of(row), 0)
  const wrong = sum((row) => row.wrong)
  const says = `answers: ${sum((row) => row.answered)} good, ${sum((row) => row.shed)} shed, ${wrong} wrong (none may be)`
  return { state: wrong === 0 ? 'holds' : 'fails', says }
}

/** At least fifteen minutes; fewer are too few to judge anything but the answers. */
export const judge = (rows: readonly Minute[]): readonly Verdict[] => {
  const warm = rows.slice(warmUpOf(rows.length))
  if (warm.length < 10) return [answers(rows), { state: 'undecided', says: 'memory, handles and times: too few minutes' }]
  return [answers(rows), memory(warm), handles(warm), times(warm)]
}
