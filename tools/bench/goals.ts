import type { OpenRound, Round } from './load.ts'
import type { Durable } from './parts.ts'

type Side = { readonly connections: number; readonly ours: Round; readonly echo: Round }

/** What one run measured; what it did not reach is absent. */
export type Measured = {
  /** By size of the body, algorithm of the token, or kind of FHIR server. */
  readonly sides: Map<string, readonly Side[]>
  firstStartMs: number
  startMs: number
  idleMiB: number | null
  peakMiB: number | null
  discovery?: Round
  half?: OpenRound
  five?: OpenRound
  afterOverload?: Round
  silent?: Round
  ledger?: Durable
  grid?: number | null
  large?: Large
}

/** The largest body: how many bytes, how it was answered, and the longest turn of the event loop meanwhile, by the server's own metrics. */
export type Large = { readonly bytes: number; readonly status: number; readonly ms: number; readonly loopMs: number }

type Goal = {
  readonly id: string
  readonly measure: string
  readonly must: string
  readonly goal: string
  /** What was measured, in words; null when this run did not. */
  readonly found: (measured: Measured) => string | null
  /** Whether that is within the must; null when nobody can tell from this run. */
  readonly holds: (measured: Measured) => boolean | null
  /** The page that holds the figures of another program. */
  readonly elsewhere?: string
}

const elsewhere = (id: string, measure: string, must: string, goal: string, page: string): Goal => ({
  id,
  measure,
  must,
  goal,
  found: () => null,
  holds: () => null,
  elsewhere: page,
})

const atConnections = ({ sides }: Measured, name: string, connections: number): Side | null => {
  const all = sides.get(name)
  return all?.find((side) => side.connections === connections) ?? null
}

const ratio = (side: Side | null): number | null =>
  side === null || side.ours.cpuMs === null || side.echo.cpuMs === null ? null : side.ours.cpuMs / side.echo.cpuMs

const within = (value: number | null | undefined, most: number): boolean | null =>
  value === null || value === undefined || Number.isNaN(value) ? null : value <= most

const both = (...held: readonly (boolean | null)[]): boolean | null => (held.includes(false) ? false : held.includes(null) ? null : true)

const ms = (value: number | null | undefined): string =>
  value === null || value === undefined || Number.isNaN(value) ? '-' : `${value.toFixed(value < 10 ? 2 : 0)} ms`

const SMALL = '20 kB'
const LARGE = '2.0 MB'

/** Own time of a call beyond what Express needs for the same body; of one call at a time. */
const ownMs = (measured: Measured, name: string): number | null => {
  const side = atConnections(measured, name, 1)
  return side === null ? null : side.ours.p50 - side.echo.p50
}

const growth = (measured: Measured): number | null => {
  const [small, large] = [ownMs(measured, SMALL), ownMs(measured, LARGE)]
  return large === null || small === null ? null : large - small
}

const signed = (name: 'ES384' | 'RS384', id: string, most: number, rate: number, must: string, goal: string): Goal => ({
  id,
  measure: `the same with ${name}, a token per call: p50 at 1 connection; calls a second at 32`,
  must,
  goal,
  found: (measured) => {
    const [one, many] = [atConnections(measured, name, 1), atConnections(measured, name, 32)]
    return one && many ? `${ms(one.ours.p50)}; ${Math.round(many.ours.perSecond)}/s` : null
  },
  holds: (measured) => {
    const [one, many] = [atConnections(measured, name, 1), atConnections(measured, name, 32)]
    return one && many ? both(within(one.ours.p50, most), many.ours.perSecond >= rate) : null
  },
})

/** Goals of the project, each a row. Those of other programs are named with the page that holds their figures. */
const GOALS: readonly Goal[] = [
  {
    id: 'P1',
    measure: 'order-sign, 20 kB, no JWT, 32 connections: CPU of Attune / CPU of Express',
    must: '<= 2.0',
    goal: '<= 1.3',
    found: (measured) => ratio(atConnections(measured, SMALL, 32))?.toFixed(1) ?? null,
    holds: (measured) => within(ratio(atConnections(measured, SMALL, 32)), 2),
  },
  signed('ES384', 'P2', 3, 600, '<= 3 ms; >= 600', '<= 1.3 ms; >= 1000'),
  signed('RS384', 'P3', 2, 1200, '<= 2 ms; >= 1200', '<= 0.7 ms; >= 2500'),
  {
    id: 'P4',
    measure: 'p99 at half of capacity, open loop',
    must: '<= 25 ms',
    goal: '<= 10 ms',
    found: ({ half }) => (half ? ms(half.p99) : null),
    holds: ({ half }) => within(half?.p99, 25),
  },
  {
    id: 'P5',
    measure: 'own time beyond Express, 2 MB against 20 kB, 1 connection',
    must: '<= 3 ms more',
    goal: '<= 0.5 ms more',
    found: (measured) => {
      const grown = growth(measured)
      return grown === null ? null : `${ms(grown)} more`
    },
    holds: (measured) => within(growth(measured), 3),
  },
  {
    id: 'P6',
    measure: 'largest body accepted; longest turn of the event loop meanwhile',
    must: '>= 5 MB',
    goal: '>= 10 MB; <= 50 ms',
    found: ({ large }) =>
      large ? `${(large.bytes / 1_000_000).toFixed(1)} MB answered ${large.status} in ${ms(large.ms)}; ${ms(large.loopMs)}` : null,
    holds: ({ large }) => (large ? large.status === 200 && large.bytes >= 5_000_000 : null),
  },
  {
    id: 'P7',
    measure: 'no prefetch, FHIR server answering in 100 ms: p50 at 1 connection',
    must: '<= 350 ms',
    goal: '<= 130 ms',
    found: (measured) => {
      const side = atConnections(measured, 'late', 1)
      return side && ms(side.ours.p50)
    },
    holds: (measured) => within(atConnections(measured, 'late', 1)?.ours.p50, 350),
  },
  {
    id: 'P8',
    measure: 'no prefetch, FHIR server that never answers: visible after',
    must: '<= 2.0 s',
    goal: '<= 1.5 s',
    found: ({ silent }) => (silent ? ms(silent.p50) : null),
    holds: ({ silent }) => within(silent?.p50, 2000),
  },
  {
    id: 'P9',
    measure: 'overload of 5 x capacity: p99 of the accepted; the rest',
    must: '<= 500 ms; 503 with Retry-After, within 1 s',
    goal: '<= 100 ms',
    found: ({ five, afterOverload }) => {
      if (!five) return null
      const shed = five.others['503'] ?? 0
      const rest = Object.entries(five.others).filter(([status]) => status !== '503')
      const otherwise = rest.map(([status, n]) => `, ${n} x ${status}`).join('')
      return `${ms(five.p99)}; ${shed} x 503, ${five.refused.withRetryAfter} with Retry-After, p99 ${ms(five.refused.p99)}${otherwise}; afterwards p50 ${ms(afterOverload?.p50)}`
    },
    holds: ({ five }) => {
      if (!five) return null
      const shed = five.others['503'] ?? 0
      return both(
        within(five.p99, 500),
        five.refused.withRetryAfter === shed,
        shed === 0 || five.refused.p99 <= 1000,
        Object.keys(five.others).every((status) => status === '503'),
      )
    },
  },
  {
    id: 'P10',
    measure: 'start to the first right answer; idle; at its highest',
    must: '<= 2 s; 250; 500 MiB',
    goal: '<= 0.8 s; 160; 260 MiB',
    found: ({ startMs, idleMiB, peakMiB }) => (Number.isNaN(startMs) ? null : `${ms(startMs)}; ${idleMiB ?? '-'}; ${peakMiB ?? '-'} MiB`),
    holds: ({ startMs, idleMiB, peakMiB }) => both(within(startMs, 2000), within(idleMiB, 250), within(peakMiB, 500)),
  },
  {
    id: 'P11',
    measure: 'discovery GET, 1 connection: p50',
    must: '<= 1 ms, cacheable',
    goal: '0.2 ms',
    found: ({ discovery }) => (discovery ? ms(discovery.p50) : null),
    holds: ({ discovery }) => within(discovery?.p50, 1),
  },
  elsewhere(
    'P12',
    'star alleles, VCF of 1,000 samples: ms a sample; fixed; peak',
    '<= 5; 1 s; 500 MiB',
    '<= 0.5; 0.3 s; 250 MiB',
    'calling.md',
  ),
  elsewhere('P13', '12, 20, 40 unphased heterozygous sites in one gene', '<= 1 s each', '<= 20 ms each', 'calling.md'),
  {
    id: 'P14',
    measure: 'durable decision with feedback, 32 at once: p50 of the decision; pairs a second',
    must: '<= 6 ms; >= 500/s',
    goal: '<= 5 ms; >= 1000/s',
    found: ({ ledger }) =>
      ledger ? `${ms(ledger.p50)}; ${Math.round(ledger.perSecond)}/s (record of ${Math.round(ledger.bytes / 1000)} kB)` : null,
    holds: ({ ledger }) => (ledger ? both(within(ledger.p50, 6), ledger.perSecond >= 500) : null),
  },
  {
    id: 'P15',
    measure: 'what-if grid of 64 people (the equation of PREVENT)',
    must: '<= 5 ms',
    goal: '<= 1 ms',
    found: ({ grid }) => (typeof grid === 'number' ? ms(grid) : null),
    holds: ({ grid }) => within(grid, 5),
  },
]

const word = (held: boolean | null, page?: string): string =>
  page !== undefined ? `see [${page}](${page})` : held === null ? 'not told by this run' : held ? 'holds' : 'does not hold'

/** The goals that this program measures, against what it measured. */
export const goalTable = (measured: Measured): string[] => [
  '| Id | Measure | Must | Goal | Measured | Must |',
  '| --- | --- | --- | --- | --- | --- |',
  ...GOALS.map(
    ({ id, measure, must, goal, found, holds, elsewhere: page }) =>
      `| ${id} | ${measure} | ${must} | ${goal} | ${found(measured) ?? '-'} | ${word(holds(measured), page)} |`,
  ),
]
