import type { RowConsidered } from '../contract/explained.ts'
import type { Gap } from '../contract/lineage.ts'
import type { CpicPair, GuidanceRow, Knowledge } from './rules.ts'

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

/** Levels at which CPIC holds that a result should or may change prescribing. */
const ACTIONABLE: readonly CpicPair['level'][] = ['A', 'A/B', 'B']

/** Pairs of a drug with guidance for which the rules hold no row of CPIC: what is on record for such a gene is not weighed by CPIC's words. */
export const explainPairs = (drug: string, rows: readonly GuidanceRow[], knowledge: Knowledge): RowConsidered[] =>
  (pairsByDrug(knowledge).get(drug) ?? [])
    .filter(({ gene, level }) => ACTIONABLE.includes(level) && !rows.some(({ source, genes }) => source === 'CPIC' && genes.includes(gene)))
    .map(({ gene, level }) => ({
      row: `cpic-pair/${gene}/${drug}`,
      kind: 'pair',
      source: 'CPIC',
      year: null,
      genes: [gene],
      strength: `level ${level}`,
      outcome: 'listed-only',
      because: `CPIC lists ${gene} with ${drug} (level ${level}), and the rules hold no recommendation of CPIC for it`,
    }))

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
