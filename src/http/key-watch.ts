/** Notices key sets that cannot be read, for health and the log: while the known keys work nobody else would see it. */
export type KeyWatch = {
  /** How the last read of a client's keys ended; `why` is null when they were read. */
  note(client: string, why: string | null): void
  /** What to tell the operator, without names of clients; null when all is well. */
  said(): string | null
}

export const makeKeyWatch = (warn: (detail: object) => void): KeyWatch => {
  const failing = new Set<string>()
  return {
    note(client, why) {
      if (why === null) failing.delete(client)
      if (why === null || failing.has(client)) return
      failing.add(client)
      warn({ client, why })
    },
    said: () =>
      failing.size === 0
        ? null
        : `the key ${failing.size === 1 ? 'set of one client' : `sets of ${failing.size} clients`} could not be read at the last try`,
  }
}
