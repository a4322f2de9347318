import { AttuneError } from '../../errors.ts'
import type { Columns, Provider, Rows, SessionSpec } from '../onnx.ts'
import type { Pace, PaceKeeper } from './pace.ts'
import { checkShape, firstUnfit, notFinite, rowsFrom } from './rows.ts'
import type { Runner } from './runner.ts'

/** Where a number was computed. */
export type Place = Provider | 'remote'

/** What a graph's numbers have against them, by a computation of our own; null when nothing. */
export type Check = (columns: Columns) => string | null

export type Asked = { readonly outputs?: readonly string[]; readonly check?: Check }

export type Ran = { readonly columns: Columns; readonly execution: Place }

/** Since the start, for metrics. */
export type Counts = {
  readonly rows: Readonly<Partial<Record<Place, number>>>
  /** Runs that ended elsewhere than they were asked to. */
  readonly fallbacks: number
  /** Runs without a result that may be used. */
  readonly failures: number
} & Pace

/** One graph, ready to run, wherever that is. */
export type Session = {
  readonly spec: SessionSpec
  /** Where it runs at present. */
  readonly provider: Place
  /** Why the session does not run where it was asked to; null when it does. */
  readonly fallback: string | null
  /**
   * Rows in; every number out is finite and passed the check.
   * @throws AttuneError `model-failed`
   */
  execute(rows: Rows, asked?: Asked): Promise<Ran>
  /** The same for a few rows, when only the numbers matter. */
  run(rows: readonly (readonly number[])[], outputs?: readonly string[]): Promise<Columns>
  /** What it did since the start. */
  counts(): Counts
  close(): Promise<void>
}

/** What is wrong with the numbers that came back; null when nothing. */
const judge = (columns: Columns, check: Check | undefined): string | null => {
  const because = check?.(columns) ?? null // always asked: a batch learns from it which rows are wrong
  const output = notFinite(columns)
  return output === null ? because : `output ${output} is not a finite number`
}

const checkInput = (spec: SessionSpec, rows: Rows): void => {
  checkShape(spec, rows)
  if (firstUnfit(spec, rows) !== -1)
    throw new AttuneError('model-failed', `${spec.name}: an input row has a value that is not a finite number`)
}

/**
 * A session over a runner: inputs and outputs are guarded here, whatever is behind it.
 * @param pace of the runs on this machine
 */
export const makeSession = (spec: SessionSpec, runner: Runner, pace: PaceKeeper): Session => {
  const rowsAt: Partial<Record<Place, number>> = {}
  let failures = 0
  const execute: Session['execute'] = async (rows, { outputs = spec.outputs, check } = {}) => {
    try {
      checkInput(spec, rows)
      const ran = await runner.run(rows, outputs, (columns) => judge(columns, check))
      rowsAt[ran.execution] = (rowsAt[ran.execution] ?? 0) + rows.count
      return ran
    } catch (error) {
      failures += 1
      throw error
    }
  }
  return {
    spec,
    get provider() {
      return runner.state().execution
    },
    get fallback() {
      return runner.state().fallback
    },
    execute,
    run: async (rows, outputs) => (await execute(rowsFrom(rows), outputs === undefined ? {} : { outputs })).columns,
    counts: () => ({ rows: { ...rowsAt }, fallbacks: runner.state().fallbacks, failures, ...pace.state() }),
    close: () => runner.close(),
  }
}
