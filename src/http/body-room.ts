import type { IncomingMessage } from 'node:http'
import type { Config } from '../config.ts'
import { AttuneError } from '../errors.ts'
import type { Step } from './call.ts'
import { accountOf } from './rate-limit.ts'
import { makeTurns } from './turns.ts'

/** Up to here a body waits for no room: beside the large ones it weighs nothing. */
const SMALL_BYTES = 65_536
/** What a body of unknown length (chunked or compressed) counts for until it has been read. */
const UNKNOWN_BYTES = 1_000_000
/** After so long unread a call is told to come again. */
const LONGEST_WAIT_MS = 800

/** Bytes that a body will have, as far as its head tells; null where it does not. */
const announced = ({ headers }: IncomingMessage): number | null => {
  const length = headers['content-length']
  return length === undefined || (headers['content-encoding'] ?? 'identity') !== 'identity' ? null : Number(length)
}

type Held = { readonly account: string; bytes: number }
type Waiting = { readonly bytes: number; readonly begin: () => void }

const held = new WeakMap<IncomingMessage, (bytes: number) => void>()

/** To be called once a body has been read, with its bytes after decompression: from then on it counts for what it is. */
export const bodyWasRead = (req: IncomingMessage, bytes: number): void => held.get(req)?.(bytes)

/**
 * How many bytes of bodies are in reading and in work at the same time. A record of 2 MB takes many times its length while it is read and
 * thought about, and on one thread many at once end no sooner than a few. Who finds no room waits with the body unread, so that it lies
 * with the sender; accounts (tenants, or addresses of those who have none) get room in turn, none more than half of it or one body. Who
 * waits too long is told to come again.
 */
export const makeBodyRoom = ({ limits: { bodyBytes, bodyBytesAtOnce } }: Pick<Config, 'limits'>): Step => {
  const most = Math.max(bodyBytes, bodyBytesAtOnce)
  const waiting = makeTurns<Waiting>()
  const taken = new Map<string, number>()
  let total = 0

  const change = (account: string, bytes: number): void => {
    total += bytes
    const left = (taken.get(account) ?? 0) + bytes
    if (left > 0) taken.set(account, left)
    else taken.delete(account)
  }

  /** Half of the room, or one body of any length. */
  const fitsOwn = (account: string, bytes: number): boolean => {
    const own = taken.get(account) ?? 0
    return own === 0 || own + bytes <= most / 2
  }

  /** The first in turn waits until there is room for it: smaller ones do not pass it for ever. */
  const letIn = (): void => {
    for (const account of [...waiting.names()]) {
      const first = waiting.oldest(account)
      if (first === undefined || !fitsOwn(account, first.bytes)) continue
      if (total + first.bytes > most) return
      waiting.take(account, 'oldest')
      first.begin()
    }
  }

  const take = (req: IncomingMessage, account: string, bytes: number): Held => {
    const mine: Held = { account, bytes }
    change(account, bytes)
    held.set(req, (read) => {
      change(account, read - mine.bytes)
      mine.bytes = read
      letIn()
    })
    return mine
  }

  return (req, res, next) => {
    if (res.destroyed) return // nobody listens, and nothing would tell when it is over
    const length = announced(req)
    if (length !== null && (length <= SMALL_BYTES || length > bodyBytes)) return next() // what is too large is not read at all
    const bytes = Math.min(length ?? UNKNOWN_BYTES, bodyBytes)
    const account = accountOf(req, res)

    const begin = (): void => {
      const mine = take(req, account, bytes)
      res.once('close', () => {
        held.delete(req)
        change(account, -mine.bytes)
        letIn()
      })
      next()
    }
    const one: Waiting = {
      bytes,
      begin: () => {
        clearTimeout(timer)
        begin()
      },
    }
    const timer = setTimeout(() => {
      waiting.remove(account, one)
      res.setHeader('Retry-After', '1')
      next(new AttuneError('overloaded', `no room for a body of ${bytes} bytes: ${total} in work, ${waiting.length} more wait`))
    }, LONGEST_WAIT_MS)
    const leave = (): void => {
      clearTimeout(timer)
      waiting.remove(account, one)
    }
    res.once('close', leave)
    waiting.add(account, one)
    letIn()
  }
}
