import type { Kysely } from 'kysely'
import type { FeedbackEvent } from '../contract/decision.ts'
import type { LedgerTables } from './tables.ts'

type Db = Kysely<LedgerTables>

/** Who asks about whom, under keyed digests. */
export type Asker = { readonly tenant: string; readonly patientKey: string; readonly userKey: string }

/** A concern that was overridden: digest of its facts, when (UTC), and the coded reason as it was sent. */
export type Override = {
  readonly facts: string
  readonly at: string
  readonly reason: { readonly code: string | null; readonly system: string | null } | null
}

const pairOf = ({ tenant, patientKey, userKey }: Asker): string => JSON.stringify([tenant, patientKey, userKey])

type Row = { readonly pair: string; readonly facts: string; readonly event: FeedbackEvent }

/** Of when the user acted, which an EHR may report later: never later than when it was reported. */
const instantOf = ({ at, outcomeTimestamp }: FeedbackEvent): number => {
  const acted = Date.parse(outcomeTimestamp)
  return Number.isNaN(acted) ? Number.NEGATIVE_INFINITY : Math.min(Date.parse(at), acted)
}

const readRows = async (db: Db, askers: readonly Asker[], since: Date): Promise<Row[]> => {
  const rows = await db
    .selectFrom('concern')
    .innerJoin('feedback', (join) => join.onRef('feedback.tenant', '=', 'concern.tenant').onRef('feedback.card', '=', 'concern.card'))
    .select(['concern.tenant', 'concern.patient_key', 'concern.user_key', 'concern.facts', 'feedback.record'])
    .where('concern.user_key', 'in', [...new Set(askers.map(({ userKey }) => userKey))])
    .where('concern.patient_key', 'in', [...new Set(askers.map(({ patientKey }) => patientKey))])
    .where('feedback.at', '>=', since.toISOString())
    .execute()
  return rows.map(({ tenant, patient_key, user_key, facts, record }) => ({
    pair: pairOf({ tenant, patientKey: patient_key, userKey: user_key }),
    facts,
    event: JSON.parse(record) as FeedbackEvent, // written by us
  }))
}

/** Of each concern the newest word counts: who accepts what was overridden before takes the override back. */
const newest = (rows: readonly Row[], since: Date): Override[] => {
  const byFacts = new Map<string, FeedbackEvent>()
  for (const { facts, event } of rows) {
    const known = byFacts.get(facts)
    const later = known ? instantOf(event) - instantOf(known) : 1
    if (later > 0 || (later === 0 && event.outcome === 'accepted')) byFacts.set(facts, event)
  }
  return [...byFacts].flatMap(([facts, event]) =>
    event.outcome !== 'overridden' || instantOf(event) < since.getTime()
      ? []
      : [{ facts, at: new Date(instantOf(event)).toISOString(), reason: event.overrideReason }],
  )
}

/** Cards of ours are named so; whatever else a client sends is no card that could be looked up. */
const CARD = /^[0-9a-f-]{36}$/

/** Older overrides are asked for by nobody: the longest time that can be configured is a year. */
const LONGEST_MS = 366 * 86_400_000

type Waiting = {
  readonly asker: Asker
  readonly since: Date
  readonly done: (found: readonly Override[]) => void
  readonly fail: (e: unknown) => void
}

/**
 * Looking up overrides without holding up anything: one query at a time, and what is asked meanwhile is asked together in the next.
 * The embedded database belongs to this process alone, so a set of who ever overrode something for whom spares all other calls the query.
 */
export const makeOverrides = (database: () => Promise<Db>, alone: boolean) => {
  let waiting: Waiting[] = []
  let running = false
  let known: Promise<Set<string>> | null = null

  const readKnown = async (): Promise<Set<string>> => {
    const db = await database()
    const rows = await db
      .selectFrom('concern')
      .innerJoin('feedback', (join) => join.onRef('feedback.tenant', '=', 'concern.tenant').onRef('feedback.card', '=', 'concern.card'))
      .select(['concern.tenant', 'concern.patient_key', 'concern.user_key'])
      .distinct()
      .where('feedback.outcome', '=', 'overridden')
      .where('feedback.at', '>=', new Date(Date.now() - LONGEST_MS).toISOString())
      .execute()
    return new Set(rows.map(({ tenant, patient_key, user_key }) => pairOf({ tenant, patientKey: patient_key, userKey: user_key })))
  }

  /** Read once; after a failure again at the next question. */
  const whoEver = (): Promise<Set<string>> => {
    known ??= readKnown().catch((error: unknown) => {
      known = null
      throw error
    })
    return known
  }

  const answer = async (batch: readonly Waiting[]): Promise<void> => {
    try {
      const since = new Date(Math.min(...batch.map((one) => one.since.getTime())))
      const rows = await readRows(
        await database(),
        batch.map(({ asker }) => asker),
        since,
      )
      for (const one of batch)
        one.done(
          newest(
            rows.filter(({ pair }) => pair === pairOf(one.asker)),
            one.since,
          ),
        )
    } catch (error) {
      for (const { fail } of batch) fail(error)
    }
  }

  const run = async (): Promise<void> => {
    running = true
    while (waiting.length > 0) {
      const batch = waiting
      waiting = []
      await answer(batch)
    }
    running = false
  }

  const ask = (asker: Asker, since: Date): Promise<readonly Override[]> =>
    new Promise((done, fail) => {
      waiting.push({ asker, since, done, fail })
      if (!running) void run()
    })

  return {
    since: async (asker: Asker, since: Date): Promise<readonly Override[]> =>
      alone && !(await whoEver()).has(pairOf(asker)) ? [] : ask(asker, since),

    /** After feedback was stored: whose override it was. When that cannot be read now, all is read anew at the next question. */
    note: async (events: readonly FeedbackEvent[]): Promise<void> => {
      const cards = events.filter(({ outcome, card }) => outcome === 'overridden' && CARD.test(card)).map(({ card }) => card)
      if (!alone || known === null || cards.length === 0) return
      try {
        const pairs = await known
        const db = await database()
        const rows = await db
          .selectFrom('concern')
          .select(['tenant', 'patient_key', 'user_key'])
          .where('card', 'in', [...new Set(cards)])
          .execute()
        for (const { tenant, patient_key, user_key } of rows) pairs.add(pairOf({ tenant, patientKey: patient_key, userKey: user_key }))
      } catch {
        known = null
      }
    },
  }
}
