import type { PatientFacts } from '../../src/contract/facts.ts'
import type { Assessment, DrugAssessment } from '../../src/contract/findings.ts'
import type { GeneCall } from '../../src/contract/genes.ts'
import { assessInSlices } from '../../src/guidance/assess.ts'
import { callGenes } from '../../src/pgx/gene-calls.ts'
import { answerAll, answerOrder } from '../../src/risk/moments/answer-moment.ts'
import { openSituation, type Situation } from '../../src/risk/moments/situation.ts'
import { inTurns, mapInTurns, type Slices } from '../../src/slices.ts'
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

function* guidanceInSlices(facts: PatientFacts, kit: ServiceKit): Slices<{ calls: readonly GeneCall[]; assessment: Assessment }> {
  const calls = callGenes(facts, kit.knowledge.genes, kit.knowledge.modifiers)
  yield
  return { calls, assessment: yield* assessInSlices(facts, calls, kit.knowledge, { precedence: kit.precedence }) }
}

const consultIn = async (facts: PatientFacts, kit: ServiceKit): Promise<{ assessment: Assessment; situation: Situation }> => {
  const { stage = (_name, work) => work() } = kit
  const { calls, assessment } = await stage('guidance', () => inTurns(guidanceInSlices(facts, kit)))
  const situation = openSituation(kit.moments, kit.models, facts, calls)
  const orders = await stage('risk', () =>
    mapInTurns(assessment.orders, async (entry) => ({
      ...entry,
      drugs: await Promise.all(entry.drugs.map((drug) => withEstimates(drug, situation))),
    })),
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
