import type { Passport, PassportAdvice, PassportAnswer, PassportGene } from '../contract/passport.ts'
import { hashId } from './hash-id.ts'

/**
 * A passport as a FHIR R4 document: Composition first (R4, section 3.3, as the International Patient Summary does), then the patient, the
 * device that wrote it, one genotype Observation per gene and the implications per drug after the HL7 Genomics Reporting guide, STU3.
 * A gene that was not tested stands there with `dataAbsentReason`, so that it never looks like a normal result.
 */
type Json = { readonly [member: string]: unknown }
type Resource = Json & { readonly resourceType: string; readonly id: string }

const GUIDE = 'http://hl7.org/fhir/uv/genomics-reporting'
const LOINC = 'http://loinc.org'
const LOCAL = `${GUIDE}/CodeSystem/tbd-codes-cs`
const RXNORM = 'http://www.nlm.nih.gov/research/umls/rxnorm'
const ABSENT = 'http://terminology.hl7.org/CodeSystem/data-absent-reason'

const concept = (system: string, code: string, display: string): Json => ({ coding: [{ system, code, display }] })
const urn = (id: string): string => `urn:uuid:${id}`
const refer = (resource: Resource): Json => ({ reference: urn(resource.id) })

const CATEGORIES: readonly Json[] = [
  concept('http://terminology.hl7.org/CodeSystem/observation-category', 'laboratory', 'Laboratory'),
  concept('http://terminology.hl7.org/CodeSystem/v2-0074', 'GE', 'Genetics'),
]

const idOf = (passport: Passport, ...parts: readonly string[]): string => hashId('passport', passport.decision, passport.made, ...parts)

const patientOf = (passport: Passport): Resource => {
  const { patient } = passport
  return {
    resourceType: 'Patient',
    id: idOf(passport, 'patient'),
    ...(patient?.name ? { name: [{ text: patient.name }] } : {}),
    ...(patient?.birthDate ? { birthDate: patient.birthDate.slice(0, 10) } : {}),
    ...(patient?.sex ? { gender: patient.sex } : {}),
  }
}

const deviceOf = (passport: Passport): Resource => ({
  resourceType: 'Device',
  id: idOf(passport, 'device'),
  deviceName: [{ name: 'Attune', type: 'user-friendly-name' }],
  version: [{ value: passport.versions.attune }, { type: { text: 'rules' }, value: passport.versions.rules }],
})

const geneComponent = (gene: string): Json => ({
  code: concept(LOINC, '48018-6', 'Gene studied [ID]'),
  valueCodeableConcept: { text: gene },
})

type Context = { readonly passport: Passport; readonly subject: Json }

const observation = ({ passport, subject }: Context, id: string, profile: string, code: Json, members: Json): Resource => ({
  resourceType: 'Observation',
  id: idOf(passport, id),
  meta: { profile: [`${GUIDE}/StructureDefinition/${profile}`] },
  status: 'final',
  category: CATEGORIES,
  code,
  subject,
  ...members,
})

const GENOTYPE = concept(LOINC, '84413-4', 'Genotype display name')

const resultWords = ({ results }: PassportGene): string =>
  [...new Set(results.map(({ diplotype, phenotype }) => diplotype ?? phenotype ?? 'not stated'))].join(' or ')

const notesOf = (gene: PassportGene): readonly Json[] =>
  [
    ...gene.results.flatMap(({ score }) => (score === null ? [] : [`Activity score: ${score}.`])),
    ...(gene.because === null ? [] : [gene.because]),
    ...(gene.today === null ? [] : [`On the day this was made: ${gene.today}`]),
  ].map((text) => ({ text }))

const genotypeOf = (context: Context, gene: PassportGene): Resource => {
  const words = gene.state === 'called' ? resultWords(gene) : null
  const notes = notesOf(gene)
  const open = gene.results.length > 0 ? [{ text: `Open: ${resultWords(gene)}.` }] : []
  return observation(context, `genotype ${gene.gene}`, 'genotype', GENOTYPE, {
    ...(gene.date === null ? {} : { effectiveDateTime: gene.date }),
    ...(gene.laboratory === null ? {} : { performer: [{ display: gene.laboratory }] }),
    ...(words === null
      ? { valueCodeableConcept: { ...concept(LOINC, 'LA11884-6', 'Indeterminate'), text: 'Indeterminate' } }
      : { valueCodeableConcept: { text: words } }),
    ...(gene.method === null ? {} : { method: { text: gene.method } }),
    ...(notes.length + (words === null ? open.length : 0) > 0 ? { note: [...(words === null ? open : []), ...notes] } : {}),
    component: [geneComponent(gene.gene)],
  })
}

const untestedOf = (context: Context, gene: string): Resource =>
  observation(context, `untested ${gene}`, 'genotype', GENOTYPE, {
    dataAbsentReason: concept(ABSENT, 'not-performed', 'Not Performed'),
    component: [geneComponent(gene)],
  })

const IMPLICATION = concept(LOCAL, 'therapeutic-implication', 'Therapeutic Implication')

const phenotypeOf = ({ passport }: Context, genes: readonly string[]): string =>
  passport.genes
    .filter(({ gene }) => genes.includes(gene))
    .map((one) => `${one.gene} ${one.results[0]?.phenotype ?? one.results[0]?.diplotype ?? 'not stated'}`)
    .join(', ')

const implicationOf = (context: Context, genotypes: ReadonlyMap<string, Resource>, advice: PassportAdvice): Resource => {
  const derivedFrom = advice.genes.flatMap((gene) => genotypes.get(gene) ?? []).map(refer)
  const year = advice.year === null ? '' : ` (${advice.year})`
  const limit = advice.limit === null ? '' : ` Only: ${advice.limit}.`
  return observation(context, `implication ${advice.drug}`, 'therapeutic-implication', IMPLICATION, {
    ...(derivedFrom.length > 0 ? { derivedFrom } : {}),
    note: [{ text: `${advice.source}${year}: ${advice.consequence}.${limit} ${advice.url}` }],
    component: [
      {
        code: concept(LOINC, '51963-7', 'Medication assessed'),
        valueCodeableConcept:
          advice.rxcui === null ? { text: advice.drug } : { ...concept(RXNORM, advice.rxcui, advice.drug), text: advice.drug },
      },
      { code: IMPLICATION, valueCodeableConcept: { text: phenotypeOf(context, advice.genes) } },
    ],
  })
}

const EMPTY = concept('http://terminology.hl7.org/CodeSystem/list-empty-reason', 'nilknown', 'Nil Known')

const section = (title: string, entries: readonly Resource[]): Json => ({
  title,
  ...(entries.length > 0 ? { entry: entries.map(refer) } : { emptyReason: EMPTY }),
})

const xhtml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** Sentences as the narrative of a section. */
const told = (title: string, sentences: readonly string[]): Json => ({
  title,
  text: {
    status: 'generated',
    div: `<div xmlns="http://www.w3.org/1999/xhtml"><ul>${sentences.map((each) => `<li>${xhtml(each)}</li>`).join('')}</ul></div>`,
  },
})

/** The same passport gives the same bytes. */
export const passportDocument = (passport: Passport): PassportAnswer['document'] => {
  const patient = patientOf(passport)
  const device = deviceOf(passport)
  const context: Context = { passport, subject: refer(patient) }
  const genotypes = new Map(passport.genes.map((gene) => [gene.gene, genotypeOf(context, gene)]))
  const untested = passport.notTested.map((gene) => untestedOf(context, gene))
  const implications = passport.advice.map((advice) => implicationOf(context, genotypes, advice))
  const composition: Resource = {
    resourceType: 'Composition',
    id: idOf(passport, 'composition'),
    status: 'final',
    type: concept(LOINC, '51969-4', 'Genetic analysis report'),
    subject: refer(patient),
    date: passport.made,
    author: [refer(device)],
    title: 'Pharmacogenomic passport',
    section: [
      section('Genes with a result', [...genotypes.values()]),
      section('Drugs for which a source asks for something', implications),
      section('Not tested', untested),
      ...(passport.open.length > 0 ? [told('Not assessed', passport.open)] : []),
      told('Made by', [
        `Attune ${passport.versions.attune}, rules ${passport.versions.rules}, decision ${passport.decision}.`,
        ...(passport.sandbox ? ['Sandbox with a synthetic patient. Not for care.'] : []),
      ]),
    ],
  }
  const resources = [composition, patient, device, ...genotypes.values(), ...implications, ...untested]
  return {
    resourceType: 'Bundle',
    id: idOf(passport, 'bundle'),
    identifier: { system: 'urn:ietf:rfc:3986', value: urn(idOf(passport, 'bundle')) },
    type: 'document',
    timestamp: passport.made,
    entry: resources.map((resource) => ({ fullUrl: urn(resource.id), resource })),
  }
}
