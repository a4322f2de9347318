import { AttuneError } from '../errors.ts'
import { makeBacklog } from './backlog.ts'
import { sha256 } from './canonical.ts'
import { type Database, type Engine, openDatabase } from './database.ts'
import type { Entry } from './entries.ts'
import { makeGroupCommit } from './group-commit.ts'
import { ping } from './queries.ts'
import { appendOrRefuse, isRefusal, LARGEST_BATCH, replay, settle } from './replay-spool.ts'
import type { SpoolEntry, SpoolMark } from './spool.ts'
import { openOrphans, openSlot, readSlots } from './spool-slots.ts'

export type LedgerHealth = {
  /** Records can be made durable, if only in the spool: calls may be answered. */
  readonly ok: boolean
  /** One line for operators. */
  readonly detail: string
  readonly state: 'ok' | 'degraded'
  readonly engine: Engine
  /** Acknowledged entries that are only in the spool because the database is away. */
  readonly spooled: number
  /** Entries that the database refused as they are, as far as they lie in `spool/rejected`. */
  readonly rejected: number
  /** What is wrong, for the operator; null when nothing is. */
  readonly problem: string | null
}

/** Durable writing: one queue, group commit, database and spool. */
export type Store = {
  write(entry: Entry): Promise<void>
  /** The database for reading, with all that was acknowledged until now. @throws AttuneError `ledger-failed` while it is away */
  database(): Promise<Database['db']>
  /** Makes what the embedded database has written last through a power cut; PostgreSQL does that by itself. */
  flush(): Promise<void>
  health(): LedgerHealth
  close(): Promise<void>
}

export type StoreConfig = { readonly dataDir: string; readonly databaseUrl: string | null }
export type StoreOptions = {
  /** Pause between tries to reach a database that is away, in milliseconds. */
  readonly retryMs?: number
  /** Size at which a spool file is settled and let go, in bytes. */
  readonly settleBytes?: number
}

/** Pause in which entries for the embedded database gather. Reading does not wait for it. */
const LINGER_MS = 1000

/** Entries that may wait for the embedded database before writing waits for it too. */
const LONGEST_BACKLOG = 2048

/** For the operator. Refusals quote data in their message, so only their code is told. */
const tell = (error: unknown): string => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return isRefusal(error) ? code : [code, error instanceof Error ? error.message : 'unknown'].filter(Boolean).join(' ')
}

const attempt = (work: Promise<void>): Promise<Error | null> =>
  work.then(
    () => null,
    (error: unknown) => (error instanceof Error ? error : new Error('unknown', { cause: error })),
  )

const contentOf = (entry: SpoolEntry): string => sha256(JSON.stringify(entry))

export const openStore = async (config: StoreConfig, { retryMs = 2000, settleBytes = 8_000_000 }: StoreOptions = {}): Promise<Store> => {
  const engine: Engine = config.databaseUrl ? 'postgres' : 'pglite'
  const embedded = engine === 'pglite'
  const folder = `${config.dataDir}/spool`
  const slot = await openSlot(folder)
  /** Also what others put aside and nobody has taken away: acknowledged, and not in the ledger. The process that this one replaces may still live. */
  const rejected = new Set((await readSlots(`${folder}/rejected`)).map(contentOf))
  const refused = await openSlot(`${folder}/rejected`)
  let database: Database | null = null
  let problem: string | null = null
  let spooled = 0
  let spoolWorks = true
  let timer: NodeJS.Timeout | null = null
  let closing = false
  let settling: Promise<void> = Promise.resolve()

  const fail = (error: unknown): void => {
    problem = tell(error)
    if (!closing) timer ??= setTimeout(retry, retryMs).unref()
  }

  /**
   * Beside the writing, one at a time, once the database has what is in them. Only files named here are let go: when it is their turn,
   * others may be sealed and not yet stored.
   */
  const settleLater = async (stored: Promise<void>, reached: Database | null = null): Promise<void> => {
    const files = await slot.spool.sealed()
    const run = async (): Promise<void> => {
      await stored
      const to = reached ?? (problem === null ? database : null)
      if (to && to === database && !closing) await settle(to, slot.spool, files) // one that was dropped before its turn has come is not asked
    }
    settling = settling.then(run).catch(fail)
  }

  /** Once: a replay that failed behind it is tried again from before it. */
  const refuse = async (entry: SpoolEntry): Promise<void> => {
    const content = contentOf(entry)
    if (rejected.has(content)) return
    await refused.spool.append([entry])
    rejected.add(content)
  }

  const drain = async (to: Database): Promise<void> => {
    await backlog.flush()
    await slot.spool.seal()
    await replay(to, slot.spool, refuse)
    await settleLater(Promise.resolve(), to)
    for (const orphan of await openOrphans(folder))
      try {
        await replay(to, orphan.spool, refuse)
        await settle(to, orphan.spool, await orphan.spool.sealed())
      } finally {
        await orphan.leave()
      }
    spooled = 0
    problem = null
  }

  const reach = async (): Promise<void> => {
    try {
      if (database) await ping(database.db).catch(() => drop())
      database ??= await openDatabase(config)
      await drain(database)
    } catch (error) {
      fail(error)
    }
  }

  const drop = async (): Promise<void> => {
    const old = database
    database = null
    await old?.close().catch(() => {}) // it is being replaced because it does not answer
  }

  const retry = (): void => {
    timer = null
    if (!closing) void queue.between(reach)
  }

  const toSpool = async (entries: readonly Entry[]): Promise<void> => {
    try {
      await slot.spool.append(entries)
      spoolWorks = true
    } catch (cause) {
      spoolWorks = false
      throw new AttuneError('ledger-failed', `the spool cannot be written: ${tell(cause)}`, { cause })
    }
  }

  /** @returns whether the database has them */
  const toDatabase = async (entries: readonly Entry[], mark: SpoolMark | null): Promise<boolean> => {
    if (!database || problem !== null) return false
    try {
      await appendOrRefuse(database, entries, mark, refuse)
      return true
    } catch (error) {
      fail(error)
      return false
    }
  }

  const backlog = makeBacklog(async ({ entries, mark }) => {
    if (!(await toDatabase(entries, mark))) spooled += entries.length
  }, LINGER_MS)

  /** Ends the file, which is settled once the database has what is in it; what is written next does not wait for that. */
  const letGo = async (): Promise<void> => {
    await slot.spool.seal()
    await settleLater(backlog.flush())
  }

  /** The spool's flush is what makes an entry durable; the database follows. Only when the spool fails does the database come first. */
  const writeEmbedded = async (entries: readonly Entry[]): Promise<void> => {
    const spoolFailure = await attempt(toSpool(entries))
    if (spoolFailure) {
      await backlog.flush()
      if (!(await toDatabase(entries, null))) throw spoolFailure
    } else if (!database || problem !== null) spooled += entries.length
    else backlog.add(entries, slot.spool.position())
    if (backlog.size > LONGEST_BACKLOG) await backlog.flush()
    if (slot.spool.bytes > settleBytes && database && problem === null) await letGo()
  }

  /** The spool only when the database is away. */
  const writePostgres = async (entries: readonly Entry[]): Promise<void> => {
    if (await toDatabase(entries, null)) return
    await toSpool(entries)
    spooled += entries.length
  }

  const health = (): LedgerHealth => {
    const well = problem === null && rejected.size === 0 && spoolWorks
    const trouble = [problem, spoolWorks ? null : 'the spool cannot be written', spooled > 0 ? `${spooled} entries spooled` : null]
    const detail = well
      ? `${engine}`
      : [`${engine} degraded`, ...trouble, rejected.size > 0 ? `${rejected.size} entries rejected` : null].filter(Boolean).join('; ')
    const ok = spoolWorks || problem === null
    return { ok, detail, state: well ? 'ok' : 'degraded', engine, spooled, rejected: rejected.size, problem }
  }

  const queue = makeGroupCommit<Entry>(embedded ? writeEmbedded : writePostgres, LARGEST_BATCH)
  await queue.between(reach)

  return {
    write: (entry) => queue.add(entry),
    database: async () => {
      await backlog.flush()
      if (database && problem === null) return database.db
      throw new AttuneError('ledger-failed', `the ledger's database is away: ${problem ?? 'closed'}`)
    },
    flush: async () => {
      await database?.unflushed?.flushLog()
    },
    health,
    close: async () => {
      closing = true
      if (timer) clearTimeout(timer)
      await queue.idle()
      await backlog.flush()
      await settling
      await drop()
      await slot.leave()
      await refused.leave()
    },
  }
}
