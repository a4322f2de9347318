import { spellAsUcum } from '../terminology/unit-spellings.ts'
import { ucumCode } from '../terminology/units.ts'
import { type Amount, UNREAD_UNIT } from './accessors.ts'

/** Words for values without a dimension, which stand where a unit belongs. */
const DIMENSIONLESS: Readonly<Record<string, string>> = { inr: '1', ratio: '1', score: '{score}', steps: '{steps}' }

const UCUM_SYSTEMS = new Set(['http://unitsofmeasure.org', 'https://unitsofmeasure.org', 'urn:oid:2.16.840.1.113883.6.8'])

export type Unit = { readonly code: string; readonly known: boolean }

/** Units seen lately: a chart repeats a few dozen of them thousands of times. Bounded, since the words come from outside. */
const seen = new Map<string, Unit>()
const MOST = 2000
/** What is longer is no unit, and would only take memory. */
const LONGEST = 200

const remember = (key: string, make: () => Unit): Unit => {
  if (key.length > LONGEST) return make()
  const known = seen.get(key)
  if (known) return known
  if (seen.size >= MOST) seen.clear()
  const unit = make()
  seen.set(key, unit)
  return unit
}

const fromWord = (word: string): Unit =>
  remember(`word ${word}`, () => {
    const plain = word.toLowerCase()
    const code = Object.hasOwn(DIMENSIONLESS, plain) ? DIMENSIONLESS[plain] : ucumCode(word)
    return code ? { code, known: true } : { code: word, known: false }
  })

/** Whether two units are the same. Of one that was not read nobody knows, whatever it is held against. */
export const isSameUnit = (one: string, other: string): boolean => one === other && one !== UNREAD_UNIT

/** Unit of a quantity as UCUM code: the coded one, misspellings put right; else the word for it. `known` is false when neither says. */
export const unitOf = (quantity: Amount): Unit => {
  const { code, system, unit } = quantity
  if (unit === UNREAD_UNIT) return { code: UNREAD_UNIT, known: false }
  if (code !== null && system !== null && UCUM_SYSTEMS.has(system))
    return remember(`code ${code}`, () => ({ code: spellAsUcum(code), known: true }))
  for (const word of [unit, code]) {
    const found = word === null ? null : fromWord(word)
    if (found?.known) return found
  }
  return { code: unit ?? code ?? '', known: false }
}
