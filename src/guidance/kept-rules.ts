import { readFileSync } from 'node:fs'
import { besideBundle } from '../project-root.ts'
import type { ParsedRules } from './parsed-rules.ts'
import { readRuleFiles } from './read-rule-files.ts'

/** Parsed rules, and the hash of the files that they were parsed of. */
type Hashed = { readonly rules: ParsedRules; readonly sha256: string }

/** Rules that passed every check of the code of this bundle, when it was built. */
export const KEPT_RULES = 'kept-rules.json'

const MAPS = ['genes', 'guidance', 'tables'] as const

/** As text; what `unpackRules` makes of it is equal to `checked`. */
export const packRules = ({ rules, sha256 }: Hashed): string =>
  JSON.stringify({ sha256, rules: { ...rules, ...Object.fromEntries(MAPS.map((name) => [name, [...rules[name]]])) } })

export const unpackRules = (text: string): Hashed => {
  const { sha256, rules } = JSON.parse(text)
  return { sha256, rules: { ...rules, ...Object.fromEntries(MAPS.map((name) => [name, new Map(rules[name])])) } }
}

/** Of every file; null when one cannot be read. */
const hashOf = (rulesDir: string): string | null => {
  try {
    const { sha256, problems } = readRuleFiles(rulesDir, () => false)
    return problems.length === 0 ? sha256 : null
  } catch {
    return null
  }
}

/**
 * The rules of a folder as this build has parsed and checked them; null when there are none of the very bytes that lie there now, or
 * no build: they are then read and checked as any others, and what is wrong with them is told there.
 */
export const findKeptRules = (rulesDir: string, path: string | null = besideBundle(KEPT_RULES)): Hashed | null => {
  if (path === null) return null
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    return null
  }
  const sha256 = hashOf(rulesDir)
  return sha256 !== null && text.startsWith(`{"sha256":"${sha256}",`) ? unpackRules(text) : null
}
