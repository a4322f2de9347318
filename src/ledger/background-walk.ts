import { setTimeout as wait } from 'node:timers/promises'
import { type Kysely, sql } from 'kysely'
import { openPostgres } from './database.ts'
import type { LedgerTables } from './tables.ts'
import { type Fault, type Page, type Place, readRemoved, START, walkPage } from './walk.ts'

type Db = Kysely<LedgerTables>

/** What the walks of this process found. */
export type WalkState = {
  /** The last one that came to its end found something that does not hold. */
  readonly broken: boolean
  /** When that was, in seconds since 1970; null before the first. */
  readonly endedAt: number | null
}

/** Which entry, and why; an entry that was changed may say anything of itself, so nothing else of it is told. */
export type Broken = Pick<Fault, 'entry' | 'because'>

export type BackgroundWalk = {
  /** Walks now, unless another process does. Never throws. */
  walk(): Promise<void>
  /** For the operator; null while all holds. */
  trouble(): string | null
  state(): WalkState
  close(): Promise<void>
}

export type BackgroundWalkParts = {
  readonly db: () => Promise<Db>
  /** Null: the embedded database, which belongs to this process. */
  readonly databaseUrl: string | null
  /** From the end of one walk to the next; null: only when asked. */
  readonly everySeconds: number | null
  readonly onBroken: (broken: Broken) => void
}

/** Entries looked at in one go, so that calls wait for some milliseconds at most, and how many times as long nothing is done then. */
const ENTRIES = 20
const REST = 20
const LEAST_REST_MS = 100
/** The first walk comes some time after the start, and one that could not end is begun anew after as long. */
const FIRST_SECONDS = 900

/** A query of a walk takes some milliseconds; one that takes as long as this is given up. */
const QUERY_MS = 60_000

/** With a number of the ledger's own: any that no one else locks. */
const LOCK = 411_790

/** Codes with which a database that is there says that something in it cannot be read: data, storage, internal. */
const UNREADABLE = /^(XX|22|58)/

/** Codes and words with which a database, or the way to it, is away: of that health tells by itself. */
const AWAY = /^(08|57|E(CONN|TIMEDOUT|PIPE|HOST|NET|NOTFOUND|AI_)|ledger-failed$)/
const AWAY_IN_WORDS = /timeout|connection terminated/i

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '')

const isAway = (error: unknown): boolean =>
  AWAY.test(codeOf(error)) || (codeOf(error) === '' && error instanceof Error && AWAY_IN_WORDS.test(error.message))

/** Retention may have taken something away since the walk began: what seems wrong is looked at once more, knowing that. */
const lookAtPage = (db: Db, gone: { now: Awaited<ReturnType<typeof readRemoved>> }, from: Place, upTo: number): Promise<Page> =>
  db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (snapshot) => {
      const asked = { from, most: ENTRIES, upTo }
      const page = await walkPage(snapshot, gone.now, asked)
      if (page.faults.length === 0) return page
      gone.now = await readRemoved(snapshot)
      return walkPage(snapshot, gone.now, asked)
    })

const unreadable = (error: unknown, { seq }: Place): Broken => {
  const code = codeOf(error)
  if (!UNREADABLE.test(code)) throw error
  return { entry: seq + 1, because: `this entry, or one of the next, cannot be read (${code})` }
}

/** What a walk must know before its first entry. */
const readStart = async (db: Db) => {
  const head = await db.selectFrom('chain_head').selectAll().executeTakeFirst()
  return { head, gone: { now: await readRemoved(db) } }
}

/** From the first entry to the one that was the last when it began; it ends where something does not hold. */
const walkAll = async (db: Db, signal: AbortSignal): Promise<Broken | null> => {
  const start = await readStart(db).catch((error: unknown) => unreadable(error, START))
  if ('because' in start) return start
  const { head, gone } = start
  const upTo = Number(head?.seq ?? 0)
  let place = START
  while (place.seq < upTo) {
    const began = performance.now()
    const page = await lookAtPage(db, gone, place, upTo).catch((error: unknown) => unreadable(error, place))
    if ('because' in page) return page
    const [fault] = page.faults
    if (fault) return { entry: fault.entry, because: fault.because }
    if (page.length === 0) return { entry: place.seq + 1, because: 'entries are missing at the end' }
    place = page.end
    await wait(Math.max(LEAST_REST_MS, REST * (performance.now() - began)), null, { signal, ref: false })
  }
  return head && head.hash !== place.previous ? { entry: upTo, because: 'the end of the chain was changed' } : null
}

/** On a connection of its own, whose end frees the lock. @returns 'taken' where another process walks */
const walkShared = async (databaseUrl: string, signal: AbortSignal): Promise<Broken | null | 'taken'> => {
  const { db, close, cut } = openPostgres(databaseUrl, QUERY_MS)
  signal.addEventListener('abort', cut, { once: true }) // a query in flight may never be answered
  try {
    return await db.connection().execute(async (one) => {
      signal.throwIfAborted()
      const { rows } = await sql<{ free: boolean }>`
        select pg_try_advisory_lock(${sql.lit(LOCK)}, hashtext(ledger)) as free from chain_head`.execute(one)
      return rows[0]?.free === false ? 'taken' : await walkAll(one, signal)
    })
  } finally {
    await close()
    signal.removeEventListener('abort', cut)
  }
}

/** Walks the whole ledger slowly, again and again: a page in its midst that is damaged is found by nothing else while calls go on. */
export const makeBackgroundWalk = ({ db, databaseUrl, everySeconds, onBroken }: BackgroundWalkParts): BackgroundWalk => {
  const ending = new AbortController()
  let found: Broken | null = null
  /** Why the last one could not be ended, by code: a message may quote data. */
  let hindrance: string | null = null
  let endedAt: number | null = null
  let walking: Promise<boolean> | null = null

  /** @returns whether nothing was in its way */
  const walkOnce = async (): Promise<boolean> => {
    try {
      const broken = databaseUrl === null ? await walkAll(await db(), ending.signal) : await walkShared(databaseUrl, ending.signal)
      hindrance = null
      if (broken === 'taken') return true
      found = broken
      endedAt = Date.now() / 1000
      if (broken !== null) onBroken(broken)
      return true
    } catch (error) {
      if (!ending.signal.aborted && !isAway(error)) hindrance = codeOf(error) || (error instanceof Error ? error.name : 'unknown')
      return false
    }
  }

  const walk = (): Promise<boolean> => {
    walking ??= walkOnce().finally(() => {
      walking = null
    })
    return walking
  }

  let timer: NodeJS.Timeout | undefined
  const later = (seconds: number): void => {
    timer = setTimeout(async () => {
      const ended = await walk()
      if (!ending.signal.aborted && everySeconds !== null) later(ended ? everySeconds : Math.min(everySeconds, FIRST_SECONDS))
    }, seconds * 1000).unref()
  }
  if (everySeconds !== null) later(Math.min(everySeconds, FIRST_SECONDS))

  const trouble = (): string | null => {
    if (found !== null) return `the ledger does not hold at entry ${found.entry}: ${found.because}; \`attune ledger verify\` tells the rest`
    return hindrance === null ? null : `the slow walk through the ledger could not be ended (${hindrance})`
  }

  return {
    walk: async () => void (await walk()),
    trouble,
    state: () => ({ broken: found !== null, endedAt }),
    close: async () => {
      clearTimeout(timer)
      ending.abort()
      await walking
    },
  }
}
