import type { Entry } from './entries.ts'
import type { SpoolMark } from './spool.ts'

/** Entries on the spool's disk that the database is still to get: in larger batches than they come in, off the way of the calls. */
export type Backlog = {
  /** Takes entries with the place in the spool that they end at. */
  add(entries: readonly Entry[], mark: SpoolMark | null): void
  /** Stores at once what waits; resolves when all that was added until now has been stored, or was refused. */
  flush(): Promise<void>
  /** Entries that were added and are not done with. */
  readonly size: number
}

type Group = { readonly entries: readonly Entry[]; readonly mark: SpoolMark | null }

/** What a batch costs whatever its size is shared by many; few enough that reading does not wait long behind it. */
const ENOUGH = 128

/** @param store never rejects; what it cannot store stays in the spool */
export const makeBacklog = (store: (group: Group) => Promise<void>, lingerMs: number): Backlog => {
  let waiting: Group[] = []
  let waitingEntries = 0
  let size = 0
  let timer: NodeJS.Timeout | null = null
  let working: Promise<void> = Promise.resolve()

  const storeAll = async (groups: readonly Group[]): Promise<void> => {
    const entries = groups.flatMap((group) => group.entries)
    await store({ entries, mark: groups.at(-1)?.mark ?? null })
    size -= entries.length
  }

  const flush = (): Promise<void> => {
    if (timer) clearTimeout(timer)
    timer = null
    const groups = waiting
    waiting = []
    waitingEntries = 0
    if (groups.length > 0) working = working.then(() => storeAll(groups))
    return working
  }

  return {
    add: (entries, mark) => {
      waiting.push({ entries, mark })
      waitingEntries += entries.length
      size += entries.length
      if (waitingEntries >= ENOUGH) void flush()
      else timer ??= setTimeout(flush, lingerMs).unref()
    },
    flush,
    get size() {
      return size
    },
  }
}
