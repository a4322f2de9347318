import type { Measurement } from '../../../../src/contract/facts.ts'

/** The newest of a kind of measurement and how many came before it. */
export type Latest = { readonly measurement: Measurement; readonly earlier: number }

const kindOf = (measurement: Measurement): string => measurement.codes[0]?.code ?? measurement.name

const dateOf = (measurement: Measurement): string => measurement.lineage.date ?? ''

/** One entry per kind, newest first. Kinds are told apart by their first code, else by name; nothing is computed. */
export const latestOfEach = (measurements: readonly Measurement[]): Latest[] => {
  const kinds = new Map<string, Measurement[]>()
  for (const measurement of measurements) {
    const kind = kindOf(measurement)
    kinds.set(kind, [...(kinds.get(kind) ?? []), measurement])
  }
  return [...kinds.values()]
    .map((all) => all.toSorted((a, b) => dateOf(b).localeCompare(dateOf(a))))
    .flatMap(([newest, ...older]) => (newest ? [{ measurement: newest, earlier: older.length }] : []))
    .toSorted((a, b) => dateOf(b.measurement).localeCompare(dateOf(a.measurement)))
}
