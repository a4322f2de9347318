import type { HookRequest } from './request.ts'

type Context = Pick<HookRequest, 'patientId' | 'userId' | 'encounterId'>

/** The tokens our services may use (CDS Hooks 2.0.1, prefetch tokens). Another token is a programmer's mistake. */
const TOKENS: Readonly<Record<string, (context: Context) => string | null>> = {
  'context.patientId': ({ patientId }) => patientId,
  'context.userId': ({ userId }) => userId,
  'context.encounterId': ({ encounterId }) => encounterId,
}

const TOKEN = /\{\{\s*([\w.]+)\s*\}\}/g
const SHAPE = /^[A-Z][A-Za-z]+(\/[^/?]+|\?.+)$/

/** Encoded for a URL; a slash between type and id (`Practitioner/1`) stays. */
const encode = (value: string): string =>
  value
    .split('/')
    .map(encodeURIComponent)
    .join('%2F')
    .replace(/^([A-Z][A-Za-z]+)%2F/, '$1/')

/** @throws TypeError when a template is no instance read or type search, or uses a token that is not allowed. */
export const checkTemplate = (key: string, template: string): void => {
  for (const [, token] of template.matchAll(TOKEN)) {
    if (token === undefined || !Object.hasOwn(TOKENS, token)) throw new TypeError(`prefetch ${key}: token ${token} is not allowed`)
  }
  if (!SHAPE.test(template.replace(TOKEN, 'x')) || /[{}]/.test(template.replace(TOKEN, 'x'))) {
    throw new TypeError(`prefetch ${key}: neither a read nor a search`)
  }
}

/** The query with its tokens filled in, or null when the call lacks one of the values. */
export const fillTemplate = (template: string, context: Context): string | null => {
  let lacking = false
  const query = template.replace(TOKEN, (_, token: string) => {
    const value = TOKENS[token]?.(context) ?? null
    if (value === null) lacking = true
    return encode(value ?? '')
  })
  return lacking ? null : query
}

/** Resource type that a query answers with. */
export const typeOfQuery = (query: string): string => query.split(/[/?]/, 1)[0] ?? ''

export const isSearch = (query: string): boolean => query.includes('?')
