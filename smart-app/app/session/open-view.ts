const KEY = 'attune.view'

/** The view that was open, with the launch it was opened in. Kept for this window; holds no patient data. */
type Kept = { readonly launch: string; readonly view: string }

export const rememberView = (launch: string, view: string): void => {
  try {
    sessionStorage.setItem(KEY, JSON.stringify({ launch, view } satisfies Kept))
  } catch {
    // A browser that stores nothing opens on the first view again.
  }
}

const kept = (): Partial<Kept> => {
  try {
    return (JSON.parse(sessionStorage.getItem(KEY) ?? '{}') ?? {}) as Partial<Kept>
  } catch {
    return {}
  }
}

/** The view to begin with: the one that was open in this launch, else what the launch asks for, else the last one of this window. */
export const firstView = (launch: string, asked: string | null, known: readonly string[]): string | null => {
  const { launch: of, view } = kept()
  const last = view !== undefined && known.includes(view) ? view : null
  return of === launch ? (last ?? asked) : (asked ?? last)
}
