import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const RXNORM = 'http://www.nlm.nih.gov/research/umls/rxnorm'

const rewrite = (path: string, change: (text: string) => string): void => writeFileSync(path, change(readFileSync(path, 'utf8')))

/** The models of this release, and a challenger: the warfarin model under another name. */
export const makeModelsDir = () => {
  const folder = mkdtempSync(join(tmpdir(), 'attune-models-'))
  for (const entry of readdirSync('models', { withFileTypes: true }))
    if (!entry.isDirectory() || existsSync(join('models', entry.name, 'manifest.json')))
      cpSync(join('models', entry.name), join(folder, entry.name), { recursive: true })
  const challenger = join(folder, 'warfarin-dose-next')
  cpSync(join(folder, 'warfarin-dose'), challenger, { recursive: true })
  for (const file of ['manifest.json', 'coefficients.json', 'card.json'])
    rewrite(join(challenger, file), (text) => text.replaceAll('"warfarin-dose"', '"warfarin-dose-next"'))
  rewrite(join(challenger, 'vectors.json'), (text) => text)
  return { folder, challenger, clear: () => rmSync(folder, { recursive: true, force: true }) }
}

const searchset = (resources: readonly object[]) => ({
  resourceType: 'Bundle',
  type: 'searchset',
  entry: resources.map((resource) => ({ resource })),
})

export type Someone = {
  readonly id: string
  readonly born: number
  readonly heightCm: number
  /** Null: not in the record. */
  readonly weightKg: number | null
}

const vital = (id: string, patient: string, code: string, value: number, unit: string) => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  category: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'vital-signs' }] }],
  code: { coding: [{ system: 'http://loinc.org', code }] },
  subject: { reference: `Patient/${patient}` },
  effectiveDateTime: new Date(Date.now() - 86_400_000).toISOString(),
  valueQuantity: { value, unit, system: 'http://unitsofmeasure.org', code: unit },
})

/** An order of warfarin for someone, with all that an EHR with prefetch sends. */
export const orderWarfarin = ({ id, born, heightCm, weightKg }: Someone) => ({
  hook: 'order-sign',
  hookInstance: crypto.randomUUID(),
  context: {
    userId: 'Practitioner/dr-1',
    patientId: id,
    draftOrders: {
      resourceType: 'Bundle',
      type: 'collection',
      entry: [
        {
          resource: {
            resourceType: 'MedicationRequest',
            id: 'draft-1',
            status: 'draft',
            intent: 'order',
            subject: { reference: `Patient/${id}` },
            medicationCodeableConcept: { text: 'warfarin sodium 5 MG Oral Tablet', coding: [{ system: RXNORM, code: '855332' }] },
          },
        },
      ],
    },
  },
  prefetch: {
    patient: {
      resourceType: 'Patient',
      id,
      gender: 'female',
      birthDate: `${born}-05-05`,
      extension: [
        {
          url: 'http://hl7.org/fhir/us/core/StructureDefinition/us-core-race',
          extension: [
            { url: 'ombCategory', valueCoding: { system: 'urn:oid:2.16.840.1.113883.6.238', code: '2106-3', display: 'White' } },
            { url: 'text', valueString: 'White' },
          ],
        },
      ],
    },
    genotypes: searchset([]),
    labs: searchset([]),
    vitals: searchset([
      vital('height', id, '8302-2', heightCm, 'cm'),
      ...(weightKg === null ? [] : [vital('weight', id, '29463-7', weightKg, 'kg')]),
    ]),
    reports: searchset([]),
    conditions: searchset([]),
    allergies: searchset([]),
    medications: searchset([]),
    procedures: searchset([]),
    pregnancy: searchset([]),
    requests: searchset([]),
  },
})

/** Numbers that look random and are the same at every run (Lehmer). */
export const randomOf = (seed: number) => {
  let state = seed
  return () => {
    state = (state * 48271) % 2147483647
    return state / 2147483647
  }
}

/** People of about one age, of whom a share has no weight in the record. */
export const people = (n: number, seed: number, { age = 65, noWeight = 0.05 } = {}): Someone[] => {
  const random = randomOf(seed)
  return Array.from({ length: n }, (_, at) => ({
    id: `p${seed}-${at}`,
    born: new Date().getUTCFullYear() - Math.round(age + 12 * (random() + random() + random() - 1.5)),
    heightCm: Math.round(168 + 20 * (random() - 0.5)),
    weightKg: random() < noWeight ? null : Math.round(75 + 40 * (random() - 0.5)),
  }))
}
