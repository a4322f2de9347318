import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { AttuneError, ERROR_CATALOGUE, type ErrorCode } from '../../errors.ts'
import { programOf } from '../../project-root.ts'
import type { Model } from '../load-model.ts'
import type { Values } from '../model-folder.ts'
import type { Rows } from '../onnx.ts'
import type { BatchReasons } from './batch-explain.ts'
import { doJob, type Job, type JobResult, type Posted, variantOf, type WorkerSetting } from './batch-jobs.ts'
import type { BatchOutput, BatchRan } from './batch-run.ts'
import { sliceOf } from './rows.ts'

/** Most rows that the main thread computes itself: a fraction of a millisecond. More go to worker threads, so that calls never wait. */
export const MAIN_ROWS = 64
/** Most rows of one job; enough that the way to the worker and back costs little beside them. */
const CHUNK_ROWS = 8192
/** Rows of one job of explanations. */
const CHUNK_REASONS = 256

export type Batches = {
  /**
   * Rows as `encodeBatch` makes them, through one variant; of an equation every row is held against the formula, of trees and networks
   * 64 of each job.
   * @throws AttuneError `model-failed` when rows are not whole, or nothing could be run
   */
  run(model: Model, variant: string, rows: Rows): Promise<BatchRan>
  /** Reasons of many rows, always in a worker. */
  explain(model: Model, variant: string, values: readonly Values[]): Promise<BatchReasons>
  /** Why workers do not run where they were asked to, by model. */
  readonly fallbacks: ReadonlyMap<string, string>
  close(): Promise<void>
}

export type BatchSetting = WorkerSetting & {
  /** Threads; all cores but one when not said. They start with the first batch. */
  readonly workers?: number
  /** How a thread is started; the batch worker when not said. */
  readonly spawn?: (setting: WorkerSetting) => Worker
}

type Task = {
  readonly job: Job
  readonly resolve: (result: JobResult) => void
  readonly reject: (error: unknown) => void
  tries: number
}

const startWorker = (setting: WorkerSetting): Worker => new Worker(programOf('risk/inference/batch-worker'), { workerData: setting })
const OTHER_CORES = Math.max(1, availableParallelism() - 1)

const errorFrom = ({ code, detail }: { readonly code: string; readonly detail: string }): AttuneError =>
  new AttuneError(Object.hasOwn(ERROR_CATALOGUE, code) ? (code as ErrorCode) : 'unexpected', detail) // the catalogue has it

/** Worker threads, one job each at a time. A thread that dies is replaced, and its job tried once more. */
const makePool = (spawn: () => Worker, size: number) => {
  const queue: Task[] = []
  const idle: Worker[] = []
  const all = new Set<Worker>()
  let closing = false
  let nextId = 0

  const give = (worker: Worker, task: Task): void => {
    const id = nextId
    nextId += 1
    const done = (): void => {
      worker.off('message', onMessage)
      worker.off('exit', onExit)
    }
    const onMessage = (posted: Posted): void => {
      if (posted.id !== id) return
      done()
      idle.push(worker)
      if ('result' in posted) task.resolve(posted.result)
      else task.reject(errorFrom(posted.failed))
      next()
    }
    const onExit = (): void => {
      done()
      task.tries += 1
      if (closing || task.tries > 1) task.reject(new AttuneError('model-failed', 'the thread for batches ended'))
      else queue.unshift(task)
      next()
    }
    worker.on('message', onMessage)
    worker.on('exit', onExit)
    worker.postMessage({ id, job: task.job })
  }

  const start = (): Worker => {
    const worker = spawn()
    all.add(worker)
    worker.on('error', () => {}) // it then exits, and that is told
    worker.on('exit', () => {
      all.delete(worker)
      const at = idle.indexOf(worker)
      if (at !== -1) idle.splice(at, 1)
    })
    return worker
  }

  const next = (): void => {
    while (queue.length > 0) {
      const worker = idle.pop() ?? (all.size < size ? start() : null)
      const task = worker === null ? undefined : queue.shift()
      if (worker === null || task === undefined) return
      give(worker, task)
    }
  }

  return {
    do: (job: Job): Promise<JobResult> =>
      new Promise((resolve, reject) => {
        if (closing) return reject(new AttuneError('model-failed', 'batches are closed'))
        queue.push({ job, resolve, reject, tries: 0 })
        next()
      }),
    close: async () => {
      closing = true
      for (const task of queue.splice(0)) task.reject(new AttuneError('model-failed', 'batches are closed'))
      await Promise.all(
        [...all].map(
          (worker) =>
            new Promise<void>((resolve) => {
              worker.on('exit', () => resolve())
              worker.postMessage(null)
            }),
        ),
      )
    },
  }
}

const chunksOf = (count: number, most: number, workers: number): { readonly start: number; readonly end: number }[] => {
  const size = Math.max(1, Math.min(most, Math.ceil(count / workers)))
  return Array.from({ length: Math.ceil(count / size) }, (_, n) => ({ start: n * size, end: Math.min(count, (n + 1) * size) }))
}

const joinNumbers = (parts: readonly Float64Array[]): Float64Array => {
  const all = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

type Part<R> = { readonly start: number; readonly ran: R }

const joinProblems = (parts: readonly Part<{ readonly problems: ReadonlyMap<number, string> }>[]): Map<number, string> =>
  new Map(parts.flatMap(({ start, ran }) => [...ran.problems].map(([row, because]) => [start + row, because] as const)))

const joinRuns = (parts: readonly Part<BatchRan>[]): BatchRan => {
  const ids = Object.keys(parts[0]?.ran.outputs ?? {})
  const join = (id: string, of: keyof BatchOutput) => joinNumbers(parts.map(({ ran }) => ran.outputs[id]?.[of] ?? new Float64Array()))
  return {
    outputs: Object.fromEntries(ids.map((id) => [id, { raw: join(id, 'raw'), value: join(id, 'value') }])),
    problems: joinProblems(parts),
    execution: [...new Set(parts.flatMap(({ ran }) => ran.execution))],
  }
}

const joinReasons = (inputs: readonly string[], parts: readonly Part<BatchReasons>[]): BatchReasons => {
  const join = (of: 'baseline' | 'raw' | 'value' | 'contributions') => joinNumbers(parts.map(({ ran }) => ran[of]))
  return {
    inputs,
    baseline: join('baseline'),
    raw: join('raw'),
    value: join('value'),
    contributions: join('contributions'),
    problems: joinProblems(parts),
  }
}

/** Batches over models that were checked at start. Threads load the same folders again, and refuse them when they changed. */
export const openBatches = ({ workers = OTHER_CORES, spawn = startWorker, ...setting }: BatchSetting): Batches => {
  const pool = makePool(() => spawn(setting), workers)
  const fallbacks = new Map<string, string>()
  const send = async (job: Job): Promise<JobResult> => {
    const result = await pool.do(job)
    if (result.fallback === null) fallbacks.delete(job.model)
    else fallbacks.set(job.model, result.fallback)
    return result
  }
  const which = ({ ref }: Model, variant: string) => ({ model: ref.id, sha256: ref.sha256, variant })
  return {
    fallbacks,
    async run(model, variant, rows) {
      const width = variantOf(model, variant).graph.input.columns.length
      if (rows.count <= MAIN_ROWS || rows.values.length !== rows.count * width)
        return (await doJob(model, { ...which(model, variant), kind: 'run', rows })).ran as BatchRan // what a run gives
      const parts = chunksOf(rows.count, CHUNK_ROWS, workers).map(async ({ start, end }) => {
        const part = { count: end - start, values: sliceOf(rows.values, width, start, end).slice() }
        const { ran } = await send({ ...which(model, variant), kind: 'run', rows: part })
        return { start, ran: ran as BatchRan } // what a run gives
      })
      return joinRuns(await Promise.all(parts))
    },
    async explain(model, variant, values) {
      const parts = chunksOf(values.length, CHUNK_REASONS, workers).map(async ({ start, end }) => {
        const { ran } = await send({ ...which(model, variant), kind: 'explain', values: values.slice(start, end) })
        return { start, ran: ran as BatchReasons } // what an explanation gives
      })
      return joinReasons(variantOf(model, variant).inputs, await Promise.all(parts))
    },
    close: () => pool.close(),
  }
}
