import type { Coding } from '../contract/lineage.ts'
import { spanOf } from '../terminology/dates.ts'
import { sameForSame } from './same-concepts.ts'
import { withoutUnseen } from './unseen.ts'

/**
 * Tolerant access to what an EHR sent. Input is `unknown` on purpose: no FHIR type is promised by anyone who calls us.
 * Every function takes anything and gives back a value of its type or null, and never throws (reference: fhir-genomics, section 8).
 */
export type Json = { readonly [member: string]: unknown }

export const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Text with something in it, without characters that nobody sees; empty strings are as good as missing. */
export const asText = (value: unknown): string | null => {
  if (typeof value !== 'string') return null
  const text = withoutUnseen(value).trim()
  return text === '' ? null : text
}

/** A finite number. Numbers written as strings are taken: several v2 converters send them so. */
export const asNumber = (value: unknown): number | null => {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  if (typeof value !== 'string' || !/^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(value.trim())) return null
  return Number(value)
}

/** Statuses and other codes: compared in lower case, since some servers send `Active`. */
export const asCode = (value: unknown): string | null => asText(value)?.toLowerCase() ?? null

/** An object where a list belongs counts as a list of one; null members are left out. */
export const asList = (value: unknown): readonly unknown[] => {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) return [value]
  return value.includes(null) || value.includes(undefined) ? value.filter((one) => one !== null && one !== undefined) : value
}

export const asObjects = (value: unknown): readonly Json[] => {
  const list = asList(value)
  for (const one of list) if (!isJson(one)) return list.filter(isJson)
  return list as readonly Json[] // each of them is one
}

/** Member of an object, or undefined for anything that is no object. */
export const member = (value: unknown, name: string): unknown => (isJson(value) ? value[name] : undefined)

const readCodings = (concept: unknown): readonly Coding[] => {
  if (concept === undefined || concept === null) return []
  const found: Coding[] = []
  for (const one of asList(concept)) {
    if (!isJson(one)) continue
    for (const entry of one.coding === undefined && one.code !== undefined ? [one] : asObjects(one.coding)) {
      const code = typeof entry.code === 'number' ? String(entry.code) : asText(entry.code)
      if (code === null) continue
      const [system, display] = [asText(entry.system) ?? '', asText(entry.display)]
      found.push(display === null ? { system, code } : { system, code, display })
    }
  }
  return found
}

/** Codings of a CodeableConcept (or of a bare Coding); a coding without code is left out. */
export const codings: (concept: unknown) => readonly Coding[] = sameForSame(readCodings, false)

const wordingOfOne = (concept: Json): string | null => {
  const text = asText(concept.text) ?? asText(concept.display)
  if (text !== null) return text
  for (const entry of asObjects(concept.coding)) {
    const display = asText(entry.display)
    if (display !== null) return display
  }
  return null
}

/** What a clinician would read: text, else a display (also of a coding without code), else null. */
export const wording = (concept: unknown): string | null => {
  if (isJson(concept)) return wordingOfOne(concept)
  for (const one of asList(concept)) {
    if (typeof one === 'string') return asText(one)
    const words = isJson(one) ? wordingOfOne(one) : null
    if (words !== null) return words
  }
  return null
}

/** Text, display or, failing both, the bare code. */
export const nameOf = (concept: unknown): string | null => wording(concept) ?? codings(concept)[0]?.code ?? null

export type Amount = {
  readonly value: number
  /** UCUM code or other code, when sent. */
  readonly code: string | null
  readonly system: string | null
  readonly unit: string | null
  readonly comparator: '<' | '<=' | '>' | '>=' | null
}

/** Characters of the longest unit. A longer text in its place is none and is not looked at, which is said in its place. */
const LONGEST_UNIT = 200
export const UNREAD_UNIT = `(a unit of more than ${LONGEST_UNIT} characters, not read)`

const isTooLong = (value: unknown): boolean => typeof value === 'string' && value.length > LONGEST_UNIT

/** Code and word of a unit. Where one is too long, the other is not taken alone: it might say something else. What is said of it is a word, never a code. */
const unitIn = ({ code, unit }: Json): Pick<Amount, 'code' | 'unit'> =>
  isTooLong(code) || isTooLong(unit) ? { code: null, unit: UNREAD_UNIT } : { code: asText(code), unit: asText(unit) }

const COMPARATORS = ['<', '<=', '>', '>='] as const

export const amount = (value: unknown): Amount | null => {
  if (!isJson(value)) return null
  const number = asNumber(value.value)
  if (number === null) return null
  return {
    value: number,
    system: asText(value.system),
    ...unitIn(value),
    comparator: COMPARATORS.find((sign) => sign === value.comparator) ?? null,
  }
}

/** A FHIR date as exact as it was sent; anything else is no date. */
export const asDate = (value: unknown): string | null => {
  const text = asText(value)
  return text !== null && spanOf(text) !== null ? text : null
}

export type Period = { readonly start: string | null; readonly end: string | null }

export const period = (value: unknown): Period => ({ start: asDate(member(value, 'start')), end: asDate(member(value, 'end')) })

/** `reference` of a Reference; a bare string is taken as one. */
export const referenceOf = (value: unknown): string | null =>
  typeof value === 'string' ? asText(value) : asText(member(value, 'reference'))
