import type { Lineage } from '../../contract/lineage.ts'
import { oncePer, oncePerPair } from '../../once-per.ts'
import type { MomentSum } from './moment-rows.ts'
import type { Held, Situation } from './situation.ts'

/** `atLeast`: some member's dose or factor is not known, so the true sum is higher. */
export type DailySum = {
  readonly value: number
  readonly open: readonly string[]
  readonly words: string
  readonly facts: readonly Lineage[]
}

type Factor = MomentSum['factors'][number]
type Counted = { readonly words: string; readonly value: number } | { readonly open: string }

/** SNOMED CT routes: intravenous, intramuscular, subcutaneous, epidural, intrathecal. */
const INJECTED_ROUTES = new Set(['47625008', '78421000', '34206005', '404820008', '72607000'])
const INJECTED_WORDS = /\b(?:inject\w*|infusion|intravenous\w*|intramuscular\w*|subcutaneous\w*|epidural|intrathecal|iv)\b/i

const isInjected = ({ drug, dose }: Held): boolean =>
  (dose.route !== null && (INJECTED_ROUTES.has(dose.route.code) || INJECTED_WORDS.test(dose.route.display ?? ''))) ||
  INJECTED_WORDS.test(drug.text) ||
  INJECTED_WORDS.test(dose.text ?? '')

/** `25 MCG/HR` in the name of a patch. */
const RATE = /(\d+(?:\.\d+)?)\s*(?:mcg|ug|µg|microgram(?:me)?s?)\s*(?:\/|per )\s*(?:hr|h|hour)\b/i
const SEVERAL = /\b(?:two|three|four|[2-9]) patches\b/i

const byRate = (name: string, { factor }: Factor, { drug, dose }: Held): Counted => {
  const rate = RATE.exec(drug.text) ?? RATE.exec(dose.text ?? '')
  if (!rate || SEVERAL.test(dose.text ?? '')) return { open: `${name} (the source gives a factor for one patch of a known rate only)` }
  return { words: `${name} ${Number(rate[1])} µg/h × ${factor}`, value: Number(rate[1]) * factor }
}

const byMass = (name: string, { factor }: Factor, held: Held): Counted => {
  const { mgPerDay } = held.dose
  if (isInjected(held)) return { open: `${name} (by injection; the factors of the source are for doses by mouth)` }
  if (mgPerDay === null) return { open: `${name} (daily dose not known)` }
  return { words: `${name} ${mgPerDay} mg/day × ${factor}`, value: mgPerDay * factor }
}

const count = (name: string, factors: readonly Factor[], held: Held): Counted => {
  if (held.unclear) return { open: `${name} (the record does not say whether it is taken still)` }
  const factor = factors.find(({ drug }) => drug === name)
  if (!factor) return { open: `${name} (the source gives no factor for it)` }
  return factor.per === 'ug/h' ? byRate(name, factor, held) : byMass(name, factor, held)
}

/** Drugs and daily doses of the drafts. */
const drafted = oncePer(
  ({ held }: Situation): ReadonlySet<string> =>
    new Set(
      held.flatMap(({ draft, drug, dose }) =>
        draft && dose.mgPerDay !== null ? drug.ingredients.map(({ name }) => `${dose.mgPerDay} ${name}`) : [],
      ),
    ),
)

/** A draft of the same drug in the same daily dose as one in use renews it: they are one. */
const isRenewed = (name: string, { draft, dose }: Held, situation: Situation): boolean =>
  !draft && drafted(situation).has(`${dose.mgPerDay} ${name}`)

/**
 * Milligrams a day of every member, each times its factor; of a patch micrograms an hour. A member without a daily dose, without a
 * factor, by injection, or of which nobody knows whether it is taken is not counted, and said.
 */
export const dailySum = oncePerPair((situation: Situation, { factors, class: group }: MomentSum): DailySum => {
  const { held, moments } = situation
  const open: string[] = []
  const counted: { words: string; value: number; lineage: Lineage }[] = []
  for (const one of held) {
    const name = one.drug.ingredients.find((drug) => moments.isOf(group, drug))?.name
    if (name === undefined || isRenewed(name, one, situation)) continue
    const found = count(name, factors, one)
    if ('open' in found) open.push(found.open)
    else counted.push({ ...found, lineage: one.lineage })
  }
  return {
    value: counted.reduce((total, { value }) => total + value, 0),
    open,
    words: counted.map(({ words }) => words).join(' + '),
    facts: counted.map(({ lineage }) => lineage),
  }
})
