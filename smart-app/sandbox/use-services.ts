import { useCallback, useEffect, useRef, useState } from 'react'
import { type Answer, callService, discover, type Exchange, type Sending, type Service } from './cds.ts'
import type { Ehr } from './ehr.ts'
import type { ChartCache } from './prefetch.ts'

/** Answers are kept apart as an EHR does: what came on opening the chart stays, what came on the order follows the order. */
export type Slot = 'opening' | 'order'
export type SlotState = { readonly asking: boolean; readonly hook: string | null; readonly answers: readonly Answer[] }
export type CardsState = { readonly [slot in Slot]: SlotState }

const NOTHING: SlotState = { asking: false, hook: null, answers: [] }
const KEEP = 40

export const slotOf = (hook: string): Slot => (hook === 'patient-view' ? 'opening' : 'order')

type Context = { readonly patientId: string; readonly [member: string]: unknown }

/** The page's CDS client: discovery once, then one call per fitting service, and every exchange kept for the inspector. */
export const useServices = (ehr: Ehr | null) => {
  const [services, setServices] = useState<readonly Service[]>([])
  const [exchanges, setExchanges] = useState<readonly Exchange[]>([])
  const [state, setState] = useState<CardsState>({ opening: NOTHING, order: NOTHING })
  const newest = useRef({ opening: 0, order: 0 })
  const cache = useRef<ChartCache>(new Map())

  useEffect(() => {
    discover().then(setServices, () => setServices([]))
  }, [])

  const note = useCallback((exchange: Exchange) => setExchanges((before) => [exchange, ...before].slice(0, KEEP)), [])

  const put = useCallback((slot: Slot, change: Partial<SlotState>) => {
    setState((before) => ({ ...before, [slot]: { ...before[slot], ...change } }))
  }, [])

  /** An older answer that comes late is dropped. */
  const ask = useCallback(
    async (hook: string, context: Context, sending: Sending): Promise<readonly Answer[]> => {
      if (!ehr) return []
      const slot = slotOf(hook)
      newest.current[slot] += 1
      const turn = newest.current[slot]
      put(slot, { asking: true, hook })
      const answers = await Promise.all(
        services.filter((service) => service.hook === hook).map((service) => callService(ehr, cache.current, service, context, sending)),
      )
      for (const answer of answers) note(answer.exchange)
      if (turn === newest.current[slot]) put(slot, { asking: false, answers })
      return answers
    },
    [ehr, services, note, put],
  )

  const forget = useCallback(
    (slot: Slot) => {
      newest.current[slot] += 1
      put(slot, NOTHING)
    },
    [put],
  )

  /** The record has changed, or another chart is open: nothing read before counts. */
  const forgetChart = useCallback(() => cache.current.clear(), [])

  return { services, exchanges, state, ask, note, forget, forgetChart }
}
