import type { Medicine } from '../contract/facts.ts'

/** SNOMED CT routes: topical, ophthalmic, otic. Patches (transdermal) and the nose take drugs into the blood. */
const LOCAL_ROUTES = new Set(['6064005', '54485002', '10547007'])
const LOCAL_WORDS =
  /(?<![a-z])(?:ophthalmic|topical|cutaneous|otic|eye drops?|cream|ointment|(?<!(?:soft|liquid|oral|oromucosal|buccal)[ -])gel(?! ?caps)|lotion|shampoo|nail lacquer)(?![a-z])/i

/** Whether a medicine or an order is for the eye, the ear or the skin: by its route, or by the words of its product. Such forms stay where they are put. */
export const isLocal = ({ dose, drug }: Pick<Medicine, 'dose' | 'drug'>): boolean =>
  (dose.route !== null && (LOCAL_ROUTES.has(dose.route.code) || LOCAL_WORDS.test(dose.route.display ?? ''))) || LOCAL_WORDS.test(drug.text)
