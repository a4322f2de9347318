import { randomBytes } from 'node:crypto'
import type { Attributes, Span } from './span.ts'

/** A span that has ended. Instants in nanoseconds since 1970, as text. */
export type Ended = {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string | null
  readonly name: string
  readonly kind: 'server' | 'internal'
  readonly start: string
  readonly end: string
  readonly failed: boolean
  readonly attributes: Attributes
}

/** Where a call's trace begins: the trace of the caller, or one of its own. */
export type Origin = { readonly traceId: string; readonly parentSpanId: string | null }

export type Tracer = {
  /** The span of a whole call; `end` hands it on. Null: this call is not traced. */
  begin(name: string, origin: Origin): { readonly span: Span; readonly end: (failed: boolean) => void } | null
}

const nanoseconds = (): string => String(BigInt(Math.round((performance.timeOrigin + performance.now()) * 1000)) * 1000n)

type Open = { readonly span: Span; readonly end: (failed: boolean) => void }

/** `outward`: other servers are told the trace. */
type Way = { readonly onEnd: (ended: Ended) => void; readonly outward: boolean }

const open = (name: string, kind: Ended['kind'], { traceId, parentSpanId }: Origin, way: Way): Open => {
  const spanId = randomBytes(8).toString('hex')
  const start = nanoseconds()
  let attributes: Attributes = {}
  let done = false
  const end = (failed: boolean): void => {
    if (done) return
    done = true
    way.onEnd({ traceId, spanId, parentSpanId, name, kind, start, end: nanoseconds(), failed, attributes })
  }
  const child: Span['child'] = (childName, work) => {
    const inner = open(childName, 'internal', { traceId, parentSpanId: spanId }, way)
    try {
      const result = work(inner.span)
      if (result instanceof Promise)
        result.then(
          () => inner.end(false),
          () => inner.end(true),
        )
      else inner.end(false)
      return result
    } catch (error) {
      inner.end(true)
      throw error
    }
  }
  const note = (more: Attributes): void => {
    attributes = { ...attributes, ...more }
  }
  return { span: { child, note, traceparent: way.outward ? `00-${traceId}-${spanId}-01` : null }, end }
}

/** `ratio`: share of traces that are kept; decided by the trace's id, so that all servers of a trace decide alike. */
export const makeTracer = (way: Way, ratio: number): Tracer => ({
  begin: (name, origin) =>
    Number.parseInt(origin.traceId.slice(-8), 16) / 0x1_0000_0000 < ratio ? open(name, 'server', origin, way) : null,
})
