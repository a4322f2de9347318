import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { AttuneError } from '../errors.ts'
import { operationOutcome } from '../hooks/outcome.ts'
import { identifyRequest } from '../http/request-id.ts'

/** So many calls wait at most, and so long: a prescriber who waits longer is helped more by being told to come again. */
export const HELD = { calls: 1000, ms: 5000 } as const

/** So many are handed over at a time, and the next when one has ended or takes longer than this, in milliseconds. */
const TOGETHER = 3
const LONG_MS = 100

const LATE = new AttuneError('overloaded', 'a fresh process could not take over soon enough')

/** Told to come again, without a look at the body. */
const turnAway = ({ headers }: IncomingMessage, response: ServerResponse): void => {
  const { id } = identifyRequest(headers)
  response
    .writeHead(LATE.status, {
      'X-Request-Id': id,
      'Retry-After': '1',
      'Content-Type': 'application/json; charset=utf-8',
    })
    .end(JSON.stringify(operationOutcome(LATE, id)))
}

export type HeldCalls = {
  readonly take: RequestListener
  /** A few at a time, as the door takes calls into work: all at once they would look like an overload, and many would be turned away. */
  handOver(answer: RequestListener): Promise<void>
}

/** Calls that come to a fresh process before it may answer: they wait, some of them and for a while; the others get 503. */
export const holdCalls = (most: { readonly calls: number; readonly ms: number } = HELD): HeldCalls => {
  const waiting = new Map<ServerResponse, { readonly request: IncomingMessage; readonly timer: NodeJS.Timeout }>()

  const letGo = (response: ServerResponse): void => {
    clearTimeout(waiting.get(response)?.timer)
    waiting.delete(response)
  }

  return {
    take: (request, response) => {
      if (waiting.size >= most.calls) return turnAway(request, response)
      const timer = setTimeout(() => {
        letGo(response)
        turnAway(request, response)
      }, most.ms)
      waiting.set(response, { request, timer })
      response.once('close', () => letGo(response)) // the caller has gone
    },
    handOver: async (answer) => {
      const lane = async (): Promise<void> => {
        for (const [response, { request }] of waiting) {
          letGo(response)
          const ended = new Promise((resolve) => response.once('close', resolve))
          answer(request, response)
          await Promise.race([ended, wait(LONG_MS)])
        }
      }
      await Promise.all(Array.from({ length: TOGETHER }, lane))
    },
  }
}
