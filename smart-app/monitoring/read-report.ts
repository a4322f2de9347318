import { useCallback, useEffect, useState } from 'react'
import type { MonitoringReport } from '../../src/contract/monitoring.ts'

export type Read =
  | { readonly state: 'loading' }
  | { readonly state: 'ready'; readonly report: MonitoringReport }
  /** `again`: a token was given and not accepted. */
  | { readonly state: 'locked'; readonly again: boolean }
  | { readonly state: 'failed' }

const read = async (token: string): Promise<Read> => {
  const answer = await fetch('/api/monitoring', token === '' ? {} : { headers: { authorization: `Bearer ${token}` } })
  if (answer.status === 401) return { state: 'locked', again: token !== '' }
  if (!answer.ok) return { state: 'failed' }
  return { state: 'ready', report: (await answer.json()) as MonitoringReport } // our own server; a test holds its answers to the contract
}

/** The report; the token is kept in memory only. */
export const useReport = (): { readonly read: Read; readonly token: string; readonly unlock: (token: string) => void } => {
  const [token, setToken] = useState('')
  const [current, setCurrent] = useState<Read>({ state: 'loading' })
  useEffect(() => {
    let wanted = true
    setCurrent({ state: 'loading' })
    read(token)
      .catch((): Read => ({ state: 'failed' }))
      .then((result) => {
        if (wanted) setCurrent(result)
      })
    return () => {
      wanted = false
    }
  }, [token])
  return { read: current, token, unlock: useCallback((given: string) => setToken(given.trim()), []) }
}
