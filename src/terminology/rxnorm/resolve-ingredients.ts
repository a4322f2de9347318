import type { Concepts } from './read-concepts.ts'
import type { Relations } from './read-relations.ts'
import { refuseFile } from './read-rrf.ts'
import { stepsOf } from './steps.ts'

const byNumber = (left: number, right: number): number => left - right

/**
 * Ingredients (TTY IN) of each code, sorted; null for a code of which a part leads to none, so that a combination is never given out as one
 * of its parts.
 * @throws AttuneError `input-unreadable` when relations go round in a circle
 */
export const makeResolver = (concepts: Concepts, relations: Relations): ((code: number) => readonly number[] | null) => {
  const known = new Map<number, readonly number[] | null>()
  const open = new Set<number>()

  const partsOf = (code: number, tty: string) => {
    const edges = relations.from.get(code) ?? []
    for (const { relation } of stepsOf(tty)) {
      const parts = edges.filter((edge) => edge.relation === relation)
      if (parts.length > 0) return parts
    }
    return []
  }

  const find = (code: number, tty: string): readonly number[] | null => {
    if (tty === 'IN') return [code]
    const found = new Set<number>()
    for (const { to, line } of partsOf(code, tty)) {
      if (open.has(to)) refuseFile('RXNREL.RRF', `line ${line}: the relations of the code ${to} go round in a circle`)
      const ingredients = resolve(to)
      if (ingredients === null) return null
      for (const one of ingredients) found.add(one)
    }
    return found.size === 0 ? null : [...found].sort(byNumber)
  }

  const resolve = (code: number): readonly number[] | null => {
    const before = known.get(code)
    if (before !== undefined) return before
    const concept = concepts.byCode.get(code)
    open.add(code)
    const found = concept === undefined ? null : find(code, concept.tty)
    open.delete(code)
    known.set(code, found)
    return found
  }
  return resolve
}
