import { cell, type Row, readJson, readTable, TableError } from './read-tables.ts'
import { type GeneLogic, parsePhenotypeLogic } from './reference-schemas.ts'
import { writeRules } from './write-rules.ts'

type Range = NonNullable<GeneLogic['ranges']>[number]
type Phenotypes = Readonly<Record<string, Readonly<Record<string, { readonly term: string; readonly key: string }>>>>

const LOGIC = 'phenotype_logic.json'

/** Codes of the reference -> codes of the contract, where they differ. */
const CODES: Readonly<Record<string, string>> = {
  'likely-IM': 'lIM',
  'likely-PM': 'lPM',
  'possible-IM': 'pIM',
  'possible-DF': 'pDF',
  indeterminate: 'ind',
  'uncertain-susceptibility': 'US',
}
const codeOf = (code: string): string => CODES[code] ?? code

/** Methods beyond the plain sum or pair, per gene. */
const SPECIAL: Readonly<Record<string, readonly string[]>> = {
  CACNA1S: ['any-risk'],
  CYP2D6: ['copy-number', 'inhibitor-score'],
  DPYD: ['lowest-function'],
  G6PD: ['x-linked'],
  'MT-RNR1': ['haploid'],
  RYR1: ['lowest-function'],
}

/** Words of the allele table -> words of the pair table. */
const FUNCTIONS: Readonly<Record<string, string>> = {
  'ivacaftor responsive': 'responsive',
  'ivacaftor non-responsive': 'non-responsive',
  'I/Deficient with CNSHA': 'class-I',
  'II/Deficient': 'class-II',
  'III/Deficient': 'class-III',
  'IV/Normal': 'class-IV',
  'Normal coumarin sensitivity': 'C',
  'Higher coumarin sensitivity': 'T',
  'Favorable response allele': 'C',
  'Unfavorable response allele': 'T',
}

/** Genes whose one site is read as a genotype: pairs are of plus-strand bases. */
const GENOTYPES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  VKORC1: { 'C+C': '-1639GG', 'C+T': '-1639AG', 'T+T': '-1639AA' },
  IFNL3: { 'C+C': 'favourable', 'C+T': 'unfavourable', 'T+T': 'unfavourable' },
}

const NOTES: Readonly<Record<string, string>> = {
  ABCG2: 'One site, rs2231142 on the plus strand.',
  CACNA1S: 'No risk variant found gives uncertain susceptibility, never normal. MHS in CACNA1S or RYR1 decides.',
  CFTR: 'Two alleles; one responsive allele is enough for ivacaftor.',
  CYP2C19: '*1 needs rs3758581; without it the reference allele is *38, which has the same function.',
  CYP2D6:
    'Function table of 2024-08-27; activity values equal those of 2026-07-05. Copy-number alleles are alleles of their own (x2, x≥3). A tandem (*36+*10) would be one, too, but the table holds none: it is read, its parts are not added up, and no phenotype is given.',
  CYP4F2: 'Only *3 (rs2108622 T) matters, and only for warfarin: copies 0, 1 or 2.',
  DPYD: 'Two lowest activities found anywhere count, one per strand when phased. *2A is c.1905+1G>A, *13 is c.1679T>G.',
  G6PD: 'One allele in males. A heterozygous female (one normal, one deficient) is variable: enzyme activity decides.',
  'HLA-A': 'Untyped is not negative.',
  'HLA-B': 'Untyped is not negative. *15:11 is used by DPWG only.',
  IFNL3: 'rs12979860 on the plus strand.',
  'MT-RNR1': 'Haploid; heteroplasmy is not modelled.',
  NUDT15:
    'Functions and pairs of 2025-11. Alleles without a function there (*10 to *21) take that of the 2026-07 data (flag function-2026). Where the 2026-07 data changed a function the older one stands and the allele is flagged 2026:<function>: the pair rules for decreased function were not all seen. Recommendation rows of 2026-07 use the same phenotype words.',
  RYR1: 'Any malignant-hyperthermia variant gives MHS; otherwise uncertain susceptibility, never normal.',
  TPMT: 'Functions and pairs of 2025-11. Alleles without a function there (*42 to *47) take that of the 2026-07 data (flag function-2026). Where the 2026-07 data changed a function (mostly uncertain to none) the older one stands and the allele is flagged 2026:<function>: the pair rules for decreased function were not all seen. Recommendation rows of 2026-07 use the same phenotype words.',
  UGT1A1: '*80+*28 and *80+*37 are one haplotype each; *80 alone has unknown function.',
  VKORC1: 'rs9923231 on the plus strand: C is the -1639G base, T the -1639A base.',
}

/** Genes whose measured enzyme activity is read, and as which phenotypes. */
const ACTIVITY: Readonly<Record<string, object>> = {
  G6PD: {
    low: 'deficient',
    decides: ['variable'],
    basis:
      'CPIC G6PD guideline, 2022 update (PMC10281211), Table 1: a heterozygous genotype is variable, its activity has to be measured; an activity that the laboratory calls low is taken as deficient, without a threshold of our own',
  },
}

const KINDS: Readonly<Record<string, string>> = { IFNL3: 'genotype', VKORC1: 'genotype' }

const LOINC_SURE: Readonly<Record<string, 'sure' | 'fair'>> = {
  CYP2C9: 'sure',
  TPMT: 'sure',
  CYP2C19: 'fair',
  CYP2D6: 'fair',
  DPYD: 'fair',
}

const rangeOf = ([phenotype, low, high]: Range): object => ({
  phenotype: codeOf(phenotype),
  ...(typeof low === 'string' ? { above: Number(low.slice(1)) } : low === null ? {} : { from: low }),
  ...(typeof high === 'string' ? { below: Number(high.slice(1)) } : high === null ? {} : { to: high }),
})

const functionOf = (row: Row): { function: string | null; from2026: boolean; changed: string | null } => {
  const older = cell(row, 'function')
  const newer = cell(row, 'function_2026')
  const usable = newer.startsWith('(') ? '' : newer
  const name = (text: string): string | null => (text === '' ? null : (FUNCTIONS[text] ?? text))
  if (older === '') return { function: name(usable), from2026: usable !== '', changed: null }
  return { function: name(older), from2026: false, changed: newer !== '' && newer !== older ? newer : null }
}

const alleleOf = (row: Row): [string, object] => {
  const { function: name, from2026, changed } = functionOf(row)
  const flags = cell(row, 'flags')
    .split(/[;\s]+/)
    .filter((flag) => flag !== '')
  if (from2026) flags.push('function-2026')
  if (changed !== null) flags.push(`2026:${changed}`)
  const activity = cell(row, 'activity')
  const clinpgx = cell(row, 'clinpgx_id')
  return [
    cell(row, 'allele'),
    {
      function: name,
      activity: activity === '' ? null : activity,
      ...(clinpgx === '' ? {} : { clinpgx }),
      ...(flags.length === 0 ? {} : { flags }),
    },
  ]
}

const sortedPairs = (pairs: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(pairs)
      .map(([functions, phenotype]) => [functions.split('+').sort().join('+'), codeOf(phenotype)] as const)
      .sort(([left], [right]) => (left < right ? -1 : 1)),
  )

const phenotypesOf = (
  symbol: string,
  kind: string,
  logic: GeneLogic,
  pairs: Record<string, string> | undefined,
  phenotypes: Phenotypes,
): object => {
  const words = phenotypes[symbol] ?? phenotypes[kind] ?? {}
  const priorities = Object.fromEntries(Object.entries(logic.ehr_priority ?? {}).map(([code, value]) => [codeOf(code), value]))
  const produced = new Set([...Object.values(pairs ?? {}), ...(logic.ranges ?? []).map(([code]) => codeOf(code))])
  const scored = logic.ranges !== undefined
  if (scored || produced.has('ind') || logic.pairs !== undefined) produced.add('ind')
  if (pairs === undefined && logic.ranges === undefined) produced.clear()
  const codes = Object.keys(words).filter((code) => produced.has(code))
  const unknown = [...produced].filter((code) => !codes.includes(code) && code !== 'ind')
  if (unknown.length > 0) throw new Error(`${symbol}: rules/phenotypes.json has no ${kind} phenotype ${unknown.join(', ')}`)
  return Object.fromEntries(
    codes.map((code) => {
      const word = words[code] ?? { term: code, key: code }
      return [code, { term: word.term, key: scored && code === 'ind' ? 'n/a' : word.key, priority: priorities[code] ?? null }]
    }),
  )
}

const METHODS: Readonly<Record<string, string>> = { VKORC1: 'genotype', IFNL3: 'genotype' }

/** Version and date of the function table of one gene. */
const TABLES: Readonly<Record<string, string>> = { CYP2D6: '2024-08-27', G6PD: '2023-08-08', RYR1: '2026-07-05' }

const geneTable = (row: Row, logic: GeneLogic, alleles: readonly Row[], phenotypes: Phenotypes): object => {
  const symbol = cell(row, 'gene')
  const kind = KINDS[symbol] ?? cell(row, 'result_kind')
  const genotypes = GENOTYPES[symbol]
  const rawPairs = genotypes ?? logic.pairs
  const pairs = rawPairs === undefined ? undefined : sortedPairs(rawPairs)
  const reference = cell(row, 'reference_allele')
  const loinc = cell(row, 'loinc_phenotype')
  const version = TABLES[symbol] ?? '2025-11-05'
  const verified = logic.verified
  return {
    symbol,
    hgnc: cell(row, 'hgnc'),
    kind,
    lookup: cell(row, 'lookup_kind'),
    method: METHODS[symbol] ?? logic.method,
    pairs,
    ranges: logic.ranges?.map(rangeOf),
    special: SPECIAL[symbol] ?? [],
    referenceAllele: reference === '' ? null : reference,
    presence: logic.alleles?.map((allele) => allele.replace(/ .*/, '')),
    phenotypes: phenotypesOf(symbol, kind, logic, pairs, phenotypes),
    activity: ACTIVITY[symbol],
    loinc: { phenotype: loinc === '' ? null : loinc, sure: LOINC_SURE[symbol] ?? null },
    callableFrom: cell(row, 'callable_from'),
    clinpgx: cell(row, 'clinpgx_gene') || null,
    source: { id: 'gene-tables', version, asOf: version.slice(0, 7) },
    verified:
      verified === undefined
        ? 'no enumerated table exists'
        : `${verified.diplotypes} diplotypes of table ${verified.table}, ${verified.mismatches} mismatches`,
    note: NOTES[symbol],
    alleles: Object.fromEntries(alleles.map(alleleOf)),
  }
}

/** A function that no pair names would quietly make every result with it indeterminate. */
const checkFunctions = (symbol: string, logic: GeneLogic, alleles: readonly Row[]): void => {
  const pairs = GENOTYPES[symbol] ?? logic.pairs
  if (logic.method === 'activity-score' || pairs === undefined) return
  const paired = new Set(Object.keys(pairs).flatMap((pair) => pair.split('+')))
  for (const row of alleles) {
    const { function: name } = functionOf(row)
    if (name !== null && !paired.has(name))
      throw new TableError('alleles.tsv', null, `${symbol} ${cell(row, 'allele')}: no pair has the function "${name}"`)
  }
}

/** One file per gene. @returns counts for the report. */
export const buildGenes = (reference: string, rulesDir: string): { genes: number; alleles: number } => {
  const logic = parsePhenotypeLogic(LOGIC, readJson(reference, LOGIC))
  const phenotypes = (readJson(rulesDir, 'phenotypes.json') as { kinds: Phenotypes }).kinds // hand-kept, checked at load
  const alleles = readTable(reference, 'alleles.tsv')
  const genes = readTable(reference, 'genes.tsv')
  for (const row of genes) {
    const symbol = cell(row, 'gene')
    const rules = logic[symbol]
    if (rules === undefined) throw new TableError(LOGIC, null, `no ${symbol}, which genes.tsv has`)
    const own = alleles.filter((allele) => cell(allele, 'gene') === symbol)
    checkFunctions(symbol, rules, own)
    writeRules(rulesDir, `genes/${symbol}.json`, geneTable(row, rules, own, phenotypes))
  }
  return { genes: genes.length, alleles: alleles.length }
}
