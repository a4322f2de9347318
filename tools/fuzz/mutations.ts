import fc from 'fast-check'
import { HOSTILE } from './hostile-values.ts'

type Path = readonly (string | number)[]
type Json = Record<string | number, unknown>

/** Every member of a value, by its path. */
const pathsOf = (value: unknown, path: Path = []): Path[] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, member]) => {
        const at = [...path, Array.isArray(value) ? Number(key) : key]
        return [at, ...pathsOf(member, at)]
      })
    : []

/** `prefetch.labs.entry.7.resource` and its neighbours are one place: `prefetch.labs.entry.*.resource`. */
const placeOf = (path: Path): string => path.map((key) => (typeof key === 'number' ? '*' : key)).join('.')

/** The paths of a body by place, so that each place is as likely as any other, however long its list. */
export type Places = { readonly names: readonly string[]; readonly paths: readonly (readonly Path[])[] }

export const placesOf = (body: unknown): Places => {
  const byName = new Map<string, Path[]>()
  for (const path of pathsOf(body)) byName.set(placeOf(path), [...(byName.get(placeOf(path)) ?? []), path])
  return { names: [...byName.keys()], paths: [...byName.values()] }
}

/** A copy whose holder of the last key is what `change` makes of it. */
const withHolder = (value: unknown, [key, ...rest]: Path, change: (holder: Json, key: string | number) => unknown): unknown => {
  if (key === undefined || typeof value !== 'object' || value === null) return value
  const copy = (Array.isArray(value) ? [...value] : { ...value }) as Json
  if (rest.length === 0) return change(copy, key)
  copy[key] = withHolder(copy[key], rest, change)
  return copy
}

const everywhere = (value: unknown, key: string, put: unknown): unknown => {
  if (Array.isArray(value)) return value.map((member) => everywhere(member, key, put))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, name === key ? put : everywhere(member, key, put)]))
}

/** A list that gets a name becomes an object: JSON has no lists with names. */
const set = (holder: Json, key: string | number, value: unknown): Json => {
  const into = Array.isArray(holder) && typeof key === 'string' ? ({ ...holder } as Json) : holder
  return Object.defineProperty(into, key, { value, enumerable: true, configurable: true, writable: true }) // a plain set of __proto__ adds no key
}

const without = (holder: Json, key: string | number): unknown =>
  Array.isArray(holder) ? holder.filter((_, at) => at !== key) : Object.fromEntries(Object.entries(holder).filter(([name]) => name !== key))

const repeated = (holder: Json, key: string | number, times: number): unknown =>
  Array.isArray(holder) ? [...holder, ...Array.from({ length: times }, () => holder[key as number])] : set(holder, `${key}2`, holder[key])

/** What is done at a place; `value` is one of HOSTILE. */
const WORKS = {
  replace: (holder: Json, key: string | number, value: unknown) => set(holder, key, value),
  delete: (holder: Json, key: string | number) => without(holder, key),
  'put in a list': (holder: Json, key: string | number) => set(holder, key, [holder[key]]),
  'put in an object': (holder: Json, key: string | number) => set(holder, key, { value: holder[key] }),
  'make a text of': (holder: Json, key: string | number) => set(holder, key, JSON.stringify(holder[key] ?? null)),
  'take the first of': (holder: Json, key: string | number) => set(holder, key, Object.values(Object(holder[key]))[0] ?? null),
  repeat: (holder: Json, key: string | number) => repeated(holder, key, 2),
  'repeat 300 times': (holder: Json, key: string | number) => repeated(holder, key, 300),
  'rename to __proto__': (holder: Json, key: string | number) => set(without(holder, key) as Json, '__proto__', holder[key]),
  'rename to constructor': (holder: Json, key: string | number) => set(without(holder, key) as Json, 'constructor', holder[key]),
  'write in capitals the key of': (holder: Json, key: string | number) =>
    set(without(holder, key) as Json, String(key).toUpperCase(), holder[key]),
  'add a hostile member beside': (holder: Json, _key: string | number, value: unknown) => set(holder, 'Quillfeather', value),
} as const satisfies Record<string, (holder: Json, key: string | number, value: unknown) => unknown>

type Work = keyof typeof WORKS | 'replace everywhere'

/** One change, by numbers that any body understands and that shrink. */
export type Change = { readonly work: Work; readonly place: number; readonly which: number; readonly value: string }

/** Plain replacement is what most changes are. */
const WORK: fc.Arbitrary<Work> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Work>('replace') },
  { weight: 3, arbitrary: fc.constant<Work>('replace everywhere') },
  { weight: 6, arbitrary: fc.constantFrom(...(Object.keys(WORKS) as Work[])) },
)

export const CHANGES: fc.Arbitrary<readonly Change[]> = fc.array(
  fc.record({ work: WORK, place: fc.nat(), which: fc.nat(), value: fc.constantFrom(...Object.keys(HOSTILE)) }),
  { minLength: 1, maxLength: 3 },
)

const target = ({ names, paths }: Places, { place, which }: Change) => {
  const at = place % names.length
  const some = paths[at] ?? []
  return { name: names[at] ?? '', path: some[which % some.length] ?? [] }
}

export const changed = (body: unknown, places: Places, changes: readonly Change[]): unknown =>
  changes.reduce<unknown>((value, change) => {
    const { path } = target(places, change)
    const put = HOSTILE[change.value]
    if (change.work === 'replace everywhere') {
      const key = path.filter((part) => typeof part === 'string').at(-1)
      return key === undefined ? value : everywhere(value, key, put)
    }
    const work: (holder: Json, key: string | number, value: unknown) => unknown = WORKS[change.work]
    return withHolder(value, path, (holder, key) => work(holder, key, put))
  }, body)

const WITH_VALUE: ReadonlySet<Work> = new Set<Work>(['replace', 'replace everywhere', 'add a hostile member beside'])

/** In words, without anything of the patient. */
export const tell = (places: Places, changes: readonly Change[]): string =>
  changes
    .map((change) => {
      const { name } = target(places, change)
      return `${change.work} ${name}${WITH_VALUE.has(change.work) ? `: ${change.value}` : ''}`
    })
    .join('; then ')

export const placesTouched = (places: Places, changes: readonly Change[]): readonly string[] =>
  changes.map((change) => target(places, change).name)
