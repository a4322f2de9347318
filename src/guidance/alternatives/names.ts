import type { Action } from '../../contract/findings.ts'

const NAMING = new Set(['alternative', 'or-alternative'])
const EXCLUDING = new Set(['not-alternative', 'also-avoid'])

const split = (detail: string): string[] =>
  detail
    .split(';')
    .filter((part) => !/^\s*not /.test(part))
    .flatMap((part) => part.split(':')[0]?.split(',') ?? [])
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '')

/** What an action names as a replacement: drug names, and words that describe a class or a limit. */
export const namedAsReplacement = (action: Action): string[] => (NAMING.has(action.code) ? split(action.detail ?? '') : [])

/** What an action rules out as a replacement, or after `not`: `morphine; not codeine`. */
export const namedAsNoReplacement = ({ code, detail = '' }: Action): string[] => {
  if (EXCLUDING.has(code)) return split(detail)
  if (!NAMING.has(code)) return []
  return detail
    .split(';')
    .flatMap((part) => /^\s*not (.+)$/.exec(part)?.[1]?.split(' and ') ?? [])
    .map((name) => name.trim().toLowerCase())
}

/** Advice for later (`if-no-response` …) names no replacement for the order at hand. */
export const speaksNow = ({ condition }: Action): boolean => condition === undefined || ['if', 'or'].includes(condition.kind)
