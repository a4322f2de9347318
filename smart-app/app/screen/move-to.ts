const STEPS: { readonly [key: string]: number } = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }

/** Where a key leads in a list that begins again after its end; null for a key that leads nowhere. */
export const moveTo = (key: string, from: string, list: readonly string[]): string | null => {
  if (key === 'Home') return list[0] ?? null
  if (key === 'End') return list.at(-1) ?? null
  const step = STEPS[key]
  return step === undefined ? null : (list.at((list.indexOf(from) + step) % list.length) ?? null)
}
