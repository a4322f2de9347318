import type { Consequence, GuidanceSource, LabelPlace } from '../contract/findings.ts'
import type { GeneTables, ModifierRow } from '../pgx/gene-tables.ts'
import type { DrugIndex } from '../terminology/drugs.ts'

/** One row of guidance: who says what for which genotypes. A row is data; nothing in it is a sentence of the source. */
export type GuidanceRow = {
  /** Stable id, `cpic/clopidogrel/3`. Never reused. */
  readonly id: string
  readonly source: GuidanceSource
  /** Drug name as in `rules/drugs/ingredients.json`. */
  readonly drug: string
  readonly genes: readonly string[]
  /** Applies when one entry matches; in an entry every gene must have one of its keys. Empty for rows that only list the pair. */
  readonly when: readonly { readonly [gene: string]: readonly string[] }[]
  /** Code in `rules/populations.json`; absent = everyone. */
  readonly population?: string
  readonly strength: string | null
  readonly actions: readonly string[]
  readonly effect: readonly string[]
  readonly risk: string | null
  readonly guideline: {
    readonly id: string
    readonly url: string
    readonly year: number | null
    readonly pmid: readonly string[]
    readonly asOf: string
  }
  readonly cpicLevel?: { readonly [gene: string]: string }
  /** FDA: `1 management`, `2 safety or response`, `3 pharmacokinetics only`, `label`. */
  readonly tier?: string
  /** `advice` is shown; `listed` may only say that the source lists the pair; `off` is not used, with the reason in `note`. */
  readonly standing: 'advice' | 'listed' | 'off'
  /** `partly`: a newer row of the same drug and source wins where both match. */
  readonly superseded?: 'partly' | 'unknown'
  /** What the source says more for this genotype, and was not read. */
  readonly unread?: readonly string[]
  readonly note?: string
  /** Source (`rules/sources.json`) of a row that comes from another file than its source's own table. */
  readonly origin?: string
  /** Where this stands in the US label, for this genotype. */
  readonly label?: readonly LabelPlace[]
  /** The copy that was read, where it is another than the reference's. */
  readonly read?: { readonly title: string; readonly where: string; readonly url: string; readonly asOf: string }
}

/** One row of `rules/cpic-pairs.json`: that CPIC lists a gene with a drug, at a level. Never advice. */
export type CpicPair = {
  readonly gene: string
  /** As CPIC writes it. */
  readonly drug: string
  /** Drugs of `rules/drugs/ingredients.json` that an order of it names; empty when no order can, with the reason in `note`. */
  readonly drugs: readonly string[]
  readonly rxcui: string | null
  readonly level: 'A' | 'A/B' | 'B' | 'B/C' | 'C' | 'C/D' | 'D'
  readonly status: 'final' | 'provisional'
  readonly clinpgxLevel: string | null
  /** What ClinPGx says of the FDA label: `Testing required`, `Actionable PGx` … */
  readonly fdaLabel: string | null
  readonly pmid: readonly string[]
  readonly note?: string
}

/** One code of `rules/actions.json`. */
export type ActionRule = { readonly code: string; readonly meaning: string; readonly consequence: Consequence }

/** A row that somebody has switched while the server runs, and what the answer says of it. */
export type SwitchedRow = { readonly use: 'off' | 'shadow'; readonly words: string }

/** Knowledge, loaded, checked and indexed. Frozen. */
export type Knowledge = {
  /** Version and hash of all rule files together: `2026.11.0+sha256:ab12…`. */
  readonly version: string
  readonly asOf: string
  readonly genes: GeneTables
  readonly drugs: DrugIndex
  /** Guidance rows by drug name. */
  readonly guidance: ReadonlyMap<string, readonly GuidanceRow[]>
  readonly modifiers: readonly ModifierRow[]
  /** Every pair of gene and drug that CPIC lists, with or without guidance. */
  readonly pairs: readonly CpicPair[]
  readonly actions: ReadonlyMap<string, ActionRule>
  /** Further tables by file name without `.json`, checked by the room that owns them: populations, test-first, alternatives, gene-names … */
  readonly tables: ReadonlyMap<string, unknown>
  /** Rows of guidance and of test-first advice that are switched for the tenant that this is for, by id; absent where none is. */
  readonly switched?: ReadonlyMap<string, SwitchedRow>
}
