import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { AttuneError } from '../errors.ts'
import { TYPES_BESIDE, TYPES_READ } from '../facts/resource-types.ts'
import type { InputFile } from './plan.ts'

/** The manifest that a FHIR server gives for an export, as far as it is read (Bulk Data Access 2.0, export status). */
type Manifest = {
  readonly request: string | null
  readonly output: readonly { readonly type: string; readonly url: string; readonly count: number | null }[]
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
  const output = value.output.flatMap((one: unknown) =>
    isObject(one) && typeof one.type === 'string' && typeof one.url === 'string'
      ? [{ type: one.type, url: one.url, count: typeof one.count === 'number' ? one.count : null }]
      : [],
  )
  return { request: typeof value.request === 'string' ? value.request : null, output }
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
  readonly types: readonly string[] | null
  readonly missing: readonly string[]
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
  const files = names.sort().map((name): InputFile => {
    const { size, mtime } = statSync(join(folder, name))
    const entry = told.get(name)
    return { name, type: entry?.type ?? typeInName(name), bytes: size, modified: mtime.toISOString(), count: entry?.count ?? null }
  })
  const missing = [...told.keys()].filter((name) => !names.includes(name)).sort()
  return { files, types: typesAsked(manifest?.request ?? null), missing }
}
