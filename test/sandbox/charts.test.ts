import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { FhirResource } from '../../src/contract/facts.ts'
import { loadPatients } from '../../src/sandbox/load-patients.ts'
import { patientOf, SHARED_TYPES } from '../../src/sandbox/search-parameters.ts'
import { isLoinc, isSnomedConcept } from '../../src/terminology/check-digits.ts'
import { ucumCode } from '../../src/terminology/units.ts'
import { buildPatients } from '../../tools/patients/build-patients.ts'
import { PRODUCTS } from '../../tools/patients/medicines.ts'
import { RXNORM_OUTSIDE_THE_RULES } from '../../tools/patients/rxnorm-outside-the-rules.ts'
import { OTHER_GENES } from '../../tools/patients/variants.ts'

const FOLDER = 'src/sandbox/patients'
const patients = loadPatients(FOLDER)
const byReference = new Map(patients.resources.map((resource) => [`${resource.resourceType}/${resource.id}`, resource]))

type Visit = (value: unknown, member: string, resource: FhirResource) => void

/** Every value of every resource, however deep. */
const walk = (visit: Visit): void => {
  const step = (value: unknown, member: string, resource: FhirResource): void => {
    visit(value, member, resource)
    if (Array.isArray(value)) for (const item of value) step(item, member, resource)
    else if (value && typeof value === 'object') for (const [name, item] of Object.entries(value)) step(item, name, resource)
  }
  for (const resource of patients.resources) step(resource, '', resource)
}

type Coding = { system: string; code: string; display?: string }

const codings = (system: string): Coding[] => {
  const found = new Map<string, Coding>()
  walk((value) => {
    if (value && typeof value === 'object' && 'system' in value && value.system === system && 'code' in value)
      found.set(String(value.code), value as Coding)
  })
  return [...found.values()]
}

const readRows = <Row>(path: string): Row[] => (JSON.parse(readFileSync(path, 'utf8')) as { rows: Row[] }).rows

/** Members that FHIR R4 asks for, by type. */
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  AllergyIntolerance: ['patient', 'code'],
  Binary: ['contentType', 'data'],
  Condition: ['subject', 'code'],
  Device: ['patient'],
  DiagnosticReport: ['status', 'code', 'subject'],
  DocumentReference: ['status', 'content', 'subject'],
  Encounter: ['status', 'class', 'subject', 'period'],
  Endpoint: ['status', 'connectionType', 'payloadType', 'address'],
  FamilyMemberHistory: ['status', 'patient', 'relationship'],
  ImagingStudy: ['status', 'subject', 'started'],
  Immunization: ['status', 'vaccineCode', 'patient', 'occurrenceDateTime'],
  Location: ['name'],
  MedicationRequest: ['status', 'intent', 'medicationCodeableConcept', 'subject', 'dosageInstruction'],
  Observation: ['status', 'code', 'subject'],
  Organization: ['name'],
  Patient: ['name', 'gender', 'birthDate'],
  QuestionnaireResponse: ['status', 'subject', 'item'],
  Practitioner: ['name'],
  PractitionerRole: ['practitioner'],
  Procedure: ['status', 'code', 'subject', 'performedDateTime'],
}

const STATUS: Readonly<Record<string, readonly string[]>> = {
  DiagnosticReport: ['final', 'corrected', 'entered-in-error'],
  Encounter: ['finished', 'in-progress'],
  MedicationRequest: ['active', 'stopped', 'completed'],
  Observation: ['final', 'preliminary', 'corrected', 'entered-in-error'],
}

describe('the synthetic charts', () => {
  test('are nineteen, each realistic in size, and small together', () => {
    expect(patients.stories).toHaveLength(19)
    for (const { id, resources } of patients.stories) expect(resources, id).toBeGreaterThanOrEqual(280)
    const bytes = readdirSync(FOLDER).reduce((sum, file) => sum + readFileSync(join(FOLDER, file)).length, 0)
    expect(bytes).toBeLessThan(8_000_000)
  })

  test('are written by the committed generator, to the byte', () => {
    const folder = mkdtempSync(join(tmpdir(), 'attune-charts-'))
    try {
      buildPatients(folder)
      expect(readdirSync(folder).sort()).toEqual(readdirSync(FOLDER).sort())
      for (const file of readdirSync(folder))
        expect(readFileSync(join(folder, file)).equals(readFileSync(join(FOLDER, file))), `${file} is as the generator writes it`).toBe(
          true,
        )
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  test('hold resources with unique ids, the members FHIR asks for, and no empty values', () => {
    expect(byReference.size).toBe(patients.resources.length)
    const faults: string[] = []
    for (const resource of patients.resources) {
      const name = `${resource.resourceType}/${resource.id}`
      if (!/^[A-Za-z0-9.-]{1,64}$/.test(resource.id ?? '')) faults.push(`${name}: id`)
      const required = REQUIRED[resource.resourceType]
      if (!required) faults.push(`${name}: type`)
      for (const member of required ?? []) if (resource[member] === undefined) faults.push(`${name}: ${member}`)
      const allowed = STATUS[resource.resourceType]
      if (allowed && !allowed.includes(String(resource.status))) faults.push(`${name}: status`)
    }
    walk((value, member, resource) => {
      const empty = value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0)
      const hollow = value && typeof value === 'object' && !Array.isArray(value) && Object.keys(value).length === 0
      if (empty || hollow || Number.isNaN(value)) faults.push(`${resource.resourceType}/${resource.id}: empty ${member}`)
    })
    expect(faults).toEqual([])
  })

  test('refer only to resources that are there, and never into another chart', () => {
    const faults: string[] = []
    walk((value, member, resource) => {
      const reference = member === 'reference' ? value : member === 'url' && String(value).startsWith('Binary/') ? value : null
      if (typeof reference !== 'string') return
      const target = byReference.get(reference)
      if (!target) faults.push(`${resource.id} -> ${reference} is missing`)
      else if (!SHARED_TYPES.has(target.resourceType) && patientOf(target) !== patientOf(resource))
        faults.push(`${resource.id} -> ${reference} is another patient's`)
    })
    expect(faults).toEqual([])
  })

  test('lie between birth and the anchor date', () => {
    const born = new Map(patients.stories.map(({ patient, birthDate }) => [patient, birthDate]))
    const faults: string[] = []
    walk((value, member, resource) => {
      if (typeof value !== 'string' || !/(DateTime|Date|^date|^start|^end|started|issued|authoredOn)$/.test(member)) return
      const start = born.get(patientOf(resource) ?? '') ?? '1900'
      if (!/^\d{4}(-\d\d(-\d\d(T\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d))?)?)?$/.test(value) || Number.isNaN(Date.parse(value)))
        faults.push(`${resource.id} ${member} ${value}`)
      else if (value.slice(0, 10) < start || value.slice(0, 10) > patients.anchor) faults.push(`${resource.id} ${member} ${value}`)
    })
    expect(faults).toEqual([])
  })

  test('carry LOINC and SNOMED CT codes that pass their check digits, each with one display', () => {
    const loinc = codings('http://loinc.org')
    const snomed = codings('http://snomed.info/sct')
    expect(loinc.length).toBeGreaterThan(70)
    expect(snomed.length).toBeGreaterThan(50)
    expect(loinc.filter(({ code }) => !isLoinc(code))).toEqual([])
    expect(snomed.filter(({ code }) => !isSnomedConcept(code))).toEqual([])
    expect(['79714-4', '2160-1'].map(isLoinc)).toEqual([false, false])
    expect(['356744012', '38341004'].map(isSnomedConcept)).toEqual([false, false])
  })

  test('carry RxNorm codes that the rules know, but for a named few that every real chart has, too', () => {
    const known = new Set([
      ...readRows<{ rxcui: string }>('rules/drugs/products.json').map(({ rxcui }) => rxcui),
      ...readRows<{ rxcui: string | null }>('rules/drugs/ingredients.json').map(({ rxcui }) => rxcui),
    ])
    const used = codings('http://www.nlm.nih.gov/research/umls/rxnorm').map(({ code }) => code)
    expect(used.filter((code) => !known.has(code) && !RXNORM_OUTSIDE_THE_RULES.has(code))).toEqual([])
    expect([...RXNORM_OUTSIDE_THE_RULES.keys()].filter((code) => known.has(code))).toEqual([])
  })

  test('name products as the rules do', () => {
    const names = new Map(
      readRows<{ rxcui: string; name: string }>('rules/drugs/products.json').map(({ rxcui, name }) => [rxcui, name.toLowerCase()]),
    )
    const others = Object.values(PRODUCTS).filter(({ rxcui, name }) => names.has(rxcui) && names.get(rxcui) !== name.toLowerCase())
    expect(others).toEqual([])
  })

  test('pair every gene with its own HGNC number', () => {
    for (const { code, display } of codings('http://www.genenames.org')) {
      const path = `rules/genes/${display}.json`
      const other: Readonly<Record<string, string>> = OTHER_GENES
      const hgnc = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as { hgnc: string }).hgnc : other[display ?? '']
      expect({ gene: display, hgnc: code }).toEqual({ gene: display, hgnc })
    }
  })

  test('use units that UCUM knows', () => {
    const faults = codings('http://unitsofmeasure.org').filter(({ code }) => ucumCode(code) !== code)
    expect(faults).toEqual([])
  })

  test('tell stories whose order can be written: a known product, a visit that is going on, a source for what is expected', () => {
    const products = new Set(readRows<{ rxcui: string }>('rules/drugs/products.json').map(({ rxcui }) => rxcui))
    for (const { id, patient, encounter, order, expect: expected } of patients.stories) {
      const visit = byReference.get(`Encounter/${encounter}`)
      expect(visit && { patient: patientOf(visit), status: visit.status }, id).toEqual({ patient, status: 'in-progress' })
      expect(products.has(order.rxcui), id).toBe(true)
      expect(isSnomedConcept(order.reason.code), id).toBe(true)
      expect(expected.sources.length > 0 || expected.concern === 'not-assessed', id).toBe(true)
    }
  })

  test('hold unread reports as PDFs, the first of whose cross-reference table points at its objects', () => {
    const [binary] = patients.resources.filter(({ resourceType }) => resourceType === 'Binary')
    const pdf = Buffer.from(String(binary?.data), 'base64').toString('latin1')
    const start = Number(/startxref\n(\d+)\n%%EOF\n$/.exec(pdf)?.[1])
    const offsets = [...pdf.slice(start).matchAll(/^(\d{10}) 00000 n $/gm)].map(([, offset]) => Number(offset))
    expect(pdf.startsWith('%PDF-1.4')).toBe(true)
    expect(offsets.map((offset) => pdf.slice(offset, offset + 7))).toEqual(offsets.map((_, index) => `${index + 1} 0 obj`))
    expect(pdf).toContain('CYP2C19')
  })

  test('fit on the first page of what the services ask for, so that a service without a token sees all', () => {
    const pages: readonly (readonly [string, number, (resource: FhirResource) => boolean])[] = [
      ['labs', 200, (one) => one.resourceType === 'Observation' && JSON.stringify(one.category).includes('"laboratory"')],
      ['vitals', 100, (one) => one.resourceType === 'Observation' && JSON.stringify(one.category).includes('"vital-signs"')],
      ['reports', 100, (one) => one.resourceType === 'DiagnosticReport'],
    ]
    for (const { patient, id } of patients.stories)
      for (const [name, page, matches] of pages) {
        const count = patients.resources.filter((one) => patientOf(one) === patient && matches(one)).length
        expect({ id, name, fits: count <= page, count }).toMatchObject({ fits: true })
      }
  })

  test('vary in race, sex and age, and in the shapes in which genetic results come', () => {
    const text = patients.resources
      .filter(({ resourceType }) => ['Observation', 'DiagnosticReport', 'Condition'].includes(resourceType))
      .map((resource) => JSON.stringify(resource))
    const shapes = {
      genotype: text.some((one) => one.includes('"84413-4"')),
      implication: text.some((one) => one.includes('therapeutic-implication')),
      olderPhenotype: text.some((one) => one.includes('"53040-2"')),
      perGene: text.some((one) => one.includes('"79713-4"')),
      presence: text.some((one) => one.includes('"50956-2"')),
      freeText: text.some((one) => one.includes('"valueString":"*1/*5')),
      indicator: text.some((one) => one.includes('"genomics"')),
      group: text.some((one) => one.includes('hasMember')),
      pdf: text.some((one) => one.includes('application/pdf')),
      withdrawn: text.some((one) => one.includes('entered-in-error') && one.includes('84413-4')),
    }
    expect(Object.entries(shapes).filter(([, there]) => !there)).toEqual([])
  })
})
