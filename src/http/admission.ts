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

const overloaded = (res: Parameters<Step>[1], detail: string): AttuneError => {
  res.setHeader('Retry-After', '1')
  return new AttuneError('overloaded', detail)
}

/** How many may be under way; how soon each begins, the door decides (`door.ts`). */
export const makeAdmission = (
  { total: most, perClient, perTenant = most }: AdmissionLimits,
  accountOf: (req: Request, res: Response) => Account = ofClient,
): { readonly gate: Step; readonly admit: Step } => {
  let total = 0
  const taken = new Map<string, number>()
  const change = (name: string, by: number): void => {
    const left = (taken.get(name) ?? 0) + by
    if (left > 0) taken.set(name, left)
    else taken.delete(name)
  }

  /** Turns away before anything costly is done; takes no place, so that slow senders hold none. */
  const gate: Step = (_req, res, next) => {
    if (total >= most) return next(overloaded(res, `gate: ${total} calls under way`))
    next()
  }

  /** Takes a place until the answer is out or the caller is gone. */
  const admit: Step = (req, res, next) => {
    if (res.destroyed) return // a place that is taken after the caller has gone would never be given back
    const { client, tenant } = accountOf(req, res)
    const names = [`client ${client}`, `tenant ${tenant}`] as const
    const [own, ofTenant] = [taken.get(names[0]) ?? 0, taken.get(names[1]) ?? 0]
    if (total >= most || own >= perClient || ofTenant >= perTenant)
      return next(overloaded(res, `admit: ${total} calls under way, ${own} of this client, ${ofTenant} of its tenant`))
    total += 1
    for (const name of names) change(name, 1)
    res.once('close', () => {
      total -= 1
      for (const name of names) change(name, -1)
    })
    next()
  }
  return { gate, admit }
}
