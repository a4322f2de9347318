/** What a table of words says about a code of the record; a code named `__proto__` finds nothing there. */
export const own = <Of>(table: { readonly [key: string]: Of }, key: string): Of | undefined =>
  Object.hasOwn(table, key) ? table[key] : undefined
