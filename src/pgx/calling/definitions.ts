/**
 * What is known of one gene's alleles as variants, as `rules/genes/<SYMBOL>.variants.json` holds it. Data only.
 * Bases are those of a VCF record: left-aligned, GRCh38, plus strand.
 */
export type GeneDefinitions = {
  readonly symbol: string
  readonly assembly: 'GRCh38'
  /** `chr10` */
  readonly chrom: string
  readonly source: { readonly id: string; readonly version: string; readonly asOf: string }
  /** What a base means that no definition knows: the gene is not called, or (known variants concern toxicity) it counts as reference. */
  readonly undocumented: 'not-called' | 'reference'
  /**
   * Two positions of one allele of which `decider` makes the function and `marker` only travels with it. The decider is believed;
   * the marker counts where the decider is missing.
   */
  readonly proxy?: { readonly marker: number; readonly decider: number; readonly both: string; readonly deciderOnly: string }
  /** Alleles that are combinations by name and take no part in further combinations. */
  readonly notCombined?: readonly string[]
  /** A position that may be used alone where no diplotype fits, and who says so. */
  readonly singleSite?: { readonly pos: number; readonly basis: string }
  /** Sub-allele to the allele that is reported: `*45.002` to `*45`. */
  readonly reportedAs?: { readonly [allele: string]: string }
  /** Where the rules above were read. */
  readonly basis?: readonly string[]
  /** Where unphased data fit `pick` and all of `over`, `pick` is preferred. */
  readonly priorities?: readonly { readonly pick: string; readonly over: readonly string[] }[]
  /** Unphased calls that another diplotype would explain as well; `hetAt` names the positions that must be heterozygous. */
  readonly cannotRuleOut?: readonly { readonly called: string; readonly alternative: string; readonly hetAt?: readonly string[] }[]
  readonly positions: readonly {
    readonly pos: number
    readonly rsid: string | null
    readonly ref: string
    readonly alts: readonly string[]
    /** Genomic HGVS names, one per member of `alts`. */
    readonly names: readonly string[]
    readonly flags?: readonly ('amp1' | 'required' | 'extra' | 'ignored')[]
  }[]
  /** `at`: position to base, or IUPAC letter where either base fits. `whole`: all other positions are defined, too, by their reference base. */
  readonly alleles: { readonly [name: string]: { readonly whole?: true; readonly at: { readonly [pos: string]: string } } }
}

/** Letters that stand for several bases. A definition that holds one fits each of them. */
export const IUPAC: Readonly<Record<string, string>> = {
  R: 'AG',
  Y: 'CT',
  S: 'CG',
  W: 'AT',
  K: 'GT',
  M: 'AC',
  B: 'CGT',
  D: 'AGT',
  H: 'ACT',
  V: 'ACG',
  N: 'ACGT',
}

/** Bases that a definition cell fits. */
export const basesOf = (cell: string): readonly string[] => (cell.length === 1 && IUPAC[cell] ? IUPAC[cell].split('') : [cell])
