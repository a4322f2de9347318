import type { FoundVariant } from '../pgx/calling/star-call.ts'
import type { GeneReport, SampleReport } from './gene-report.ts'
import { hashId } from './hash-id.ts'

/**
 * Calls as a FHIR R4 Bundle after the HL7 Genomics Reporting guide, STU3 (package 3.0.0): a report, one genotype Observation per gene,
 * the phenotype as a therapeutic implication, single variants where the copies cannot be told apart. A gene without a call stands
 * there with `dataAbsentReason`, so that it never looks like a normal result.
 */
type Json = { readonly [member: string]: unknown }

export type BundleOptions = {
  /** `Patient/123` or an absolute URL; null puts a Patient into the Bundle whose identifier is the sample's name. */
  readonly patient: string | null
  /** When the calls were made, an instant. */
  readonly issued: string
  /** When the sample was taken, as far as it is known. */
  readonly collected: string | null
}

const GUIDE = 'http://hl7.org/fhir/uv/genomics-reporting'
const LOINC = 'http://loinc.org'
const HGNC = 'http://www.genenames.org'
const ABSENT = 'http://terminology.hl7.org/CodeSystem/data-absent-reason'
const LOCAL = `${GUIDE}/CodeSystem/tbd-codes-cs`

const concept = (system: string, code: string, display: string): Json => ({ coding: [{ system, code, display }] })

const CATEGORIES: readonly Json[] = [
  concept('http://terminology.hl7.org/CodeSystem/observation-category', 'laboratory', 'Laboratory'),
  concept('http://terminology.hl7.org/CodeSystem/v2-0074', 'GE', 'Genetics'),
]

const urn = (id: string): string => `urn:uuid:${id}`
const entryOf = (resource: Json & { readonly id: string }): Json => ({ fullUrl: urn(resource.id), resource })

type Context = { readonly subject: Json; readonly options: BundleOptions; readonly report: SampleReport }

const observation = (
  { subject, options }: Context,
  id: string,
  profile: string,
  code: Json,
  gene: GeneReport,
  rest: Json,
): Json & { readonly id: string } => ({
  resourceType: 'Observation',
  id,
  meta: { profile: [`${GUIDE}/StructureDefinition/${profile}`] },
  status: 'final',
  category: CATEGORIES,
  code,
  subject,
  ...(options.collected === null ? {} : { effectiveDateTime: options.collected }),
  issued: options.issued,
  ...rest,
  component: [
    ...(profile === 'therapeutic-implication'
      ? []
      : [
          {
            code: concept(LOINC, '48018-6', 'Gene studied [ID]'),
            valueCodeableConcept: concept(HGNC, gene.hgnc, gene.gene),
          },
        ]),
    ...((rest.component as readonly Json[] | undefined) ?? []), // ours, below
  ],
})

/** Diplotypes that stay possible, in words that a reader of FHIR text takes apart again: `*1/*2 or *1/*3`. */
const valueText = (gene: GeneReport): string =>
  [...new Set(gene.genotypes.map((one) => one.diplotype ?? one.phenotype?.term ?? one.keys[0] ?? ''))]
    .filter((text) => text !== '')
    .join(' or ')

const MOST_NAMED = 20

/** How it was tested and what could not be seen; a reader judges from it how far a normal result reaches. */
const methodOf = (gene: GeneReport): string => {
  if (gene.source === 'outside-call') return 'Called elsewhere and taken over as it was given'
  const unseen = gene.call?.uncallable.map(({ allele }) => allele) ?? []
  const named =
    unseen.length > MOST_NAMED ? `${unseen.slice(0, MOST_NAMED).join(', ')} and ${unseen.length - MOST_NAMED} more` : unseen.join(', ')
  const structural = gene.structural.length > 0 ? '; a structural change that the sample carries was not included' : ''
  return `Alleles matched from the variants of a VCF (GRCh38)${structural}${unseen.length > 0 ? `; alleles not tested, as positions are missing: ${named}` : ''}`
}

const missingNote = (gene: GeneReport): readonly string[] => {
  const missing = gene.call?.missing ?? []
  return missing.length === 0
    ? []
    : [`Positions without data: ${missing.map(({ rsid, chrom, pos }) => rsid ?? `${chrom}:${pos}`).join(', ')}.`]
}

const notesOf = (gene: GeneReport): readonly Json[] => {
  const scores = [...new Set(gene.genotypes.flatMap((one) => one.activityScore?.text ?? []))]
  const texts = [
    ...(gene.because === null ? [] : [`${gene.because[0]?.toUpperCase()}${gene.because.slice(1)}.`]),
    ...(gene.state === 'variants' ? [`Found: ${gene.names.join(', ')}.`] : []),
    ...(gene.call?.inferred && gene.state !== 'variants' ? [`On the copies: ${gene.names.join(' or ')}.`] : []),
    ...(scores.length > 0 ? [`Activity score: ${scores.join(' or ')}.`] : []),
    ...gene.notes,
    ...missingNote(gene),
  ]
  return texts.map((text) => ({ text }))
}

/** What stands in the place of a result. `not-tested` is not performed, `not-called` is unknown: neither is a result. */
const resultOf = (gene: GeneReport): Json => {
  if (gene.state === 'not-tested') return { dataAbsentReason: concept(ABSENT, 'not-performed', 'Not Performed') }
  if (gene.state === 'indeterminate')
    return { valueCodeableConcept: { ...concept(LOINC, 'LA11884-6', 'Indeterminate'), text: 'Indeterminate' } }
  const text = gene.state === 'not-called' ? '' : valueText(gene)
  return text === '' ? { dataAbsentReason: concept(ABSENT, 'unknown', 'Unknown') } : { valueCodeableConcept: { text } }
}

const variantOf = (context: Context, gene: GeneReport, found: FoundVariant): Json & { readonly id: string } =>
  observation(
    context,
    hashId(context.report.rules, context.report.sample, gene.gene, found.allele, String(found.copies)),
    'variant',
    concept(LOINC, '69548-6', 'Genetic variant assessment'),
    gene,
    {
      valueCodeableConcept: concept(LOINC, 'LA9633-4', 'Present'),
      component: [
        { code: concept(LOINC, '48004-6', 'DNA change (c.HGVS)'), valueCodeableConcept: { text: found.allele } },
        {
          code: concept(LOINC, '53034-5', 'Allelic state'),
          valueCodeableConcept: found.copies === 2 ? concept(LOINC, 'LA6705-3', 'Homozygous') : concept(LOINC, 'LA6706-1', 'Heterozygous'),
        },
      ],
    },
  )

/** The phenotype of a call, when all that stays possible has the same one, or the one that the outside call states. */
const implicationOf = (
  context: Context,
  gene: GeneReport,
  genotype: Json & { readonly id: string },
): readonly (Json & { readonly id: string })[] => {
  const terms = new Set(gene.genotypes.map((one) => one.phenotype?.term ?? null))
  const only = gene.genotypes[0]?.phenotype?.term
  const [stated] = gene.genotypes.filter((one) => one.diplotype === null && one.phenotype !== null)
  const term = terms.size === 1 ? only : gene.outside ? stated?.phenotype?.term : undefined
  if (term === undefined || gene.state === 'indeterminate') return []
  return [
    observation(
      context,
      hashId(genotype.id, term),
      'therapeutic-implication',
      concept(LOCAL, 'therapeutic-implication', 'Therapeutic Implication'),
      gene,
      {
        derivedFrom: [{ reference: urn(genotype.id) }],
        component: [{ code: concept(LOCAL, 'therapeutic-implication', 'Therapeutic Implication'), valueCodeableConcept: { text: term } }],
      },
    ),
  ]
}

const ofGene = (context: Context, gene: GeneReport): readonly (Json & { readonly id: string })[] => {
  const variants = gene.state === 'variants' ? (gene.call?.variants ?? []).map((found) => variantOf(context, gene, found)) : []
  const result = resultOf(gene)
  const notes = notesOf(gene)
  const genotype = observation(
    context,
    hashId(context.report.rules, context.report.sample, gene.gene, JSON.stringify(result)),
    'genotype',
    concept(LOINC, '84413-4', 'Genotype display name'),
    gene,
    {
      ...result,
      ...(notes.length > 0 ? { note: notes } : {}),
      ...(gene.source === 'none' ? {} : { method: { text: methodOf(gene) } }),
      ...(variants.length > 0 ? { derivedFrom: variants.map(({ id }) => ({ reference: urn(id) })) } : {}),
    },
  )
  return [...variants, genotype, ...implicationOf(context, gene, genotype)]
}

const patientOf = (report: SampleReport): Json & { readonly id: string } => ({
  resourceType: 'Patient',
  id: hashId('patient', report.sample),
  identifier: [{ value: report.sample }],
})

/** All calls of one sample as a Bundle of type collection. The same input gives the same bytes. */
export const fhirBundle = (report: SampleReport, options: BundleOptions): Json => {
  const patient = options.patient === null ? patientOf(report) : null
  const subject = { reference: patient === null ? options.patient : urn(patient.id) }
  const context: Context = { subject, options, report }
  const results = report.genes.flatMap((gene) => ofGene(context, gene))
  const diagnosticReport = {
    resourceType: 'DiagnosticReport',
    id: hashId('report', report.rules, report.sample, ...results.map(({ id }) => id)),
    meta: { profile: [`${GUIDE}/StructureDefinition/genomic-report`] },
    ...(report.warnings.length === 0
      ? {}
      : {
          extension: report.warnings.map((text) => ({
            url: `${GUIDE}/StructureDefinition/genomic-report-note`,
            valueAnnotation: { text },
          })),
        }),
    status: 'final',
    category: CATEGORIES,
    code: concept(LOINC, '51969-4', 'Genetic analysis report'),
    subject,
    ...(options.collected === null ? {} : { effectiveDateTime: options.collected }),
    issued: options.issued,
    result: results.map(({ id }) => ({ reference: urn(id) })),
  }
  return {
    resourceType: 'Bundle',
    id: hashId('bundle', diagnosticReport.id),
    type: 'collection',
    timestamp: options.issued,
    entry: [diagnosticReport, ...(patient === null ? [] : [patient]), ...results].map(entryOf),
  }
}
