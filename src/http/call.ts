import type { Request, Response } from 'express'
import type { ClientConfig } from '../config.ts'
import { noSpan, type Span } from '../tracing/span.ts'

/** What the steps of one request learn on the way. */
export type Call = {
  readonly id: string
  readonly startedAt: number
  /** Pattern of the route, never the URL that was asked for. */
  route: string
  client: ClientConfig | null
  /** Came with the operator's token: all tenants may be seen. */
  operator: boolean
  /** Id of the service called; null elsewhere. */
  service: string | null
  /** Of the whole call. */
  readonly span: Span
  /** What was decided; null where nothing was. */
  decided: { readonly decision: string; readonly outcome: string; readonly cards: number } | null
}

const calls = new WeakMap<Response, Call>()

export const beginCall = (res: Response, id: string, span: Span = noSpan): Call => {
  const call: Call = { id, startedAt: performance.now(), route: 'other', client: null, operator: false, service: null, span, decided: null }
  calls.set(res, call)
  return call
}

/** @throws TypeError when no call was begun: steps in the wrong order. */
export const callOf = (res: Response): Call => {
  const call = calls.get(res)
  if (!call) throw new TypeError('no call was begun for this response')
  return call
}

/** @throws TypeError when the identify step has not run. */
export const clientOf = (res: Response): ClientConfig => {
  const { client } = callOf(res)
  if (!client) throw new TypeError('no client was identified for this response')
  return client
}

/** One value of a route parameter or query; lists and objects count as none. */
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

export type Step = (req: Request, res: Response, next: (error?: unknown) => void) => unknown
