import type { FhirResource, PatientRecord } from '../../src/contract/facts.ts'
import type { GeneReading } from '../../src/contract/genes.ts'
import { type GenomicFacts, readGenomics } from '../../src/facts/genomics/read-genomics.ts'
import { deepFreeze, theTerms } from '../builders/knowledge.ts'

/** FHIR resources as laboratories and EHRs send them, for the invented patient Robin Vale. */
export const ROBIN = 'robin-vale'

const LOINC = 'http://loinc.org'
const HGNC = 'http://www.genenames.org'

type Members = { readonly [member: string]: unknown }

const numberOf = (gene: string): string => {
  const table = theTerms().genes.get(gene)
  if (!table) throw new Error(`no gene ${gene}`)
  return table.hgnc
}

export const loinc = (code: string, display?: string): Members => ({ coding: [{ system: LOINC, code, ...(display ? { display } : {}) }] })

export const geneStudied = (gene: string): Members => ({
  code: loinc('48018-6'),
  valueCodeableConcept: { coding: [{ system: HGNC, code: numberOf(gene), display: gene }] },
})

export const observation = (id: string, members: Members): FhirResource => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  subject: { reference: `Patient/${ROBIN}` },
  effectiveDateTime: '2024-05-06',
  ...members,
})

/** HL7 genomics guide: diplotype with the gene in a component. */
export const genotype = (gene: string, diplotype: string, members: Members = {}): FhirResource =>
  observation(String(members.id ?? `geno-${gene}`), {
    code: loinc('84413-4'),
    valueCodeableConcept: { text: diplotype },
    component: [geneStudied(gene)],
    ...members,
  })

/** First generation of the guide: the phenotype in an Observation of its own. */
export const implication = (answer: Members, members: Members = {}): FhirResource =>
  observation(String(members.id ?? 'implication'), { code: loinc('53040-2'), valueCodeableConcept: answer, ...members })

/** A laboratory result in text. */
export const textResult = (name: string, value: string, members: Members = {}): FhirResource =>
  observation(String(members.id ?? 'text'), { code: { text: name }, valueString: value, ...members })

export const condition = (text: string, members: Members = {}): FhirResource => ({
  resourceType: 'Condition',
  id: String(members.id ?? 'problem'),
  code: { text },
  subject: { reference: `Patient/${ROBIN}` },
  recordedDate: '2024-05-06',
  ...members,
})

export const indicator = (text: string, members: Members = {}): FhirResource =>
  condition(text, { id: 'indicator', category: [{ coding: [{ system: 'urn:ehr:category', code: 'genomics' }] }], ...members })

export const report = (results: readonly FhirResource[], members: Members = {}): FhirResource => ({
  resourceType: 'DiagnosticReport',
  id: 'report',
  status: 'final',
  code: loinc('51969-4'),
  subject: { reference: `Patient/${ROBIN}` },
  effectiveDateTime: '2024-05-07',
  result: results.map((result) => ({ reference: `Observation/${result.id}` })),
  ...members,
})

export const recordOf = (...resources: readonly unknown[]): PatientRecord => ({
  patientId: ROBIN,
  now: '2026-02-03T10:00:00Z',
  resources: resources as readonly FhirResource[], // tests hand in broken ones, too
  questions: [],
  draftOrders: [],
  selections: null,
})

/** Reads frozen resources: a reader that wrote into its input would throw. */
export const read = (...resources: readonly unknown[]): GenomicFacts => readGenomics(deepFreeze(recordOf(...resources)), theTerms())

/** A reading in one line: gene, diplotype, phenotype, score, confidence, use and flags. */
export const lineOf = (reading: GeneReading): string => {
  const { gene, genotype: found, confidence, use, flags } = reading
  const parts = [gene ?? 'no gene', found.diplotype, found.phenotype?.term ?? null, found.activityScore?.text ?? null].filter(
    (part) => part !== null,
  )
  return `${parts.join(' | ')} -> ${confidence} ${use}${flags.length > 0 ? ` (${flags.join(', ')})` : ''}`
}

export const linesOf = (...resources: readonly unknown[]): readonly string[] => read(...resources).readings.map(lineOf)
