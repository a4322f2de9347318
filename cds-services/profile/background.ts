import { randomUUID } from 'node:crypto'
import { seenAdvice } from '../../src/cards/bins.ts'
import { writeOrderCards } from '../../src/cards/write-cards.ts'
import { writeMedicineCards } from '../../src/cards/write-medicine-cards.ts'
import type { Background, SeenAdvice } from '../../src/contract/background.ts'
import type { PatientFacts } from '../../src/contract/facts.ts'
import type { Assessment } from '../../src/contract/findings.ts'
import { explainMedicines, explainOrders } from '../pgx/explain.ts'
import type { ServiceKit } from '../pgx/kit.ts'
import { writingFor } from '../pgx/write.ts'
import { drugsOf, estimatesOf, gapEffects } from './gap-effects.ts'

/** Nobody reads these cards: they are written to know for what there would be one. What a user overrode is not looked up for that. */
const NOBODY = {
  client: 'smart-app',
  tenant: '',
  sandbox: false,
  fhirServer: null,
  encounterId: null,
  appLaunchUrl: 'https://app.invalid/',
  linkHosts: [],
  newUuid: randomUUID,
  seal: () => randomUUID(),
  overridden: new Map(),
} as const

/** What each resource is good for: drugs and models by the resource that they rest on. */
export type RestingOn = readonly (readonly [name: string, rests: unknown])[]

export const restingOn = (assessment: Assessment): RestingOn => [
  ...drugsOf(assessment).map((drug) => [drug.drug.name, { ...drug, classmates: undefined, estimates: undefined }] as const),
  ...estimatesOf(assessment).map((estimate) => [estimate.title, estimate] as const),
]

/** What an assessment was made of and why it is silent where it is. */
export const explainProfile = (
  assessment: Assessment,
  facts: PatientFacts,
  kit: ServiceKit,
): Pick<Background, 'gaps' | 'considered' | 'silences' | 'models'> => {
  const writing = writingFor(kit, NOBODY)
  const orders = writeOrderCards(assessment, facts, writing)
  const medicines = writeMedicineCards(assessment, facts, writing)
  const ordersLeft = assessment.orders.length > 0 ? orders.silences : []
  const refs = new Map(estimatesOf(assessment).map(({ model }) => [model.id, model]))
  return {
    gaps: gapEffects(facts, assessment),
    considered: [...explainOrders(assessment, facts, kit, orders), ...explainMedicines(assessment, facts, kit, medicines)],
    silences: [...ordersLeft, ...medicines.silences],
    models: [...refs.values()].map(({ id, name, version, sha256 }) => ({ id, name, version, sha256 })),
  }
}

/** What was advised, for a later look to compare with. */
export const seenOf = (assessment: Assessment, kit: ServiceKit): SeenAdvice[] => seenAdvice(assessment, kit.policy)
