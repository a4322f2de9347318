import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PassportAnswer } from '../../src/contract/passport.ts'
import { passportDocument } from '../../src/exporters/passport-document.ts'
import { startSandbox } from './running-sandbox.ts'

let sandbox: Awaited<ReturnType<typeof startSandbox>>
beforeAll(async () => {
  sandbox = await startSandbox()
}, 600_000)
afterAll(() => sandbox?.stop())

const tokenFor = async (patient: string): Promise<string> => {
  const response = await fetch(`${sandbox.base}/sandbox/hook-token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ patient }),
  })
  return ((await response.json()) as { access_token: string }).access_token
}

const ask = async (body: object, token?: string): Promise<Response> =>
  fetch(`${sandbox.base}/api/passport`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
    body: JSON.stringify(body),
  })

const passportOf = async (patient: string): Promise<PassportAnswer> => {
  const response = await ask({ fhirServer: `${sandbox.base}/fhir`, patient }, await tokenFor(patient))
  expect(response.status).toBe(200)
  expect(response.headers.get('cache-control')).toBe('no-store')
  return (await response.json()) as PassportAnswer
}

type Json = { readonly [member: string]: unknown }
type Entry = { readonly fullUrl: string; readonly resource: Json & { readonly resourceType: string; readonly id: string } }

const entriesOf = (document: PassportAnswer['document']): readonly Entry[] => document.entry as readonly Entry[]

const referencesIn = (value: unknown): string[] => {
  if (Array.isArray(value)) return value.flatMap(referencesIn)
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([member, child]) =>
    member === 'reference' && typeof child === 'string' ? [child] : referencesIn(child),
  )
}

const hollow = (value: unknown): boolean =>
  value === null ||
  value === '' ||
  (Array.isArray(value) && (value.length === 0 || value.some(hollow))) ||
  (typeof value === 'object' && (Object.keys(value as object).length === 0 || Object.values(value as object).some(hollow)))

/** Members that FHIR R4 asks for in the types of a passport. */
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  Composition: ['status', 'type', 'date', 'author', 'title'],
  Patient: [],
  Device: [],
  Observation: ['status', 'code'],
}

describe('the passport of a whole record', () => {
  let answer: PassportAnswer
  beforeAll(async () => {
    answer = await passportOf('p19')
  }, 600_000)

  test('says gene by gene what was found, by whom and when, and what medicines change today', () => {
    const { passport } = answer
    expect(passport.patient).toMatchObject({ name: 'Margarethe Lindholm-Example', birthDate: '1968-04-09' })
    expect(passport.genes.find(({ gene }) => gene === 'CYP2D6')).toMatchObject({
      state: 'called',
      results: [{ diplotype: '*4/*4', score: '0.0', phenotype: 'Poor Metabolizer' }],
      laboratory: 'Harborlight Genomics Laboratory (synthetic)',
    })
    expect(passport.genes.find(({ gene }) => gene === 'CYP2C19')?.today).toContain('omeprazole')
  })

  test('says for each drug what its first source asks, with gene and year; tamoxifen as the card does', () => {
    const tamoxifen = answer.passport.advice.find(({ drug }) => drug === 'tamoxifen')
    expect(tamoxifen).toMatchObject({ consequence: 'alternative', genes: ['CYP2D6'], source: 'CPIC', year: 2018, limit: null })
    const drugs = [...answer.passport.advice.map(({ drug }) => drug), ...answer.passport.unchanged]
    expect(new Set(drugs).size).toBe(drugs.length)
  })

  test('keeps what was not tested and what was not read apart from what was found', () => {
    const { genes, notTested, open } = answer.passport
    expect(notTested).toContain('G6PD')
    expect(genes.filter(({ gene }) => notTested.includes(gene))).toEqual([])
    expect(open.join(' ')).toContain('Familial hypercholesterolemia gene panel: not read.')
  })

  test('names what made it, and holds nothing of the tumour', () => {
    const { passport } = answer
    expect(passport).toMatchObject({ sandbox: true, versions: { attune: expect.any(String), rules: expect.any(String) } })
    expect(passport.decision).toMatch(/^[0-9a-f-]{36}$/)
    expect(JSON.stringify(answer)).not.toContain('PIK3CA')
  })
})

describe('the document of a passport', () => {
  let document: PassportAnswer['document']
  let answer: PassportAnswer
  beforeAll(async () => {
    answer = await passportOf('p19')
    document = answer.document
  }, 600_000)

  test('is a FHIR R4 document: identified, dated, Composition first, every entry named and referred to', () => {
    expect(document).toMatchObject({ resourceType: 'Bundle', type: 'document', identifier: { system: 'urn:ietf:rfc:3986' } })
    expect(Number.isNaN(Date.parse(String(document.timestamp)))).toBe(false)
    const entries = entriesOf(document)
    expect(entries[0]?.resource.resourceType).toBe('Composition')
    for (const { fullUrl, resource } of entries) expect(fullUrl).toBe(`urn:uuid:${resource.id}`)
    const urls = new Set(entries.map(({ fullUrl }) => fullUrl))
    expect(urls.size).toBe(entries.length)
    const referred = new Set(entries.flatMap(({ resource }) => referencesIn(resource)))
    expect([...referred].filter((reference) => !urls.has(reference))).toEqual([])
    expect(entries.slice(1).filter(({ fullUrl }) => !referred.has(fullUrl))).toEqual([])
  })

  test('holds the members that R4 asks for, none of them empty', () => {
    expect(hollow(document)).toBe(false)
    for (const { resource } of entriesOf(document)) {
      const required = REQUIRED[resource.resourceType]
      expect(required, resource.resourceType).toBeDefined()
      for (const member of required ?? []) expect(resource[member], `${resource.resourceType}.${member}`).toBeDefined()
    }
    const sections = entriesOf(document).flatMap(({ resource }) => (resource.section ?? []) as Json[])
    expect(sections.length).toBeGreaterThanOrEqual(4)
    for (const section of sections) {
      expect(section.title).toEqual(expect.any(String))
      expect(section.text !== undefined || section.entry !== undefined || section.emptyReason !== undefined).toBe(true)
      expect(section.entry !== undefined && section.emptyReason !== undefined).toBe(false)
    }
  })

  test('never gives a gene that was not tested the shape of a result', () => {
    const untested = entriesOf(document).filter(({ resource }) => resource.dataAbsentReason !== undefined)
    expect(untested).toHaveLength(answer.passport.notTested.length)
    for (const { resource } of untested) expect(resource.valueCodeableConcept).toBeUndefined()
  })

  test('is the same, to the byte, for the same passport, and writes markup in names as text', () => {
    expect(passportDocument(answer.passport)).toEqual(document)
    const open = ['<script>alert(1)</script> & more']
    const text = JSON.stringify(passportDocument({ ...answer.passport, open }))
    expect(text).not.toContain('<script>')
    expect(text).toContain('&lt;script&gt;')
  })

  test('says of an open result that it is indeterminate, and names what stays possible', () => {
    const [gene] = answer.passport.genes
    if (!gene) throw new Error('no gene')
    const genes = [
      {
        ...gene,
        state: 'candidates' as const,
        results: [
          { diplotype: '*1/*2', score: null, phenotype: null },
          { diplotype: '*1/*3', score: null, phenotype: null },
        ],
        because: 'not phased',
      },
    ]
    const [, , , written] = entriesOf(passportDocument({ ...answer.passport, genes, advice: [], notTested: [] }))
    expect(written?.resource).toMatchObject({
      valueCodeableConcept: { text: 'Indeterminate' },
      note: [{ text: 'Open: *1/*2 or *1/*3.' }, { text: 'not phased' }],
    })
  })
})

describe('a passport is not made', () => {
  test.each([
    ['without a token', () => ask({ fhirServer: `${sandbox.base}/fhir`, patient: 'p19' }), 401],
    [
      'for an unknown FHIR server',
      async () => ask({ fhirServer: 'https://elsewhere.example/fhir', patient: 'p19' }, await tokenFor('p19')),
      403,
    ],
    ['with a token that the record refuses', () => ask({ fhirServer: `${sandbox.base}/fhir`, patient: 'p19' }, 'nonsense'), 401],
    ['without a patient', async () => ask({ fhirServer: `${sandbox.base}/fhir` }, await tokenFor('p19')), 400],
    [
      'for a patient id that is a path',
      async () => ask({ fhirServer: `${sandbox.base}/fhir`, patient: '../p19' }, await tokenFor('p19')),
      400,
    ],
  ])('%s', async (_title, asking, status) => {
    const response = await asking()
    expect(response.status).toBe(status)
    expect(await response.text()).not.toContain('Lindholm')
  })
})
