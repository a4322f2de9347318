/** How many people a group has, and how many of them have each outcome (null where the outcome is a number). */
export type GroupSize = { readonly people: number; readonly events: number | null }

const isSmall = ({ people, events }: GroupSize, least: number): boolean =>
  people < least || (events !== null && (events < least || people - events < least))

const together = (a: GroupSize, b: GroupSize): GroupSize => ({
  people: a.people + b.people,
  events: a.events === null || b.events === null ? null : a.events + b.events,
})

const NOBODY = (of: GroupSize): GroupSize => ({ people: 0, events: of.events === null ? null : 0 })

/**
 * Which groups of one division (of sex, say) are shown together, so that none with fewer than `least` people, events or non-events is
 * seen or can be found by taking the shown ones from the whole: small groups are put together, and where that is still small the next
 * smallest joins them. Null when nothing but the whole would be left.
 */
export const coverSmallGroups = (groups: ReadonlyMap<string, GroupSize>, least: number): ReadonlyMap<string, readonly string[]> | null => {
  const rising = [...groups].sort(([a, x], [b, y]) => x.people - y.people || (a < b ? -1 : 1))
  const [first] = rising
  if (!first || rising.length < 2) return null
  const small = rising.filter(([, size]) => isSmall(size, least))
  const fine = rising.filter(([, size]) => !isSmall(size, least))
  let pooled = small.reduce((sum, [, size]) => together(sum, size), NOBODY(first[1]))
  while (small.length > 0 && isSmall(pooled, least) && fine.length > 0) {
    // The one that comes nearest to what the pool lacks, by size.
    const next = fine.shift()
    if (!next) break
    small.push(next)
    pooled = together(pooled, next[1])
  }
  if (fine.length === 0 || (small.length > 0 && isSmall(pooled, least))) return null
  const shown = new Map(fine.map(([name]) => [name, [name]]))
  const members = small.map(([name]) => name).sort()
  if (members.length > 0) shown.set(pooledName(members), members)
  return shown
}

/** Lower end of an age group; what is not an age stands last. */
const startOf = (name: string): number =>
  name.startsWith('under') ? -1 : /^\d/.test(name) ? Number.parseFloat(name) : Number.POSITIVE_INFINITY

/** The same for ages, where small groups join their neighbours: `18 to 44, 45 to 64`, not the youngest with the oldest. */
export const coverSmallAges = (groups: ReadonlyMap<string, GroupSize>, least: number): ReadonlyMap<string, readonly string[]> | null => {
  const rising = [...groups].sort(([a], [b]) => startOf(a) - startOf(b) || (a < b ? -1 : 1))
  const joined: { names: string[]; size: GroupSize }[] = []
  for (const [name, size] of rising) {
    const last = joined.at(-1)
    if (last && isSmall(last.size, least)) {
      last.names.push(name)
      last.size = together(last.size, size)
    } else joined.push({ names: [name], size })
  }
  const [before, last] = joined.slice(-2)
  if (before && last && isSmall(last.size, least)) {
    before.names.push(...last.names)
    before.size = together(before.size, last.size)
    joined.pop()
  }
  if (joined.length < 2) return null
  return new Map(joined.map(({ names }) => [names.length === 1 ? (names[0] ?? '') : pooledName(names), names]))
}

const pooledName = (members: readonly string[]): string => `together: ${members.join(', ')}`

/** Where the first age group ends, and so on. */
export const AGE_CUTS: readonly number[] = [18, 45, 65, 75, 85]

/** `45 to 64`: completed years. */
export const ageGroup = (age: number, cuts: readonly number[]): string => {
  const above = cuts.findIndex((cut) => age < cut)
  if (above === 0) return `under ${cuts[0]}`
  const from = cuts.at(above === -1 ? -1 : above - 1)
  return above === -1 ? `${from} and over` : `${from} to ${(cuts[above] ?? 0) - 1}`
}
