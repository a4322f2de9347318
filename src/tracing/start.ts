import { type Exporter, type ExporterKit, makeExporter } from './otlp.ts'
import { makeTracer, type Tracer } from './tracer.ts'

export type Tracing = Tracer & Pick<Exporter, 'close' | 'dropped'>

/** Tracing as configured. Loaded only where it is on. */
export const startTracing = (kit: ExporterKit & { readonly ratio: number; readonly outward: boolean }): Tracing => {
  const exporter = makeExporter(kit)
  const tracer = makeTracer({ onEnd: exporter.add, outward: kit.outward }, kit.ratio)
  return {
    begin: tracer.begin,
    get dropped() {
      return exporter.dropped
    },
    close: exporter.close,
  }
}
