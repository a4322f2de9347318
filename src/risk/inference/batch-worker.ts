import { parentPort, workerData } from 'node:worker_threads'
import { AttuneError } from '../../errors.ts'
import { loadModel, type Model } from '../load-model.ts'
import { readSharedFiles } from '../share.ts'
import { doJob, type Job, type Posted, type WorkerSetting } from './batch-jobs.ts'
import { makeWhere } from './where.ts'

/** A thread with sessions of its own, made when a job first asks for the model. Ends when it is told null. */
const { modelsDir, inference, country } = workerData as WorkerSetting
const { where, end } = makeWhere(inference)
const shared = readSharedFiles(modelsDir, country ?? null)
shared.catch(() => {}) // told to the job that needs it
const models = new Map<string, Promise<Model>>()

const modelFor = (id: string): Promise<Model> => {
  const loading = models.get(id) ?? shared.then((files) => loadModel(`${modelsDir}/${id}`, where, files))
  models.set(id, loading)
  return loading
}

/** Buffers are handed over, not copied. */
const buffersIn = (value: unknown): ArrayBuffer[] => {
  if (value instanceof Float64Array) return [value.buffer as ArrayBuffer] // made here, never shared
  if (value === null || typeof value !== 'object' || value instanceof Map) return []
  return [...new Set(Object.values(value).flatMap(buffersIn))]
}

const failureOf = (error: unknown) =>
  error instanceof AttuneError ? { code: error.code, detail: error.detail } : { code: 'unexpected', detail: String(error) }

const work = async (id: number, job: Job): Promise<Posted> => {
  try {
    return { id, result: await doJob(await modelFor(job.model), job) }
  } catch (error) {
    return { id, failed: failureOf(error) }
  }
}

parentPort?.on('message', async (message: { readonly id: number; readonly job: Job } | null) => {
  if (message === null) {
    end()
    parentPort?.close()
    return
  }
  const posted = await work(message.id, message.job)
  parentPort?.postMessage(posted, buffersIn(posted))
})
