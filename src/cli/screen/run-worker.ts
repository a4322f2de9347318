import { serveQueue } from '../../screening/crew-queue.ts'
import { makeDoUnit } from '../../screening/unit-of-work.ts'
import { progress, UsageError, type VerbInput } from '../verb.ts'
import { loadScreening, reportFault } from './load-screening.ts'
import { textOf } from './screen-options.ts'

/** `attune screen worker`: until it is told to end; what it has begun is finished first. */
export const runWorker = async ({ values }: VerbInput): Promise<number> => {
  const redis = textOf(values, 'redis')
  if (redis === null) throw new UsageError('Name the queue with --redis URL.')
  const engine = await loadScreening(process.env)
  const doUnit = makeDoUnit(async () => engine, reportFault)
  const worker = await serveQueue(redis, textOf(values, 'redis-prefix'), doUnit, ({ kind, number }, ended) =>
    progress(`${kind} ${number} ${ended}`),
  )
  progress('Waiting for parts of screenings. End with Ctrl-C.')
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  })
  await worker.close()
  await engine.kit.models.close()
  return 0
}
