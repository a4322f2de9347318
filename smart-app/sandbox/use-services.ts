import { useCallback, useEffect, useRef, useState } from 'react'
import { type Answer, callService, discover, type Exchange, type Sending, type Service } from './cds.ts'
import type { Ehr } from './ehr.ts'

/** Cards of the newest answer per hook; an older answer that comes late is dropped. */
export type CardsState = { readonly asking: boolean; readonly answers: readonly Answer[] }

const KEEP = 40

/** The page's CDS client: discovery once, then one call per fitting service, and every exchange kept for the inspector. */
export const useServices = (ehr: Ehr | null) => {
  const [services, setServices] = useState<readonly Service[]>([])
  const [exchanges, setExchanges] = useState<readonly Exchange[]>([])
  const [state, setState] = useState<CardsState>({ asking: false, answers: [] })
  const newest = useRef(0)

  useEffect(() => {
    discover().then(setServices, () => setServices([]))
  }, [])

  const note = useCallback((exchange: Exchange) => setExchanges((before) => [exchange, ...before].slice(0, KEEP)), [])

  const ask = useCallback(
    async (hook: string, patient: string, context: object, sending: Sending): Promise<readonly Answer[]> => {
      if (!ehr) return []
      newest.current += 1
      const turn = newest.current
      setState((before) => ({ ...before, asking: true }))
      const answers = await Promise.all(
        services.filter((service) => service.hook === hook).map((service) => callService(ehr, service, patient, context, sending)),
      )
      for (const answer of answers) note(answer.exchange)
      if (turn === newest.current) setState({ asking: false, answers })
      return answers
    },
    [ehr, services, note],
  )

  const forget = useCallback(() => {
    newest.current += 1
    setState({ asking: false, answers: [] })
  }, [])

  return { services, exchanges, state, ask, note, forget }
}
