import type { Action } from '../contract/findings.ts'
import type { Subject } from './subject.ts'
import { bodyWeight } from './vitals.ts'

/** Codes whose value is an upper limit for the daily dose at this moment. */
const LIMITS = new Set(['max', 'max-start', 'start'])
const VALUE = /^(<=|<)?\s*(\d+(?:\.\d+)?) mg\/day$/
const UNDER = /\b(?:under|up to) (\d+) (?:y|years)\b/
const FROM = /\b(\d+) (?:y|years) and over\b/
const OVER = /\bover (\d+) (?:y|years)\b/

/** Ages in brackets: `under 65 y` is exclusive, `up to 65 y` inclusive, `65 y and over` inclusive, `over 65 y` exclusive. */
const fitsAge = (detail: string, age: number): boolean => {
  const under = UNDER.exec(detail)
  const from = FROM.exec(detail)
  const over = OVER.exec(detail)
  if (under && (detail.includes(`under ${under[1]}`) ? age >= Number(under[1]) : age > Number(under[1]))) return false
  if (from && age < Number(from[1])) return false
  return !(over && age <= Number(over[1]))
}

const FROM_KG = /\bfrom (\d+(?:\.\d+)?) kg\b/
const BELOW_KG = /\b(?:under|below) (\d+(?:\.\d+)?) kg\b/

/** Weights in brackets: `from 40 kg` inclusive, `under 40 kg` exclusive. */
const fitsWeight = (detail: string, kg: number): boolean => {
  const from = FROM_KG.exec(detail)
  const below = BELOW_KG.exec(detail)
  return !(from && kg < Number(from[1])) && !(below && kg >= Number(below[1]))
}

/** Dosage forms that a source names with a limit, and the words of a product by which they are known. */
const FORMS: readonly (readonly [RegExp, RegExp])[] = [
  [/\btablets\b/, /\b(tablet|tab|capsule)s?\b/i],
  [/\bdrops\b/, /\b(solution|drops?|oral liquid|syrup)\b/i],
]

const fitsForm = (detail: string, product: string): boolean => {
  const named = FORMS.find(([form]) => form.test(detail))
  if (!named) return true
  const known = FORMS.find(([, words]) => words.test(product))
  return !known || known === named
}

/** A limit whose brackets may say for whom it is. */
const isForSome = (action: Action): action is Action & { readonly detail: string } => LIMITS.has(action.code) && action.detail !== undefined

/** Leaves out doses and limits that are meant for another age, weight or dosage form, when that is known. */
export const keepFitting = (actions: readonly Action[], { facts, identity, dose }: Subject): readonly Action[] => {
  if (!actions.some(isForSome)) return actions
  const age = facts.patient?.ageYears ?? null
  const weight = bodyWeight(facts)
  const product = [identity.text, ...identity.codings.map((coding) => coding.display ?? ''), dose.text ?? ''].join(' ')
  return actions.filter((action) => {
    if (!isForSome(action)) return true
    return (
      (age === null || fitsAge(action.detail, age)) &&
      (weight === null || fitsWeight(action.detail, weight.kg)) &&
      fitsForm(action.detail, product)
    )
  })
}

/** `caution(myopathy above 40 mg/day)`: the dose from which the caution holds. */
const WARNED_DOSE = /\b(above|at) (\d+(?:\.\d+)?) mg\b/

const limitOf = (action: Action): { readonly mg: number; readonly inclusive: boolean } | null => {
  if (action.code === 'caution') {
    const warned = WARNED_DOSE.exec(action.detail ?? '')
    return warned ? { mg: Number(warned[2]), inclusive: warned[1] === 'above' } : null
  }
  const limit = LIMITS.has(action.code) ? VALUE.exec(action.value ?? '') : null
  // `start=40 mg/day` names a dose, not a limit.
  return !limit || (action.code === 'start' && limit[1] === undefined) ? null : { mg: Number(limit[2]), inclusive: limit[1] !== '<' }
}

/** Says of each limit in mg/day whether the dose at hand keeps it. Without a computable dose nothing is said. */
export const compareDose = (actions: readonly Action[], { dose: { mgPerDay } }: Subject): readonly Action[] => {
  if (mgPerDay === null) return actions
  return actions.map((action) => {
    const limit = limitOf(action)
    if (!limit) return action
    const within = limit.inclusive ? mgPerDay <= limit.mg : mgPerDay < limit.mg
    const because = `${Number(mgPerDay.toFixed(3))} mg/day`
    return { ...action, atHand: { state: within ? 'within' : 'over', because } }
  })
}
