import { type Job, Queue, QueueEvents, UnrecoverableError, Worker } from 'bullmq'
import { AttuneError } from '../errors.ts'
import type { Crew } from './crew-here.ts'
import type { DoUnit, Unit } from './unit-of-work.ts'

/** The only file that knows BullMQ. What goes over the queue are folders and numbers; patients stay in the shared folder. */

const NAME = 'attune-screen'
const PREFIX = 'attune'

/** A worker that says nothing for so long is dead, and its unit is given to another. */
const LOCK_MS = 15_000
const LOOK_MS = 5000
/** Times that a unit is taken from a dead worker, and that a unit which failed is tried. */
const MOST_DEATHS = 5
const TRIES = 3

const connectionTo = (url: string) => ({ url, maxRetriesPerRequest: null, retryStrategy: (times: number) => Math.min(times * 200, 5000) })

/**
 * Workers on other machines. They find the export and the folder of the results under the same paths: a shared folder, or object storage
 * that is mounted as one.
 */
export const openQueueCrew = async (url: string, prefix: string | null): Promise<Crew> => {
  const setting = { connection: connectionTo(url), prefix: prefix ?? PREFIX }
  const queue = new Queue<Unit>(NAME, setting)
  const events = new QueueEvents(NAME, setting)
  queue.on('error', () => {}) // both connect again by themselves; nothing is lost, since a unit that is done stands on disk
  events.on('error', () => {})
  await Promise.all([queue.waitUntilReady(), events.waitUntilReady()])

  const finish = async (job: Job<Unit>): Promise<void> => {
    try {
      await job.waitUntilFinished(events)
    } catch (error) {
      throw new AttuneError('screening-failed', `${job.data.kind} ${job.data.number}: ${error instanceof Error ? error.message : 'failed'}`)
    }
  }

  return {
    async run(units, onDone) {
      // Units of a run that was broken off may be on the queue still: done twice, they are there once.
      const jobs = await queue.addBulk(
        units.map((unit) => ({
          name: unit.kind,
          data: unit,
          opts: {
            attempts: TRIES,
            backoff: { type: 'fixed', delay: 500 },
            removeOnComplete: { age: 600 },
            removeOnFail: true,
          },
        })),
      )
      await Promise.all(jobs.map((job) => finish(job).then(() => onDone(job.data))))
    },
    async close() {
      await Promise.all([queue.close(), events.close()])
    },
  }
}

/** Does units of the queue until `close`. @param onUnit told when one begins and how it ended */
export const serveQueue = async (
  url: string,
  prefix: string | null,
  doUnit: DoUnit,
  onUnit: (unit: Unit, ended: 'begun' | 'done' | 'failed') => void,
) => {
  const worker = new Worker<Unit>(
    NAME,
    async ({ data }) => {
      onUnit(data, 'begun')
      try {
        await doUnit(data)
        onUnit(data, 'done')
      } catch (error) {
        onUnit(data, 'failed')
        // What is written to Redis and shown elsewhere says what kind of fault it was, and nothing of a record.
        const words =
          error instanceof AttuneError ? `${error.code}: ${error.detail}` : ((error as NodeJS.ErrnoException).code ?? 'unexpected')
        throw error instanceof AttuneError ? new UnrecoverableError(words) : new Error(words)
      }
    },
    {
      connection: connectionTo(url),
      prefix: prefix ?? PREFIX,
      concurrency: 1,
      lockDuration: LOCK_MS,
      stalledInterval: LOOK_MS,
      maxStalledCount: MOST_DEATHS,
    },
  )
  worker.on('error', () => {}) // it connects again by itself; what a unit came to is told above
  await worker.waitUntilReady()
  return { close: () => worker.close() }
}
