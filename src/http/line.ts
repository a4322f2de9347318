import { performance } from 'node:perf_hooks'
import { makePlaces } from '../places.ts'
import { connectionsTaken } from './server.ts'
import { makeTurns } from './turns.ts'

/** How long calls may have to wait for their turn. */
type Patience = {
  /** Expected wait, in milliseconds, beyond which a call is told to come again. */
  readonly ms: number
  /** So many may wait in any case, of each account its share of them: a heavy record does not turn others away. */
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
/** So many are told in one turn of the event loop. */
const TOLD_AT_ONCE = 4
/** A line that was too long and is now shorter than this is taken from its front again. */
const SHORT = 8

/** Calls in work at the same time: more of them on one thread only end later, each of them. */
const TOGETHER = 6
/** Of one account, so that a call of another finds a place. */
const OF_ONE = 4
/** A call that takes longer counts no more: it waits for others, or is a heavy one that small ones need not wait for. */
const LONG_MS = 100
/** Where all in work wait for others (FHIR servers, threads, the store), one more may begin in each such time. */
const LOOK_MS = 2
/** Share of the time above it takes the thread to have worked for it to count as busy. */
const BUSY = 0.8

/**
 * The event loop takes one new connection in each turn (libuv since 1.45). While such come, turns without work follow each other for at
 * most so long: else a line that nobody here can see gathers before the door, first come first served, whoever floods.
 */
const TAKING_MS = 5

/** Weight of the newest pause between two beginnings in the average of them; and what the first calls are taken to cost. */
const NEWEST = 0.1
const FIRST_MS = 5
/** One stop of the whole process does not make the line look long. */
const LONGEST_MS = 100

/** A call at the door. */
export type Waiting = {
  /** @param done to be called when the call is over */
  readonly start: (done: () => void) => void
  readonly refuse: () => void
  /** Whether the whole of it has come: who sends slowly costs nothing yet, and holds up nobody. */
  readonly hasCome: () => boolean
}

type Placed = Waiting & { readonly account: string; readonly since: number; readonly latest: number }

export type Line = {
  /**
   * `start` is called when it is the call's turn, at once where nobody waits; `refuse` where it would wait too long, at once or later.
   * Who goes away leaves with the function that is given back.
   */
  join(account: string, call: Waiting): () => void
  /** Calls that wait. */
  readonly length: number
}

/** What the line knows of the thread. */
export type Pulse = {
  /** Milliseconds. */
  readonly now: () => number
  /** Whether there was nothing to do for a part of the time since this was asked before. */
  readonly isIdle: () => boolean
  /** Connections taken so far. */
  readonly taken: () => number
}

const makePulse = (): Pulse => {
  const now = () => performance.now()
  let seen = performance.eventLoopUtilization()
  let at = now()
  const isIdle = (): boolean => {
    if (now() - at < LOOK_MS) return false
    const all = performance.eventLoopUtilization()
    const { utilization } = performance.eventLoopUtilization(all, seen)
    seen = all
    at = now()
    return utilization < BUSY
  }
  return { now, isIdle, taken: connectionsTaken }
}

/**
 * A few calls are in work at the same time, and at most one begins in each turn of the event loop: answers leave, and new arrivals are
 * looked at, between any two. Accounts begin in turn, so that whoever sends too much waits behind its own calls only. How long the line
 * is in time follows from the average time between two beginnings while calls wait. A line that is full takes the newest first and gives
 * up the oldest: who is answered is answered soon, instead of all late.
 */
export const makeLine = ({ now, isIdle, taken }: Pulse = makePulse()): Line => {
  const waiting = makeTurns<Placed>()
  const inWork = makePlaces<{ readonly account: string; readonly at: number; readonly hasCome: () => boolean }>()
  let looking = false
  let lookingLater = false
  let everyMs = FIRST_MS
  let lastBegan = 0
  let since = 0
  let full = false
  let takenBefore = taken()
  let takingUntil = Number.POSITIVE_INFINITY

  /** New connections come, and may go on coming for a moment before the next call begins. */
  const isTaking = (): boolean => {
    const all = taken()
    const came = all !== takenBefore
    takenBefore = all
    takingUntil = came ? Math.min(takingUntil, now() + TAKING_MS) : Number.POSITIVE_INFINITY
    return came && now() < takingUntil
  }

  const patience = (): Patience => (waiting.length > 0 && now() - since > BURST_MS ? SUSTAINED : BURST)

  /** One of each account begins before an account has its second turn. */
  const before = (own: number): number => Math.min(waiting.length, (own + 1) * Math.max(1, waiting.accounts))

  /** Calls in work, by account. */
  const countInWork = (): { readonly all: number; readonly by: ReadonlyMap<string, number> } => {
    let all = 0
    const by = new Map<string, number>()
    for (const { account, at, hasCome } of inWork.all()) {
      if (now() - at >= LONG_MS || !hasCome()) continue
      all += 1
      by.set(account, (by.get(account) ?? 0) + 1)
    }
    return { all, by }
  }

  /** Whose turn it is of those who may begin: where the thread has nothing to do, everybody may. */
  const firstOf = (accounts: Iterable<string>): string | undefined => {
    const { all, by } = countInWork()
    let first: string | undefined
    for (const account of accounts) {
      first ??= account
      if (all >= TOGETHER) break
      if ((by.get(account) ?? 0) < OF_ONE) return account
    }
    return first !== undefined && isIdle() ? first : undefined
  }

  /** @returns true where more would have to be told */
  const tellLate = (): boolean => {
    let told = 0
    for (const account of [...waiting.names()]) {
      for (let one = waiting.oldest(account); one !== undefined && now() > one.latest; one = waiting.oldest(account)) {
        if (told === TOLD_AT_ONCE) return true
        waiting.remove(account, one)
        one.refuse()
        told += 1
      }
    }
    return false
  }

  const takeOf = (account: string): Placed | undefined => {
    const oldest = waiting.oldest(account)
    const isFresh = oldest !== undefined && now() - oldest.since < LATEST_MS
    return waiting.take(account, full && isFresh ? 'newest' : 'oldest')
  }

  const look = (): void => {
    if (looking) return
    looking = true
    setImmediate(turn)
  }

  const lookLater = (): void => {
    if (lookingLater) return
    lookingLater = true
    setTimeout(() => {
      lookingLater = false
      look()
    }, LOOK_MS)
  }

  const turn = (): void => {
    looking = false
    if (tellLate() || (waiting.length > 0 && isTaking())) {
      look()
      return
    }
    if (waiting.length < SHORT) full = false
    const account = firstOf(waiting.names())
    const one = account === undefined ? undefined : takeOf(account)
    if (one !== undefined) begin(one.account, one, true)
    else if (waiting.length > 0) lookLater()
  }

  const begin = (account: string, call: Waiting, waited: boolean): void => {
    const at = now()
    if (waited) everyMs += NEWEST * (Math.min(at - lastBegan, LONGEST_MS) - everyMs)
    lastBegan = at
    const place = inWork.take({ account, at, hasCome: call.hasCome })
    takingUntil = Number.POSITIVE_INFINITY
    look()
    call.start(() => {
      inWork.leave(place)
      if (waiting.length > 0) look()
    })
  }

  /** Makes room by giving up the account's own oldest call; an account of which none waits gets no room that way. */
  const makeRoom = (account: string): boolean => {
    const most = patience()
    const own = waiting.of(account)
    const accounts = waiting.accounts + (own === 0 ? 1 : 0)
    if (own < most.calls / accounts || before(own) * everyMs <= most.ms) return true
    full = true
    const oldest = waiting.oldest(account)
    if (oldest === undefined) return false
    waiting.remove(account, oldest)
    oldest.refuse()
    return true
  }

  return {
    join(account, call) {
      if (waiting.length === 0 && !looking && firstOf([account]) !== undefined) {
        begin(account, call, false)
        return () => {}
      }
      if (!makeRoom(account)) {
        call.refuse()
        return () => {}
      }
      const at = now()
      if (waiting.length === 0) since = at
      const latest = patience() === SUSTAINED ? at + LATEST_MS : Number.POSITIVE_INFINITY
      const placed: Placed = { ...call, account, since: at, latest }
      waiting.add(account, placed)
      look()
      return () => void waiting.remove(account, placed)
    },
    get length() {
      return waiting.length
    },
  }
}
