import { createContext, type ReactNode, useCallback, useContext, useState } from 'react'

const PREFIX = 'attune.draft:'

/** Whose chart the typed words belong to; empty outside a session, where nothing is kept. */
const Chart = createContext('')

/** Typed words are kept per record system and patient, so that they wait for a session that was opened again, and for no other chart. */
export const DraftsOf = ({
  issuer,
  patient,
  children,
}: {
  readonly issuer: string
  readonly patient: string
  readonly children: ReactNode
}) => <Chart.Provider value={JSON.stringify([issuer, patient])}>{children}</Chart.Provider>

const placeOf = (chart: string, key: string): string => `${PREFIX}${chart}:${key}`

/** Only something of the same kind is taken up: an older release may have kept another form under this name. */
const isAlike = <Value,>(kept: unknown, initial: Value): kept is Value =>
  typeof kept === typeof initial && Array.isArray(kept) === Array.isArray(initial) && (kept === null) === (initial === null)

const read = <Value,>(place: string, initial: Value): Value => {
  try {
    const text = sessionStorage.getItem(place)
    const kept: unknown = text === null ? undefined : JSON.parse(text)
    return isAlike(kept, initial) ? kept : initial
  } catch {
    return initial
  }
}

const keep = (place: string, value: unknown): void => {
  try {
    if (value === undefined) sessionStorage.removeItem(place)
    else sessionStorage.setItem(place, JSON.stringify(value))
  } catch {
    // A browser that stores nothing keeps the words on the screen only.
  }
}

/**
 * State for what people type, kept in this window while the session lasts and across opening it again.
 * `const [note, setNote, dropNote] = useDraft('review.note', '')`; drop it once it is saved.
 * @param key name within the app, the same for every patient
 */
export const useDraft = <Value,>(key: string, initial: Value): readonly [Value, (value: Value) => void, () => void] => {
  const chart = useContext(Chart)
  const place = placeOf(chart, key)
  const [value, setValue] = useState(() => (chart === '' ? initial : read(place, initial)))
  const set = useCallback(
    (next: Value): void => {
      setValue(next)
      if (chart !== '') keep(place, next)
    },
    [chart, place],
  )
  // biome-ignore lint/correctness/useExhaustiveDependencies: `initial` may be written in place; the first one stands
  const drop = useCallback((): void => {
    setValue(initial)
    keep(place, undefined)
  }, [place])
  return [value, set, drop]
}
