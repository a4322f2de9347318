import { checkDrugs } from './check-drugs.ts'
import { checkGenes } from './check-genes.ts'
import { checkGuidance } from './check-guidance.ts'
import { checkGuidanceTables } from './check-guidance-tables.ts'
import { checkIdentifiers } from './check-identifiers.ts'
import { checkPairs } from './check-pairs.ts'
import { checkSources } from './check-sources.ts'
import { checkTables } from './check-tables.ts'
import { checkVariants } from './check-variants.ts'
import type { ParsedRules } from './parsed-rules.ts'
import type { Problem } from './read-rule-files.ts'

const CHECKS = [
  checkSources,
  checkIdentifiers,
  checkGenes,
  checkDrugs,
  checkGuidance,
  checkPairs,
  checkTables,
  checkGuidanceTables,
  checkVariants,
]

/** Every check that looks across rule files. */
export const checkRules = (rules: ParsedRules): Problem[] => CHECKS.flatMap((check) => check(rules))
