import type { Execution } from '../../config.ts'
import { AttuneError } from '../../errors.ts'
import { type Native, openNative, type Provider, type SessionSpec } from '../onnx.ts'
import type { Address, InferenceServer } from '../remote/inference-server.ts'
import { makeRemoteGraph } from '../remote/remote-graph.ts'
import { remoteRunner } from '../remote/remote-runner.ts'
import { LONGEST_MS, makePace, type PaceKeeper } from './pace.ts'
import { rowsFrom } from './rows.ts'
import { cpuRunner, deviceRunner, type Open, type Runner } from './runner.ts'
import { makeSession, type Session } from './session.ts'
import { shareRuns } from './share.ts'

/** The graph on the inference server. */
export type Remote = { readonly server: InferenceServer; readonly address: Address }

export type Where = {
  readonly execution: Execution
  /** For `remote`. */
  readonly remote?: Remote | undefined
  /** The wall round ONNX Runtime when not said. */
  readonly open?: (bytes: Uint8Array, spec: SessionSpec, provider: Provider, pace: PaceKeeper) => Promise<Native>
}

/** The first run: one row many times, so that a graph that fails for several rows is found at load and not in the first batch. */
const WARM_ROWS = 16
const warmRows = ({ input, warm = Array.from({ length: input.columns }, () => 0) }: SessionSpec) =>
  rowsFrom(Array.from({ length: WARM_ROWS }, () => warm))

const runWarm = (session: Session) =>
  session.execute(warmRows(session.spec)).catch((cause: unknown) => {
    throw new AttuneError('model-invalid', `${session.spec.name}: the graph cannot be run on several rows of the reference person`, {
      cause,
    })
  })

/** A run that was slow is tried once more: it may have been the machine. */
const isSlow = async (session: Session): Promise<boolean> => {
  if (session.counts().slow === 0) return false
  await runWarm(session)
  return session.counts().slow > 1
}

const warmUp = async (session: Session): Promise<void> => {
  const { name } = session.spec
  const ran = await runWarm(session)
  if (await isSlow(session)) {
    const ms = Math.round(session.counts().longestMs)
    throw new AttuneError('model-invalid', `${name}: too slow: ${WARM_ROWS} rows took ${ms} ms, at most ${LONGEST_MS} ms are allowed`)
  }
  const differs = ([one = 0, ...others]: Float64Array) => others.some((other) => Math.abs(one - other) > 1e-9 * Math.max(1, Math.abs(one)))
  if (Object.values(ran.columns).some(differs))
    throw new AttuneError('model-invalid', `${name}: the same row many times in one run has several results`)
}

/** Rows that go to a GPU together are those of one turn of the event loop: while it computes, nothing else comes in anyway. */
const TO_DEVICE = { windowMs: 0, maxRows: 256 } as const

const onServer = async (spec: SessionSpec, cpu: Runner, { server, address }: Remote): Promise<Runner> => {
  const rows = warmRows(spec)
  const { columns: expected } = await cpu.run(rows, spec.outputs, () => null)
  return remoteRunner(spec, makeRemoteGraph(server, address, spec, { rows, expected }), cpu, server.settings)
}

const onlyHere = (cpu: Runner): Runner => ({
  ...cpu,
  state: () => ({ ...cpu.state(), fallback: 'remote was asked for and no inference server is named; running on cpu' }),
})

/** `auto` takes the CPU: a single row of these models is faster there than the way to a GPU and back. */
const runnerFor = async (
  bytes: Uint8Array,
  spec: SessionSpec,
  pace: PaceKeeper,
  { execution, remote, open = openNative }: Where,
): Promise<Runner> => {
  const onProvider: Open = (provider) => open(bytes, spec, provider, pace)
  const onDevice: Open = async (provider) => shareRuns(await onProvider(provider), spec, TO_DEVICE)
  if (execution === 'cuda' || execution === 'webgpu') return deviceRunner(spec, { device: onDevice, cpu: onProvider }, execution)
  const cpu = await cpuRunner(spec, onProvider)
  if (execution !== 'remote') return cpu
  return remote ? onServer(spec, cpu, remote) : onlyHere(cpu)
}

/**
 * Creates, checks and warms a session.
 * @throws AttuneError `model-invalid` when the graph cannot be read, its names, types or shapes differ from the manifest, or it is too slow
 */
export const openSession = async (bytes: Uint8Array, spec: SessionSpec, where: Where): Promise<Session> => {
  const pace = makePace(spec.name)
  const session = makeSession(spec, await runnerFor(bytes, spec, pace, where), pace)
  await warmUp(session)
  return session
}
