import type { Chart } from './chart.ts'
import { place } from './clinic.ts'
import { type Code, coding, concept, HGNC, hl7, LOINC, quantity } from './codes.ts'
import { at } from './dates.ts'
import type { Sample } from './genomics.ts'

/** HGNC numbers of genes without a table of their own in the rules. */
export const OTHER_GENES = {
  ATM: 'HGNC:795',
  BRCA1: 'HGNC:1100',
  BRCA2: 'HGNC:1101',
  CHEK2: 'HGNC:16627',
  PALB2: 'HGNC:26144',
  PIK3CA: 'HGNC:8975',
  RAD51C: 'HGNC:9820',
  TP53: 'HGNC:11998',
  CYP2C19: 'HGNC:2621',
} as const

type OtherGene = keyof typeof OTHER_GENES

const TBD = 'http://hl7.org/fhir/uv/genomics-reporting/CodeSystem/tbd-codes-cs'
const GENETICS = hl7('v2-0074', 'GE')

/** LOINC answer lists LL4034-6, LL381-5, LL378-1 and LL1971-2. */
const ANSWERS = {
  pathogenic: ['LA6668-3', 'Pathogenic'],
  likelyPathogenic: ['LA26332-9', 'Likely pathogenic'],
  uncertain: ['LA26333-7', 'Uncertain significance'],
  likelyBenign: ['LA26334-5', 'Likely benign'],
  heterozygous: ['LA6706-1', 'Heterozygous'],
  germline: ['LA6683-2', 'Germline'],
  somatic: ['LA6684-0', 'Somatic'],
  present: ['LA9633-4', 'Present'],
  absent: ['LA9634-2', 'Absent'],
  noCall: ['LA18198-4', 'No call'],
} as const satisfies Record<string, Code>

type Answer = keyof typeof ANSWERS

/** Category GE alone: a sequencing report would otherwise crowd the page of laboratory values. */
const observation = (chart: Chart, sample: Sample, members: object): string =>
  chart.add('Observation', 'variant', {
    status: sample.status ?? 'final',
    category: [GENETICS],
    subject: chart.subject,
    effectiveDateTime: at(sample.date, '07:45'),
    performer: [place(sample.lab ?? 'genomics-lab')],
    ...(sample.method && { method: { text: sample.method } }),
    ...members,
  })

const answer = (code: Code, name: Answer) => ({ code: concept(LOINC, code), valueCodeableConcept: concept(LOINC, ANSWERS[name]) })
const named = (code: Code, text: string) => ({ code: concept(LOINC, code), valueCodeableConcept: { text } })

const geneComponent = (gene: OtherGene) => ({
  code: concept(LOINC, ['48018-6', 'Gene studied [ID]']),
  valueCodeableConcept: { coding: [coding(HGNC, [OTHER_GENES[gene], gene])], text: gene },
})

export type VariantSpec = {
  readonly gene: OtherGene
  readonly coding?: string
  readonly protein?: string
  readonly rsid?: string
  readonly value: 'present' | 'absent' | 'noCall'
  readonly zygosity?: 'heterozygous'
  readonly source: 'germline' | 'somatic'
  /** Share of reads in percent, for tumours. */
  readonly frequency?: number
  readonly specimen?: string
}

/** A variant as the HL7 guide writes it: 69548-6 with its names as components. */
export const addVariant = (chart: Chart, spec: VariantSpec, sample: Sample): string =>
  observation(chart, sample, {
    code: concept(LOINC, ['69548-6', 'Genetic variant assessment']),
    valueCodeableConcept: concept(LOINC, ANSWERS[spec.value]),
    ...(spec.specimen && { specimen: { display: spec.specimen } }),
    component: [
      geneComponent(spec.gene),
      ...(spec.coding ? [named(['48004-6', 'DNA change (c.HGVS)'], spec.coding)] : []),
      ...(spec.protein ? [named(['48005-3', 'Amino acid change (pHGVS)'], spec.protein)] : []),
      ...(spec.rsid
        ? [
            {
              code: concept(LOINC, ['81255-2', 'dbSNP [ID]']),
              valueCodeableConcept: { coding: [{ system: 'http://www.ncbi.nlm.nih.gov/projects/SNP', code: spec.rsid }] },
            },
          ]
        : []),
      ...(spec.zygosity ? [answer(['53034-5', 'Allelic state'], spec.zygosity)] : []),
      answer(['48002-0', 'Genomic source class [Type]'], spec.source),
      ...(spec.frequency
        ? [{ code: concept(LOINC, ['81258-6', 'Sample variant allelic frequency [NFr]']), valueQuantity: quantity(spec.frequency, '%') }]
        : []),
    ],
  })

/** What a variant means for a disease: `diagnostic-implication` of STU2 and STU3, derived from the variant. */
export const addSignificance = (
  chart: Chart,
  variant: string,
  significance: 'pathogenic' | 'likelyPathogenic' | 'uncertain' | 'likelyBenign',
  condition: string,
  sample: Sample,
): string =>
  observation(chart, sample, {
    code: { coding: [{ system: TBD, code: 'diagnostic-implication' }] },
    derivedFrom: [{ reference: variant }],
    component: [
      answer(['53037-8', 'Genetic variation clinical significance [Imp]'], significance),
      named(['81259-4', 'Associated phenotype'], condition),
      {
        code: { coding: [{ system: TBD, code: 'condition-inheritance' }] },
        valueCodeableConcept: { text: 'Autosomal dominant inheritance' },
      },
    ],
  })

/** The genes that a laboratory looked at: 53041-0 of STU1 and STU2. */
export const addRegionStudied = (chart: Chart, genes: readonly OtherGene[], sample: Sample): string =>
  observation(chart, sample, {
    code: concept(LOINC, ['53041-0', 'DNA region of interest panel']),
    component: genes.map(geneComponent),
  })

/** A polygenic score as a laboratory reports it; no profile of the guide exists for it. */
export const addPolygenicScore = (
  chart: Chart,
  title: string,
  percentile: number,
  model: string,
  ancestry: string,
  sample: Sample,
): string =>
  observation(chart, sample, {
    code: { text: title },
    valueQuantity: quantity(percentile, 'percentile', '{percentile}'),
    component: [
      { code: { text: 'Score' }, valueString: model },
      { code: { text: 'Reference ancestry' }, valueString: ancestry },
    ],
    note: [{ text: 'Not a diagnosis. Performance in people of other ancestry than the reference group was not shown.' }],
  })
