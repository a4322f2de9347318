import { AttuneError } from '../errors.ts'
import { clientOf, type Step } from './call.ts'

/** Hook calls answered at the same time. One client may not take all of them. */
export type AdmissionLimits = { readonly total: number; readonly perClient: number }

export const DEFAULT_ADMISSION: AdmissionLimits = { total: 256, perClient: 192 }

const overloaded = (res: Parameters<Step>[1], detail: string): AttuneError => {
  res.setHeader('Retry-After', '1')
  return new AttuneError('overloaded', detail)
}

/** Admission control: better a quick 503 for some than late cards for all. */
export const makeAdmission = (limits: AdmissionLimits): { readonly gate: Step; readonly admit: Step } => {
  let total = 0
  const byClient = new Map<string, number>()

  /** Turns away before anything costly is done; takes no place, so that slow senders hold none. */
  const gate: Step = (_req, res, next) => (total >= limits.total ? next(overloaded(res, `gate: ${total} calls under way`)) : next())

  /** Takes a place until the answer is out or the caller is gone. */
  const admit: Step = (_req, res, next) => {
    const { id } = clientOf(res)
    const own = byClient.get(id) ?? 0
    if (total >= limits.total || own >= limits.perClient)
      return next(overloaded(res, `admit: ${total} calls under way, ${own} of this client`))
    total += 1
    byClient.set(id, own + 1)
    res.once('close', () => {
      total -= 1
      const left = (byClient.get(id) ?? 1) - 1
      if (left > 0) byClient.set(id, left)
      else byClient.delete(id)
    })
    next()
  }
  return { gate, admit }
}
