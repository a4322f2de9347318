import { fileURLToPath } from 'node:url'
import type { FactsTerms } from '../../src/facts/read-facts.ts'
import { loadKnowledge } from '../../src/guidance/load-knowledge.ts'
import type { Knowledge } from '../../src/guidance/rules.ts'

let loaded: Knowledge | null = null

/** The rules of this release, loaded once per test file. */
export const theKnowledge = (): Knowledge => {
  loaded ??= loadKnowledge(fileURLToPath(new URL('../../rules', import.meta.url)))
  return loaded
}

/** The part of the rules that reading a record needs. */
export const theTerms = (): FactsTerms => {
  const { drugs, genes, tables } = theKnowledge()
  return { drugs, genes, tables }
}

export const deepFreeze = <T>(value: T): T => {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const member of Object.values(value)) deepFreeze(member)
  }
  return value
}
