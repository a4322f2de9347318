import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { loadScreening } from '../../src/cli/screen/load-screening.ts'
import type { Crew } from '../../src/screening/crew-here.ts'
import { findExport } from '../../src/screening/export-files.ts'
import type { Summary } from '../../src/screening/finish.ts'
import { watchedDrugs } from '../../src/screening/look-ahead.ts'
import { type Plan, partsFor, type ScreeningOptions } from '../../src/screening/plan.ts'
import { beginRun, runScreening } from '../../src/screening/run-screening.ts'
import { makeDoUnit } from '../../src/screening/unit-of-work.ts'
import { makePerson, sharedResources } from '../../tools/population/person.ts'

export type Engine = Awaited<ReturnType<typeof loadScreening>>

export const NOW = '2026-11-20T08:00:00.000Z'

export const OPTIONS: ScreeningOptions = {
  ahead: 'conditions',
  models: 'all',
  maxLineBytes: 1_000_000,
  maxPatientBytes: 2_000_000,
  partBytes: 100_000,
}

const folders: string[] = []
export const newFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'attune-screen-'))
  folders.push(folder)
  return folder
}
export const removeFolders = (): void => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
}

/** Lines by file; `.gz` is written as such. Empty lists make empty files. */
export type Lines = Readonly<Record<string, readonly string[]>>

export const writeExport = (lines: Lines, manifest: object | null = null): string => {
  const folder = newFolder()
  for (const [name, own] of Object.entries(lines)) {
    const text = own.map((line) => `${line}\n`).join('')
    writeFileSync(join(folder, name), name.endsWith('.gz') ? gzipSync(text) : text)
  }
  if (manifest) writeFileSync(join(folder, 'export.json'), JSON.stringify(manifest))
  return folder
}

/** People who do not exist, by file of their type; every type that the services ask for is there. */
export const peopleLines = (seed: string, from: number, to: number): Record<string, string[]> => {
  const lines: Record<string, string[]> = {}
  const add = (type: string, line: string): void => {
    const name = `${type}.ndjson`
    const own = lines[name] ?? []
    own.push(line)
    lines[name] = own
  }
  for (const type of ['Procedure', 'ServiceRequest', 'FamilyMemberHistory']) lines[`${type}.ndjson`] = []
  for (const resource of sharedResources()) add(resource.resourceType, JSON.stringify(resource))
  for (let number = from; number <= to; number += 1)
    for (const resource of makePerson(seed, number)) add(resource.resourceType, JSON.stringify(resource))
  return lines
}

export const TYPES =
  'Patient,Observation,DiagnosticReport,Condition,AllergyIntolerance,MedicationRequest,Medication,Procedure,ServiceRequest,FamilyMemberHistory,Encounter'

export const manifestOf = (lines: Lines, types = TYPES): object => ({
  transactionTime: NOW,
  request: `https://ehr.example/fhir/$export?_type=${types}`,
  output: Object.keys(lines).map((name) => ({ type: name.split('.')[0], url: `https://files.example/x/${name}` })),
})

export type Ran = {
  readonly out: string
  readonly summary: Summary
  readonly files: Readonly<Record<string, string>>
  readonly faults: number
}

export const filesIn = (out: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(out)
      .filter((name) => !name.startsWith('.'))
      .sort()
      .map((name) => [name, readFileSync(join(out, name), 'utf8')]),
  )

/** The whole run in this process, units one after the other. */
export const screenHere = async (
  engine: Engine,
  input: string,
  options: Partial<ScreeningOptions> = {},
  worker: Engine = engine,
): Promise<Ran> => {
  const out = newFolder()
  const { files, types, missing, doubted } = findExport(input)
  const own = { ...OPTIONS, ...options }
  const drawn: Plan = {
    layout: 1,
    input,
    now: NOW,
    files,
    types,
    lacking: missing.map(({ type }) => type),
    doubted,
    parts: partsFor(files, own.partBytes),
    options: own,
    versions: engine.versions,
    settings: engine.settings,
  }
  const { plan } = beginRun(drawn, out, true)
  let faults = 0
  const doUnit = makeDoUnit(
    async () => worker,
    () => {
      faults += 1
    },
  )
  const crew: Crew = {
    async run(units, onDone) {
      for (const unit of units) {
        await doUnit(unit)
        onDone(unit)
      }
    },
    close: async () => {},
  }
  const watched = watchedDrugs(own.ahead, engine.kit).map(({ name }) => name)
  const summary = await runScreening({ plan, out, crew, watched, wanted: [], onProgress: () => {} })
  return { out, summary, files: filesIn(out), faults }
}

export const linesOf = <T>(text: string | undefined): T[] =>
  (text ?? '')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T)
