import { env, InferenceSession, Tensor } from 'onnxruntime-node'
import { AttuneError } from '../errors.ts'
import { makePace, type PaceKeeper } from './inference/pace.ts'
import { checkOnnxFile } from './onnx-file.ts'

/** The one wall round ONNX Runtime. Nothing else imports it. */

/** Where a graph runs in this process. */
export type Provider = 'cpu' | 'cuda' | 'webgpu'

export type SessionSpec = {
  /** For messages: `model/graph`. */
  readonly name: string
  /** `mayBeMissing`: columns in which NaN stands for a missing value. */
  readonly input: { readonly name: string; readonly columns: number; readonly mayBeMissing?: readonly boolean[] }
  readonly outputs: readonly string[]
  /** Further outputs with several numbers per row, run only when asked for: name -> numbers per row. */
  readonly wide?: Readonly<Record<string, number>>
  /** Row of the first run; zeros when not given. */
  readonly warm?: readonly number[]
}

/** Rows of doubles, one after the other. */
export type Rows = { readonly count: number; readonly values: Float64Array }
/** Name of an output -> its number, or `wide` numbers, of each row. */
export type Columns = Readonly<Record<string, Float64Array>>

/** A graph that can be run on one provider. */
export type Native = {
  /** Numbers as they come, finite or not. @throws AttuneError `model-failed` */
  run(rows: Rows, outputs: readonly string[]): Promise<Columns>
  close(): Promise<void>
}

// What goes wrong is told by our own errors; ONNX Runtime would write to stderr beside the log.
env.logLevel = 'fatal'

/** Without an arena of memory for each graph: a megabyte each, for a few kilobytes that a run needs. */
const OPTIONS = {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  logSeverityLevel: 4,
  enableCpuMemArena: false,
} as const

/**
 * A graph is wholly on the device that is named or it is not created: operators that ONNX Runtime would quietly put on the CPU would
 * make "runs on cuda" untrue. WebGPU has no doubles, so it takes none of the graphs that compute with them.
 */
const WHOLLY = { graphOptimizationLevel: 'all', extra: { session: { disable_cpu_ep_fallback: '1' } } } as const

/** Further rewriting takes the CPU as long again at each start, and gives rows that come one at a time nothing; the numbers are the same. */
const REWRITTEN = { graphOptimizationLevel: 'basic' } as const

const EXTRA: { readonly [P in Provider]: object } = { cpu: REWRITTEN, cuda: WHOLLY, webgpu: WHOLLY }

const create = async (bytes: Uint8Array, { name }: SessionSpec, provider: Provider): Promise<InferenceSession> => {
  try {
    return await InferenceSession.create(bytes, { ...OPTIONS, ...EXTRA[provider], executionProviders: [provider] })
  } catch (cause) {
    const because = provider === 'cpu' ? 'ONNX Runtime cannot read the graph' : `ONNX Runtime cannot run the graph on ${provider}`
    throw new AttuneError('model-invalid', `${name}: ${because}`, { cause })
  }
}

type Port = { readonly name: string; readonly type: string; readonly shape: readonly (number | string)[] }
const ports = (metadata: readonly InferenceSession.ValueMetadata[]): Port[] =>
  metadata.map((port) =>
    port.isTensor ? { name: port.name, type: port.type, shape: port.shape } : { name: port.name, type: 'none', shape: [] },
  )

/** Numbers per row of an output. */
export const widthOf = ({ wide }: SessionSpec, output: string): number => wide?.[output] ?? 1

/** Every output that a graph must have. */
export const outputsOf = ({ outputs, wide }: SessionSpec): string[] => [...outputs, ...Object.keys(wide ?? {})]

/** What ports have against the manifest: [N, columns] doubles in, [N, 1] (or `wide`) doubles out. `double` is the word for doubles. */
export const portProblems = (inputs: readonly Port[], outputs: readonly Port[], spec: SessionSpec, double: string): string[] => {
  const fits = (port: Port, columns: number) =>
    port.type === double && port.shape.length === 2 && !(Number(port.shape[0]) >= 0) && Number(port.shape[1]) === columns
  const [input] = inputs
  const { name, columns } = spec.input
  return [
    ...(inputs.length === 1 && input?.name === name && fits(input, columns)
      ? []
      : [`its input is not one ${double} [N, ${columns}] called ${name}`]),
    ...outputsOf(spec).flatMap((wanted) => {
      const output = outputs.find((port) => port.name === wanted)
      const width = widthOf(spec, wanted)
      return output && fits(output, width) ? [] : [`it has no ${double} [N, ${width}] output called ${wanted}`]
    }),
  ]
}

const checkPorts = (native: InferenceSession, spec: SessionSpec): void => {
  const problems = portProblems(ports(native.inputMetadata), ports(native.outputMetadata), spec, 'float64')
  if (problems.length > 0) throw new AttuneError('model-invalid', `${spec.name}: ${problems.join('; ')}`)
}

/** What this thread had ONNX Runtime compute. `largest`: most rows of one run; while that lasts, the thread does nothing else. */
const done = { runs: 0, rows: 0, largest: 0 }
export const nativeRuns = (): Readonly<typeof done> => ({ ...done })

type Feeds = InferenceSession.FeedsType

/**
 * Runs, and notes how long the computation alone took. ONNX Runtime puts it at the end of what the event loop does next (`setImmediate`),
 * behind whatever waits there: the clock is started by what is put there just before it.
 */
const runTimed = async (native: InferenceSession, feeds: Feeds, outputs: readonly string[], note: (ms: number) => void) => {
  let started = performance.now()
  setImmediate(() => {
    started = performance.now()
  })
  const results = await native.run(feeds, outputs)
  note(performance.now() - started)
  return results
}

const runNative = async (
  native: InferenceSession,
  spec: SessionSpec,
  pace: PaceKeeper,
  rows: Rows,
  outputs: readonly string[],
): Promise<Columns> => {
  pace.check()
  const feeds = { [spec.input.name]: new Tensor('float64', rows.values, [rows.count, spec.input.columns]) }
  const results = await runTimed(native, feeds, outputs, (ms) => pace.note(ms, rows.count)).catch((cause: unknown) => {
    throw new AttuneError('model-failed', `${spec.name}: ONNX Runtime could not run the graph`, { cause })
  })
  done.runs += 1
  done.rows += rows.count
  done.largest = Math.max(done.largest, rows.count)
  return Object.fromEntries(outputs.map((name) => [name, numbersOf(name, results[name], rows.count, spec)]))
}

const numbersOf = (name: string, tensor: Tensor | undefined, rows: number, spec: SessionSpec): Float64Array => {
  if (tensor?.data instanceof Float64Array && tensor.data.length === rows * widthOf(spec, name)) return tensor.data
  throw new AttuneError('model-failed', `${spec.name}: output ${name} does not have its numbers for each row`)
}

/**
 * Creates and checks a session. Sessions are made once per thread and kept: making and releasing them over and over leaks memory
 * in ONNX Runtime (microsoft/onnxruntime issue 25325).
 * @throws AttuneError `model-invalid` when the graph cannot be read or run there, or its names, types or shapes are not the manifest's
 */
export const openNative = async (
  bytes: Uint8Array,
  spec: SessionSpec,
  provider: Provider,
  pace: PaceKeeper = makePace(spec.name),
): Promise<Native> => {
  checkOnnxFile(bytes, spec.name)
  const native = await create(bytes, spec, provider)
  checkPorts(native, spec)
  return { run: (rows, outputs) => runNative(native, spec, pace, rows, outputs), close: () => native.release() }
}
