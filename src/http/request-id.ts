import { randomUUID } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { Origin } from '../tracing/tracer.ts'

/** Only ids that mean nothing: a number of a record, or a name, does not fit. */
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const TRACEPARENT = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}$/

const asUuid = (hex: string): string => hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')

/**
 * The id of a request, and where its trace begins. The caller's `X-Request-Id` if it is a UUID, else the trace of its `traceparent`
 * (W3C Trace Context), else a new one; without a `traceparent` the trace has the id of the request.
 */
export const identifyRequest = (headers: IncomingHttpHeaders): { readonly id: string; readonly origin: Origin } => {
  const { 'x-request-id': given, traceparent } = headers
  const [, traceId, parentSpanId] = (typeof traceparent === 'string' ? TRACEPARENT.exec(traceparent) : null) ?? []
  const own = typeof given === 'string' && UUID.test(given.toLowerCase()) ? given.toLowerCase() : null
  const id = own ?? (traceId === undefined ? randomUUID() : asUuid(traceId))
  return { id, origin: { traceId: traceId ?? id.replaceAll('-', ''), parentSpanId: parentSpanId ?? null } }
}
