import { type RefObject, useLayoutEffect, useRef } from 'react'

/** Longer than its room: its columns become equal and its words break anywhere (`base.css`). Tables that fit stay as they are. */
const judge = (table: HTMLTableElement): void => {
  table.removeAttribute('data-tight')
  const room = table.parentElement?.clientWidth ?? 0
  if (room > 0 && table.offsetWidth > room + 1) table.setAttribute('data-tight', '')
}

/** For a table of the record: one word of ten thousand letters in it must not make the page scroll sideways. */
export const useFit = (): RefObject<HTMLTableElement | null> => {
  const table = useRef<HTMLTableElement>(null)
  useLayoutEffect(() => {
    if (table.current) judge(table.current)
  })
  useLayoutEffect(() => {
    const { current } = table
    if (!current?.parentElement || typeof ResizeObserver === 'undefined') return
    const observer = new ResizeObserver(() => judge(current))
    observer.observe(current.parentElement)
    return () => observer.disconnect()
  }, [])
  return table
}
