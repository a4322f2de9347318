import type { Chart } from './chart.ts'
import { place } from './clinic.ts'
import { type Code, coding, concept, HGNC, hl7, LOINC, RXNORM } from './codes.ts'
import { at } from './dates.ts'

/** HGNC numbers of the genes that stories speak about. */
const GENES = {
  CYP2B6: 'HGNC:2615',
  CYP2C9: 'HGNC:2623',
  CYP2C19: 'HGNC:2621',
  CYP2D6: 'HGNC:2625',
  CYP3A5: 'HGNC:2638',
  CYP4F2: 'HGNC:2645',
  DPYD: 'HGNC:3012',
  G6PD: 'HGNC:4057',
  'HLA-A': 'HGNC:4931',
  'HLA-B': 'HGNC:4932',
  'MT-RNR1': 'HGNC:7470',
  NUDT15: 'HGNC:23063',
  SLCO1B1: 'HGNC:10959',
  TPMT: 'HGNC:12014',
  UGT1A1: 'HGNC:12530',
  VKORC1: 'HGNC:23663',
} as const

export type Gene = keyof typeof GENES

const TBD = 'http://hl7.org/fhir/uv/genomics-reporting/CodeSystem/tbd-codes-cs'
const PROFILE = 'http://hl7.org/fhir/uv/genomics-reporting/StructureDefinition'
const GENETICS = hl7('v2-0074', 'GE')
const LABORATORY = hl7('observation-category', 'laboratory')

/** Answers of LOINC's lists. */
export const ANSWERS = {
  ultrarapid: ['LA10315-2', 'Ultrarapid metabolizer'],
  rapid: ['LA25390-8', 'Rapid metabolizer'],
  normal: ['LA25391-6', 'Normal metabolizer'],
  intermediate: ['LA10317-8', 'Intermediate metabolizer'],
  poor: ['LA9657-3', 'Poor metabolizer'],
  normalFunction: ['LA25393-2', 'Normal function'],
  decreasedFunction: ['LA25395-7', 'Decreased function'],
  poorFunction: ['LA25394-0', 'Poor function'],
  highRisk: ['LA19541-4', 'High risk'],
  positive: ['LA6576-8', 'Positive'],
  negative: ['LA6577-6', 'Negative'],
} as const satisfies Record<string, Code>

export type Answer = keyof typeof ANSWERS

/** One LOINC per gene, where the code is known. */
const PHENOTYPE_LOINC = {
  CYP2C9: ['79716-7', 'CYP2C9 gene product metabolic activity interpretation'],
  CYP2C19: ['79714-2', 'CYP2C19 gene product metabolic activity interpretation'],
  CYP2D6: ['79715-9', 'CYP2D6 gene product metabolic activity interpretation'],
  DPYD: ['79719-1', 'DPYD gene product metabolic activity interpretation'],
  TPMT: ['79713-4', 'TPMT gene product metabolic activity interpretation'],
} as const satisfies Record<string, Code>

/** Who tested what, when and with which standing. */
export type Sample = {
  readonly date: string
  readonly lab?: 'genomics-lab' | 'second-genomics-lab'
  readonly status?: string
  readonly method?: string
}

const geneComponent = (gene: Gene) => ({
  code: concept(LOINC, ['48018-6', 'Gene studied [ID]']),
  valueCodeableConcept: { coding: [coding(HGNC, [GENES[gene], gene])], text: gene },
})

const observation = (chart: Chart, sample: Sample, members: object): string =>
  chart.add('Observation', 'pgx', {
    status: sample.status ?? 'final',
    category: [LABORATORY, GENETICS],
    subject: chart.subject,
    effectiveDateTime: at(sample.date, '07:45'),
    performer: [place(sample.lab ?? 'genomics-lab')],
    ...(sample.method && { method: { text: sample.method } }),
    ...members,
  })

/** Genotype as the HL7 guide writes it (STU1 to STU4 alike): 84413-4 with the gene as a component. */
export const addGenotype = (chart: Chart, gene: Gene, diplotype: string, sample: Sample): string =>
  observation(chart, sample, {
    meta: { profile: [`${PROFILE}/genotype`] },
    code: concept(LOINC, ['84413-4', 'Genotype display name']),
    valueCodeableConcept: { text: diplotype },
    component: [geneComponent(gene)],
  })

/** STU3 and STU4: what a genotype means for one drug. `rxcui` is an RxNorm ingredient. */
export const addImplication = (chart: Chart, drug: Code, answer: Answer, genotype: string, sample: Sample): string =>
  observation(chart, sample, {
    meta: { profile: [`${PROFILE}/therapeutic-implication`] },
    code: { coding: [{ system: TBD, code: 'therapeutic-implication' }] },
    derivedFrom: [{ reference: genotype }],
    component: [
      { code: concept(LOINC, ['51963-7', 'Medication assessed']), valueCodeableConcept: concept(RXNORM, drug) },
      { code: { coding: [{ system: TBD, code: 'therapeutic-implication' }] }, valueCodeableConcept: concept(LOINC, ANSWERS[answer]) },
    ],
  })

/** STU1: the phenotype is an Observation of its own, 53040-2, derived from the genotype. */
export const addMetabolismEffect = (chart: Chart, gene: Gene, answer: Answer, genotype: string, sample: Sample): string =>
  observation(chart, sample, {
    code: concept(LOINC, ['53040-2', "Genetic variation's effect on drug metabolism"]),
    valueCodeableConcept: concept(LOINC, ANSWERS[answer]),
    derivedFrom: [{ reference: genotype }],
    component: [geneComponent(gene)],
  })

/** One LOINC per gene with a coded answer. */
export const addPhenotype = (chart: Chart, gene: keyof typeof PHENOTYPE_LOINC, answer: Answer, sample: Sample): string =>
  observation(chart, sample, {
    code: concept(LOINC, PHENOTYPE_LOINC[gene], `${gene} phenotype`),
    valueCodeableConcept: concept(LOINC, ANSWERS[answer]),
  })

/** HLA presence test. */
export const addPresence = (chart: Chart, allele: 'HLA-B*57:01' | 'HLA-B*15:02', answer: 'positive' | 'negative', sample: Sample): string =>
  observation(chart, sample, {
    code: concept(LOINC, [allele === 'HLA-B*57:01' ? '50956-2' : '57979-7', `${allele} [Presence]`], allele),
    valueCodeableConcept: concept(LOINC, ANSWERS[answer]),
  })

/** A laboratory result as free text: gene in the name, finding in the value. */
export const addTextResult = (chart: Chart, name: string, value: string, sample: Sample): string =>
  observation(chart, sample, { code: { text: name }, valueString: value })

/** A panel Observation that groups results with `hasMember`. */
export const addGroup = (chart: Chart, name: string, members: readonly string[], sample: Sample): string =>
  observation(chart, sample, { code: { text: name }, hasMember: members.map((reference) => ({ reference })) })

/** The report around results: 51969-4 since STU3, 81247-9 before. */
export const addGeneticReport = (
  chart: Chart,
  title: string,
  results: readonly string[],
  sample: Sample & { readonly generation?: 'STU1' | 'STU3'; readonly conclusion?: string },
): string =>
  chart.add('DiagnosticReport', 'pgxreport', {
    status: sample.status ?? 'final',
    category: [GENETICS],
    code:
      sample.generation === 'STU1'
        ? concept(LOINC, ['81247-9', 'Master HL7 genetic variant reporting panel'], title)
        : concept(LOINC, ['51969-4', 'Genetic analysis report'], title),
    subject: chart.subject,
    effectiveDateTime: at(sample.date, '07:45'),
    issued: at(sample.date, '16:00'),
    performer: [place(sample.lab ?? 'genomics-lab')],
    result: results.map((reference) => ({ reference })),
    ...(sample.conclusion && { conclusion: sample.conclusion }),
  })

/** Genomic indicator as one widespread EHR keeps it: a Condition of category `genomics`, finding in the text. */
export const addIndicator = (chart: Chart, text: string, recorded: string): string =>
  chart.add('Condition', 'indicator', {
    category: [
      {
        coding: [
          { system: 'https://open.epic.com/FHIR/StructureDefinition/condition-category', code: 'genomics', display: 'Genomic Indicators' },
        ],
        text: 'Genomic Indicators',
      },
    ],
    code: { text },
    subject: chart.subject,
    recordedDate: recorded,
  })

/** Pharmacogenetic finding that somebody typed into the problem list. */
export const addProblemText = (chart: Chart, text: string, recorded: string): string =>
  chart.add('Condition', 'problem', {
    clinicalStatus: hl7('condition-clinical', 'active'),
    verificationStatus: hl7('condition-ver-status', 'confirmed'),
    category: [hl7('condition-category', 'problem-list-item')],
    code: { text },
    subject: chart.subject,
    recordedDate: recorded,
  })
