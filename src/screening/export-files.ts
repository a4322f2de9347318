import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { AttuneError } from '../errors.ts'
import { TYPES_BESIDE, TYPES_READ } from '../facts/resource-types.ts'
import type { InputFile, Plan } from './plan.ts'

/** The manifest that a FHIR server gives for an export, as far as it is read (Bulk Data Access 2.0, export status). */
type Manifest = {
  readonly request: string | null
  readonly output: readonly { readonly type: string; readonly url: string; readonly count: number | null }[]
  /** Of each file in which the server says what went wrong while it made the export, the type by the manifest; null where it has none. */
  readonly errors: readonly (string | null)[]
}

/** Name under which `attune screen export` and the generator keep the manifest. */
export const MANIFEST = 'export.json'

const isObject = (value: unknown): value is { readonly [member: string]: unknown } => typeof value === 'object' && value !== null

/** @throws AttuneError `input-unreadable` when the text is no manifest of an export */
export const readManifest = (text: string): Manifest => {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new AttuneError('input-unreadable', 'the manifest of the export is not JSON', { cause })
  }
  if (!isObject(value) || !Array.isArray(value.output))
    throw new AttuneError('input-unreadable', 'the manifest of the export has no output')
  const output = value.output.map((one: unknown) => {
    if (!isObject(one) || typeof one.type !== 'string' || typeof one.url !== 'string')
      throw new AttuneError('input-unreadable', 'the manifest of the export names a file without type or url')
    return { type: one.type, url: one.url, count: typeof one.count === 'number' ? one.count : null }
  })
  const errors = (Array.isArray(value.error) ? value.error : []).map((one: unknown) =>
    isObject(one) && typeof one.type === 'string' ? one.type : null,
  )
  return { request: typeof value.request === 'string' ? value.request : null, output, errors }
}

const isType = (word: string): boolean => word === 'Patient' || Object.hasOwn(TYPES_READ, word) || TYPES_BESIDE.has(word)

/** `Observation.001.ndjson`, `1.Observation.ndjson.gz`, `Observation-3.ndjson`: the word that is a resource type. */
const typeInName = (name: string): string | null => name.split(/[^A-Za-z]+/).find(isType) ?? null

/** What `_type` of the request asked for; null where it did not say, which asks for everything that the server has. */
const typesAsked = (request: string | null): string[] | null => {
  if (request === null || !URL.canParse(request)) return null
  const asked = new URL(request).searchParams.getAll('_type').flatMap((one) => one.split(','))
  return asked.length > 0 ? asked.map((one) => one.trim()).filter((one) => one !== '') : null
}

/** The standard's files of errors are of OperationOutcome and do not say which type they are about: it may be any. */
const doubtedBy = (errors: Manifest['errors']): Plan['doubted'] => {
  const named = errors.filter((type) => type !== null && isType(type)) as string[] // filtered
  return named.length < errors.length ? 'all' : [...new Set(named)].sort()
}

const manifestIn = (folder: string): Manifest | null => {
  let text: string
  try {
    text = readFileSync(join(folder, MANIFEST), 'utf8')
  } catch {
    return null // folders of files alone have none
  }
  return readManifest(text)
}

export type FoundExport = {
  readonly files: readonly InputFile[]
  /** Types of which all was asked for; null where that is not known, or the server had errors: then an absent type is not an empty one. */
  readonly types: readonly string[] | null
  /** Files that the manifest names and the folder lacks. */
  readonly missing: readonly { readonly name: string; readonly type: string }[]
  /** Files of errors that the server told of. */
  readonly errors: number
  readonly doubted: Plan['doubted']
}

/**
 * The NDJSON files of a folder, in the order of their names, and what the manifest says of them where there is one.
 * @throws AttuneError `input-unreadable` when the folder cannot be read or holds no NDJSON
 */
export const findExport = (folder: string): FoundExport => {
  let names: string[]
  try {
    names = readdirSync(folder).filter((name) => /\.ndjson(\.gz)?$/i.test(name))
  } catch (cause) {
    throw new AttuneError('input-unreadable', `${folder}: the folder cannot be read`, { cause })
  }
  if (names.length === 0) throw new AttuneError('input-unreadable', `${folder}: there is no .ndjson or .ndjson.gz file in it`)
  const manifest = manifestIn(folder)
  const told = new Map(manifest?.output.map((one) => [decodeURIComponent(one.url.split('/').at(-1) ?? ''), one]))
  /** One may have been compressed since the manifest was written. */
  const nameInManifest = (name: string): string => (told.has(name) ? name : name.replace(/\.gz$/i, ''))
  const files = names.sort().map((name): InputFile => {
    const { size, mtime } = statSync(join(folder, name))
    const entry = told.get(nameInManifest(name))
    return { name, type: entry?.type ?? typeInName(name), bytes: size, modified: mtime.toISOString(), count: entry?.count ?? null }
  })
  const there = new Set(names.map(nameInManifest))
  const missing = [...told].flatMap(([name, { type }]) => (there.has(name) ? [] : [{ name, type }]))
  const errors = manifest?.errors ?? []
  const types = errors.length > 0 ? null : typesAsked(manifest?.request ?? null)
  return { files, types, missing, errors: errors.length, doubted: doubtedBy(errors) }
}
