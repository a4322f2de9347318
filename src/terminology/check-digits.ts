/**
 * Luhn mod-10 over digits and capital letters; the last character is the check digit. A letter counts as its
 * ASCII code less 48, which is how Regenstrief computes the check digits of answers (`LA`) and lists (`LL`).
 */
const passesLuhn = (code: string): boolean => {
  const sum = [...code].reverse().reduce((total, character, place) => {
    const value = character.charCodeAt(0) - 48
    return total + (place % 2 === 0 ? value : 2 * value - 9 * Math.floor(value / 5))
  }, 0)
  return sum % 10 === 0
}

/** LOINC code, answer (`LA`), answer list (`LL`) or part (`LP`): digits, hyphen, check digit. */
export const isLoinc = (code: string): boolean => /^(?:LA|LL|LP)?\d{1,7}-\d$/.test(code) && passesLuhn(code.replace('-', ''))

const MULTIPLY: readonly (readonly number[])[] = [
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
  [1, 2, 3, 4, 0, 6, 7, 8, 9, 5],
  [2, 3, 4, 0, 1, 7, 8, 9, 5, 6],
  [3, 4, 0, 1, 2, 8, 9, 5, 6, 7],
  [4, 0, 1, 2, 3, 9, 5, 6, 7, 8],
  [5, 9, 8, 7, 6, 0, 4, 3, 2, 1],
  [6, 5, 9, 8, 7, 1, 0, 4, 3, 2],
  [7, 6, 5, 9, 8, 2, 1, 0, 4, 3],
  [8, 7, 6, 5, 9, 3, 2, 1, 0, 4],
  [9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
]
const PERMUTE: readonly (readonly number[])[] = [
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
  [1, 5, 7, 6, 2, 8, 3, 0, 9, 4],
  [5, 8, 0, 3, 7, 9, 6, 1, 4, 2],
  [8, 9, 1, 6, 0, 4, 3, 5, 2, 7],
  [9, 4, 5, 3, 1, 2, 6, 8, 7, 0],
  [4, 2, 8, 6, 5, 7, 3, 9, 0, 1],
  [2, 7, 9, 3, 8, 0, 6, 4, 1, 5],
  [7, 0, 4, 6, 9, 1, 3, 2, 5, 8],
]

/** Verhoeff's dihedral check (SNOMED CT Release File Specifications, 6.3). */
const passesVerhoeff = (digits: string): boolean => {
  let check = 0
  for (let place = 0; place < digits.length; place += 1) {
    const digit = Number(digits[digits.length - 1 - place])
    check = MULTIPLY[check]?.[PERMUTE[place % 8]?.[digit] ?? 0] ?? 0
  }
  return check === 0
}

/** SNOMED CT identifier of a concept: 6 to 18 digits, partition 00 or 10, Verhoeff check digit. */
export const isSnomedConcept = (code: string): boolean => /^[1-9]\d{5,17}$/.test(code) && /[01]0.$/.test(code) && passesVerhoeff(code)

/** `HGNC:2621`; HGNC ids have no check digit. */
export const isHgncId = (code: string): boolean => /^HGNC:[1-9]\d{0,5}$/.test(code)

/** RxNorm concept unique identifier: digits only, no check digit. */
export const isRxcui = (code: string): boolean => /^[1-9]\d{0,7}$/.test(code)

/** ATC code of a substance (fifth level): `B01AC04`. */
export const isAtcSubstance = (code: string): boolean => /^[A-DGHJLMNPRSV]\d{2}[A-Z]{2}\d{2}$/.test(code)
