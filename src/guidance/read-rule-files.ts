import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { z } from 'zod'
import { findRepeatedMembers, lineAt } from './repeated-members.ts'
import { RULE_SCHEMAS } from './rule-schemas.ts'

/** One thing that is wrong with the rules: where, and what. */
export type Problem = { readonly file: string; readonly row: string; readonly problem: string }

/** Folders under `rules` that the engine does not load: cases are run by `attune verify`. */
const NOT_LOADED = new Set(['cases'])

export type RawFiles = { readonly files: ReadonlyMap<string, unknown>; readonly sha256: string; readonly problems: readonly Problem[] }

/** Every rule file of this release is under 1.2 MB; a larger file is another kind of file, or has been spoilt. */
const LARGEST = 8 * 1024 * 1024

/** Read with the rules but not part of them: notes for people. */
const NOTES = /^(README|LICENSE)(\.md|\.txt)?$/

const codeOf = (cause: unknown): string => (cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown reason')

/** Where a name leads: folder, file or neither. Links are followed, as mounted configuration is often made of them. */
const kindOf = (path: string): 'folder' | 'file' | 'neither' => {
  const found = statSync(path)
  return found.isDirectory() ? 'folder' : found.isFile() ? 'file' : 'neither'
}

/** Files under the rules folder; a link that leads back to a folder above it is a problem, as is anything but a JSON file. */
const listFiles = (rulesDir: string, problems: Problem[], folder = '', above: readonly string[] = []): string[] => {
  const here = realpathSync(join(rulesDir, folder))
  if (above.includes(here)) {
    problems.push({ file: folder, row: '-', problem: 'the link leads back to a folder that holds it' })
    return []
  }
  return readdirSync(here)
    .filter((name) => !name.startsWith('.') && !NOTES.test(name))
    .sort()
    .flatMap((name) => {
      const path = folder === '' ? name : `${folder}/${name}`
      if (NOT_LOADED.has(path)) return []
      const bad = (problem: string): string[] => {
        problems.push({ file: path, row: '-', problem })
        return []
      }
      try {
        const kind = kindOf(join(rulesDir, path))
        if (kind === 'folder') return listFiles(rulesDir, problems, path, [...above, here])
        return kind === 'file' && name.endsWith('.json') ? [path] : bad('not a .json file')
      } catch (cause) {
        return bad(`cannot be read (${codeOf(cause)})`)
      }
    })
}

/** @throws Error with the reason, for people */
const readBytes = (path: string): Buffer => {
  const { size } = statSync(path)
  if (size > LARGEST) throw new Error(`${size} bytes, more than the ${LARGEST} that a rule file may have`)
  return readFileSync(path)
}

/** @throws Error with the reason, for people */
const textOf = (bytes: Buffer): string => {
  if (bytes.length === 0) throw new Error('the file is empty')
  if (bytes.includes(0)) throw new Error('the file is binary, not text')
  const text = decode(bytes)
  if (text.startsWith('\uFEFF')) throw new Error('the file starts with a byte order mark')
  return text
}

const decode = (bytes: Buffer): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new Error('the file is not UTF-8')
  }
}

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch (cause) {
    const at = /position (\d+)/.exec(cause instanceof Error ? cause.message : '')?.[1]
    throw new Error(at === undefined ? 'not valid JSON: it may be cut' : `not valid JSON (line ${lineAt(text, Number(at))})`)
  }
}

/**
 * Every rule file, read once: parsed, and hashed together with its name.
 * @param isNeeded files that are parsed; the others only count for the hash
 */
export const readRuleFiles = (rulesDir: string, isNeeded: (file: string) => boolean = () => true): RawFiles => {
  const files = new Map<string, unknown>()
  const problems: Problem[] = []
  const hash = createHash('sha256')
  const names = listFiles(rulesDir, problems)
  if (names.length === 0) problems.push({ file: '-', row: '-', problem: 'the folder holds no rule files' })
  for (const file of names) {
    try {
      const bytes = readBytes(join(rulesDir, file))
      hash.update(`${file}\n`).update(bytes)
      if (!isNeeded(file)) continue
      const content = textOf(bytes)
      files.set(file, parseJson(content))
      for (const { name, line } of findRepeatedMembers(content))
        problems.push({ file, row: `line ${line}`, problem: `"${name}" stands twice in one object: the first would be lost` })
    } catch (cause) {
      const reason = cause instanceof Error && !('code' in cause) ? cause.message : `cannot be read (${codeOf(cause)})`
      problems.push({ file, row: '-', problem: reason })
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
