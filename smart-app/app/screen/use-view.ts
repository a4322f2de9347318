import { useCallback, useEffect, useState } from 'react'
import { firstView, rememberView } from '../session/open-view.ts'
import type { Session } from '../session/smart-session.ts'

/** The view that the address names after its `#`, so that a view can be linked to and gone back to. Holds no patient data. */
const viewOfAddress = (known: readonly string[]): string | null => {
  const named = location.hash.slice(1)
  return known.includes(named) ? named : null
}

/** Within an EHR's frame, steps back belong to the EHR: only a window of its own gets entries in its history. */
const nameInAddress = (view: string): void => {
  const isOwnWindow = window.top === window
  history[isOwnWindow ? 'pushState' : 'replaceState'](history.state, '', `#${view}`)
}

export type OpenView = {
  readonly view: string
  /** True when another view opened this one: the reader is to be led to its heading. */
  readonly led: boolean
  /** Chosen in the navigation. */
  readonly select: (view: string) => void
  /** Opened by another view. */
  readonly lead: (view: string) => void
}

/** Which view is open. A drug in hand opens its order. */
export const useView = (session: Session, known: readonly string[]): OpenView => {
  const launch = session.launch ?? ''
  const [state, setState] = useState(() => ({
    view: viewOfAddress(known) ?? firstView(launch, session.context.drug ? 'order' : null, known) ?? 'medicines',
    led: false,
  }))
  const show = useCallback(
    (view: string, led: boolean): void => {
      if (!known.includes(view)) return
      rememberView(launch, view)
      if (location.hash !== `#${view}`) nameInAddress(view)
      setState({ view, led })
    },
    [launch, known],
  )
  useEffect(() => {
    const follow = (): void => {
      const named = viewOfAddress(known)
      if (named !== null) setState({ view: named, led: true })
    }
    window.addEventListener('popstate', follow)
    return () => window.removeEventListener('popstate', follow)
  }, [known])
  return {
    ...state,
    select: useCallback((view: string) => show(view, false), [show]),
    lead: useCallback((view: string) => show(view, true), [show]),
  }
}
