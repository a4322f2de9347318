import fc from 'fast-check'

type Path = readonly (string | number)[]

/** Every member of a value, by its path. */
const pathsOf = (value: unknown, path: Path = []): Path[] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, member]) => [[...path, key], ...pathsOf(member, [...path, key])])
    : []

/** A copy with the member at `path` replaced; `undefined` deletes it. */
const withChange = (value: unknown, [key, ...rest]: Path, change: unknown): unknown => {
  if (key === undefined || typeof value !== 'object' || value === null) return value
  const copy: Record<string | number, unknown> = Array.isArray(value) ? ([...value] as unknown as Record<number, unknown>) : { ...value }
  if (rest.length > 0) copy[key] = withChange(copy[key], rest, change)
  else if (change === undefined) delete copy[key]
  else copy[key] = change
  return copy
}

const nested = (depth: number): unknown => {
  let value: unknown = 1
  for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? [value] : { a: value }
  return value
}

/** What a member is replaced by; undefined deletes it. */
const CHANGES = fc.oneof(
  fc.constantFrom(
    undefined,
    null,
    '',
    0,
    -1,
    1e308,
    true,
    false,
    [],
    {},
    [null],
    [[]],
    { resourceType: 'Bundle' },
    { resourceType: 'OperationOutcome' },
  ),
  fc.constantFrom(
    '__proto__',
    'Patient/p2',
    '../..',
    'x'.repeat(5000),
    '\u0000',
    '\ud800',
    '{{context.patientId}}',
    '<img src=x onerror=1>',
  ),
  fc.integer({ min: 1, max: 100 }).map(nested),
  fc.jsonValue(),
  fc.string(),
)

/** A call with one to three members deleted, replaced or nested. */
export const mutationsOf = (body: unknown): fc.Arbitrary<unknown> =>
  fc
    .array(fc.tuple(fc.constantFrom(...pathsOf(body)), CHANGES), { minLength: 1, maxLength: 3 })
    .map((changes) => changes.reduce<unknown>((value, [path, change]) => withChange(value, path, change), body))
