import type { DrugIdentity } from '../contract/facts.ts'
import { systemOf } from '../terminology/code-systems.ts'
import type { DrugIndex } from '../terminology/drugs.ts'
import { remembering } from '../terminology/remember.ts'
import { amount, asObjects, type Json, member } from './accessors.ts'
import { massInMg, volumeInMl } from './dose-units.ts'
import { LONGEST_NAME } from './long-names.ts'

/** Milligrams of one ingredient in one tablet (`unit`), one millilitre or one actuation. */
export type StrengthPart = { readonly mg: number; readonly per: 'unit' | 'mL' | 'actuation' }

/** One part per ingredient; several for a combination; none with the reason when the product does not tell. */
export type Strength = { readonly parts: readonly StrengthPart[]; readonly because: string | null }

const STRENGTH =
  /(?<![\w.,])(\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?)\s*(mg|mcg|ug|g)\b(?:\s*\/\s*(\d+(?:\.\d+)?)?\s*(ml|actuat|hr|h|l|each)\b)?/gi

const PER: Readonly<Record<string, 'mL' | 'actuation' | 'other'>> = { ml: 'mL', actuat: 'actuation' }

/**
 * Strengths in a product name in RxNorm's form (`Nizatidine 15 MG/ML Oral Solution`, `Acetaminophen 300 MG / Codeine 30 MG Oral Tablet`)
 * or an order catalogue's (`acetaminophen-codeine 300 mg-30 mg tablet`). Packs (`{…}`) and rates (`MG/HR`) have none that is of use. Kept by name.
 */
export const strengthParts: (name: string) => readonly StrengthPart[] = remembering((name) => {
  if (name.includes('{')) return []
  const parts: StrengthPart[] = []
  for (const [, number = '', unit = '', count, denominator] of name.matchAll(STRENGTH)) {
    const mg = massInMg(Number(number.replaceAll(',', '')), unit)
    const per = denominator === undefined ? 'unit' : (PER[denominator.toLowerCase()] ?? 'other')
    if (mg === null || per === 'other') return []
    parts.push({ mg: mg / Number(count ?? 1), per })
  }
  return parts
})

/** Strength of the only ingredient of a Medication resource: `ingredient.strength`, milligrams per tablet or millilitre. */
const statedStrength = (medication: Json | null): StrengthPart[] => {
  const ingredients = asObjects(medication?.ingredient)
  const ratio = ingredients.length === 1 ? ingredients[0]?.strength : undefined
  const [top, bottom] = [amount(member(ratio, 'numerator')), amount(member(ratio, 'denominator'))]
  const mg = top && massInMg(top.value, top.code ?? top.unit)
  if (!mg || !bottom || bottom.value <= 0) return []
  const ml = volumeInMl(bottom.value, bottom.code ?? bottom.unit)
  return [ml === null ? { mg: mg / bottom.value, per: 'unit' } : { mg: mg / ml, per: 'mL' }]
}

const TOO_LONG = `A name of more than ${LONGEST_NAME} characters was not searched for a strength.`

const same = (a: readonly StrengthPart[], b: readonly StrengthPart[]): boolean =>
  a.length === b.length && a.every((part, at) => part.per === b[at]?.per && Math.abs(part.mg - (b[at]?.mg ?? 0)) < 1e-6)

/**
 * Strength of the product: from its RxNorm name in our tables; for products that are not there, from the names that the entry itself
 * gives. Names that state different strengths leave none.
 */
export const readStrength = (drug: DrugIdentity, medication: Json | null, drugs: DrugIndex): Strength => {
  const products = drug.codings.filter((coding) => systemOf(coding) === 'rxnorm').map((coding) => drugs.product(coding.code)?.name)
  const listed = products.filter((name) => name !== undefined)
  const names = listed.length > 0 ? listed : [...drug.codings.map((coding) => coding.display ?? ''), drug.text]
  if (names.some((name) => name.length > LONGEST_NAME)) return { parts: [], because: TOO_LONG }
  const told = [...names.map(strengthParts), statedStrength(medication)].filter((parts) => parts.length > 0)
  const [first] = told
  if (!first) return { parts: [], because: 'The product does not state its strength.' }
  if (told.some((parts) => !same(parts, first))) return { parts: [], because: 'The product’s names state different strengths.' }
  return { parts: first, because: null }
}
