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
  /** Of its body; null while none was read. */
  digest: string | null
  /** Of the whole call. */
  readonly span: Span
  /** To be called once the body has been read, with its bytes after decompression: from then on it counts for what it is. */
  bodyWasRead: (bytes: number) => void
  /** What was decided; null where nothing was. */
  decided: { readonly decision: string; readonly outcome: string; readonly cards: number } | null
}

export const ignored = (): void => {}

export const beginCall = (res: Response, id: string, span: Span = noSpan): Call => {
  const call: Call = {
    id,
    startedAt: performance.now(),
    route: 'other',
    client: null,
    operator: false,
    service: null,
    digest: null,
    bodyWasRead: ignored,
    span,
    decided: null,
  }
  res.locals.call = call
  return call
}

/** @throws TypeError when no call was begun: steps in the wrong order. */
export const callOf = (res: Response): Call => {
  const call: Call | undefined = res.locals.call
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
