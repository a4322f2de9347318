import { type ChildProcess, fork } from 'node:child_process'
import { AttuneError } from '../errors.ts'
import { programOf } from '../project-root.ts'
import type { Unit } from './unit-of-work.ts'

/** Whoever does units: processes of this machine, or workers that a queue reaches. */
export type Crew = {
  /** @throws AttuneError `screening-failed` when a unit was tried often enough */
  run(units: readonly Unit[], onDone: (unit: Unit) => void): Promise<void>
  close(): Promise<void>
}

export type Answer = { readonly done: true } | { readonly done: false; readonly because: string }

/** Times that a unit is begun. A worker that dies takes its unit with it, and an own fault is met again. */
const TRIES = 3

type Task = { readonly unit: Unit; tries: number }

/**
 * Worker processes of this machine. Each has an engine of its own: thinking is not shared between threads. A process that dies is
 * replaced.
 */
export const openCrewHere = (size: number, onLost: (unit: Unit) => void): Crew => {
  const workers = new Set<ChildProcess>()
  const idle: ChildProcess[] = []

  const hire = (): ChildProcess => {
    const worker = fork(programOf('cli/screen-process'), [], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    workers.add(worker)
    worker.on('exit', () => {
      workers.delete(worker)
      const at = idle.indexOf(worker)
      if (at !== -1) idle.splice(at, 1)
    })
    return worker
  }

  /** Resolves with what the worker answers; null when it died. */
  const give = (worker: ChildProcess, unit: Unit): Promise<Answer | null> =>
    new Promise((resolve) => {
      const end = (answer: Answer | null): void => {
        worker.off('message', end)
        worker.off('exit', onExit)
        resolve(answer)
      }
      const onExit = (): void => end(null)
      worker.on('message', end)
      worker.on('exit', onExit)
      worker.send(unit, (error) => error && worker.kill('SIGKILL'))
    })

  /** One place in the crew: takes units until none is left. */
  const work = async (queue: Task[], onDone: (unit: Unit) => void): Promise<void> => {
    for (let task = queue.shift(); task; task = queue.shift()) {
      const worker = idle.pop() ?? hire()
      const answer = await give(worker, task.unit)
      if (answer !== null) idle.push(worker)
      if (answer?.done) {
        onDone(task.unit)
        continue
      }
      task.tries += 1
      if (answer === null) onLost(task.unit)
      if (task.tries < TRIES) queue.unshift(task)
      else {
        queue.length = 0
        const because = answer === null ? 'the worker process ended' : answer.because
        throw new AttuneError('screening-failed', `${task.unit.kind} ${task.unit.number} was tried ${TRIES} times: ${because}`)
      }
    }
  }

  return {
    async run(units, onDone) {
      const queue = units.map((unit): Task => ({ unit, tries: 0 }))
      const ended = await Promise.allSettled(Array.from({ length: Math.min(size, units.length) }, () => work(queue, onDone)))
      const failed = ended.find((one) => one.status === 'rejected')
      if (failed) throw failed.reason
    },
    async close() {
      await Promise.all(
        [...workers].map(
          (worker) =>
            new Promise<void>((resolve) => {
              worker.on('exit', () => resolve())
              worker.disconnect()
            }),
        ),
      )
    },
  }
}
