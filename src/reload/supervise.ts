import cluster, { type Worker } from 'node:cluster'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import type { Config } from '../config.ts'
import { makeLog } from '../http/log.ts'
import { processName } from '../ledger/process-name.ts'
import { programOf } from '../project-root.ts'
import { cutWhatIsNotTaken } from './not-taken.ts'
import type { ServiceState, ToPrimary, ToWorker } from './worker-talk.ts'

/** A fresh process that is not ready by then is given up. */
const START_MS = 120_000
/** What a process that was told to end may take; it ends its calls in nine seconds. */
const END_MS = 15_000
/** Pauses after crashes in a row, in milliseconds; a process that lived for a minute starts the row anew. */
const BACK_OFF_MS = { first: 100, most: 30_000, calm: 60_000 } as const

export const pidFile = (dataDir: string): string => `${dataDir}/primary.pid`

type Life = {
  readonly worker: Worker
  /** Number among the processes of the service; one that replaces another has its number. */
  readonly place: number
  readonly since: number
  readonly loaded: Promise<void>
  readonly ready: Promise<readonly string[]>
  readonly ended: Promise<string>
  /** It was told to end. */
  isLeaving: boolean
}

const say = (worker: Worker, message: ToWorker): void => {
  if (worker.isConnected()) worker.send(message)
}

const endWords = (code: number | null, signal: string | null): string => (signal === null ? `exit status ${code}` : `signal ${signal}`)

const begin = (place: number): Life => {
  const worker = cluster.fork()
  cutWhatIsNotTaken(worker)
  let loaded = (): void => {}
  let ready = (_greeting: readonly string[]): void => {}
  const life: Life = {
    worker,
    place,
    since: Date.now(),
    loaded: new Promise((resolve) => {
      loaded = resolve
    }),
    ready: new Promise((resolve) => {
      ready = resolve
    }),
    ended: new Promise((resolve) => worker.once('exit', (code, signal) => resolve(endWords(code, signal)))),
    isLeaving: false,
  }
  worker.on('message', (message: ToPrimary) => {
    if (message.attune === 'loaded') loaded()
    if (message.attune === 'ready') ready(message.greeting)
  })
  return life
}

const freePlace = (lives: ReadonlySet<Life>): number => {
  const taken = new Set([...lives].map(({ place }) => place))
  let place = 0
  while (taken.has(place)) place += 1
  return place
}

/** Asks a process to end; one that does not is killed. */
const end = async (life: Life, ask: () => void): Promise<void> => {
  life.isLeaving = true
  ask()
  const timer = setTimeout(() => life.worker.process.kill('SIGKILL'), END_MS)
  await life.ended
  clearTimeout(timer)
}

const within = <T>(ms: number, work: Promise<T>): Promise<T | 'late'> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), ms)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}

type Started = { readonly greeting: readonly string[] } | { readonly why: string }

export type Supervision = {
  readonly greeting: readonly string[]
  /** Fresh processes in the place of all, one after the other. */
  exchange(): Promise<void>
  stop(): Promise<void>
}

/**
 * Runs the service in processes of its own and keeps them running. Rules, models and code are exchanged by fresh processes: each is
 * loaded, checked and answering before the one that it replaces ends its calls and leaves. The listening socket stays open throughout.
 *
 * The embedded ledger belongs to one process. There the fresh process loads everything, takes new connections and holds their calls; the
 * old one ends its calls and closes the ledger; then the fresh one opens it and answers. Calls wait meanwhile, within bounds (held-calls.ts).
 * @returns null when the first processes do not become ready: they have said why
 */
export const supervise = async (config: Config): Promise<Supervision | null> => {
  const log = makeLog(config.logLevel)
  const embedded = config.databaseUrl === null
  cluster.setupPrimary({ exec: programOf('cli/serve-process'), args: [] })
  const lives = new Set<Life>()
  let state: ServiceState = { processes: config.processes, crashes: 0, lastCrash: null, refused: null, exchanged: null }
  let stopping = false
  let inRow = 0
  let exchanging: Promise<void> = Promise.resolve()

  const tell = (change: Partial<ServiceState>): void => {
    state = { ...state, ...change }
    for (const { worker } of lives) say(worker, { attune: 'state', state })
  }

  /** A process that ends without being told to is replaced, after a pause that grows. */
  const watch = (life: Life): void => {
    void life.ended.then(async (how) => {
      lives.delete(life)
      if (life.isLeaving || stopping) return
      inRow = Date.now() - life.since > BACK_OFF_MS.calm ? 0 : inRow + 1
      const pause = Math.min(BACK_OFF_MS.first * 2 ** Math.max(0, inRow - 1), BACK_OFF_MS.most)
      log.error({ how, pause }, 'a process of the service has ended; a fresh one follows')
      tell({ crashes: state.crashes + 1, lastCrash: `${new Date().toISOString()} (${how})` })
      await new Promise((resolve) => setTimeout(resolve, pause))
      if (!stopping) await start(null, true)
    })
  }

  /**
   * Starts a process, in the place of another where one is named.
   * @param insists it is started again when it fails, as after a crash
   * @returns its greeting, or why it did not become ready
   */
  const start = async (predecessor: Life | null, insists: boolean): Promise<Started> => {
    const life = begin(predecessor?.place ?? freePlace(lives))
    lives.add(life)
    if (insists) watch(life)
    else void life.ended.then(() => lives.delete(life))
    const failed = life.ended.then((how) => ({ why: `it ended with ${how}` }))
    const reach = async <T extends object>(step: Promise<T>): Promise<T | { readonly why: string }> => {
      const reached = await within(START_MS, Promise.race([step, failed]))
      if (reached !== 'late') return reached
      life.worker.process.kill('SIGKILL')
      await life.ended
      return { why: 'it was not ready in time' }
    }
    const loaded = await reach(life.loaded.then(() => ({})))
    if ('why' in loaded) return loaded
    if (predecessor !== null && embedded) await retire(predecessor)
    say(life.worker, { attune: 'open', place: life.place })
    const ready = await reach(life.ready.then((greeting) => ({ greeting })))
    if ('why' in ready) return ready
    if (!insists) watch(life)
    if (predecessor !== null && !embedded) await retire(predecessor)
    tell({})
    return ready
  }

  const retire = (life: Life): Promise<void> => end(life, () => say(life.worker, { attune: 'retire' }))

  const exchangeAll = async (): Promise<void> => {
    for (const old of [...lives]) {
      if (stopping) return
      const started = await start(old, false)
      if ('why' in started) {
        log.error({ why: started.why }, 'a fresh process did not become ready; the old ones stay')
        tell({ refused: `at ${new Date().toISOString()} a fresh process did not become ready: ${started.why}` })
        if (old.worker.isDead() && !stopping) await start(null, true) // it had made room already
        return
      }
    }
    tell({ refused: null, exchanged: new Date().toISOString() })
    log.warn({ processes: lives.size }, 'fresh processes have taken over')
  }

  const stopAll = async (): Promise<void> => {
    stopping = true
    await Promise.all([...lives].map((life) => end(life, () => life.worker.process.kill('SIGTERM'))))
    rmSync(pidFile(config.dataDir), { force: true })
  }

  const first = await Promise.all(Array.from({ length: config.processes }, () => start(null, false)))
  const [one] = first
  if (one === undefined || first.some((started) => 'why' in started)) {
    await stopAll()
    return null
  }
  mkdirSync(config.dataDir, { recursive: true, mode: 0o700 })
  writeFileSync(pidFile(config.dataDir), processName(), { mode: 0o600 })
  return {
    greeting: 'greeting' in one ? one.greeting : [],
    exchange: () => {
      exchanging = exchanging.then(exchangeAll)
      return exchanging
    },
    stop: stopAll,
  }
}
