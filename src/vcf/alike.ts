import type { GenotypeColumns } from './genotype-columns.ts'

type Codes = GenotypeColumns['codes']

/** Samples in groups: all of a group show the same. */
export type Alike = {
  /** Number of the group of each sample, from 0. */
  readonly groupOf: Uint32Array
  /** Number of samples of each group. */
  readonly sizes: readonly number[]
}

/**
 * Groups samples that have the same code in every list of codes. A group is split only by samples that differ from its first one,
 * so a position at which nearly all are alike costs next to nothing.
 */
export const groupAlike = (samples: number, lists: readonly Codes[]): Alike => {
  const groupOf = new Uint32Array(samples)
  const firsts = samples === 0 ? [] : [0]
  for (const codes of lists) {
    const split = new Map<string, number>()
    for (let sample = 0; sample < samples; sample += 1) {
      const group = groupOf[sample] ?? 0
      const code = codes[sample] ?? 0
      if (code === codes[firsts[group] ?? 0]) continue
      const key = `${group} ${code}`
      const known = split.get(key)
      groupOf[sample] = known ?? firsts.push(sample) - 1
      if (known === undefined) split.set(key, firsts.length - 1)
    }
  }
  const sizes = firsts.map(() => 0)
  for (const group of groupOf) sizes[group] = (sizes[group] ?? 0) + 1
  return { groupOf, sizes }
}
