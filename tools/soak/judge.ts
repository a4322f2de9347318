/** What a soak says of itself. Rows are minutes, in their order. */

export type Minute = {
  readonly answered: number
  readonly shed: number
  readonly wrong: number
  readonly p50: number
  readonly p99: number
  /** Resident memory, in MiB. */
  readonly rss: number
  /** Open files and sockets. */
  readonly handles: number
}

export type Slope = {
  /** Change per hour. */
  readonly perHour: number
  /** Half the width of its 95 % interval. */
  readonly within: number
}

/** Least squares of the values against their minutes. At least three values. */
export const slopeOf = (values: readonly number[]): Slope => {
  const n = values.length
  const middle = (n - 1) / 2
  const mean = values.reduce((sum, value) => sum + value, 0) / n
  const spread = values.reduce((sum, _, at) => sum + (at - middle) ** 2, 0)
  const slope = values.reduce((sum, value, at) => sum + (at - middle) * (value - mean), 0) / spread
  const left = values.reduce((sum, value, at) => sum + (value - mean - slope * (at - middle)) ** 2, 0)
  return { perHour: 60 * slope, within: 60 * 2 * Math.sqrt(left / Math.max(1, n - 2) / spread) }
}

/** `undecided`: it ran too short, or too unevenly, to tell. */
export type Verdict = { readonly state: 'holds' | 'fails' | 'undecided'; readonly says: string }

/** MiB an hour that memory may grow by, once caches and heap have found their size. */
const RSS_PER_HOUR = 1
/** Share by which the 99th percentile may differ between the halves. */
const P99_SHARE = 0.2
/** Open files and sockets that come and go by themselves. */
const SPARE_HANDLES = 8
/** Minutes that are not judged: an hour, and of a shorter run the first third. */
const warmUpOf = (minutes: number): number => Math.min(60, Math.ceil(minutes / 3))

const middleOf = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

const memory = (rows: readonly Minute[]): Verdict => {
  const { perHour, within } = slopeOf(rows.map(({ rss }) => rss))
  const says = `memory: ${perHour.toFixed(1)} ± ${within.toFixed(1)} MiB an hour (at most ${RSS_PER_HOUR})`
  if (perHour + within <= RSS_PER_HOUR) return { state: 'holds', says }
  return { state: perHour - within > RSS_PER_HOUR ? 'fails' : 'undecided', says }
}

const halvesOf = (rows: readonly Minute[]) => [rows.slice(0, rows.length >> 1), rows.slice(rows.length >> 1)] as const

const handles = (rows: readonly Minute[]): Verdict => {
  const [first, second] = halvesOf(rows).map((half) => Math.max(...half.map((row) => row.handles))) as [number, number]
  return { state: second <= first + SPARE_HANDLES ? 'holds' : 'fails', says: `open handles: at most ${first}, then at most ${second}` }
}

const times = (rows: readonly Minute[]): Verdict => {
  const [first, second] = halvesOf(rows).map((half) => middleOf(half.map(({ p99 }) => p99))) as [number, number]
  const says = `p99: ${first.toFixed(0)} ms, then ${second.toFixed(0)} ms (at most ${100 * P99_SHARE} % more)`
  return { state: second <= first * (1 + P99_SHARE) ? 'holds' : 'fails', says }
}

const answers = (rows: readonly Minute[]): Verdict => {
  const sum = (of: (row: Minute) => number) => rows.reduce((total, row) => total + of(row), 0)
  const wrong = sum((row) => row.wrong)
  const says = `answers: ${sum((row) => row.answered)} good, ${sum((row) => row.shed)} shed, ${wrong} wrong (none may be)`
  return { state: wrong === 0 ? 'holds' : 'fails', says }
}

/** At least nine minutes; fewer are too few to judge anything but the answers. */
export const judge = (rows: readonly Minute[]): readonly Verdict[] => {
  const warm = rows.slice(warmUpOf(rows.length))
  if (warm.length < 6) return [answers(rows), { state: 'undecided', says: 'memory, handles and times: too few minutes' }]
  return [answers(rows), memory(warm), handles(warm), times(warm)]
}
