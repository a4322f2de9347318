import type { Request, Response } from 'express'
import { AttuneError } from '../errors.ts'
import { clientOf, type Step } from './call.ts'

/** Calls answered at the same time. Neither one client nor one tenant may take all places. */
export type AdmissionLimits = { readonly total: number; readonly perClient: number; readonly perTenant?: number }

export const DEFAULT_ADMISSION: AdmissionLimits = { total: 256, perClient: 192, perTenant: 192 }
/** Doors of the app read whole records: fewer at a time, and none of them takes a place from prescribers. */
export const APP_ADMISSION: AdmissionLimits = { total: 96, perClient: 64, perTenant: 64 }

/** On whose account a call takes a place. */
type Account = { readonly client: string; readonly tenant: string }

const ofClient = (_req: Request, res: Response): Account => {
  const { id, tenant } = clientOf(res)
  return { client: id, tenant }
}

/**
 * What one turn of the event loop takes: calls beyond the time and the count are turned away, because they would wait for all before them.
 * The count keeps a heavy record from turning others away. A burst is let in; while one full turn follows another less is, since an answer
 * waits for several turns: for its thinking, for the ledger and for the socket.
 */
const BURST = { ms: 400, calls: 32 } as const
const SUSTAINED = { ms: 120, calls: 8 } as const

const TOO_MANY_AT_ONCE = 'more calls at once than can be answered soon'

const overloaded = (res: Parameters<Step>[1], detail: string): AttuneError => {
  res.setHeader('Retry-After', '1')
  return new AttuneError('overloaded', detail)
}

/** Calls taken in this turn of the event loop, and how long it has lasted. */
const makeTurn = () => {
  let startedAt: number | null = null
  let calls = 0
  let most: typeof BURST | typeof SUSTAINED = BURST
  const isFull = (): boolean => startedAt !== null && calls >= most.calls && performance.now() - startedAt > most.ms
  const end = () => {
    most = isFull() ? SUSTAINED : BURST
    startedAt = null
    calls = 0
  }
  const take = (): void => {
    if (startedAt === null) {
      startedAt = performance.now()
      setImmediate(end) // runs when all that had arrived has been looked at
    }
    calls += 1
  }
  return { take, isFull }
}

/** Admission control: better a quick 503 for some than late cards for all. */
export const makeAdmission = (
  { total: most, perClient, perTenant = most }: AdmissionLimits,
  accountOf: (req: Request, res: Response) => Account = ofClient,
): { readonly gate: Step; readonly admit: Step } => {
  let total = 0
  const turn = makeTurn()
  const taken = new Map<string, number>()
  const change = (name: string, by: number): void => {
    const left = (taken.get(name) ?? 0) + by
    if (left > 0) taken.set(name, left)
    else taken.delete(name)
  }

  /** Turns away before anything costly is done; takes no place, so that slow senders hold none. */
  const gate: Step = (_req, res, next) => {
    if (total >= most) return next(overloaded(res, `gate: ${total} calls under way`))
    next(turn.isFull() ? overloaded(res, TOO_MANY_AT_ONCE) : undefined)
  }

  /** Takes a place until the answer is out or the caller is gone. */
  const admit: Step = (req, res, next) => {
    const { client, tenant } = accountOf(req, res)
    const names = [`client ${client}`, `tenant ${tenant}`] as const
    const [own, ofTenant] = [taken.get(names[0]) ?? 0, taken.get(names[1]) ?? 0]
    if (total >= most || own >= perClient || ofTenant >= perTenant)
      return next(overloaded(res, `admit: ${total} calls under way, ${own} of this client, ${ofTenant} of its tenant`))
    if (turn.isFull()) return next(overloaded(res, TOO_MANY_AT_ONCE))
    total += 1
    turn.take()
    for (const name of names) change(name, 1)
    res.once('close', () => {
      total -= 1
      for (const name of names) change(name, -1)
    })
    next()
  }
  return { gate, admit }
}
