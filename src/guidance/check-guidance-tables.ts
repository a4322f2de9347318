import { AttuneError } from '../errors.ts'
import { namedAsNoReplacement, namedAsReplacement } from './alternatives/names.ts'
import { type GuidanceTables, readGuidanceTables } from './guidance-tables.ts'
import { parseAction } from './parse-action.ts'
import type { ParsedRules } from './parsed-rules.ts'
import type { Problem } from './read-rule-files.ts'

const undescribed = (rules: ParsedRules, { populations }: GuidanceTables): Problem[] =>
  [...rules.guidance].flatMap(([file, { rows }]) =>
    rows.flatMap(({ id, population }) =>
      population === undefined || population in populations.populations
        ? []
        : [{ file, row: id, problem: `population "${population}" is not described in populations.json` }],
    ),
  )

const FILE = 'alternatives.json'

/** Actions of a row that can be read; the others are named by the check of the guidance. */
const actionsOf = (texts: readonly string[]) =>
  texts.flatMap((text) => {
    try {
      return [parseAction(text)]
    } catch {
      return []
    }
  })

/**
 * Every replacement that a row of advice names is a drug with a row in alternatives.json, or stands among its phrases with the reason why
 * it is none.
 */
const unmetReplacements = (rules: ParsedRules, { alternatives: { phrases, drugs } }: GuidanceTables): Problem[] => {
  const known = new Set(rules.drugs.ingredients.flatMap((row) => [row.name, ...(row.also ?? [])]))
  return [...rules.guidance].flatMap(([file, { rows }]) =>
    rows
      .filter(({ standing }) => standing === 'advice')
      .flatMap(({ id, actions: texts }) => {
        const actions = actionsOf(texts)
        const at = (problem: string): Problem => ({ file, row: id, problem })
        const meant = (name: string): string | null => {
          const phrase = phrases[name]
          return phrase === undefined ? name : 'drug' in phrase ? phrase.drug : null
        }
        return [
          ...actions
            .flatMap(namedAsReplacement)
            .map(meant)
            .filter((name) => name !== null && !(name in drugs))
            .map((name) => at(`the replacement "${name}" is neither among the drugs nor among the phrases of ${FILE}`)),
          ...actions
            .flatMap(namedAsNoReplacement)
            .map(meant)
            .filter((name) => name !== null && !known.has(name))
            .map((name) => at(`"${name}", which is ruled out, is neither a drug nor a phrase of ${FILE}`)),
        ]
      }),
  )
}

/** The tables that matching reads beside the rows, and the populations that rows name. */
export const checkGuidanceTables = (rules: ParsedRules): Problem[] => {
  try {
    const tables = readGuidanceTables(rules.tables)
    return [...undescribed(rules, tables), ...unmetReplacements(rules, tables)]
  } catch (error) {
    if (!(error instanceof AttuneError)) throw error
    return error.detail.split('\n').map((problem) => ({ file: 'populations, test-first, alternatives', row: '-', problem }))
  }
}
