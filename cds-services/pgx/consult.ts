import type { PatientFacts } from '../../src/contract/facts.ts'
import type { Assessment, DrugAssessment } from '../../src/contract/findings.ts'
import { assess } from '../../src/guidance/assess.ts'
import { callGenes } from '../../src/pgx/gene-calls.ts'
import { answerAll, answerOrder } from '../../src/risk/moments/answer-moment.ts'
import { openSituation, type Situation } from '../../src/risk/moments/situation.ts'
import type { ServiceKit } from './kit.ts'

/** With what the models say about the drug itself (its dose), and at this order (the rows of `rules/moments.json`). */
const withEstimates = async (drug: DrugAssessment, situation: Situation): Promise<DrugAssessment> => {
  const asked = situation.models
    .forDrug(drug.drug)
    .flatMap(({ ref, manifest }) => manifest.questions.map(({ id }) => [ref.id, id] as const))
  const estimates = (await Promise.all(asked.map(([model, question]) => situation.estimate(model, question)))).filter((one) => one !== null)
  const moments = await answerOrder({ ref: drug.ref, drug: drug.drug }, situation)
  return { ...drug, estimates, ...(moments.length > 0 ? { moments } : {}) }
}

const consultIn = async (facts: PatientFacts, kit: ServiceKit): Promise<{ assessment: Assessment; situation: Situation }> => {
  const { stage = (_name, work) => work() } = kit
  const { calls, assessment } = stage('guidance', () => {
    const calls = callGenes(facts, kit.knowledge.genes, kit.knowledge.modifiers)
    return { calls, assessment: assess(facts, calls, kit.knowledge, { precedence: kit.precedence }) }
  })
  const situation = openSituation(kit.moments, kit.models, facts, calls)
  const orders = await stage('risk', () =>
    Promise.all(
      assessment.orders.map(async (entry) => ({
        ...entry,
        drugs: await Promise.all(entry.drugs.map((drug) => withEstimates(drug, situation))),
      })),
    ),
  )
  return { assessment: { ...assessment, orders }, situation }
}

/** Genes, guidance and risk models on one patient's facts. Card and panel both come from here. */
export const consult = async (facts: PatientFacts, kit: ServiceKit): Promise<Assessment> => (await consultIn(facts, kit)).assessment

/** The same when a chart is opened, with what is to be told then. */
export const consultChart = async (facts: PatientFacts, kit: ServiceKit): Promise<Assessment> => {
  const { assessment, situation } = await consultIn(facts, kit)
  return { ...assessment, moments: await answerAll(kit.moments.chart, situation) }
}
