import { AttuneError } from '../errors.ts'
import { type GuidanceTables, readGuidanceTables } from './guidance-tables.ts'
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

/** The tables that matching reads beside the rows, and the populations that rows name. */
export const checkGuidanceTables = (rules: ParsedRules): Problem[] => {
  try {
    return undescribed(rules, readGuidanceTables(rules.tables))
  } catch (error) {
    if (!(error instanceof AttuneError)) throw error
    return error.detail.split('\n').map((problem) => ({ file: 'populations, test-first, alternatives', row: '-', problem }))
  }
}
