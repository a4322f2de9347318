import { type Loose, loose } from './json.ts'

const ENTRIES_SHOWN = 2

const abridgeBundle = (bundle: Loose, entries: readonly unknown[]): unknown => ({
  ...bundle,
  entry: [...entries.slice(0, ENTRIES_SHOWN), `… ${entries.length - ENTRIES_SHOWN} more entries`],
})

/**
 * JSON for reading: search results of a prefetch keep their first entries and say how many more there are.
 * A chart of years is several megabytes; writing it out would freeze the page.
 */
export const abridge = (value: unknown): unknown => {
  const { prefetch } = loose(value)
  if (prefetch === undefined) return value
  return {
    ...loose(value),
    prefetch: Object.fromEntries(
      Object.entries(loose(prefetch)).map(([key, resource]) => {
        const { entry } = loose(resource)
        return [key, Array.isArray(entry) && entry.length > ENTRIES_SHOWN ? abridgeBundle(loose(resource), entry) : resource]
      }),
    ),
  }
}
