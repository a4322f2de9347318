import { AttuneError } from '../../errors.ts'
import type { GeneNames } from '../../pgx/gene-names.ts'
import type { GeneTables } from '../../pgx/gene-tables.ts'
import { isHgncId, isLoinc, isSnomedConcept } from '../../terminology/check-digits.ts'
import type { GenomicCodes } from './codes.ts'

const namesProblems = (genes: GeneTables, names: GeneNames): string[] =>
  Object.entries(names).flatMap(([gene, { alleles, sites }]) => {
    const table = genes.get(gene)
    if (!table) return [`gene-names: no gene ${gene}`]
    const named = [...alleles.map((each) => each.allele), ...sites.flatMap((site) => Object.values(site.bases).flat())]
    return [...new Set(named)]
      .filter((allele) => !Object.hasOwn(table.alleles, allele))
      .map((allele) => `gene-names: ${gene} has no allele ${allele}`)
  })

/** Misprints are listed because they fail their check digit. */
const codesProblems = (codes: GenomicCodes): string[] => {
  const { roles, components, reports, enzymeActivity, perGene, presence, answers, conditions, transplants } = codes
  const loincs = [
    ...Object.values(roles).flat(),
    ...Object.values(components).flat(),
    ...reports,
    ...Object.keys(enzymeActivity),
    ...Object.keys(perGene),
    ...Object.keys(presence),
  ]
  const snomeds = [
    ...Object.keys(conditions),
    ...transplants.stemCell.codes,
    ...transplants.liver.codes,
    ...transplants.denied,
    ...Object.keys(answers),
  ]
  return [
    ...[...loincs, ...Object.keys(answers)]
      .filter((code) => /^(?:LA)?\d+-\d$/.test(code) && !isLoinc(code))
      .map((code) => `genomic-codes: ${code} fails its check digit`),
    ...snomeds
      .filter((code) => /^\d{6,}$/.test(code) && !isSnomedConcept(code))
      .map((code) => `genomic-codes: ${code} is no SNOMED CT concept number`),
    ...codes.misprints
      .filter((code) => isLoinc(code))
      .map((code) => `genomic-codes: ${code} is listed as a misprint, but its check digit is right`),
  ]
}

const meaningProblems = (genes: GeneTables, codes: GenomicCodes): string[] => {
  const named = [
    ...Object.values(codes.perGene),
    ...Object.values(codes.enzymeActivity),
    ...Object.values(codes.presence).map((each) => each.gene),
    ...Object.values(codes.conditions).map((each) => each.gene),
    ...codes.phenotypes.flatMap((each) => each.genes ?? []),
  ]
  const terms = new Set([...genes.values()].flatMap((table) => Object.values(table.phenotypes).map((phenotype) => phenotype.term)))
  const used = [
    ...codes.phenotypes.map((each) => each.term),
    ...Object.values(codes.answers).flatMap((each) => each.term ?? []),
    ...Object.values(codes.conditions).flatMap((each) => each.term ?? []),
  ]
  return [
    ...[...new Set(named)].filter((gene) => !genes.has(gene)).map((gene) => `genomic-codes: no gene ${gene}`),
    ...[...new Set(used)].filter((term) => !terms.has(term)).map((term) => `genomic-codes: no gene has the phenotype ${term}`),
    ...Object.values(codes.presence)
      .filter(({ gene, allele }) => !genes.get(gene)?.presence?.includes(allele))
      .map(({ gene, allele }) => `genomic-codes: ${gene} does not ask for ${allele}`),
  ]
}

const genesProblems = (genes: GeneTables): string[] =>
  [...genes.values()].filter((table) => !isHgncId(table.hgnc)).map((table) => `${table.symbol}: ${table.hgnc} is no HGNC number`)

/**
 * Names and codes must fit the gene tables.
 * @throws AttuneError `rules-invalid` with every problem listed
 */
export const checkTerms = (genes: GeneTables, names: GeneNames, codes: GenomicCodes): void => {
  const problems = [...genesProblems(genes), ...namesProblems(genes, names), ...codesProblems(codes), ...meaningProblems(genes, codes)]
  if (problems.length > 0)
    throw new AttuneError('rules-invalid', `${problems.length} problems in names and codes of genomic results\n${problems.join('\n')}`)
}
