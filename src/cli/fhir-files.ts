import { readFileSync } from 'node:fs'
import type { FhirResource } from '../contract/facts.ts'
import { AttuneError } from '../errors.ts'

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** One JSON value, or NDJSON: one value a line, blank lines ignored. The number of the line that is wrong is told, never its content. */
const parseAny = (text: string, name: string): unknown[] => {
  const whole = parse(text)
  if (whole !== undefined) return Array.isArray(whole) ? whole : [whole]
  const lines = text.split('\n').map((line, at) => ({ line: line.trim(), at: at + 1 }))
  const values = lines.filter(({ line }) => line !== '').map(({ line, at }) => ({ value: parse(line), at }))
  const wrong = values.find(({ value }) => value === undefined)
  if (values.length === 0) throw new AttuneError('input-unreadable', `${name}: the file is empty`)
  if (values.length === 1 || values[0]?.value === undefined) throw new AttuneError('input-unreadable', `${name}: this is not JSON`)
  if (wrong) throw new AttuneError('input-unreadable', `${name}: line ${wrong.at} is not JSON`)
  return values.map(({ value }) => value)
}

const isResource = (value: unknown): value is FhirResource =>
  typeof value === 'object' && value !== null && 'resourceType' in value && typeof value.resourceType === 'string'

/** `patientId` only when a hook request names it. */
export type FhirInput = {
  readonly resources: readonly FhirResource[]
  readonly drafts: readonly FhirResource[]
  readonly patientId: string | null
}

/** What is worth reading out of one parsed value: a resource, or what a hook request carries in `prefetch` and `context.draftOrders`. */
const resourcesIn = (value: unknown): FhirInput => {
  if (isResource(value)) return { resources: [value], drafts: [], patientId: null }
  if (typeof value !== 'object' || value === null || !('hook' in value)) return { resources: [], drafts: [], patientId: null }
  const prefetch = 'prefetch' in value && typeof value.prefetch === 'object' && value.prefetch !== null ? Object.values(value.prefetch) : []
  const context: object = 'context' in value && typeof value.context === 'object' && value.context !== null ? value.context : {}
  return {
    resources: prefetch.filter(isResource),
    drafts: 'draftOrders' in context && isResource(context.draftOrders) ? [context.draftOrders] : [],
    patientId: 'patientId' in context && typeof context.patientId === 'string' ? context.patientId : null,
  }
}

/**
 * Reads FHIR from files: a resource, a Bundle, a list of them, NDJSON, or a CDS Hooks request; `-` is standard input.
 * @throws AttuneError `input-unreadable` for a file that is missing, is not JSON or holds no FHIR
 */
export const readFhirFiles = (files: readonly string[]): FhirInput => {
  const parts = files.map((name) => {
    let text: string
    try {
      text = readFileSync(name === '-' ? 0 : name, 'utf8')
    } catch (cause) {
      throw new AttuneError('input-unreadable', `${name}: the file cannot be read`, { cause })
    }
    const found = parseAny(text.replace(/^\uFEFF/, ''), name).map(resourcesIn)
    if (found.every(({ resources, drafts }) => resources.length + drafts.length === 0))
      throw new AttuneError('input-unreadable', `${name}: there is no FHIR resource in it`)
    return found
  })
  const all = parts.flat()
  return {
    resources: all.flatMap((part) => part.resources),
    drafts: all.flatMap((part) => part.drafts),
    patientId: all.map((part) => part.patientId).find((id) => id !== null) ?? null,
  }
}
