import type { Coding } from '../../contract/lineage.ts'
import { type Memory, makeMemory } from '../../terminology/remember.ts'
import { sameForSame } from '../same-concepts.ts'
import { codingsOf, isFields, textOf } from './fhir-fields.ts'

/** A CodeableConcept, read once. */
export type ReadCode = {
  readonly codings: readonly Coding[]
  readonly codes: readonly string[]
  readonly text: string | null
  /** Text and displays, as a person would read them. */
  readonly words: readonly string[]
  /** All that it says, in one text. */
  readonly key: string
}

const NOTHING: ReadCode = { codings: [], codes: [], text: null, words: [], key: '' }

/** Stands in no text that was read (`withoutUnseen`), so that joined parts are never mistaken for others. */
export const SEAM = '\u0001'

const keyOf = (codings: readonly Coding[], text: string | null): string => {
  let key = text ?? ''
  for (const { system, code, display } of codings) key += `${SEAM}${system}${SEAM}${code}${SEAM}${display ?? ''}`
  return key
}

export const readCode: (concept: unknown) => ReadCode = sameForSame((concept) => {
  if (!isFields(concept)) return NOTHING
  const [codings, text] = [codingsOf(concept), textOf(concept.text)]
  const codes: string[] = []
  const words = text === null ? [] : [text]
  for (const { code, display } of codings) {
    codes.push(code)
    if (display !== undefined) words.push(display)
  }
  return { codings, codes, text, words, key: keyOf(codings, text) }
}, true)

/** A memory for each set of rules. */
export const memoryPerRules = <Rules extends object, T>(): ((rules: Rules) => Memory<T>) => {
  const memories = new WeakMap<Rules, Memory<T>>()
  return (rules) => {
    const known = memories.get(rules)
    if (known) return known
    const made = makeMemory<T>()
    memories.set(rules, made)
    return made
  }
}

/**
 * A pure function of a code under a set of rules, whose answers are kept. A concept without any coding is free text: it is read anew each
 * time and not kept.
 */
export const rememberingCodes = <Rules extends object, T extends object | string | boolean | null>(
  make: (rules: Rules, code: ReadCode) => T,
): ((rules: Rules, code: ReadCode) => T) => {
  const memoryOf = memoryPerRules<Rules, T>()
  return (rules, code) => {
    if (code.codings.length === 0) return make(rules, code)
    const memory = memoryOf(rules)
    const known = memory.get(code.key)
    return known === undefined ? memory.keep(code.key, make(rules, code)) : known
  }
}
