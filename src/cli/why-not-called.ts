import { basesOf, type GeneDefinitions } from '../pgx/calling/definitions.ts'
import type { StarCall } from '../pgx/calling/star-call.ts'

/** Positions that are named at most. */
const MOST_NAMED = 4

const cellOf = (gene: GeneDefinitions, allele: string, pos: number, ref: string): readonly string[] =>
  basesOf(gene.alleles[allele]?.at[`${pos}`] ?? ref)

/**
 * Why two alleles do not explain a sample: the positions whose bases they cannot have, each position taken alone.
 * Null when the names are no pair of alleles of the gene, or no single position speaks against them.
 */
export const whyNotCalled = (gene: GeneDefinitions, call: StarCall, diplotype: string): string | null => {
  const [first, second, ...more] = diplotype.split('/')
  if (first === undefined || second === undefined || more.length > 0 || !(first in gene.alleles) || !(second in gene.alleles)) return null
  const against = call.used.filter(({ pos, bases }) => {
    const position = gene.positions.find((one) => one.pos === pos && !one.flags?.includes('ignored'))
    const [one = '', other = one] = bases.split(/[/|]/)
    const fits = (allele: string, base: string): boolean => cellOf(gene, allele, pos, position?.ref ?? '').includes(base)
    return !((fits(first, one) && fits(second, other)) || (fits(first, other) && fits(second, one)))
  })
  if (against.length === 0) return null
  const named = against.slice(0, MOST_NAMED).map(({ rsid, pos, bases }) => `${rsid ?? pos} is ${bases}`)
  return `${diplotype} cannot be: ${named.join(', ')}${against.length > MOST_NAMED ? ` and ${against.length - MOST_NAMED} more` : ''}`
}
