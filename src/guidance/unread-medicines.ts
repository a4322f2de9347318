import type { PatientFacts } from '../contract/facts.ts'
import type { Gap } from '../contract/lineage.ts'
import { concerns } from '../pgx/phenoconversion.ts'
import type { Kit } from './advise.ts'
import { wasRead } from './subject.ts'

/** Medicines that came under another key than the services name were read all the same, unless a search for them was cut or failed. */
const isUnread = (facts: PatientFacts): boolean => {
  if (facts.questions.length === 0 || wasRead(facts, 'medicines')) return false
  return facts.medicines.length === 0 || facts.gaps.some(({ about, code }) => about === 'medicines' && code !== 'not-asked')
}

/**
 * A normal genotype may act as a poor one under an inhibitor. Where the medicine list was not read, that is not known and is said,
 * for each gene with a usable result whose enzyme a medicine could change.
 */
export const unreadMedicineGaps = (facts: PatientFacts, genes: readonly string[], { calls, knowledge }: Kit): Gap[] => {
  if (!isUnread(facts)) return []
  const code = facts.gaps.find(({ about }) => about === 'medicines')?.code ?? 'not-asked'
  const changeable = new Set(knowledge.modifiers.filter(({ verified }) => verified === 'seen').map(({ enzyme }) => enzyme))
  return genes
    .filter(
      (gene) => [...changeable].some((enzyme) => concerns(enzyme, gene)) && ['called', 'candidates'].includes(calls.get(gene)?.state ?? ''),
    )
    .map((gene) => ({ about: gene, code, because: `the medicine list was not read, so medicines that change ${gene} are not known` }))
}
