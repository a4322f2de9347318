import { flagMedicine } from '../cards/write-medicine-cards.ts'
import type { PatientFacts } from '../contract/facts.ts'
import type { Assessment, DrugAssessment } from '../contract/findings.ts'
import { assessInstead, kitOf } from '../guidance/assess.ts'
import { decidePopulation } from '../guidance/populations.ts'
import { prepareGuidance } from '../guidance/prepare.ts'
import type { ScreeningKit } from './kit.ts'
import type { Ahead } from './plan.ts'

const NO_DOSE = { mgPerDay: null, mgPerDose: null, timesPerDay: null, prn: false, text: null, route: null, flags: [] } as const
const NO_DRUG = { text: '', codings: [], ingredients: [], how: 'none', flags: [] } as const

/** `populations`: those of its rows that a condition or procedure decides. */
type Watched = { readonly name: string; readonly genes: readonly string[]; readonly populations: readonly string[] }

/** Populations that a condition or procedure of the record decides, as the rules have them. */
const indications = ({ knowledge }: ScreeningKit): Set<string> =>
  new Set(
    Object.entries(prepareGuidance(knowledge).tables.populations.populations)
      .filter(([, { rule }]) => rule.kind === 'indication')
      .map(([code]) => code),
  )

/** Drugs that are looked at although they are not taken. */
export const watchedDrugs = (ahead: Ahead, kit: ScreeningKit): Watched[] => {
  if (ahead === 'none') return []
  const codes = indications(kit)
  return [...kit.knowledge.guidance]
    .map(([name, rows]) => ({ name, rows: rows.filter(({ standing }) => standing === 'advice') }))
    .filter(({ rows }) =>
      ahead === 'all' ? rows.length > 0 : rows.some(({ population }) => population !== undefined && codes.has(population)),
    )
    .map(({ name, rows }) => ({
      name,
      genes: [...new Set(rows.flatMap(({ genes }) => genes))],
      populations: [...new Set(rows.flatMap(({ population }) => (population !== undefined && codes.has(population) ? [population] : [])))],
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

/**
 * What guidance says of drugs that are not taken, as if each were ordered without a dose. `conditions`: only of a drug whose guidance is
 * limited to people with a condition that the record shows; nothing is inferred about what a condition may be treated with.
 */
export const makeLookAhead = (ahead: Ahead, kit: ScreeningKit) => {
  const watched = watchedDrugs(ahead, kit)
  const codes = ahead === 'conditions' ? indications(kit) : null
  const isMeant = (drug: DrugAssessment): boolean =>
    flagMedicine(drug, kit.policy).some(
      ({ concern }) => codes === null || (concern.head.population?.state === 'matches' && codes.has(concern.head.population.code)),
    )
  return (facts: PatientFacts, { geneCalls, medicines }: Assessment): DrugAssessment[] => {
    const tested = new Set(geneCalls.filter(({ state }) => state === 'called' || state === 'candidates').map(({ gene }) => gene))
    const taken = new Set(medicines.map(({ drug }) => drug.name))
    if (tested.size === 0) return []
    const own = kitOf(geneCalls, kit.knowledge, kit.precedence)
    const subject = { facts, about: 'order', ref: 'ahead', identity: NO_DRUG, dose: NO_DOSE, reasons: [], beside: [] } as const
    const { tables } = prepareGuidance(kit.knowledge)
    return watched
      .filter(({ name, genes }) => !taken.has(name) && genes.some((gene) => tested.has(gene)))
      .flatMap(({ name, populations }) => {
        const drug = kit.knowledge.drugs.ingredient(name)
        if (!drug) return []
        const isForThem =
          ahead === 'all' || populations.some((code) => decidePopulation(code, { ...subject, drug }, tables).state === 'matches')
        if (!isForThem) return []
        const assessed = assessInstead(drug, subject, own)
        return isMeant(assessed) ? [assessed] : []
      })
  }
}
