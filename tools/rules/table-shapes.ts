/**
 * What each reference table must look like. A column that is new, missing or misspelt stops the generator:
 * a new column may hold what changes a recommendation, and nobody would have read it.
 */
export type TableShape = {
  /** Every column, in any order. */
  readonly columns: readonly string[]
  /** Columns that together make a row one of a kind. */
  readonly key: readonly string[]
}

const words = (text: string): string[] => text.split(' ')

export const TABLE_SHAPES: Readonly<Record<string, TableShape>> = {
  'alleles.tsv': {
    columns: words('gene allele function activity function_2026 flags n_defining defining clinpgx_id'),
    key: ['gene', 'allele'],
  },
  'cpic_pairs.tsv': {
    columns: words('gene drug rxcui cpic_level status clinpgx_level fda_label pmids'),
    key: ['gene', 'drug'],
  },
  'drugs.tsv': {
    columns: words('drug rxcui_ingredient components clinpgx_id drugbank atc brands sources genes cpic_level'),
    key: ['drug'],
  },
  'fda.tsv': {
    columns: words('source tier drug gene subgroup actions effect id verified'),
    key: words('source tier drug gene subgroup id'),
  },
  'genes.tsv': {
    columns: words(
      'gene hgnc chrom refseq_chrom refseq_gene refseq_protein result_kind lookup_kind callable_from reference_allele n_alleles n_positions pos_min pos_max definition_date loinc_phenotype loinc_source clinpgx_gene hgnc_check',
    ),
    key: ['gene'],
  },
  'loinc.tsv': { columns: words('code display use source check'), key: ['code'] },
  'phase_ambiguities.tsv': { columns: words('gene called cannot_rule_out het_at'), key: words('gene called cannot_rule_out het_at') },
  'phenoconversion.tsv': { columns: words('enzyme kind strength drug rxcui basis verified'), key: ['enzyme', 'kind', 'drug'] },
  'rxnorm_products.tsv': { columns: words('rxcui tty ingredient_rxcui ingredient strength_and_form'), key: ['rxcui'] },
  'rxnorm_products_more.tsv': { columns: words('rxcui tty match ingredients name'), key: ['rxcui'] },
  'variants.tsv': { columns: words('gene chrom pos rsid ref alts hgvs_g flags'), key: words('gene chrom pos ref alts') },
}
