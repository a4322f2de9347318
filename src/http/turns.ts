/** Things that wait, by whose they are: accounts have turns one after the other, so that who has much waits behind itself only. */
export type Turns<T> = {
  /** Things that wait. */
  readonly length: number
  /** Accounts of which something waits. */
  readonly accounts: number
  /** How much of an account waits. */
  of(account: string): number
  add(account: string, thing: T): void
  /** What has waited longest of an account. */
  oldest(account: string): T | undefined
  /** False: it was not there. */
  remove(account: string, thing: T): boolean
  /** Accounts of which something waits, in the order of their turns. */
  names(): Iterable<string>
  /** Takes the oldest or the newest of an account, whose next turn then comes after those of all others. */
  take(account: string, which: 'oldest' | 'newest'): T | undefined
}

export const makeTurns = <T>(): Turns<T> => {
  const waiting = new Map<string, T[]>()
  let length = 0
  return {
    get length() {
      return length
    },
    get accounts() {
      return waiting.size
    },
    of: (account) => waiting.get(account)?.length ?? 0,
    names: () => waiting.keys(),
    oldest: (account) => waiting.get(account)?.[0],
    add(account, thing) {
      const own = waiting.get(account)
      if (own) own.push(thing)
      else waiting.set(account, [thing])
      length += 1
    },
    remove(account, thing) {
      const own = waiting.get(account) ?? []
      const at = own.indexOf(thing)
      if (at === -1) return false
      own.splice(at, 1)
      if (own.length === 0) waiting.delete(account)
      length -= 1
      return true
    },
    take(account, which) {
      const own = waiting.get(account)
      const thing = which === 'oldest' ? own?.shift() : own?.pop()
      if (own === undefined || thing === undefined) return undefined
      waiting.delete(account)
      if (own.length > 0) waiting.set(account, own)
      length -= 1
      return thing
    },
  }
}
