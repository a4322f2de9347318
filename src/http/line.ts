/** How long calls may have to wait for their turn. */
type Patience = {
  /** Expected wait, in milliseconds, beyond which a call is told to come again. */
  readonly ms: number
  /** So many may wait in any case: a heavy record does not turn others away. */
  readonly calls: number
}

/** What gathers in one moment is answered, if late. */
const BURST: Patience = { ms: 300, calls: 32 }
/** Where calls go on coming faster than they are answered, a line only makes each of them late. */
const SUSTAINED: Patience = { ms: 150, calls: 32 }
/** A line that has not been empty for so long is no burst. */
const BURST_MS = 500
/** Who joined a line that lasts and waited so long is told to come again after all: those before it took longer than foreseen. */
const LATEST_MS = 400

/** Weight of the newest pause between two turns in the average of them; and what the first calls are taken to cost. */
const NEWEST = 0.1
const FIRST_MS = 5
/** One stop of the whole process does not make the line look long. */
const LONGEST_MS = 100

type Waiting = { readonly latest: number; readonly start: () => void; readonly refuse: () => void }

export type Line = {
  /** False: too many are waiting. Else `start` is called when it is its turn, at once where nobody waits, or `refuse` if that is too late. */
  join(accountOf: () => string, start: () => void, refuse: () => void): boolean
  /** Calls that wait. */
  readonly length: number
}

/**
 * One call begins in each turn of the event loop, so that a turn is short: answers leave, and new arrivals are looked at, between any two
 * calls. Accounts begin in turn, so that whoever sends too much waits behind its own calls only. How long the line is in time follows from
 * the average time between two beginnings while calls wait.
 */
export const makeLine = (now: () => number = () => performance.now()): Line => {
  const waiting = new Map<string, Waiting[]>()
  let length = 0
  let pending = false
  let everyMs = FIRST_MS
  let lastTurn = 0
  let since = 0

  const patience = (): Patience => (length > 0 && now() - since > BURST_MS ? SUSTAINED : BURST)

  /** One of each account begins before an account has its second turn. */
  const before = (own: number): number => Math.min(length, (own + 1) * Math.max(1, waiting.size))

  const takeNext = (): Waiting | undefined => {
    for (const [account, own] of waiting) {
      const next = own.shift()
      waiting.delete(account)
      if (own.length > 0) waiting.set(account, own) // to the end
      length -= 1
      return next
    }
    return undefined
  }

  const turn = (): void => {
    pending = false
    let next = takeNext()
    while (next !== undefined && now() > next.latest) {
      next.refuse()
      next = takeNext()
    }
    if (next !== undefined) begin(next.start, true)
  }

  const begin = (start: () => void, waited: boolean): void => {
    const at = now()
    if (waited) everyMs += NEWEST * (Math.min(at - lastTurn, LONGEST_MS) - everyMs)
    lastTurn = at
    pending = true
    setImmediate(turn)
    start()
  }

  return {
    join(accountOf, start, refuse) {
      if (!pending) {
        begin(start, false)
        return true
      }
      const account = accountOf()
      const own = waiting.get(account)
      const most = patience()
      if (length >= most.calls && before(own?.length ?? 0) * everyMs > most.ms) return false
      if (length === 0) since = now()
      const one = { latest: most === SUSTAINED ? now() + LATEST_MS : Number.POSITIVE_INFINITY, start, refuse }
      if (own) own.push(one)
      else waiting.set(account, [one])
      length += 1
      return true
    },
    get length() {
      return length
    },
  }
}
