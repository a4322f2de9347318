import type { Role } from './evidence.ts'
import type { GenomicTerms } from './genomic-terms.ts'
import { type ReadCode, rememberingCodes } from './read-code.ts'
import { distinctGenes } from './resolve-gene.ts'
import { hasStem, hasWord } from './wording.ts'

/** What the code of an Observation says before its value is looked at. */
export type TestName = {
  /** Null where no value of it is a result of a gene. */
  readonly role: Role | null
  /** Genes that its words name. */
  readonly named: readonly string[]
  /** The gene that its code is of. */
  readonly gene: string | null
  readonly saysGenotype: boolean
  readonly ofRelatives: boolean
}

const ROLES = ['genotype', 'haplotype', 'variant', 'implication', 'gene'] as const

const roleOf = (terms: GenomicTerms, codes: readonly string[], names: string): Role | null => {
  const { roles } = terms.codes
  for (const role of ROLES) if (codes.some((code) => roles[role].includes(code))) return role === 'genotype' ? 'result' : role
  if (codes.some((code) => roles.none.includes(code) || roles.study.includes(code) || terms.codes.enzymeActivity[code] !== undefined))
    return null
  return /haplotype/i.test(names) ? 'haplotype' : 'result'
}

/** Kept by code: every laboratory result is asked. */
export const testNameOf: (terms: GenomicTerms, code: ReadCode) => TestName = rememberingCodes((terms: GenomicTerms, { codes, words }) => {
  const names = words.join(' ')
  return {
    role: roleOf(terms, codes, names),
    named: distinctGenes(terms, words),
    gene: codes.map((each) => terms.codes.perGene[each] ?? terms.codes.presence[each]?.gene).find((gene) => gene !== undefined) ?? null,
    saysGenotype: hasStem(names, terms.codes.genotypeWords),
    ofRelatives: words.some((name) => hasWord(name, terms.codes.relatives)),
  }
})

/** Genes that the words of a coded concept name. Kept by code. */
export const genesInCode: (terms: GenomicTerms, code: ReadCode) => readonly string[] = rememberingCodes((terms: GenomicTerms, { words }) =>
  distinctGenes(terms, words),
)
