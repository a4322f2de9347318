import { AttuneError } from '../../errors.ts'
import type { Columns, Native, Provider, Rows, SessionSpec } from '../onnx.ts'
import type { Place, Ran } from './session.ts'

export type State = { readonly execution: Place; readonly fallback: string | null; readonly fallbacks: number }

/** What is wrong with numbers, or null. */
export type Judge = (columns: Columns) => string | null

/** Runs rows somewhere and, where that fails, on the CPU. What it hands on, `judge` had nothing against. */
export type Runner = {
  run(rows: Rows, outputs: readonly string[], judge: Judge): Promise<Ran>
  state(): State
  close(): Promise<void>
}

/** Opens a graph on a provider. */
export type Open = (provider: Provider) => Promise<Native>

const refuse = ({ name }: SessionSpec, because: string): never => {
  throw new AttuneError('model-failed', `${name}: ${because}`)
}

export const cpuRunner = async (spec: SessionSpec, open: Open): Promise<Runner> => {
  const native = await open('cpu')
  return {
    async run(rows, outputs, judge) {
      const columns = await native.run(rows, outputs)
      const because = judge(columns)
      return because === null ? { columns, execution: 'cpu' } : refuse(spec, because)
    },
    state: () => ({ execution: 'cpu', fallback: null, fallbacks: 0 }),
    close: () => native.close(),
  }
}

const nullWhenRefused = (error: unknown): null => {
  if (error instanceof AttuneError) return null
  throw error
}

/**
 * A device of this machine. Missing at start, or lost or wrong later, it is given up for the CPU once and for the life of the process:
 * a device that failed once is not trusted with a patient's number again.
 */
export const deviceRunner = async (
  spec: SessionSpec,
  open: { readonly device: Open; readonly cpu: Open },
  provider: Exclude<Provider, 'cpu'>,
): Promise<Runner> => {
  const native = await open.device(provider).catch(nullWhenRefused)
  let because = native === null ? 'was asked for and could not be started' : null
  let fallbacks = 0
  let cpu: Promise<Runner> | null = null
  const onCpu = (...asked: Parameters<Runner['run']>): Promise<Ran> => {
    fallbacks += 1
    cpu ??= cpuRunner(spec, open.cpu)
    return cpu.then((runner) => runner.run(...asked))
  }
  if (native === null) {
    cpu = cpuRunner(spec, open.cpu)
    await cpu // the model itself is judged on the CPU
  }
  return {
    async run(rows, outputs, judge) {
      if (native === null || because !== null) return onCpu(rows, outputs, judge)
      const columns = await native.run(rows, outputs).catch(nullWhenRefused)
      if (columns !== null && judge(columns) === null) return { columns, execution: provider }
      if (columns === null) because = 'was lost while it ran'
      const ran = await onCpu(rows, outputs, judge) // what the CPU refuses too is not the device's fault
      because ??= 'gave numbers that the CPU does not give'
      return ran
    },
    state: () => ({
      execution: because === null ? provider : 'cpu',
      fallback: because === null ? null : `${provider} ${because}; running on cpu`,
      fallbacks,
    }),
    close: async () => {
      await native?.close().catch(() => {}) // a device that is gone cannot be closed either
      if (cpu !== null) await (await cpu).close()
    },
  }
}
