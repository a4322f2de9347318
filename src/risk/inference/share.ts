import { type Columns, type Native, outputsOf, type Rows, type SessionSpec, widthOf } from '../onnx.ts'
import { sliceColumns } from './rows.ts'

export type Sharing = {
  /** How long a call waits for others, in milliseconds; 0: only for those of the same turn of the event loop. */
  readonly windowMs: number
  /** Most rows in one run. A call with as many goes alone. */
  readonly maxRows: number
}

type Waiting = {
  readonly rows: Rows
  readonly outputs: readonly string[]
  readonly resolve: (columns: Columns) => void
  readonly reject: (error: unknown) => void
}

const joined = (waiting: readonly Waiting[]): Rows => {
  const values = new Float64Array(waiting.reduce((sum, { rows }) => sum + rows.values.length, 0))
  let at = 0
  for (const { rows } of waiting) {
    values.set(rows.values, at)
    at += rows.values.length
  }
  return { count: waiting.reduce((sum, { rows }) => sum + rows.count, 0), values }
}

/**
 * Calls that come close together make one run, where a run costs more than its rows (the way to a GPU or a server). A call for an
 * output with several numbers per row goes alone: networks give attributions only in runs of few rows.
 */
export const shareRuns = (native: Native, spec: SessionSpec, { windowMs, maxRows }: Sharing): Native => {
  let waiting: Waiting[] = []
  let rowsWaiting = 0
  let cancel = (): void => {}

  const runTogether = async (calls: readonly Waiting[]): Promise<void> => {
    const wanted = outputsOf(spec).filter((name) => calls.some(({ outputs }) => outputs.includes(name)))
    try {
      const columns = await native.run(joined(calls), wanted)
      let start = 0
      for (const { rows, outputs, resolve } of calls) {
        const own = Object.fromEntries(outputs.map((name) => [name, columns[name] ?? new Float64Array()]))
        resolve(sliceColumns(own, spec, start, start + rows.count))
        start += rows.count
      }
    } catch (error) {
      for (const { reject } of calls) reject(error)
    }
  }

  const flush = (): void => {
    cancel()
    const calls = waiting
    waiting = []
    rowsWaiting = 0
    if (calls.length > 0) void runTogether(calls)
  }

  const schedule = (): void => {
    const timer = windowMs === 0 ? setImmediate(flush) : setTimeout(flush, windowMs)
    cancel = () => (windowMs === 0 ? clearImmediate(timer as NodeJS.Immediate) : clearTimeout(timer as NodeJS.Timeout))
  }

  return {
    run: (rows, outputs) => {
      if (rows.count >= maxRows || outputs.some((name) => widthOf(spec, name) > 1)) return native.run(rows, outputs)
      if (rowsWaiting + rows.count > maxRows) flush()
      return new Promise((resolve, reject) => {
        if (waiting.length === 0) schedule()
        waiting.push({ rows, outputs, resolve, reject })
        rowsWaiting += rows.count
      })
    },
    close: () => native.close(),
  }
}
