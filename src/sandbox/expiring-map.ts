/**
 * Values that are forgotten after a time, and the oldest of them when there are too many.
 * Everything the sandbox remembers (tokens, launches, grants) lives in one of these, so that it cannot grow without end.
 */
export type ExpiringMap<Value> = {
  get(key: string): Value | undefined
  set(key: string, value: Value, seconds: number): void
  delete(key: string): void
  deleteWhere(matches: (value: Value) => boolean): void
}

export const makeExpiringMap = <Value>(limit: number, now: () => number = Date.now): ExpiringMap<Value> => {
  const entries = new Map<string, { readonly value: Value; readonly until: number }>()
  const dropOldest = (): void => {
    for (const [key, { until }] of entries) if (until <= now()) entries.delete(key)
    for (const key of entries.keys()) {
      if (entries.size < limit) return
      entries.delete(key)
    }
  }
  return {
    get: (key) => {
      const entry = entries.get(key)
      return entry && entry.until > now() ? entry.value : undefined
    },
    set: (key, value, seconds) => {
      entries.delete(key)
      if (entries.size >= limit) dropOldest()
      entries.set(key, { value, until: now() + seconds * 1000 })
    },
    delete: (key) => {
      entries.delete(key)
    },
    deleteWhere: (matches) => {
      for (const [key, { value }] of entries) if (matches(value)) entries.delete(key)
    },
  }
}
