/** Tables that know what is in them and nothing else: an answer coded `constructor` must not find one. */
export const bare = <Value>(value: Value): Value => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const members = Object.entries(value).map(([name, member]: [string, unknown]) => [name, bare(member)])
  return Object.assign(Object.create(null), Object.fromEntries(members)) as Value // the same members
}
