import cluster from 'node:cluster'

/** What the processes of one service say to each other. */
export type ToWorker =
  /** The predecessor has let go of the embedded ledger, or there is none. `place`: number among the processes of the service, from 0. */
  | { readonly attune: 'open'; readonly place: number }
  /** A fresh process answers now: end as on SIGTERM. */
  | { readonly attune: 'retire' }
  | { readonly attune: 'state'; readonly state: ServiceState }

export type ToPrimary =
  /** Rules and models are loaded; the ledger is not open yet. */
  { readonly attune: 'loaded' } | { readonly attune: 'ready'; readonly greeting: readonly string[] }

/** Of all processes together, as the primary sees them. */
export type ServiceState = {
  readonly processes: number
  /** Ended without being told to, since the primary started. */
  readonly crashes: number
  readonly lastCrash: string | null
  /** Why the last fresh process is not used; null when it is, or none was asked for. */
  readonly refused: string | null
  readonly exchanged: string | null
}

/** A process of a supervised service, as seen from inside it. */
export type Supervised = {
  /** Says that rules and models are loaded, and waits until the ledger may be opened. */
  beforeLedger(): Promise<void>
  ready(greeting: readonly string[]): void
  /** Number among the processes of the service, that of the process that it replaces; known once the ledger may be opened. */
  readonly place: number
  readonly state: ServiceState | null
  /** Resolves when this process is to make room. */
  readonly retired: Promise<void>
}

/** Null in a process that nobody supervises. */
export const supervised = (): Supervised | null => {
  if (!cluster.isWorker) return null
  const send = (message: ToPrimary): void => void process.send?.(message)
  let state: ServiceState | null = null
  let place = 0
  let open = (): void => {}
  let retire = (): void => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  const retired = new Promise<void>((resolve) => {
    retire = resolve
  })
  process.on('message', (message: ToWorker) => {
    if (message.attune === 'open') {
      place = message.place
      open()
    }
    if (message.attune === 'retire') retire()
    if (message.attune === 'state') state = message.state
  })
  return {
    beforeLedger: () => {
      send({ attune: 'loaded' })
      return opened
    },
    ready: (greeting) => send({ attune: 'ready', greeting }),
    get place() {
      return place
    },
    get state() {
      return state
    },
    retired,
  }
}
