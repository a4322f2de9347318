/** What may stand in a span: names of ours, codes, counts, milliseconds. Nothing of a patient, no address with parameters. */
export type Attributes = Readonly<Record<string, string | number | boolean>>

/** One piece of work of a call, as a trace shows it. */
export type Span = {
  /** Some work within this one; what it throws ends the span as failed and goes on. */
  child<T>(name: string, work: (span: Span) => T): T
  note(attributes: Attributes): void
  /** W3C Trace Context, for a server that is asked within this span; null where nothing is traced, or others are not to be told. */
  readonly traceparent: string | null
}

/** Tracing is off: the work alone. */
export const noSpan: Span = { child: (_name, work) => work(noSpan), note: () => {}, traceparent: null }
