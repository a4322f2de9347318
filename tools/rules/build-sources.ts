import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readJsonLines, readTable, sha256OfFile, TableError } from './read-tables.ts'
import { writeRules } from './write-rules.ts'

type Source = {
  readonly id: string
  readonly title: string
  readonly version: string
  readonly asOf: string
  readonly licence: string
  readonly url: string
  readonly file: string | null
}

/** Release of the rules: year and month in which they were made, and a count. */
const RELEASE = '2026.11.0'

/** Tables kept by hand in this repository; their rows cite their own sources. */
const OWN_TABLES: readonly Source[] = [
  { id: 'populations', title: 'Populations and conditions, and the evidence that decides them' },
  { id: 'test-first', title: 'Drugs before whose first dose a source asks for a test' },
  { id: 'alternatives', title: 'What is checked before a replacement is offered' },
  { id: 'drug-classes', title: 'Classes of drugs: allergies to a class or a relative, and two drugs of one group' },
  { id: 'medicine-classes', title: 'Members of the classes that risk models count (models/medicine-classes.json)' },
].map((table) => ({
  ...table,
  version: RELEASE,
  asOf: '2026-11',
  licence: 'Apache-2.0; each row cites its source',
  url: 'https://cpicpgx.org/guidelines/',
  file: null,
}))

/** Tables behind the views of the app, kept by hand in this repository; their rows cite their own sources. */
const APP_TABLES: readonly Source[] = [
  {
    id: 'lab-groups',
    title: 'Laboratory results by body system: LOINC codes, formulas and molar masses',
    licence: 'LOINC licence, copyright Regenstrief Institute, Inc.; arrangement Apache-2.0, each group cites its source',
    url: 'https://loinc.org',
  },
  {
    id: 'omics',
    title: 'How omics results are told from other laboratory results',
    licence: 'Apache-2.0; EDAM CC BY-SA 4.0 (identifiers only); each row cites its source',
    url: 'https://edamontology.org',
  },
  {
    id: 'device-codes',
    title: 'What wearables, sensors and recorders send, by code',
    licence: 'LOINC licence, copyright Regenstrief Institute, Inc.; arrangement Apache-2.0',
    url: 'https://loinc.org',
  },
  {
    id: 'cgm',
    title: 'Ranges, targets and formulas of continuous glucose monitoring',
    licence: 'Facts and numbers of the cited papers; arrangement Apache-2.0',
    url: 'https://pubmed.ncbi.nlm.nih.gov/31177185/',
  },
  {
    id: 'acmg-sf',
    title: 'Genes of the ACMG list for secondary findings, version 3.3',
    licence: 'Facts only: gene, condition, inheritance',
    url: 'https://pubmed.ncbi.nlm.nih.gov/40568962/',
  },
  {
    id: 'variant-terms',
    title: 'Codes and words of variant-level genetic results',
    licence: 'LOINC licence, copyright Regenstrief Institute, Inc.; arrangement Apache-2.0',
    url: 'https://hl7.org/fhir/uv/genomics-reporting/',
  },
  {
    id: 'social-history',
    title: 'Topics of answers about how a person lives',
    licence: 'LOINC licence, copyright Regenstrief Institute, Inc.; SNOMED CT codes; arrangement Apache-2.0',
    url: 'https://hl7.org/fhir/us/core/',
  },
  {
    id: 'surveys',
    title: 'Questionnaires: range of the total and what its authors call each part',
    licence: 'Facts and numbers of the papers that each row cites; arrangement Apache-2.0',
    url: 'https://loinc.org',
  },
  {
    id: 'family-history',
    title: 'Relatives by code, and patterns that a public statement names',
    licence: 'HL7 v3 RoleCode; facts of the USPSTF statements (US public domain); arrangement Apache-2.0',
    url: 'https://terminology.hl7.org/CodeSystem-v3-RoleCode.html',
  },
  {
    id: 'notes-context',
    title: 'Words that deny, doubt, date or move what a note says, after the ConText method',
    licence: 'Apache-2.0: our own selection; the papers named in the table describe the method',
    url: 'https://pubmed.ncbi.nlm.nih.gov/19435614/',
  },
  {
    id: 'notes-targets',
    title: 'What the reader of notes looks for',
    licence: 'Apache-2.0: our own selection of words',
    url: 'https://pubmed.ncbi.nlm.nih.gov/19435614/',
  },
].map((table) => ({ ...table, version: RELEASE, asOf: '2026-11', file: null }))

const SOURCES: readonly Source[] = [
  {
    id: 'gene-tables',
    title: 'Allele functions, activity values and genotype-to-phenotype rules of CPIC and PharmVar, as carried by PharmCAT',
    version: 'PharmCAT 3.1.1, data 2025-11-05 (CYP2D6 2024-08-27, G6PD 2023-08-08, RYR1 2026-07-05)',
    asOf: '2025-11',
    licence: 'CPIC content CC0-1.0; PharmVar free with attribution; PharmCAT MPL-2.0 (facts only)',
    url: 'https://github.com/PharmGKB/PharmCAT',
    file: 'alleles.tsv',
  },
  {
    id: 'genes',
    title: 'Genes: HGNC, reference sequences, kind of result',
    version: 'PharmCAT 3.1.1; cpicpgx/cpic-data V2 of 2026-04-30',
    asOf: '2026-04',
    licence: 'CC0-1.0; MPL-2.0 (facts only)',
    url: 'https://github.com/cpicpgx/cpic-data',
    file: 'genes.tsv',
  },
  {
    id: 'variants',
    title: 'Positions that define alleles, GRCh38, left-aligned as in VCF',
    version: 'PharmCAT 3.1.1, data 2025-11-05; each file states the date of its definitions',
    asOf: '2025-11',
    licence: 'CPIC content CC0-1.0; PharmVar free with attribution; PharmCAT MPL-2.0 (facts only)',
    url: 'https://github.com/PharmGKB/PharmCAT',
    file: 'variants.tsv',
  },
  {
    id: 'phase-ambiguities',
    title: 'Diplotypes that unphased data cannot tell apart',
    version: 'PharmCAT 3.1.1',
    asOf: '2025-11',
    licence: 'MPL-2.0 (facts only)',
    url: 'https://github.com/PharmGKB/PharmCAT',
    file: 'phase_ambiguities.tsv',
  },
  {
    id: 'phenotype-logic',
    title: 'Compact function-pair maps and score ranges, checked against 51,107 enumerated diplotypes',
    version: '2025-11-05',
    asOf: '2025-11',
    licence: 'CPIC content CC0-1.0',
    url: 'https://cpicpgx.org/genes-drugs/',
    file: 'phenotype_logic.json',
  },
  {
    id: 'recommendations',
    title: 'CPIC and DPWG guidance as action codes (facts; no sentence of a source)',
    version: 'data of 2024-03-25, 2025-11 and 2026-07-05',
    asOf: '2026-07',
    licence: 'CPIC CC0-1.0; ClinPGx curation of DPWG CC BY-SA 4.0 (facts only)',
    url: 'https://www.clinpgx.org/guidelineAnnotations',
    file: 'recommendations.jsonl',
  },
  {
    id: 'fda',
    title: 'FDA Table of Pharmacogenetic Associations and drug labels, as listed by ClinPGx',
    version: '2025-11-05, entries read 2026-07-05',
    asOf: '2026-07',
    licence: 'US public domain',
    url: 'https://www.fda.gov/medical-devices/precision-medicine/table-pharmacogenetic-associations',
    file: 'fda.tsv',
  },
  {
    id: 'special',
    title: 'Facts that do not fit one row per phenotype: warfarin flow chart, IFNL3, tests before use',
    version: 'cpicpgx/cpic-data V2 of 2026-04-30; PharmCAT 3.1.1',
    asOf: '2026-04',
    licence: 'CC0-1.0; MPL-2.0 (facts only)',
    url: 'https://github.com/cpicpgx/cpic-data',
    file: 'special.json',
  },
  {
    id: 'cpic-pairs',
    title: 'Gene-drug pairs of CPIC with level and status',
    version: '2023-08-19 (copy of the CPIC pair list in sbslee/pypgx); later changes of level were not seen',
    asOf: '2023-08',
    licence: 'CPIC content CC0-1.0; copy MIT',
    url: 'https://cpicpgx.org/genes-drugs/',
    file: 'cpic_pairs.tsv',
  },
  {
    id: 'drugs',
    title: 'Drugs with guidance: RxNorm, ATC, brands, CPIC level',
    version: 'example report of 2025-11-14; identifiers of 2021 to 2026',
    asOf: '2025-11',
    licence: 'CC0-1.0; MIT; identifiers of ClinPGx CC BY-SA 4.0',
    url: 'https://github.com/cpicpgx/cpic-data',
    file: 'drugs.tsv',
  },
  {
    id: 'phenoconversion',
    title: 'Enzyme inhibitors and inducers',
    version:
      'PharmCAT 30f8cfb7 (2024-03); PharMe 2025-08-20; FDA table of 2026-05-29 and others, named in their rows; 37 recalled rows are off',
    asOf: '2025-08',
    licence: 'MIT; facts of CC BY-SA 4.0 texts',
    url: 'https://github.com/hpi-dhc/PharMe',
    file: 'phenoconversion.tsv',
  },
  {
    id: 'rxnorm-products',
    title: 'RxNorm clinical and branded drugs of 27 ingredients',
    version: 'FHIR/genomics-operations, 2025-10-24',
    asOf: '2025-10',
    licence: 'RxNorm content US public domain (National Library of Medicine); file Apache-2.0',
    url: 'https://github.com/FHIR/genomics-operations',
    file: 'rxnorm_products.tsv',
  },
  {
    id: 'rxnorm-products-2018',
    title: 'RxNorm clinical and branded drugs of 173 further drugs, old snapshot',
    version: 'cds-hooks/sandbox medication list, 2018-04',
    asOf: '2018-04',
    licence: 'RxNorm content US public domain (National Library of Medicine); file Apache-2.0',
    url: 'https://github.com/cds-hooks/sandbox',
    file: 'rxnorm_products_more.tsv',
  },
  {
    id: 'loinc',
    title: 'LOINC codes of pharmacogenomic results',
    version: 'HL7 genomics-reporting 1dbfb09 (2026-01-30) and public repositories',
    asOf: '2026-01',
    licence: 'LOINC licence, copyright Regenstrief Institute, Inc.',
    url: 'https://loinc.org',
    file: 'loinc.tsv',
  },
  {
    id: 'cpic-schema',
    title: 'RxNorm ingredient codes of the CPIC drug table',
    version: 'cpicpgx/cpic-schema drug.sql, 05f9b09c',
    asOf: '2019-01',
    licence: 'CC0-1.0',
    url: 'https://github.com/cpicpgx/cpic-schema',
    file: null,
  },
  {
    id: 'rxnav-copy',
    title: 'RxNorm ingredient codes as a public program copied them from NIH RxNav; its codes for drugs of ours agree',
    version: '2026-06-20',
    asOf: '2026-06',
    licence: 'RxNorm content US public domain (National Library of Medicine)',
    url: 'https://lhncbc.nlm.nih.gov/RxNav/',
    file: null,
  },
  {
    id: 'rxclass-copy',
    title: 'RxNorm ingredient codes by ATC group as a public program copied them from NIH RxNav; its 52 codes for drugs of ours all agree',
    version: 'read 2026-11-21',
    asOf: '2026-11',
    licence: 'RxNorm content US public domain (National Library of Medicine)',
    url: 'https://lhncbc.nlm.nih.gov/RxNav/',
    file: null,
  },
  {
    id: 'rxnorm-copies',
    title: 'RxNorm ingredient codes that at least one public program gives and none that was read contradicts',
    version: 'read 2026-11-21',
    asOf: '2026-11',
    licence: 'RxNorm content US public domain (National Library of Medicine)',
    url: 'https://lhncbc.nlm.nih.gov/RxNav/',
    file: null,
  },
  {
    id: 'synthea',
    title: 'RxNorm codes that Synthea writes into its patients',
    version: 'modules of 2021 to 2025',
    asOf: '2025-01',
    licence: 'RxNorm content US public domain (National Library of Medicine); modules Apache-2.0',
    url: 'https://github.com/synthetichealth/synthea',
    file: null,
  },
  {
    id: 'qi-core',
    title: 'RxNorm codes in examples of the HL7 QI-Core guide',
    version: 'guide text on negation',
    asOf: '2025-01',
    licence: 'RxNorm content US public domain (National Library of Medicine); guide CC0-1.0',
    url: 'https://hl7.org/fhir/us/qicore/',
    file: null,
  },
  {
    id: 'ecqm-value-sets',
    title: 'RxNorm codes in value sets of US quality measures, as a public program lists them',
    version: 'eCQM update of 2021-05-06 and later',
    asOf: '2021-05',
    licence: 'RxNorm content US public domain (National Library of Medicine); value sets free with attribution',
    url: 'https://vsac.nlm.nih.gov/',
    file: null,
  },
  {
    id: 'openfda-ndc',
    title: 'RxNorm codes in the product listing of openFDA',
    version: 'entries of 2026-10',
    asOf: '2026-10',
    licence: 'CC0-1.0; RxNorm content US public domain (National Library of Medicine)',
    url: 'https://api.fda.gov/drug/ndc.json',
    file: null,
  },
  {
    id: 'genomics-reporting-examples',
    title: 'RxNorm codes in examples of the HL7 genomics reporting guide',
    version: '1dbfb09 (2026-01-30)',
    asOf: '2026-01',
    licence: 'RxNorm content US public domain (National Library of Medicine); guide CC0-1.0',
    url: 'https://hl7.org/fhir/uv/genomics-reporting/',
    file: null,
  },
  ...APP_TABLES,
  ...OWN_TABLES,
]

/** Rows of an input file; null for a file that is no table. */
const countRows = (reference: string, file: string): number | null =>
  file.endsWith('.tsv') ? readTable(reference, file).length : file.endsWith('.jsonl') ? readJsonLines(reference, file).length : null

type Counted = { readonly id: string; readonly rows?: number | null }

/** Row counts of the last making, by source. */
const rowsBefore = (rulesDir: string): ReadonlyMap<string, number> => {
  const path = join(rulesDir, 'sources.json')
  if (!existsSync(path)) return new Map()
  const { rows } = JSON.parse(readFileSync(path, 'utf8')) as { rows: readonly Counted[] } // written by this generator
  return new Map(rows.flatMap(({ id, rows: count }) => (typeof count === 'number' ? [[id, count] as const] : [])))
}

/** A new release that holds less than the last one has most likely been cut, or was read as another format. */
const refuseFewer = (file: string, before: number | undefined, now: number | null, mayShrink: readonly string[]): void => {
  if (before === undefined || now === null || now >= before || mayShrink.includes(file)) return
  throw new TableError(file, null, `${now} rows, ${before} before. If rows were meant to go: --may-shrink ${file}`)
}

/**
 * Writes every source with the hash and the number of rows of its file, and the number of rows made of them (by source id).
 * @throws TableError when a file holds fewer rows than it did, unless it is named in `mayShrink`
 */
export const buildSources = (
  reference: string,
  rulesDir: string,
  made: Readonly<Record<string, number>>,
  mayShrink: readonly string[] = [],
): number => {
  const before = rowsBefore(rulesDir)
  const rows = SOURCES.map(({ file, ...source }) => {
    if (file === null) return { ...source, file, sha256: null, rows: null, made: null }
    const count = countRows(reference, file)
    refuseFewer(file, before.get(source.id), count, mayShrink)
    return { ...source, file, sha256: sha256OfFile(reference, file), rows: count ?? made[source.id] ?? null, made: made[source.id] ?? null }
  })
  writeRules(rulesDir, 'sources.json', { release: RELEASE, rows })
  return rows.length
}
