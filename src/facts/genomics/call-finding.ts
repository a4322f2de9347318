import type { ActivityScore, Genotype } from '../../contract/genes.ts'
import type { GeneTable } from '../../pgx/gene-tables.ts'
import { NO_GENOTYPE, phenotypeGenotype } from '../../pgx/genotype.ts'
import type { WordedPhenotype } from './finding.ts'
import type { GenomicTerms } from './genomic-terms.ts'
import type { Linked } from './link-evidence.ts'
import { codeOfTerm } from './phenotype-words.ts'

/** Genotype of one linked finding by the tables, what it leaves open, and why. */
export type Called = { readonly genotype: Genotype; readonly candidates: readonly Genotype[]; readonly flags: readonly string[] }

const same = <T>(values: readonly T[]): T | null => {
  const [first] = values
  return first !== undefined && values.every((value) => value === first) ? first : null
}

/** What all open genotypes have in common; nothing that only some of them say. */
const common = (genotypes: readonly Genotype[], diplotype: string | null): Genotype => {
  const [first = NO_GENOTYPE] = genotypes
  const score = same(genotypes.map((genotype) => genotype.activityScore?.text ?? null))
  const scores: ActivityScore | null = score === null ? null : first.activityScore
  const code = same(genotypes.map((genotype) => genotype.phenotype?.code ?? null))
  return {
    diplotype,
    activityScore: scores,
    phenotype: code === null ? null : first.phenotype,
    keys: first.keys.filter((key) => genotypes.every((genotype) => genotype.keys.includes(key))),
  }
}

const callSeveral = (genotypes: readonly Genotype[], diplotype: string | null, flags: readonly string[]): Called => {
  const genotype = common(genotypes, diplotype)
  const open = flags.includes('copy-number-unknown') || genotype.phenotype === null
  return { genotype, candidates: genotypes, flags: open ? ['candidates-differ'] : [] }
}

const codesIn = (phenotypes: readonly WordedPhenotype[]): readonly string[] => [
  ...new Set(phenotypes.flatMap((phenotype) => phenotype.code ?? [])),
]

/** The table's phenotype stands; a laboratory's other word is kept beside it as a candidate. */
const callOne = (table: GeneTable, genotype: Genotype, phenotypes: readonly WordedPhenotype[]): Called => {
  const others =
    genotype.phenotype === null || table.method === 'allele-presence'
      ? []
      : codesIn(phenotypes).filter((code) => code !== genotype.phenotype?.code)
  const legacy = phenotypes.some((phenotype) => phenotype.legacy) ? ['legacy-term'] : []
  if (others.length === 0) return { genotype, candidates: [], flags: legacy }
  return {
    genotype,
    candidates: [genotype, ...others.map((code) => phenotypeGenotype(table, code))],
    flags: ['lab-table-mismatch', ...legacy],
  }
}

const callPhenotype = (table: GeneTable, phenotypes: readonly WordedPhenotype[]): Called => {
  const codes = codesIn(phenotypes)
  const legacy = phenotypes.some((phenotype) => phenotype.legacy) ? ['legacy-term'] : []
  const [code, other] = codes
  if (code === undefined) return { genotype: NO_GENOTYPE, candidates: [], flags: ['not-in-table', ...legacy] }
  if (code === 'ind') return { genotype: NO_GENOTYPE, candidates: [], flags: ['indeterminate'] }
  if (other !== undefined) {
    const genotypes = codes.map((each) => phenotypeGenotype(table, each))
    return {
      genotype: common(genotypes, null),
      candidates: genotypes,
      flags: ['phenotype-only', 'ambiguous-diplotype', 'candidates-differ', ...legacy],
    }
  }
  return { genotype: phenotypeGenotype(table, code), candidates: [], flags: ['phenotype-only', ...legacy] }
}

/** A phenotype whose gene is not known: the word is kept, no rule can find it. */
const withoutGene = (terms: GenomicTerms, linked: Linked): Called => {
  const [phenotype] = linked.phenotypes
  const [genotype = NO_GENOTYPE] = linked.finding.genotypes
  const flags = linked.flags.includes('gene-conflict') || linked.finding.state !== null ? [] : ['gene-missing']
  if (phenotype === undefined) return { genotype: { ...genotype, keys: [] }, candidates: [], flags }
  const code = terms.symbols.map((symbol) => codeOfTerm(terms, symbol, phenotype.term)).find((each) => each !== null) ?? phenotype.term
  return { genotype: { ...genotype, phenotype: { code, term: phenotype.term }, keys: [] }, candidates: [], flags }
}

/** The table's word on a finding; the laboratory's own is kept beside it. */
export const callFinding = (terms: GenomicTerms, linked: Linked): Called => {
  const table = linked.gene === null ? undefined : terms.table(linked.gene)
  if (!table) return withoutGene(terms, linked)
  const { genotypes, diplotype } = linked.finding
  const [only] = genotypes
  if (genotypes.length > 1) return callSeveral(genotypes, diplotype, linked.finding.flags)
  if (only !== undefined)
    return callOne(table, { ...only, diplotype: only.diplotype === null ? null : (diplotype ?? only.diplotype) }, linked.phenotypes)
  if (linked.phenotypes.length > 0 && linked.finding.state === null) return callPhenotype(table, linked.phenotypes)
  return { genotype: { ...NO_GENOTYPE, diplotype }, candidates: [], flags: [] }
}
