import fc from 'fast-check'
import { LARGE_BYTES, type makeJudge } from './judge.ts'
import type { Kind } from './kinds.ts'
import type { FuzzedServer } from './server.ts'

/** Cases in a row with one seed; after each block memory is looked at. */
const BLOCK = 250
/** Failures told of one kind; the rest of it is then left. */
const MOST_FAILURES = 12

export type Failure = {
  readonly kind: string
  readonly seed: number
  readonly path: string
  readonly told: string
  readonly faults: readonly string[]
}

export type Memory = { readonly rss: number; readonly heapUsed: number }

export type Tally = {
  readonly kind: string
  cases: number
  readonly statuses: Record<string, number>
  readonly times: number[]
  /** Of bodies up to 1 MB, and of larger ones. */
  worstStall: { ms: number; told: string }
  worstLargeStall: { ms: number; told: string }
  readonly places: Set<string>
  readonly memory: Memory[]
  readonly failures: Failure[]
}

/** Seed of a block: the run's own and the number of the block, so that each can be run again alone. */
const seedOf = (seed: number, block: number): number => (Math.imul(seed, 2654435761) + block) | 0

/** Runs blocks of one kind until `cases` or `until`; every failure is shrunk and told, and the run goes on with the next block. */
export const runKind = async (
  kind: Kind,
  {
    cases,
    seed,
    until,
    judge,
    server,
  }: { cases: number; seed: number; until: number; judge: ReturnType<typeof makeJudge>; server: FuzzedServer },
): Promise<Tally> => {
  const tally: Tally = {
    kind: kind.name,
    cases: 0,
    statuses: {},
    times: [],
    worstStall: { ms: 0, told: '' },
    worstLargeStall: { ms: 0, told: '' },
    places: new Set(),
    memory: [],
    failures: [],
  }
  const toCase = kind.toCase as (plan: unknown) => ReturnType<Kind['toCase']>
  const places = kind.places as ((plan: unknown) => readonly string[]) | undefined
  const property = fc.asyncProperty(kind.plans, async (plan) => {
    const asked = toCase(plan)
    const { status, ms, stallMs, faults } = await judge(asked)
    tally.cases += 1
    tally.statuses[status] = (tally.statuses[status] ?? 0) + 1
    tally.times.push(ms)
    for (const place of places?.(plan) ?? []) tally.places.add(place)
    const worst = (asked.body?.length ?? 0) <= LARGE_BYTES ? 'worstStall' : 'worstLargeStall'
    if (stallMs > tally[worst].ms) tally[worst] = { ms: stallMs, told: asked.told }
    if (faults.length > 0) throw new Error(faults.join('; '))
  })
  for (let block = 0; tally.cases < cases && Date.now() < until && tally.failures.length < MOST_FAILURES; block += 1) {
    const numRuns = Math.min(BLOCK, cases - tally.cases)
    const { failed, counterexample, counterexamplePath, errorInstance } = await fc.check(property, {
      seed: seedOf(seed, block),
      numRuns,
      endOnFailure: false,
      interruptAfterTimeLimit: Math.max(1000, until - Date.now()),
    })
    if (failed) {
      const told = counterexample ? toCase(counterexample[0]).told : ''
      const failure = {
        kind: kind.name,
        seed: seedOf(seed, block),
        path: counterexamplePath ?? '',
        told,
        faults: [(errorInstance as Error)?.message ?? ''],
      }
      tally.failures.push(failure)
      console.log(`  FAILED ${told}\n         ${failure.faults.join('; ')}\n         seed ${failure.seed}, path ${failure.path}`)
      if (server.child.exitCode !== null) break
    }
    const { rss, heapUsed } = await server.look({ collect: true })
    tally.memory.push({ rss: rss / 2 ** 20, heapUsed: heapUsed / 2 ** 20 })
    console.log(
      `  ${String(tally.cases).padStart(7)} cases, RSS ${(rss / 2 ** 20).toFixed(0)} MiB, heap ${(heapUsed / 2 ** 20).toFixed(0)} MiB after a collection, longest stall ${tally.worstStall.ms.toFixed(0)} ms`,
    )
  }
  return tally
}
