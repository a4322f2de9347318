import { setFlagsFromString } from 'node:v8'
import { Worker } from 'node:worker_threads'
import { makePlaces } from '../places.ts'

/**
 * How much nicer the thread is than those that answer calls: it gets a third of the time that one of them gets where cores are too few
 * for both, which is more than it needs for what they record.
 */
const STEPS_BACK = 5

/**
 * PGlite computes in the thread that asks it; in one of its own it never holds up an answer, and its start runs beside the others'.
 * Plain JavaScript in a text, because the source and the build start it alike.
 *
 * V8's second compiler of WebAssembly is left out: for this database it costs a second of CPU and some 50 MB at each start, and rows are
 * appended in batches, off the way of the calls.
 */
const CODE = `
  require('node:v8').setFlagsFromString('--liftoff-only')
  const { getPriority, setPriority } = require('node:os')
  if (process.platform === 'linux') // elsewhere priority is the whole process's
    try { setPriority(Math.min(19, getPriority() + ${STEPS_BACK})) } catch {} // where that is refused, it competes
  const { parentPort, workerData } = require('node:worker_threads')
  const { deflateRawSync } = require('node:zlib')
  const { module, folder, parameters } = workerData
  const opened = import(module).then(({ PGlite }) =>
    PGlite.create({
      dataDir: folder,
      relaxedDurability: false,
      startParams: [...PGlite.defaultStartParams, ...parameters],
      serializers: { 17: (bytes) => bytes }, // bytea: sent as it is, not as hex
    }))
  const asked = (value) => (typeof value?.deflate === 'string' ? deflateRawSync(value.deflate, { level: 1 }) : value)
  const verbs = {
    open: async () => void (await opened),
    query: async (text, values) => {
      const { rows, affectedRows } = await (await opened).query(text, values.map(asked))
      return { rows, affectedRows }
    },
    close: async () => (await opened).close(),
  }
  parentPort.on('message', ({ id, verb, values }) => {
    verbs[verb](...values).then(
      (result) => parentPort.postMessage({ id, result }),
      (error) => parentPort.postMessage({ id, failure: { message: String(error?.message ?? error), code: error?.code } }),
    )
  })
`

type Result = { readonly rows: readonly unknown[]; readonly affectedRows?: number }
type Reply = { readonly id: number; readonly result?: Result; readonly failure?: { readonly message: string; readonly code?: string } }
type Waiting = { readonly done: (result: Result) => void; readonly fail: (error: Error) => void }

export type PgliteThread = {
  /** @throws Error with the SQLSTATE as `code`, as PGlite does */
  query(text: string, values: readonly unknown[]): Promise<Result>
  close(): Promise<void>
}

const NO_ROWS: Result = { rows: [] }

/**
 * The rows of a batch soon are garbage: a small young generation is swept more often and holds some 6 MiB less. By a flag, because one that
 * the process was started with outranks a thread's own limits; it is read when a heap is made, so the threads that are there keep theirs, and
 * those that come later, which read rules or score batches, have this one too.
 */
const SMALL_YOUNG = '--max-semi-space-size=1'

/** Opens the database in a folder that holds one. */
export const openPgliteThread = async (folder: string, parameters: readonly string[]): Promise<PgliteThread> => {
  const module = import.meta.resolve('@electric-sql/pglite')
  setFlagsFromString(SMALL_YOUNG)
  const worker = new Worker(CODE, { eval: true, workerData: { module, folder, parameters } })
  const waiting = makePlaces<Waiting>()
  let ended: Error | null = null

  const end = (error: Error): void => {
    ended ??= error
    for (const { fail } of waiting.all()) fail(ended)
  }
  worker.on('error', end)
  worker.on('exit', () => end(new Error('the embedded database has ended')))
  worker.on('message', ({ id, result, failure }: Reply) => {
    const one = waiting.leave(id)
    if (failure) one?.fail(Object.assign(new Error(failure.message), failure.code === undefined ? {} : { code: failure.code }))
    else one?.done(result ?? NO_ROWS)
  })

  const ask = (verb: 'open' | 'query' | 'close', values: readonly unknown[]): Promise<Result> =>
    new Promise((done, fail) => {
      if (ended) return fail(ended)
      worker.postMessage({ id: waiting.take({ done, fail }), verb, values })
    })

  const close = async (): Promise<void> => {
    if (!ended) await ask('close', []).catch(() => {}) // it ends in any case
    await worker.terminate()
  }
  try {
    await ask('open', [])
  } catch (error) {
    await worker.terminate()
    throw error
  }
  return { query: (text, values) => ask('query', [text, values]), close }
}
