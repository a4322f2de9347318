import type { PatientFacts } from '../contract/facts.ts'
import type { Gap } from '../contract/lineage.ts'
import type { Kit } from './advise.ts'

/** The search for genetic results, by its prefetch key. */
const RESULTS = 'genotypes'

/**
 * A page of genetic results that was not read may hold another result of a gene, or a newer one. Where a search for them was cut or
 * failed, a result that was read does not stand alone: it is said for each gene that the drug has guidance on. A gene without any result
 * says it for itself.
 */
export const unreadResultGaps = ({ gaps }: PatientFacts, genes: readonly string[], { calls }: Kit): Gap[] => {
  const cut = gaps.find(({ about, code }) => about === RESULTS && code !== 'not-asked')
  if (!cut) return []
  return genes
    .filter((gene) => ['called', 'candidates'].includes(calls.get(gene)?.state ?? ''))
    .map((gene) => ({
      about: gene,
      code: cut.code,
      because: `not all genetic results could be read, so another result of ${gene} may exist`,
    }))
}
