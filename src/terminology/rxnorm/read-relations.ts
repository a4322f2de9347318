import { isRxcui } from '../check-digits.ts'
import type { Concepts } from './read-concepts.ts'
import type { RrfReading } from './read-rrf.ts'
import { relationOf, stepsOf } from './steps.ts'

type Edge = { readonly relation: string; readonly to: number; readonly line: number }

/** Relations from a code towards its ingredients. */
export type Relations = { readonly from: Map<number, Edge[]>; kept: number; suppressed: number }

export const newRelations = (): Relations => ({ from: new Map(), kept: 0, suppressed: 0 })

const leads = (from: string | undefined, relation: string, to: string | undefined): boolean =>
  from !== undefined && to !== undefined && stepsOf(from).some((step) => step.relation === relation && step.to.includes(to))

/**
 * Columns of RXNREL: 0 RXCUI1, 4 RXCUI2, 7 RELA, 10 SAB, 14 SUPPRESS. A row reads backwards: the second concept has the relation to the
 * first (RXCUI2 has_ingredient RXCUI1). Only RxNorm's own relations between concepts count.
 */
export const relationReader = (relations: Relations, concepts: Concepts): RrfReading['onRow'] => {
  return (columns, line) => {
    const [first = '', , , , second = '', , , rela = '', , , sab = '', , , , suppress = ''] = columns
    if (sab !== 'RXNORM') return null
    const known = relationOf(rela)
    if (known === null || first === '' || second === '') return null // between atoms: spellings of one name
    if (!isRxcui(first) || !isRxcui(second)) return 'a column that should hold an RxNorm code does not'
    const [from, to] = known.inverse ? [Number(first), Number(second)] : [Number(second), Number(first)]
    if (from === to) return `the code ${from} is related to itself (${rela})`
    const unknown = [from, to].find((code) => !concepts.all.has(code))
    if (unknown !== undefined) return `the relation names the code ${unknown}, which RXNCONSO.RRF does not hold`
    if (suppress !== '' && suppress !== 'N') {
      relations.suppressed += 1
      return null
    }
    if (!leads(concepts.byCode.get(from)?.tty, known.relation, concepts.byCode.get(to)?.tty)) return null
    const edges = relations.from.get(from) ?? []
    if (edges.some((edge) => edge.to === to && edge.relation === known.relation)) return null
    edges.push({ relation: known.relation, to, line })
    relations.from.set(from, edges)
    relations.kept += 1
    return null
  }
}
