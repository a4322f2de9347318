import { type RefObject, useLayoutEffect, useRef, useState } from 'react'

/** Width of an element in whole pixels, kept up to date; before it is known, that of a narrow column. */
export const useWidth = <Of extends HTMLElement = HTMLElement>(): readonly [RefObject<Of | null>, number] => {
  const element = useRef<Of | null>(null)
  const [width, setWidth] = useState(560)
  useLayoutEffect(() => {
    const { current } = element
    if (!current) return
    const measure = (): void => {
      const now = Math.round(current.getBoundingClientRect().width)
      if (now > 0) setWidth(now)
    }
    measure()
    if (typeof ResizeObserver === 'undefined') return
    const observer = new ResizeObserver(measure)
    observer.observe(current)
    return () => observer.disconnect()
  }, [])
  return [element, width]
}
