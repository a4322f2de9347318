import { env, InferenceSession, Tensor } from 'onnxruntime-node'
import { AttuneError } from '../errors.ts'

/** The one wall round ONNX Runtime. Nothing else imports it. */

export type Execution = 'auto' | 'cpu' | 'cuda' | 'webgpu' | 'remote'
export type Provider = 'cpu' | 'cuda'

export type SessionSpec = {
  /** For messages: `model/variant`. */
  readonly name: string
  /** `mayBeMissing`: columns in which NaN stands for a missing value. */
  readonly input: { readonly name: string; readonly columns: number; readonly mayBeMissing?: readonly boolean[] }
  readonly outputs: readonly string[]
  /** Further outputs with several numbers per row, run only when asked for: name -> numbers per row. */
  readonly wide?: Readonly<Record<string, number>>
  /** Row of the first run; zeros when not given. */
  readonly warm?: readonly number[]
}

export type Session = {
  readonly provider: Provider
  /** Why the session does not run where it was asked to; null when it does. */
  readonly fallback: string | null
  /** Rows of doubles in, one number (`wide`: that many) per row and asked output out (all but the wide ones when not said). @throws AttuneError `model-failed`, also when an output is not finite. */
  run(rows: readonly (readonly number[])[], outputs?: readonly string[]): Promise<Readonly<Record<string, Float64Array>>>
  close(): Promise<void>
}

// What goes wrong is told by our own errors; ONNX Runtime would write to stderr beside the log.
env.logLevel = 'fatal'

const OPTIONS = { graphOptimizationLevel: 'all', intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 4 } as const

const NOT_HERE: { readonly [E in 'webgpu' | 'remote']: string } = {
  webgpu: 'execution on webgpu is not in this release; running on cpu',
  remote: 'remote execution is not in this release; running on cpu',
}

const createCpu = async (bytes: Uint8Array, spec: SessionSpec): Promise<InferenceSession> => {
  try {
    return await InferenceSession.create(bytes, { ...OPTIONS, executionProviders: ['cpu'] })
  } catch (cause) {
    throw new AttuneError('model-invalid', `${spec.name}: ONNX Runtime cannot read the graph`, { cause })
  }
}

type Created = { readonly native: InferenceSession; readonly provider: Provider; readonly fallback: string | null }

/** `auto` takes the CPU: a single row of these models is faster there than the way to a GPU and back. */
const create = async (bytes: Uint8Array, spec: SessionSpec, execution: Execution): Promise<Created> => {
  const onCpu = async (fallback: string | null): Promise<Created> => ({ native: await createCpu(bytes, spec), provider: 'cpu', fallback })
  if (execution === 'webgpu' || execution === 'remote') return onCpu(NOT_HERE[execution])
  if (execution !== 'cuda') return onCpu(null)
  try {
    const native = await InferenceSession.create(bytes, { ...OPTIONS, executionProviders: ['cuda', 'cpu'] })
    return { native, provider: 'cuda', fallback: null }
  } catch {
    // ONNX Runtime throws where the CUDA libraries or the device are missing; the model itself is judged on the CPU.
    return onCpu('cuda was asked for and could not be started; running on cpu')
  }
}

type Port = { readonly name: string; readonly type: string; readonly shape: readonly (number | string)[] }
const ports = (metadata: readonly InferenceSession.ValueMetadata[]): Port[] =>
  metadata.map((port) =>
    port.isTensor ? { name: port.name, type: port.type, shape: port.shape } : { name: port.name, type: 'none', shape: [] },
  )

/** Names, type and shapes must be those of the manifest: [N, columns] doubles in, [N, 1] (or `wide`) doubles out. */
const checkPorts = (native: InferenceSession, spec: SessionSpec): void => {
  const problems: string[] = []
  const fits = (port: Port, columns: number) => port.type === 'float64' && port.shape.length === 2 && port.shape[1] === columns
  const inputs = ports(native.inputMetadata)
  const [input] = inputs
  if (inputs.length !== 1 || input?.name !== spec.input.name || !fits(input, spec.input.columns))
    problems.push(`its input is not one float64 [N, ${spec.input.columns}] called ${spec.input.name}`)
  const outputs = ports(native.outputMetadata)
  for (const name of [...spec.outputs, ...Object.keys(spec.wide ?? {})]) {
    const output = outputs.find((port) => port.name === name)
    const width = spec.wide?.[name] ?? 1
    if (!output || !fits(output, width)) problems.push(`it has no float64 [N, ${width}] output called ${name}`)
  }
  if (problems.length > 0) throw new AttuneError('model-invalid', `${spec.name}: ${problems.join('; ')}`)
}

const column = (name: string, tensor: Tensor | undefined, rows: number, spec: SessionSpec): Float64Array => {
  if (!(tensor?.data instanceof Float64Array) || tensor.data.length !== rows * (spec.wide?.[name] ?? 1))
    throw new AttuneError('model-failed', `${spec.name}: output ${name} does not have its numbers for each row`)
  if (!tensor.data.every(Number.isFinite)) throw new AttuneError('model-failed', `${spec.name}: output ${name} is not a finite number`)
  return tensor.data
}

const runNative = async (native: InferenceSession, spec: SessionSpec, rows: readonly (readonly number[])[], outputs = spec.outputs) => {
  const flat = Float64Array.from(rows.flat())
  const { columns, mayBeMissing } = spec.input
  const fine = (value: number, n: number) => Number.isFinite(value) || (Number.isNaN(value) && mayBeMissing?.[n % columns] === true)
  if (flat.length !== rows.length * columns || !flat.every(fine))
    throw new AttuneError('model-failed', `${spec.name}: an input row has the wrong length or a value that is not a finite number`)
  const feeds = { [spec.input.name]: new Tensor('float64', flat, [rows.length, columns]) }
  const results = await native.run(feeds, outputs).catch((cause: unknown) => {
    throw new AttuneError('model-failed', `${spec.name}: ONNX Runtime could not run the graph`, { cause })
  })
  return Object.fromEntries(outputs.map((name) => [name, column(name, results[name], rows.length, spec)]))
}

/**
 * Creates, checks and warms a session. Sessions are made once per process and kept: making and releasing them over and over
 * leaks memory in ONNX Runtime (microsoft/onnxruntime issue 25325).
 * @throws AttuneError `model-invalid` when the graph cannot be read or its names, types or shapes differ from the manifest.
 */
export const openSession = async (bytes: Uint8Array, spec: SessionSpec, execution: Execution): Promise<Session> => {
  const { native, provider, fallback } = await create(bytes, spec, execution)
  checkPorts(native, spec)
  await runNative(native, spec, [spec.warm ?? Array.from({ length: spec.input.columns }, () => 0)])
  return { provider, fallback, run: (rows, outputs) => runNative(native, spec, rows, outputs), close: () => native.release() }
}
