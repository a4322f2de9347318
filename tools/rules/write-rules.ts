import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const inline = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`
  if (value !== null && typeof value === 'object')
    return `{${Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([key, member]) => `${JSON.stringify(key)}: ${inline(member)}`)
      .join(', ')}}`
  return JSON.stringify(value)
}

const isOpen = (value: unknown): value is object => value !== null && typeof value === 'object' && inline(value).length > 110

/**
 * JSON that a pharmacist can review as a diff: the outer two levels are spread over lines,
 * so that each row of a table stands on a line of its own.
 */
export const layOut = (value: unknown, depth = 0): string => {
  if (depth >= 2 || !isOpen(value)) return inline(value)
  const pad = '  '.repeat(depth + 1)
  const end = `\n${'  '.repeat(depth)}`
  if (Array.isArray(value)) return `[${value.map((member) => `\n${pad}${layOut(member, depth + 1)}`).join(',')}${end}]`
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  return `{${members.map(([key, member]) => `\n${pad}${JSON.stringify(key)}: ${layOut(member, depth + 1)}`).join(',')}${end}}`
}

export const writeRules = (rulesDir: string, file: string, value: unknown): void => {
  const path = join(rulesDir, file)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, `${layOut(value)}\n`)
}

/** `acetaminophen / caffeine` -> `acetaminophen-caffeine`: lower case, letters, digits and hyphens only. */
export const fileNameOf = (drug: string): string =>
  drug
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
