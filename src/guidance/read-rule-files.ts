import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { z } from 'zod'
import { RULE_SCHEMAS } from './rule-schemas.ts'

/** One thing that is wrong with the rules: where, and what. */
export type Problem = { readonly file: string; readonly row: string; readonly problem: string }

/** Folders under `rules` that the engine does not load: cases are run by `attune verify`. */
const NOT_LOADED = new Set(['cases'])

export type RawFiles = { readonly files: ReadonlyMap<string, unknown>; readonly sha256: string; readonly problems: readonly Problem[] }

const listFiles = (rulesDir: string, folder = ''): string[] =>
  readdirSync(join(rulesDir, folder), { withFileTypes: true })
    .sort((left, right) => (left.name < right.name ? -1 : 1))
    .flatMap((entry) => {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (entry.isDirectory()) return NOT_LOADED.has(path) ? [] : listFiles(rulesDir, path)
      return entry.name.endsWith('.json') ? [path] : []
    })

/** Every rule file, read once: parsed, and hashed together with its name. */
export const readRuleFiles = (rulesDir: string): RawFiles => {
  const files = new Map<string, unknown>()
  const problems: Problem[] = []
  const hash = createHash('sha256')
  for (const file of listFiles(rulesDir)) {
    const content = readFileSync(join(rulesDir, file), 'utf8')
    hash.update(`${file}\n`).update(content)
    try {
      files.set(file, JSON.parse(content))
    } catch {
      problems.push({ file, row: '-', problem: 'not valid JSON' })
    }
  }
  return { files, sha256: hash.digest('hex'), problems }
}

const rowOf = (path: readonly PropertyKey[]): string => (path.length === 0 ? '-' : path.map(String).join('.'))

/** The file in its schema; null, with its problems noted, when it does not fit or is not there. */
export const parseRuleFile = <K extends keyof typeof RULE_SCHEMAS>(
  kind: K,
  file: string,
  raw: RawFiles,
  problems: Problem[],
): z.output<(typeof RULE_SCHEMAS)[K]> | null => {
  const value = raw.files.get(file)
  if (value === undefined) {
    if (!raw.problems.some((problem) => problem.file === file)) problems.push({ file, row: '-', problem: 'missing' })
    return null
  }
  const result = RULE_SCHEMAS[kind].safeParse(value)
  if (result.success) return result.data as z.output<(typeof RULE_SCHEMAS)[K]> // TypeScript loses the link between K and its schema
  for (const issue of result.error.issues) problems.push({ file, row: rowOf(issue.path), problem: issue.message })
  return null
}
