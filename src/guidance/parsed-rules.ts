import type { DrugTables } from '../terminology/drug-tables.ts'
import type { RuleFile } from './rule-schemas.ts'

/** Rule files in their schemas, before the checks that look across files. */
export type ParsedRules = {
  readonly sources: RuleFile<'sources'>
  /** By file name, `genes/TPMT.json`. */
  readonly genes: ReadonlyMap<string, RuleFile<'gene'>>
  /** By file name, `guidance/clopidogrel.json`. */
  readonly guidance: ReadonlyMap<string, RuleFile<'guidance'>>
  readonly drugs: DrugTables
  readonly modifiers: RuleFile<'phenoconversion'>
  readonly actions: RuleFile<'actions'>
  readonly pairs: RuleFile<'pairs'>
  readonly loinc: RuleFile<'loinc'>
  readonly phenotypes: RuleFile<'phenotypes'>
  /** Files of other rooms, by name without `.json`. */
  readonly tables: ReadonlyMap<string, unknown>
}
