import type { Drug } from './build-drugs.ts'

/** Edits (insert, delete, replace) between two words, cut off above `limit`. */
const isWithin = (left: string, right: string, limit: number): boolean => {
  if (Math.abs(left.length - right.length) > limit) return false
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index)
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row]
    for (let column = 1; column <= right.length; column += 1) {
      const cost = left[row - 1] === right[column - 1] ? 0 : 1
      current.push(Math.min((previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1, (previous[column - 1] ?? 0) + cost))
    }
    previous = current
  }
  return (previous[right.length] ?? limit + 1) <= limit
}

const wordsOf = (text: string): string[] => text.toLowerCase().split(/[^a-z0-9]+/)

/**
 * Brands that stand under the wrong drug in the source, or that hold a further substance which the row does not know.
 * Reviewed by hand; the reason is the substance that the brand really is.
 */
const WRONG: Readonly<Record<string, string>> = {
  Aldo: 'short for several steroids',
  'Apo-Trimip': 'trimipramine',
  Asendin: 'amoxapine',
  Bekanamycin: 'a substance of its own',
  Biuret: 'a chemical',
  Chirocaine: 'levobupivacaine',
  Compactin: 'mevastatin',
  Ethane: 'a chemical',
  'Etrafon-A': 'perphenazine with amitriptyline',
  'Etrafon-Forte': 'perphenazine with amitriptyline',
  Kantrex: 'kanamycin',
  Lopresoretic: 'metoprolol with chlorthalidone',
  Mevastatin: 'a substance of its own',
  Mevinolin: 'lovastatin',
  Rebetron: 'ribavirin with interferon',
  Sesamol: 'a chemical',
  Temaril: 'trimeprazine',
}
const isKnownWrong = (brand: string): boolean => Object.keys(WRONG).some((wrong) => wrong.toLowerCase() === brand.toLowerCase())

/** Generic names of five letters or more: near ones are misspellings, shorter ones would meet by chance. */
const isNameOf = (brand: string, name: string): boolean =>
  name.length >= 5 && wordsOf(brand).some((word) => word === name || (name.length >= 8 && (word.includes(name) || isWithin(word, name, 1))))

/**
 * Brand lists of the source are noisy: some brands are another drug's name (or a misspelling of it), some
 * stand under several drugs. A brand of that kind must never turn a text into the wrong drug.
 */
export const setAsideBrands = (drugs: readonly Drug[], productBrands: ReadonlyMap<string, readonly string[]>): Drug[] => {
  const byBrand = new Map([...productBrands].map(([brand, ingredients]) => [brand.toLowerCase(), ingredients]))
  const owners = new Map<string, Set<string>>()
  for (const drug of drugs)
    for (const brand of drug.brands) owners.set(brand.toLowerCase(), (owners.get(brand.toLowerCase()) ?? new Set()).add(drug.name))
  const names = drugs.map((drug) => drug.name).filter((name) => !name.includes(' '))
  const isWrong = (brand: string, drug: Drug): boolean => {
    const parts = [drug.name, ...(drug.components ?? []), ...(drug.also ?? [])]
    const product = byBrand.get(brand.toLowerCase())
    if (isKnownWrong(brand)) return true
    if (product !== undefined) return !product.some((ingredient) => parts.includes(ingredient))
    if (brand.length < 4 || brand.endsWith('-')) return true
    if ((owners.get(brand.toLowerCase())?.size ?? 0) > 1) return true
    if (parts.some((part) => isNameOf(brand, part))) return false
    return names.some((name) => !parts.includes(name) && isNameOf(brand, name))
  }
  return drugs.map((drug) => {
    const wrong = drug.brands.filter((brand) => isWrong(brand, drug))
    if (wrong.length === 0) return drug
    const { note, ...rest } = drug
    return {
      ...rest,
      brands: drug.brands.filter((brand) => !wrong.includes(brand)),
      setAside: wrong,
      ...(note === undefined ? {} : { note }),
    }
  })
}
