import type { PatientFacts } from '../../src/contract/facts.ts'
import type { Assessment, DrugAssessment } from '../../src/contract/findings.ts'
import type { GeneCall } from '../../src/contract/genes.ts'
import { assess } from '../../src/guidance/assess.ts'
import { callGenes } from '../../src/pgx/gene-calls.ts'
import { estimate } from '../../src/risk/estimate.ts'
import type { ServiceKit } from './kit.ts'

const withEstimates = async (
  drug: DrugAssessment,
  facts: PatientFacts,
  calls: readonly GeneCall[],
  kit: ServiceKit,
): Promise<DrugAssessment> => ({
  ...drug,
  estimates: await estimate(kit.models, facts, calls, drug.drug),
})

/** Genes, guidance and risk models on one patient's facts. Card and panel both come from here. */
export const consult = async (facts: PatientFacts, kit: ServiceKit): Promise<Assessment> => {
  const calls = callGenes(facts, kit.knowledge.genes, kit.knowledge.modifiers)
  const assessment = assess(facts, calls, kit.knowledge, { precedence: kit.precedence })
  const orders = await Promise.all(
    assessment.orders.map(async (entry) => ({
      ...entry,
      drugs: await Promise.all(entry.drugs.map((drug) => withEstimates(drug, facts, calls, kit))),
    })),
  )
  return { ...assessment, orders }
}
