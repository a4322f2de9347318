import type { Action } from '../contract/findings.ts'
import type { Genotype } from '../contract/genes.ts'
import { type GeneOption, noResult } from './gene-options.ts'
import type { ConditionRule, GuidanceTables } from './guidance-tables.ts'
import type { GuidanceRow } from './rules.ts'

const enzymesOf = (rule: ConditionRule | undefined): readonly string[] => {
  if (rule?.kind === 'modifier') return rule.enzymes
  return rule?.kind === 'all' ? rule.of.flatMap(({ enzymes }) => enzymes) : []
}

/** The row itself tells what an inhibitor of its own enzyme changes: its genotype is the inherited one, not what the inhibitor makes of it. */
const countsInhibitors = (actions: readonly Action[], genes: readonly string[], { populations }: GuidanceTables): boolean =>
  actions.some(({ condition }) => enzymesOf(populations.conditions[condition?.text ?? '']?.rule).some((enzyme) => genes.includes(enzyme)))

/** Rows that are looked up by the inherited genotype, and all others, which are looked up by what medicines make of it. */
export const splitRows = (
  rows: readonly GuidanceRow[],
  { actions, tables }: { readonly actions: ReadonlyMap<string, readonly Action[]>; readonly tables: GuidanceTables },
): { readonly inherited: readonly GuidanceRow[]; readonly acting: readonly GuidanceRow[] } => {
  const inherited = rows.filter((row) => countsInhibitors(actions.get(row.id) ?? [], row.genes, tables))
  return { inherited, acting: inherited.length === 0 ? rows : rows.filter((row) => !inherited.includes(row)) }
}

const inherited = (option: GeneOption, genetic: Genotype): GeneOption =>
  genetic.keys.length === 0 ? noResult : { ...option, keys: genetic.keys, clinical: genetic, converted: false }

/** The genes as inherited, whatever medicines make of them. */
export const asInherited = (reading: ReadonlyMap<string, GeneOption>): ReadonlyMap<string, GeneOption> =>
  new Map([...reading].map(([gene, option]) => [gene, option.converted && option.genetic ? inherited(option, option.genetic) : option]))
