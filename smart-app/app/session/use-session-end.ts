import { useEffect, useState } from 'react'
import type { Session } from './smart-session.ts'

/** Timers hold 31 bits of milliseconds; longer sessions are looked at again then. */
const LONGEST = 2 ** 31 - 1

/** True once the access token has ended and could not be renewed. Renews it when it can. */
export const useSessionEnd = (session: Session): boolean => {
  const [ended, setEnded] = useState(false)
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const look = async (): Promise<void> => {
      const end = session.expiresAt()
      if (end === null) return
      if (end > Date.now()) return wait(end)
      if (await session.refresh()) return wait(session.expiresAt() ?? Date.now() + LONGEST)
      setEnded(true)
    }
    const wait = (until: number): void => {
      timer = setTimeout(() => void look(), Math.min(Math.max(until - Date.now(), 1000), LONGEST))
    }
    void look()
    return () => clearTimeout(timer)
  }, [session])
  return ended
}
