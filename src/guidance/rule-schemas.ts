import { z } from 'zod'

const text = z.string().min(1)
const lines = z.array(text)
const month = z.string().regex(/^\d{4}(-\d{2}){0,2}$/)
const standing = z.enum(['advice', 'listed', 'off'])

const guidanceRow = z.strictObject({
  id: z.string().regex(/^(cpic|dpwg|fda)\/[a-z0-9-]+\/\d+$/),
  source: z.enum(['CPIC', 'DPWG', 'FDA']),
  drug: text,
  genes: lines.min(1),
  when: z.array(z.record(text, lines.min(1))),
  population: text.optional(),
  strength: z.enum(['Strong', 'Moderate', 'Optional', 'No recommendation']).nullable(),
  actions: lines,
  effect: lines.min(1),
  risk: text.nullable(),
  guideline: z.strictObject({
    id: z.string().regex(/^PA\d+$/),
    url: z.url({ protocol: /^https$/ }),
    year: z.number().int().min(2005).max(2100).nullable(),
    pmid: z.array(z.string().regex(/^\d{5,9}$/)),
    asOf: month,
  }),
  cpicLevel: z.record(text, text).optional(),
  tier: z.enum(['1 management', '2 safety or response', '3 pharmacokinetics only', 'label']).optional(),
  standing,
  superseded: z.enum(['partly', 'unknown']).optional(),
  /** Parts of what the source says for this genotype that are in none of the actions: where the row matches, they are told. */
  unread: z.array(text).min(1).optional(),
  note: text.optional(),
  origin: text.optional(),
  label: z
    .array(z.enum(['boxed-warning', 'contraindications']))
    .min(1)
    .optional(),
  read: z.strictObject({ title: text, where: text, url: z.url({ protocol: /^https$/ }), asOf: month }).optional(),
})

const pair = z.strictObject({
  gene: text,
  drug: text,
  drugs: lines,
  rxcui: text.nullable(),
  level: z.enum(['A', 'A/B', 'B', 'B/C', 'C', 'C/D', 'D']),
  status: z.enum(['final', 'provisional']),
  clinpgxLevel: z.enum(['1A', '1B', '2A', '2B', '3', '4']).nullable(),
  fdaLabel: z.enum(['Testing required', 'Testing recommended', 'Actionable PGx', 'Informative PGx']).nullable(),
  pmid: z.array(z.string().regex(/^\d{5,9}$/)),
  note: text.optional(),
})

const allele = z.strictObject({
  function: text.nullable(),
  activity: z
    .string()
    .regex(/^(n\/a|≥?\d+\.\d+)$/)
    .nullable(),
  clinpgx: text.optional(),
  flags: lines.optional(),
})

const gene = z.strictObject({
  symbol: text,
  hgnc: text,
  kind: z.enum(['metabolizer', 'function', 'susceptibility', 'allele-status', 'genotype', 'deficiency', 'drug-response', 'risk']),
  lookup: z.enum(['phenotype', 'activity-score', 'genotype', 'allele-positive']),
  method: z.enum(['function-pair', 'activity-score', 'allele-presence', 'genotype']),
  pairs: z.record(text, text).optional(),
  ranges: z
    .array(
      z.strictObject({
        phenotype: text,
        from: z.number().optional(),
        to: z.number().optional(),
        above: z.number().optional(),
        below: z.number().optional(),
      }),
    )
    .optional(),
  special: z.array(z.enum(['lowest-function', 'x-linked', 'any-risk', 'haploid', 'copy-number', 'inhibitor-score'])),
  referenceAllele: text.nullable(),
  presence: z.array(z.string().regex(/^\*\S+$/)).optional(),
  alleles: z.record(text, allele),
  phenotypes: z.record(text, z.strictObject({ term: text, key: text, priority: z.enum(['normal', 'priority']).nullable() })),
  activity: z.strictObject({ low: text, decides: lines, basis: text }).optional(),
  loinc: z.strictObject({ phenotype: text.nullable(), sure: z.enum(['sure', 'fair']).nullable() }),
  callableFrom: text,
  clinpgx: text.nullable(),
  source: z.strictObject({ id: text, version: text, asOf: month }),
  verified: text,
  note: text.optional(),
})

const drug = z.strictObject({
  name: text,
  rxcui: text.nullable(),
  rxcuiSource: text.optional(),
  also: lines.optional(),
  components: lines.optional(),
  withOthers: z.boolean().optional(),
  noText: z.boolean().optional(),
  atc: lines,
  brands: lines,
  setAside: lines.optional(),
  clinpgx: text.nullable(),
  drugbank: text.nullable(),
  cpicLevel: z.record(text, text).optional(),
  from: z.enum(['guidance', 'modifier', 'alternative', 'component', 'product', 'pair', 'other']),
  source: text,
  note: text.optional(),
})

const table = <R extends z.ZodType>(row: R) =>
  z.strictObject({ about: text, source: text.optional(), sources: lines.optional(), rows: z.array(row) })

/** The shape of every rule file that `loadKnowledge` reads itself. Anything else is an error, so that a typing mistake cannot hide. */
export const RULE_SCHEMAS = {
  sources: z.strictObject({
    release: z.string().regex(/^\d{4}\.\d{2}\.\d+$/),
    rows: z.array(
      z.strictObject({
        id: text,
        title: text,
        version: text,
        asOf: month,
        licence: text,
        url: z.url({ protocol: /^https$/ }),
        /** Input file and its hash; null for sources that were looked up row by row. */
        file: text.nullable(),
        sha256: z
          .string()
          .regex(/^[0-9a-f]{64}$/)
          .nullable(),
        /** Rows of the input file when the rules were made; null where it has no rows of one kind. */
        rows: z.number().int().positive().nullable(),
        /** Rows of the rules that were made of them: a row that names several phenotypes may become several. */
        made: z.number().int().positive().nullable(),
      }),
    ),
  }),
  gene,
  guidance: z.strictObject({
    drug: text,
    rxcui: text.nullable(),
    components: lines.optional(),
    clinpgx: text.nullable(),
    cpicLevel: z.record(text, text).optional(),
    retired: lines.optional(),
    rows: z.array(guidanceRow).min(1),
  }),
  ingredients: table(drug),
  products: table(
    z.strictObject({ rxcui: text, tty: z.enum(['SCD', 'SBD']), name: text, ingredients: lines.min(1), source: text.optional() }),
  ),
  codes: table(
    z.strictObject({
      rxcui: text,
      kind: z.enum(['PIN', 'MIN', 'SCDC']),
      name: text,
      ingredients: lines.min(1),
      source: text,
    }),
  ),
  phenoconversion: table(
    z.strictObject({
      enzyme: text,
      kind: z.enum(['inhibitor', 'inducer']),
      strength: z.enum(['strong', 'moderate', 'weak']),
      drug: text,
      rxcui: text.nullable(),
      basis: text,
      verified: z.enum(['seen', 'recalled']),
      /** What was read, when the reference only recalled the row. */
      source: z.strictObject({ title: text, asOf: text, url: z.url({ protocol: /^https$/ }), where: text }).optional(),
      washout: z.strictObject({ days: z.number().int().positive(), basis: text, url: z.url({ protocol: /^https$/ }) }).optional(),
      note: text.optional(),
    }),
  ).extend({ notDrugs: lines }),
  actions: table(
    z.strictObject({
      code: z.string().regex(/^[a-z][a-z-]*$/),
      meaning: text,
      consequence: z.enum(['contraindicated', 'avoid', 'alternative', 'dose', 'caution', 'monitor', 'standard', 'none']),
    }),
  ),
  pairs: table(pair),
  loinc: table(z.strictObject({ code: text, display: text, use: text, basis: text })),
  phenotypes: z.strictObject({
    about: text,
    source: text,
    kinds: z.record(text, z.record(text, z.strictObject({ term: text, key: text }))),
  }),
} as const

type Schemas = typeof RULE_SCHEMAS
export type RuleFile<K extends keyof Schemas> = z.output<Schemas[K]>
