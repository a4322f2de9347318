import type { RequestListener, ServerResponse } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { AttuneError } from '../errors.ts'
import type { Come, Refusal, TurnAway } from '../http/turn-away.ts'

/** So many calls wait at most, and so long: a prescriber who waits longer is helped more by being told to come again. */
export const HELD = { calls: 1000, ms: 5000 } as const

/** So many are handed over at a time, and the next when one has ended or takes longer than this, in milliseconds. */
const TOGETHER = 3
const LONG_MS = 100

const LATE: Refusal = { error: new AttuneError('overloaded', 'a fresh process could not take over soon enough'), retryAfter: '1' }

export type HeldCalls = {
  readonly take: RequestListener
  /** A few at a time, as the door takes calls into work: all at once they would look like an overload, and many would be turned away. */
  handOver(answer: RequestListener): Promise<void>
}

/** Calls that come to a fresh process before it may answer: they wait, some of them and for a while; the others get 503. */
export const holdCalls = (
  { come, turnAway, tellGone }: TurnAway,
  most: { readonly calls: number; readonly ms: number } = HELD,
): HeldCalls => {
  const waiting = new Map<ServerResponse, { readonly call: Come; readonly timer: NodeJS.Timeout }>()

  const letGo = (response: ServerResponse): Come | undefined => {
    const { call, timer } = waiting.get(response) ?? {}
    clearTimeout(timer)
    waiting.delete(response)
    return call
  }

  return {
    take: (request, response) => {
      const call = come(request, response)
      if (waiting.size >= most.calls) {
        turnAway(call, LATE)
        return
      }
      const timer = setTimeout(() => {
        letGo(response)
        turnAway(call, LATE)
      }, most.ms)
      waiting.set(response, { call, timer })
      response.once('close', () => {
        if (letGo(response) !== undefined) tellGone(call)
      })
    },
    handOver: async (answer) => {
      const lane = async (): Promise<void> => {
        for (const [response, { call }] of waiting) {
          letGo(response)
          const ended = new Promise((resolve) => response.once('close', resolve))
          answer(call.req, response)
          await Promise.race([ended, wait(LONG_MS)])
        }
      }
      await Promise.all(Array.from({ length: TOGETHER }, lane))
    },
  }
}
