import { randomUUID } from 'node:crypto'
import { tmpdir } from 'node:os'
import { readConfig } from '../../src/config.ts'
import type { DecisionRecord, FeedbackEvent } from '../../src/contract/decision.ts'
import { composeOffline } from '../../src/engine.ts'
import { openLedger } from '../../src/ledger/ledger.ts'
import { projectRoot } from '../../src/project-root.ts'
import { whatIf } from '../../src/risk/what-if.ts'
import { quantile } from './load.ts'

/** Parts of a call measured alone, in this process. */

const feedbackOn = ({ tenant, client, service, cards }: DecisionRecord): FeedbackEvent => {
  const at = new Date().toISOString()
  const said = { outcome: 'accepted', acceptedSuggestions: [], overrideReason: null, outcomeTimestamp: at, decision: null } as const
  return { id: randomUUID(), at, tenant, client, service, card: cards[0]?.uuid ?? randomUUID(), ...said }
}

/** The decision of another call: what the ledger has of a decision and of a card, it has once. */
const another = (decision: DecisionRecord): DecisionRecord => {
  const cards = new Map(decision.cards.map(({ uuid }) => [uuid, randomUUID()]))
  const renamed = (card: string): string => cards.get(card) ?? card
  return {
    ...decision,
    id: randomUUID(),
    cards: decision.cards.map((card) => ({ ...card, uuid: renamed(card.uuid) })),
    traces: decision.traces.map((trace) => ({ ...trace, card: renamed(trace.card) })),
  }
}

/** `bytes` of a decision's record; `cpuMs` of the whole process, for a pair. */
export type Durable = {
  readonly bytes: number
  readonly p50: number
  readonly p99: number
  readonly perSecond: number
  readonly cpuMs: number
}

/** Of clients that name none. */
const TENANT = 'default'

/**
 * Decisions like the newest of the calls before that has a card, each followed by feedback on it, durable, from `together` callers at once:
 * how long a decision takes, and how many pairs a second, until the database has the last of them.
 */
export const measureLedger = async (
  dataDir: string,
  { seconds, together }: { readonly seconds: number; readonly together: number },
): Promise<Durable> => {
  const ledger = await openLedger(readConfig({ ATTUNE_DATA_DIR: dataDir }, projectRoot))
  const decision = (await ledger.recent(100, TENANT)).find(({ cards }) => cards.length > 0)
  if (!decision) throw new Error('the ledger holds no decision with a card of the calls before')
  const before = await ledger.counts(TENANT)
  const times: number[] = []
  const once = async (): Promise<void> => {
    const record = another(decision)
    const started = performance.now()
    await ledger.record(record)
    times.push(performance.now() - started)
    await ledger.feedback([feedbackOn(record)])
  }
  const [from, cpu] = [performance.now(), process.cpuUsage()]
  const caller = async (): Promise<void> => {
    while (performance.now() < from + seconds * 1000) await once()
  }
  try {
    await Promise.all(Array.from({ length: together }, caller))
    const after = await ledger.counts(TENANT) // waits until all of it is stored
    const perSecond = (1000 * times.length) / (performance.now() - from)
    const { user, system } = process.cpuUsage(cpu)
    const stored = [after.decisions - before.decisions, after.feedback - before.feedback]
    if (stored.some((n) => n !== times.length))
      throw new Error(`of ${times.length} decisions and feedbacks the ledger has ${stored.join(' and ')}`)
    const sorted = times.sort((a, b) => a - b)
    const cpuMs = (user + system) / 1000 / times.length
    return { bytes: JSON.stringify(decision).length, p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99), perSecond, cpuMs }
  } finally {
    await ledger.close()
  }
}

const PERSON = { age: 55, sex: 'male', total_c: 220, hdl_c: 45, sbp: 150, bmi: 29, egfr: 85, dm: 0, smoking: 1, bp_tx: 0, statin: 0 }
const GRID = { total_c: { low: 140, high: 280, step: 20 }, sbp: { low: 100, high: 170, step: 10 } } // 8 x 8

/** Milliseconds for 64 versions of one person on the equation of PREVENT, from inputs by name to the answer; null where it is not served. */
export const measureGrid = async (): Promise<number | null> => {
  const engine = await composeOffline({ ATTUNE_DATA_DIR: tmpdir() })
  try {
    const model = engine.thinking.kit.models.get('prevent')
    if (!model) return null
    const times: number[] = []
    for (let n = 0; n < 60; n += 1) {
      const started = performance.now()
      const [answer] = await whatIf(model, { model: 'prevent', variant: 'base_10yr', inputs: PERSON, change: GRID })
      times.push(performance.now() - started)
      if (answer?.state !== 'estimated' || answer.points.length !== 64) throw new Error('the grid was not estimated')
    }
    return quantile(
      times.slice(30).sort((a, b) => a - b),
      0.5,
    )
  } finally {
    await engine.close()
  }
}
