import type { DrugIdentity, PatientFacts } from '../../contract/facts.ts'
import type { Assessment, DrugAssessment } from '../../contract/findings.ts'
import type { GeneCall } from '../../contract/genes.ts'
import { assess } from '../../guidance/assess.ts'
import type { Knowledge } from '../../guidance/rules.ts'
import { callGenes } from '../../pgx/gene-calls.ts'
import { drawPatient, sketchSchema } from '../patient-sketch.ts'
import type { Extra } from './record-sketches.ts'

const RXNORM = 'http://www.nlm.nih.gov/research/umls/rxnorm'

/**
 * How an order can name a drug: by RxNorm ingredient, by a product, by its name as text.
 * Each is tried as it would come from an EHR; null when none leads to the drug.
 */
export const orderOf = (drug: string, { drugs, modifiers }: Knowledge): DrugIdentity | null => {
  const rxcui = drugs.ingredient(drug)?.rxcui ?? null
  const product = drugs.products(drug)[0] ?? drugs.search(drug.replaceAll(/[^a-z0-9-]+/g, ' ').trim(), 1)[0]
  const ways = [
    ...(rxcui === null ? [] : [{ codings: [{ system: RXNORM, code: rxcui }], text: null }]),
    ...(product === undefined ? [] : [{ codings: [{ system: RXNORM, code: product.rxcui, display: product.name }], text: null }]),
    { codings: [], text: drug },
    // Some rows are about a drug together with others only: any other drug will do.
    { codings: [], text: `${drug} / ${modifiers[0]?.drug ?? ''}` },
  ]
  return ways.map((way) => drugs.identify(way)).find(({ ingredients }) => ingredients.some(({ name }) => name === drug)) ?? null
}

/** What the trial patient's results are; null is no result. */
export type Results = Readonly<Record<string, string | null>>

export type Trial = { readonly order: DrugIdentity; readonly results: Results; readonly extra: Extra; readonly mgPerDay?: number }
export type Tried = { readonly assessment: Assessment; readonly calls: readonly GeneCall[] }

const factsOf = ({ order, results, extra, mgPerDay }: Trial, knowledge: Knowledge): PatientFacts => {
  const genes = Object.fromEntries(Object.entries(results).filter((entry): entry is [string, string] => entry[1] !== null))
  const dose = mgPerDay === undefined ? {} : { mgPerDay }
  const sketch = sketchSchema.parse({ age: 45, ...extra, genes, order: { drug: order.text, ...dose } })
  const drawn = drawPatient(sketch, knowledge)
  return { ...drawn, orders: drawn.orders.map((one) => ({ ...one, drug: order })) }
}

/** The engine of the service on one synthetic patient with one order. */
export const runTrial = (trial: Trial, knowledge: Knowledge): Tried => {
  const facts = factsOf(trial, knowledge)
  const calls = callGenes(facts, knowledge.genes, knowledge.modifiers)
  return { calls, assessment: assess(facts, calls, knowledge, { precedence: ['CPIC', 'DPWG', 'FDA'] }) }
}

/**
 * The facts of a made-up patient who is to get the drug; null when no order can name it.
 * @throws AttuneError `input-unreadable` for a gene or result that the rules do not know
 */
export const drawTrial = (
  { drug, results, extra }: { readonly drug: string; readonly results: Results; readonly extra: Extra },
  knowledge: Knowledge,
): PatientFacts | null => {
  const order = orderOf(drug, knowledge)
  return order && factsOf({ order, results, extra }, knowledge)
}

/** What the engine says of the drug in the trial. */
export const saidOf = (drug: string, { assessment }: Tried): DrugAssessment | null =>
  assessment.orders.flatMap(({ drugs }) => drugs).find((one) => one.drug.name === drug) ?? null
