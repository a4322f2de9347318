import type { ParsedRules } from './load-knowledge.ts'
import type { Problem } from './read-rule-files.ts'

/** Every check that looks across rule files. */
export const checkRules = (_rules: ParsedRules): Problem[] => []
