import { readFileSync } from 'node:fs'
import type { Ended } from './tracer.ts'

/** Posts a body; the status, or null when there was no answer. Main gives the outbound wall's, under the rules of `network`. */
type Post = (url: string, headers: Readonly<Record<string, string>>, body: string) => Promise<number | null>

const KIND = { internal: 1, server: 2 } as const
const FAILED = 2

const anyValue = (value: string | number | boolean): object => {
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'boolean') return { boolValue: value }
  return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value }
}

const attributesOf = (attributes: Ended['attributes']): object[] =>
  Object.entries(attributes).map(([key, value]) => ({ key, value: anyValue(value) }))

const spanOf = ({ traceId, spanId, parentSpanId, name, kind, start, end, failed, attributes }: Ended): object => ({
  traceId,
  spanId,
  ...(parentSpanId === null ? {} : { parentSpanId }),
  name,
  kind: KIND[kind],
  startTimeUnixNano: start,
  endTimeUnixNano: end,
  attributes: attributesOf(attributes),
  ...(failed ? { status: { code: FAILED } } : {}),
})

/** Body of POST /v1/traces: OTLP/HTTP 1.x with JSON (opentelemetry-proto, ExportTraceServiceRequest; ids as hex, 64-bit numbers as text). */
export const otlpBody = (spans: readonly Ended[], version: string): string =>
  JSON.stringify({
    resourceSpans: [
      {
        resource: { attributes: attributesOf({ 'service.name': 'attune', 'service.version': version }) },
        scopeSpans: [{ scope: { name: 'attune', version }, spans: spans.map(spanOf) }],
      },
    ],
  })

/** Spans that may wait; what comes beyond is dropped and counted. */
const LONGEST = 4096
const BATCH = 512

export type Exporter = {
  add(span: Ended): void
  /** Spans that were dropped: too many, or not taken. */
  readonly dropped: number
  close(): Promise<void>
}

export type ExporterKit = {
  readonly url: string
  readonly tokenFile?: string | undefined
  readonly version: string
  readonly post: Post
  readonly everyMs?: number
}

/** Sends what has ended every two seconds, in batches, each once: a trace that is lost costs nobody anything. */
export const makeExporter = ({ url, tokenFile, version, post, everyMs = 2000 }: ExporterKit): Exporter => {
  const waiting: Ended[] = []
  let dropped = 0
  let sending: Promise<void> = Promise.resolve()

  const send = async (): Promise<void> => {
    while (waiting.length > 0) {
      const batch = waiting.splice(0, BATCH)
      const token = tokenFile === undefined ? {} : { authorization: `Bearer ${readFileSync(tokenFile, 'utf8').trim()}` }
      const status = await post(url, { 'content-type': 'application/json', ...token }, otlpBody(batch, version)).catch(() => null)
      if (status === null || status >= 300) dropped += batch.length
    }
  }
  const flush = (): Promise<void> => {
    sending = sending.then(send, send)
    return sending
  }
  const timer = setInterval(() => void flush(), everyMs).unref()
  return {
    add: (span) => {
      if (waiting.length < LONGEST) waiting.push(span)
      else dropped += 1
    },
    get dropped() {
      return dropped
    },
    close: async () => {
      clearInterval(timer)
      await flush()
    },
  }
}
