const NUMERIC = new Intl.Collator('en', { numeric: true })

/** Rows by their id, `row-9` before `row-10`. One collator for all: `localeCompare` with options makes one at each comparison. */
export const byRowId = (one: string, other: string): number => NUMERIC.compare(one, other)
