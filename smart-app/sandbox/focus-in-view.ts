/** Moves the focus to a notice, and the notice into view only when it stands outside. */
export const focusInView = (element: HTMLElement | null): void => {
  element?.focus({ preventScroll: true })
  element?.scrollIntoView({ block: 'nearest' })
}
