import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { FhirResource } from '../contract/facts.ts'
import { AttuneError } from '../errors.ts'

/** A patient of the sandbox: what the chart shows, what to order, and what should happen then. */
export type Story = {
  readonly id: string
  readonly patient: string
  readonly name: string
  readonly birthDate: string
  readonly sex: string
  /** Encounter that is going on; orders and launches belong to it. */
  readonly encounter: string | null
  readonly title: string
  readonly story: string
  readonly order: {
    readonly rxcui: string
    readonly display: string
    readonly dose: { readonly value: number; readonly unit: string; readonly system: string; readonly code: string }
    readonly frequency: number
    readonly period: number
    readonly periodUnit: string
    readonly asNeeded: boolean
    readonly text: string
    readonly reason: { readonly system: string; readonly code: string; readonly display: string }
  }
  readonly expect: {
    readonly concern: 'guidance' | 'test-first' | 'not-assessed' | 'silence'
    readonly genes: readonly string[]
    readonly action: string
    readonly why: string
    readonly sources: readonly { readonly source: string; readonly guideline: string; readonly year: number | null }[]
  }
  /** Number of resources in the chart. */
  readonly resources: number
}

export type SandboxPatients = {
  /** Day on which the charts end, `2026-11-16`. */
  readonly anchor: string
  /** Who is logged in, `Practitioner/…`. */
  readonly user: string
  readonly stories: readonly Story[]
  readonly resources: readonly FhirResource[]
}

/** Folder of the charts, found from the source as well as from the build. */
const defaultFolder = (): string => {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'package.json'))) {
    if (folder === dirname(folder)) throw new AttuneError('config-invalid', 'the folder of the sandbox patients was not found')
    folder = dirname(folder)
  }
  return join(folder, 'src/sandbox/patients')
}

const readJson = (path: string): unknown => {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (cause) {
    throw new AttuneError('config-invalid', `cannot read the sandbox chart ${path}`, { cause })
  }
}

/**
 * Reads the synthetic charts and their stories.
 * @throws AttuneError `config-invalid` when a file is missing or is not JSON.
 */
export const loadPatients = (folder: string = defaultFolder()): SandboxPatients => {
  // These files are ours, written by tools/patients and held by tests: their shape is taken as it stands.
  const told = readJson(join(folder, 'stories.json')) as Omit<SandboxPatients, 'resources'>
  const resources: FhirResource[] = []
  for (const file of readdirSync(folder)) {
    if (!file.endsWith('.json') || file === 'stories.json') continue
    const bundle = readJson(join(folder, file)) as { readonly entry: readonly { readonly resource: FhirResource }[] }
    for (const { resource } of bundle.entry) resources.push(resource)
  }
  return { ...told, resources }
}
