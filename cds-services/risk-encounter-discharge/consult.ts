import type { PatientFacts } from '../../src/contract/facts.ts'
import type { Assessment } from '../../src/contract/findings.ts'
import { callGenes } from '../../src/pgx/gene-calls.ts'
import { answerAll } from '../../src/risk/moments/answer-moment.ts'
import { openSituation } from '../../src/risk/moments/situation.ts'
import type { ServiceKit } from '../pgx/kit.ts'

/** The models that a discharge asks, and nothing else: no order is looked at. */
export const consultDischarge = async (facts: PatientFacts, kit: ServiceKit): Promise<Assessment> => {
  const { stage = (_name, work) => work() } = kit
  const calls = stage('guidance', () => callGenes(facts, kit.knowledge.genes, kit.knowledge.modifiers))
  const { version, asOf } = kit.knowledge
  const moments = await stage('risk', () => answerAll(kit.moments.discharge, openSituation(kit.moments, kit.models, facts, calls)))
  return { knowledge: { version, asOf }, geneCalls: calls, orders: [], medicines: [], moments, gaps: [] }
}
