import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findProblems } from '../../src/guidance/load-knowledge.ts'
import type { Problem } from '../../src/guidance/read-rule-files.ts'

export const RULES = join(import.meta.dirname, '../../rules')

/** JSON as a test breaks it. */
// biome-ignore lint/suspicious/noExplicitAny: a broken file has no type; that is the point
export type Json = any

/** A copy of the rules that can be broken one file at a time. */
export const copyRules = (): {
  dir: string
  problemsAfter: (file: string, change: (json: Json) => Json | undefined) => Problem[]
  remove: () => void
} => {
  const dir = mkdtempSync(join(tmpdir(), 'attune-rules-'))
  cpSync(RULES, dir, { recursive: true })
  return {
    dir,
    problemsAfter: (file, change) => {
      const path = join(dir, file)
      const before = readFileSync(path, 'utf8')
      const json: Json = JSON.parse(before)
      writeFileSync(path, JSON.stringify(change(json) ?? json))
      try {
        return [...findProblems(dir)]
      } finally {
        writeFileSync(path, before)
      }
    },
    remove: () => rmSync(dir, { recursive: true, force: true }),
  }
}
