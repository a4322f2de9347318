import { z } from 'zod'
import { AttuneError } from '../errors.ts'

const alleleName = z.strictObject({
  name: z.string().min(1),
  allele: z.string().min(1),
  legacy: z.boolean().default(false),
})

const site = z.strictObject({
  /** dbSNP id. */
  id: z.string().regex(/^rs\d+$/),
  /** Further names in use, `-1639G>A`. Compared without case. */
  names: z.array(z.string().min(3)).default([]),
  /** Plus-strand base to the alleles that carry it; the first one is the most frequent. */
  bases: z.record(z.string().regex(/^[ACGT]$/), z.array(z.string()).min(1)),
  /** `site`: the genotype of the site is the result. `alleles`: named by alleles. `variant`: too little for a call. */
  as: z.enum(['site', 'alleles', 'variant']),
  /** Names that a current report would not use. */
  legacy: z.boolean().default(false),
  /** RefSeq accession -> 1-based position. */
  positions: z.record(z.string(), z.number().int()).default({}),
})

const gene = z.strictObject({
  aliases: z.array(z.string().min(2)).default([]),
  /** Where the product acts: decides what a transplant does to a result. */
  acts: z.array(z.enum(['liver', 'marrow'])).default([]),
  alleles: z.array(alleleName).default([]),
  sites: z.array(site).default([]),
})

const schema = z.strictObject({ about: z.string(), source: z.string(), genes: z.record(z.string(), gene) })

export type GeneNames = Readonly<Record<string, z.output<typeof gene>>>
export type Site = z.output<typeof site>

/**
 * Names of genes, alleles and sites other than the current ones, from `rules/gene-names.json`.
 * @throws AttuneError `rules-invalid` with every problem named.
 */
export const readGeneNames = (raw: unknown): GeneNames => {
  const result = schema.safeParse(raw)
  if (!result.success) throw new AttuneError('rules-invalid', `gene-names: ${z.prettifyError(result.error)}`)
  return result.data.genes
}
