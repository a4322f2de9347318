import { once } from 'node:events'
import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { parseArgs } from 'node:util'
import { createGzip } from 'node:zlib'
import type { FhirResource } from '../../src/contract/facts.ts'
import { makePerson, sharedResources } from './person.ts'

/** Resources of one file; a server cuts its export in the same way. */
const LINES = 50_000
/** Characters that are kept before they are written. */
const CHUNK = 1 << 18

export type PopulationSpec = { readonly patients: number; readonly seed: string; readonly out: string; readonly gz: boolean }

type OpenFile = { readonly name: string; readonly into: Writable; readonly done: Promise<unknown>; text: string; lines: number }
type Output = { readonly type: string; readonly url: string; readonly count: number }

/** Files by resource type, cut after `LINES` lines. */
const makeFiles = ({ out, gz }: PopulationSpec) => {
  const open = new Map<string, OpenFile>()
  const outputs: Output[] = []
  const cut = new Map<string, number>()

  const begin = (type: string): OpenFile => {
    const part = (cut.get(type) ?? 0) + 1
    cut.set(type, part)
    const name = `${type}.${String(part).padStart(3, '0')}.ndjson${gz ? '.gz' : ''}`
    const file = createWriteStream(join(out, name))
    if (!gz) return { name, into: file, done: finished(file), text: '', lines: 0 }
    const into = createGzip({ level: 6 })
    into.pipe(file)
    return { name, into, done: finished(file), text: '', lines: 0 }
  }

  const flush = async (file: OpenFile): Promise<void> => {
    if (file.text !== '' && !file.into.write(file.text)) await once(file.into, 'drain')
    file.text = ''
  }

  const end = async (type: string, file: OpenFile): Promise<void> => {
    await flush(file)
    file.into.end()
    await file.done
    outputs.push({ type, url: file.name, count: file.lines })
    open.delete(type)
  }

  return {
    outputs,
    add: async (resource: FhirResource): Promise<void> => {
      const type = resource.resourceType
      const file = open.get(type) ?? begin(type)
      open.set(type, file)
      file.text += `${JSON.stringify(resource)}\n`
      file.lines += 1
      if (file.text.length > CHUNK) await flush(file)
      if (file.lines >= LINES) await end(type, file)
    },
    close: async (): Promise<void> => {
      for (const [type, file] of [...open].sort(([a], [b]) => (a < b ? -1 : 1))) await end(type, file)
    },
  }
}

/** Writes a FHIR Bulk Data export of people who do not exist, with its manifest. The same spec gives the same bytes. */
export const generatePopulation = async (spec: PopulationSpec): Promise<readonly Output[]> => {
  mkdirSync(spec.out, { recursive: true })
  const files = makeFiles(spec)
  for (const resource of sharedResources()) await files.add(resource)
  for (let number = 1; number <= spec.patients; number += 1) for (const resource of makePerson(spec.seed, number)) await files.add(resource)
  await files.close()
  const output = [...files.outputs].sort((a, b) => (a.url < b.url ? -1 : 1))
  const types = [
    'Patient',
    'Observation',
    'DiagnosticReport',
    'Condition',
    'AllergyIntolerance',
    'MedicationRequest',
    'Medication',
    'Procedure',
    'ServiceRequest',
    'FamilyMemberHistory',
    'Encounter',
    'Organization',
  ]
  const manifest = {
    transactionTime: '2026-11-16T00:00:00Z',
    request: `https://synthetic.example/fhir/$export?_type=${types.join(',')}`,
    requiresAccessToken: false,
    output,
    error: [],
  }
  writeFileSync(join(spec.out, 'export.json'), `${JSON.stringify(manifest, null, 2)}\n`)
  return output
}

const run = async (): Promise<void> => {
  const { values } = parseArgs({
    options: { patients: { type: 'string' }, seed: { type: 'string' }, out: { type: 'string' }, gz: { type: 'boolean' } },
  })
  const patients = Number(values.patients)
  if (!values.out || !values.seed || !Number.isInteger(patients) || patients < 1) {
    process.stderr.write('Usage: npm run population -- --patients N --seed S --out DIR [--gz]\n')
    process.exitCode = 2
    return
  }
  const output = await generatePopulation({ patients, seed: values.seed, out: values.out, gz: values.gz === true })
  const lines = output.reduce((sum, { count }) => sum + count, 0)
  process.stderr.write(`${patients} people who do not exist: ${lines} resources in ${output.length} files under ${values.out}\n`)
}

if (process.argv[1]?.match(/generate\.[jt]s$/)) await run()
