import type { Gap } from '../contract/lineage.ts'
import type { CpicPair, Knowledge } from './rules.ts'

const BY_DRUG = new WeakMap<Knowledge, ReadonlyMap<string, readonly CpicPair[]>>()

/** Pairs by the drug names of the rules; made once per knowledge. */
export const pairsByDrug = (knowledge: Knowledge): ReadonlyMap<string, readonly CpicPair[]> => {
  const known = BY_DRUG.get(knowledge)
  if (known) return known
  const made = new Map<string, CpicPair[]>()
  for (const pair of knowledge.pairs) for (const drug of pair.drugs) made.set(drug, [...(made.get(drug) ?? []), pair])
  BY_DRUG.set(knowledge, made)
  return made
}

/** `POLG (level A/B); ABL2, ASL (level B)`, strongest level first. */
const listPairs = (pairs: readonly CpicPair[]): string => {
  const byLevel = new Map<string, Set<string>>()
  for (const { gene, level } of [...pairs].sort((a, b) => (a.level < b.level ? -1 : a.level > b.level ? 1 : 0)))
    byLevel.set(level, (byLevel.get(level) ?? new Set()).add(gene))
  return [...byLevel].map(([level, genes]) => `${[...genes].join(', ')} (level ${level})`).join('; ')
}

/**
 * A drug without guidance that CPIC lists all the same: said as such, so that "no guidance" can be told from "not known".
 * A level alone is never advice: it says how strong the case for guidance is, not what to do.
 */
export const pairGaps = (drug: string, knowledge: Knowledge): Gap[] => {
  const pairs = pairsByDrug(knowledge).get(drug) ?? []
  if (pairs.length === 0) return []
  const because = `CPIC lists ${drug} with ${listPairs(pairs)}, and the rules hold no recommendation`
  return [{ about: 'CPIC', code: 'no-guidance', because }]
}
