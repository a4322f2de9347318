import type { Kysely } from 'kysely'
import type { FeedbackEvent } from '../contract/decision.ts'
import { makeGroupCommit } from './group-commit.ts'
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

/** One word of feedback on one concern. */
export type Word = {
  /** When the user acted, which an EHR may report later: never later than when it was reported; an unreadable time counts as long ago. */
  readonly at: number
  readonly overridden: boolean
  readonly reason: Override['reason']
}

/** A word, by whom it was said about whom (`pairOf`), and on which facts. */
export type Spoken = { readonly pair: string; readonly facts: string; readonly word: Word }

type Row = Pick<LedgerTables['concern'], 'tenant' | 'patient_key' | 'user_key' | 'facts'> & { readonly record: string }

const spokenOf = ({ tenant, patient_key, user_key, facts, record }: Row): Spoken => {
  const { at, outcomeTimestamp, outcome, overrideReason } = JSON.parse(record) as FeedbackEvent // written by us
  const acted = Math.min(Date.parse(at), Date.parse(outcomeTimestamp))
  const word = {
    at: Number.isNaN(acted) ? Number.NEGATIVE_INFINITY : acted,
    overridden: outcome === 'overridden',
    reason: overrideReason && { code: overrideReason.code, system: overrideReason.system },
  }
  return { pair: pairOf({ tenant, patientKey: patient_key, userKey: user_key }), facts, word }
}

const words = (db: Db) =>
  db
    .selectFrom('concern')
    .innerJoin('feedback', (join) => join.onRef('feedback.tenant', '=', 'concern.tenant').onRef('feedback.card', '=', 'concern.card'))
    .select(['concern.tenant', 'concern.patient_key', 'concern.user_key', 'concern.facts', 'feedback.record'])

const ofAskers = async (db: Db, askers: readonly Asker[], since: Date): Promise<Spoken[]> => {
  const rows = await words(db)
    .where('concern.user_key', 'in', [...new Set(askers.map(({ userKey }) => userKey))])
    .where('concern.patient_key', 'in', [...new Set(askers.map(({ patientKey }) => patientKey))])
    .where('feedback.at', '>=', since.toISOString())
    .execute()
  return rows.map(spokenOf)
}

/** By pair and facts the newest word. */
export type Said = Map<string, Map<string, Word>>

const isNewer = (word: Word, known: Word | undefined): boolean => {
  const later = known ? word.at - known.at : 1
  return later > 0 || (later === 0 && !word.overridden)
}

/**
 * Of each concern the newest word counts: who accepts what was overridden before takes the override back. No other is kept, so that what
 * is remembered grows with the concerns of a day and not with how often each was answered.
 */
export const addTo = (said: Said, spoken: readonly Spoken[]): Said => {
  for (const { pair, facts, word } of spoken) {
    const known = said.get(pair) ?? new Map<string, Word>()
    if (isNewer(word, known.get(facts))) known.set(facts, word)
    said.set(pair, known)
  }
  return said
}

const overriddenBy = (said: Said, asker: Asker, since: Date): Override[] =>
  [...(said.get(pairOf(asker)) ?? [])].flatMap(([facts, { at, overridden, reason }]) =>
    overridden && at >= since.getTime() ? [{ facts, at: new Date(at).toISOString(), reason }] : [],
  )

/** Looking up overrides, and being told of new feedback. */
export type Overrides = {
  since(asker: Asker, since: Date): Promise<readonly Override[]>
  /** After feedback was stored. Never throws. */
  note(events: readonly FeedbackEvent[]): Promise<void>
}

type Waiting = {
  readonly asker: Asker
  readonly since: Date
  readonly done: (found: readonly Override[]) => void
  readonly fail: (error: unknown) => void
}

/** A database that others write too: one query at a time, and what is asked meanwhile is asked together in the next. */
export const sharedOverrides = (database: () => Promise<Db>): Overrides => {
  let waiting: Waiting[] = []
  let running = false

  const answer = async (batch: readonly Waiting[]): Promise<void> => {
    try {
      const since = new Date(Math.min(...batch.map((one) => one.since.getTime())))
      const askers = batch.map(({ asker }) => asker)
      const said = addTo(new Map(), await ofAskers(await database(), askers, since))
      for (const one of batch) one.done(overriddenBy(said, one.asker, one.since))
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

  return {
    since: (asker, since) =>
      new Promise((done, fail) => {
        waiting.push({ asker, since, done, fail })
        if (!running) void run()
      }),
    note: async () => {},
  }
}

/** Cards of ours are named so; whatever else a client sends is no card that could be looked up. */
const CARD = /^[0-9a-f-]{36}$/

/** What was said since `from`, by who said it about whom. */
type Memory = { readonly from: number; readonly said: Said }

/**
 * The embedded database belongs to this process alone: what was said lately is read once and kept in memory, so that no call waits
 * behind the writing of others. When it cannot be read, it is tried again at the next question.
 */
export const ownOverrides = (database: () => Promise<Db>): Overrides => {
  let memory: Promise<Memory> | null = null

  const read = async (from: number): Promise<Memory> => {
    const rows = await words(await database())
      .where('feedback.at', '>=', new Date(from).toISOString())
      .execute()
    return { from, said: addTo(new Map(), rows.map(spokenOf)) }
  }

  const remember = (from: number): Promise<Memory> => {
    memory = read(from).catch((error: unknown) => {
      memory = null
      throw error
    })
    return memory
  }

  /** Earlier words than are kept are read anew; later ones than are asked for are dropped once a day. */
  const from = async (since: Date): Promise<Memory> => {
    const kept = await (memory ?? remember(since.getTime()))
    const fits = kept.from <= since.getTime() && since.getTime() - kept.from < DAY_MS
    return fits ? kept : remember(since.getTime())
  }

  /** What is said at the same time is looked up together: reading means that all that waits for the database is stored first. */
  const noting = makeGroupCommit<readonly FeedbackEvent[]>(async (said) => noteAll(said.flat()), MOST_NOTED)

  const noteAll = async (events: readonly FeedbackEvent[]): Promise<void> => {
    if (memory === null) return
    try {
      const { said } = await memory
      const ids = new Set(events.map(({ id }) => id))
      const rows = await words(await database())
        .where('concern.card', 'in', [...new Set(events.map(({ card }) => card))])
        .execute()
      const told = rows.filter(({ record }) => ids.has((JSON.parse(record) as FeedbackEvent).id)) // written by us
      addTo(said, told.map(spokenOf))
    } catch {
      memory = null
    }
  }

  return {
    since: async (asker, since) => overriddenBy((await from(since)).said, asker, since),
    note: async (events) => {
      const ofCards = events.filter(({ card }) => CARD.test(card))
      if (memory !== null && ofCards.length > 0) await noting.add(ofCards)
    },
  }
}

const MOST_NOTED = 64
const DAY_MS = 86_400_000
