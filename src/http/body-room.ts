import type { IncomingMessage } from 'node:http'
import type { Config } from '../config.ts'
import { AttuneError } from '../errors.ts'
import { makePlaces } from '../places.ts'
import { type Call, callOf, ignored, type Step } from './call.ts'
import { accountOf, isStranger } from './rate-limit.ts'
import { makeTurns } from './turns.ts'

/** Up to here a body waits for no room: beside the large ones it weighs nothing. */
export const SMALL_BYTES = 65_536
/** What a body of unknown length (chunked or compressed) counts for until it has been read. */
const UNKNOWN_BYTES = 1_000_000
/** After so long unread a call is told to come again. */
const LONGEST_WAIT_MS = 800
/** A body that has not come whole by then comes slowly: it counts for what has come, else who sends nothing more keeps others out. */
const SLOW_MS = 300

/** Bytes that a body will have, as far as its head tells; null where it does not. */
export const announcedBytes = ({ headers }: IncomingMessage): number | null => {
  const length = headers['content-length']
  return length === undefined || (headers['content-encoding'] ?? 'identity') !== 'identity' ? null : Number(length)
}

/** A body in reading or in work. `come`: bytes of it so far, and in the end all. */
type Held = { bytes: number; isSlow: boolean; readonly come: () => number }
type Waiting = { readonly bytes: number; readonly ofStranger: boolean; readonly begin: () => void }

/** All callers without a client together: addresses are many, and strangers choose them. */
const STRANGERS = 'strangers'

/**
 * How many bytes of bodies are in reading and in work at the same time. A record of 2 MB takes many times its length while it is read and
 * thought about, and on one thread many at once end no sooner than a few. Who finds no room waits with the body unread, so that it lies
 * with the sender; accounts (tenants, or addresses of those who have none) get room in turn, none more than half of it or one body, and
 * the last quarter is for those that hold little: a record lies in memory, and so takes room, also while its call only waits for a slow
 * EHR, and two tenants with such EHRs keep no third one out. Who waits too long is told to come again. The sum may be above the room: by half of it for one body of more than that, and, of bodies that
 * come slowly, by each account's part.
 */
export const makeBodyRoom = ({ limits: { bodyBytes, bodyBytesAtOnce } }: Pick<Config, 'limits'>): Step => {
  const most = Math.max(bodyBytes, bodyBytesAtOnce)
  const waiting = makeTurns<Waiting>()
  const inHand = makePlaces<Held>()
  /** Whole lengths, however little has come. */
  const taken = new Map<string, number>()

  const change = (names: readonly string[], bytes: number): void => {
    for (const name of names) {
      const left = (taken.get(name) ?? 0) + bytes
      if (left > 0) taken.set(name, left)
      else taken.delete(name)
    }
  }

  const total = (): number => {
    let bytes = 0
    for (const one of inHand.all()) bytes += one.isSlow ? one.come() : one.bytes
    return bytes
  }

  /** Half of the room, or one body of any length; of all strangers the whole. */
  const fitsOwn = (account: string, { bytes, ofStranger }: Waiting): boolean => {
    const own = taken.get(account) ?? 0
    const ofStrangers = ofStranger ? (taken.get(STRANGERS) ?? 0) : 0
    return (own === 0 || own + bytes <= most / 2) && ofStrangers + bytes <= most
  }

  /** An eighth of the room with this body, or nothing before it. */
  const holdsLittle = (account: string, { bytes }: Waiting): boolean => {
    const own = taken.get(account) ?? 0
    return own === 0 || own + bytes <= most / 8
  }

  /** A body of more than half of the room needs half of it free: a quiet moment, in which the whole is, may never come. */
  const fits = ({ bytes }: Waiting, little: boolean): boolean => total() + Math.min(bytes, most / 2) <= (little ? most : most * 0.75)

  /**
   * The first in turn waits until there is room for it: smaller ones do not pass it for ever. Accounts that hold little pass one that
   * holds more, and all pass one of more than half of the room: else who sends such again and again would keep all others waiting.
   */
  const letIn = (): void => {
    let onlyLittle = false
    for (const account of [...waiting.names()]) {
      const first = waiting.oldest(account)
      if (first === undefined || !fitsOwn(account, first)) continue
      const little = holdsLittle(account, first)
      if (onlyLittle && !little) continue
      if (!fits(first, little)) {
        if (first.bytes > most / 2) continue
        if (little) return
        onlyLittle = true
        continue
      }
      waiting.take(account, 'oldest')
      first.begin()
    }
  }

  /** @returns gives it back */
  const take = (req: IncomingMessage, call: Call, names: readonly string[], bytes: number): (() => void) => {
    const { socket } = req
    const before = socket.bytesRead
    const mine: Held = { bytes, isSlow: false, come: () => socket.bytesRead - before }
    const slow = setTimeout(() => {
      mine.isSlow = !req.complete
      letIn()
    }, SLOW_MS)
    const count = (read: number): void => {
      clearTimeout(slow)
      change(names, read - mine.bytes)
      mine.bytes = read
      mine.isSlow = false
    }
    const place = inHand.take(mine)
    change(names, bytes)
    call.bodyWasRead = (read) => {
      count(read)
      letIn()
    }
    return () => {
      call.bodyWasRead = ignored
      count(0)
      inHand.leave(place)
    }
  }

  return (req, res, next) => {
    if (res.destroyed) return // nobody listens, and nothing would tell when it is over
    const length = announcedBytes(req)
    if (length !== null && (length <= SMALL_BYTES || length > bodyBytes)) return next() // what is too large is not read at all
    const bytes = Math.min(length ?? UNKNOWN_BYTES, bodyBytes)
    const account = accountOf(req, res)
    const ofStranger = isStranger(req, res)

    const begin = (): void => {
      clearTimeout(timer)
      const giveBack = take(req, callOf(res), ofStranger ? [account, STRANGERS] : [account], bytes)
      res.once('close', () => {
        giveBack()
        letIn()
      })
      next()
    }
    const one: Waiting = { bytes, ofStranger, begin }
    const timer = setTimeout(() => {
      waiting.remove(account, one)
      res.setHeader('Retry-After', '1')
      letIn() // those behind it need not wait for it any longer
      next(new AttuneError('overloaded', `no room for a body of ${bytes} bytes: ${total()} in work, ${waiting.length} more wait`))
    }, LONGEST_WAIT_MS)
    const leave = (): void => {
      clearTimeout(timer)
      if (waiting.remove(account, one)) letIn()
    }
    res.once('close', leave)
    waiting.add(account, one)
    letIn()
  }
}
