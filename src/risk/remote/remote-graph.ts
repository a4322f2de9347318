import { AttuneError } from '../../errors.ts'
import type { Columns, Native, Rows, SessionSpec } from '../onnx.ts'
import type { Address, InferenceServer } from './inference-server.ts'

/** A graph on the inference server. It is asked for numbers only while it is known to be the graph of the manifest. */
export type RemoteGraph = Native & {
  /** Numbers that the CPU does not give came from there: not asked again for a while. */
  distrust(because: string): void
}

/** How long a graph that is not ours is left alone, and one whose server could not be asked. */
const REFUSED_MS = 60_000
const UNASKED_MS = 1_000

export type Probe = { readonly rows: Rows; readonly expected: Columns }

/** Largest difference, relative or below 1 absolute, between here and there for the same row. */
const SAME = 1e-9
const differs = (a: Float64Array | undefined, b: Float64Array): boolean =>
  a === undefined || b.some((value, n) => !(Math.abs((a[n] ?? Number.NaN) - value) <= SAME * Math.max(1, Math.abs(value))))

export const makeRemoteGraph = (server: InferenceServer, address: Address, spec: SessionSpec, probe: Probe): RemoteGraph => {
  let known = false
  let refused: { readonly because: string; readonly until: number } | null = null
  let verifying: Promise<void> | null = null

  const leaveAlone = (because: string, ms: number): void => {
    known = false
    refused = { because, until: server.now() + ms }
  }

  const refuse = (because: string): never => {
    leaveAlone(`the inference server is not used: ${because}`, REFUSED_MS)
    throw new AttuneError('inference-failed', `the inference server is not used: ${because}`)
  }

  /** Names, types and shapes as the server tells them, then a row whose numbers are known here. */
  const verify = async (signal: AbortSignal): Promise<void> => {
    const problems = await server.problems(address, spec, signal)
    if (problems.length > 0) refuse(problems.join('; '))
    const columns = await server.infer(address, spec, probe.rows, Object.keys(probe.expected), signal)
    if (Object.entries(probe.expected).some(([name, values]) => differs(columns[name], values)))
      refuse(`${address.name} gives other numbers than the graph of the manifest`)
    known = true
    refused = null
  }

  const ensureKnown = async (signal: AbortSignal): Promise<void> => {
    if (known) return
    if (refused !== null && server.now() < refused.until) throw new AttuneError('inference-failed', refused.because)
    verifying ??= verify(signal)
      .catch((error: unknown) => {
        if (error instanceof AttuneError && (refused === null || server.now() >= refused.until)) leaveAlone(error.detail, UNASKED_MS)
        throw error
      })
      .finally(() => {
        verifying = null
      })
    await verifying
  }

  return {
    async run(rows, outputs) {
      const { timeoutMs, batchTimeoutMs, maxRows } = server.settings
      const signal = AbortSignal.timeout(rows.count > maxRows ? batchTimeoutMs : timeoutMs)
      try {
        await ensureKnown(signal)
        return await server.infer(address, spec, rows, outputs, signal)
      } catch (error) {
        known = false // it may come back as another one
        throw error
      }
    },
    distrust: (because) => leaveAlone(because, REFUSED_MS),
    close: async () => {},
  }
}
