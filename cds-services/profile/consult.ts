import type { PatientFacts } from '../../src/contract/facts.ts'
import type { Assessment } from '../../src/contract/findings.ts'
import { callGenes } from '../../src/pgx/gene-calls.ts'
import { estimate, estimatePerson } from '../../src/risk/estimate.ts'
import { consult } from '../pgx/consult.ts'
import type { ServiceKit } from '../pgx/kit.ts'
import { compareClasses } from './compare-class.ts'

/** As at the hooks, and the risk models for medicines already taken and of the person as well. */
export const consultProfile = async (facts: PatientFacts, kit: ServiceKit): Promise<Assessment> => {
  const assessment = await consult(facts, kit)
  const calls = callGenes(facts, kit.knowledge.genes, kit.knowledge.modifiers)
  const medicines = await Promise.all(
    assessment.medicines.map(async (drug) => ({ ...drug, estimates: await estimate(kit.models, facts, calls, drug.drug) })),
  )
  const orders = compareClasses(assessment, facts, kit)
  return { ...assessment, orders, medicines, general: await estimatePerson(kit.models, facts, calls) }
}
