import { type RefObject, useEffect, useRef } from 'react'

/**
 * For what takes the place of the button that opened it: the ref of that button, which has the focus again once the other is closed.
 * Without it the focus is lost with what was closed and the reader starts at the top of the page (WCAG 2.2, 2.4.3).
 */
export const useFocusBack = <Opener extends HTMLElement>(open: boolean): RefObject<Opener | null> => {
  const opener = useRef<Opener>(null)
  const was = useRef(open)
  useEffect(() => {
    if (was.current && !open) opener.current?.focus()
    was.current = open
  }, [open])
  return opener
}
