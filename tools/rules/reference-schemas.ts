import { z } from 'zod'
import { type JsonLine, TableError } from './read-tables.ts'

/**
 * Members of the reference's JSON files. A member that is not listed stops the generator: it may hold
 * what changes a recommendation, and nobody would have read it.
 */
const text = z.string().min(1)
const lines = z.array(text)

/** One line of recommendations.jsonl. */
const recommendation = z.strictObject({
  src: z.enum(['CPIC', 'DPWG']),
  drug: text,
  genes: lines.min(1),
  when: z.array(z.record(text, lines.min(1))).min(1),
  population: text.optional(),
  strength: z.enum(['Strong', 'Moderate', 'Optional', 'No recommendation', 'N/A']).nullable(),
  actions: lines.min(1),
  effect: z.array(z.enum(['normal', 'adr-up', 'not-stated', 'other', 'exposure-down', 'exposure-up', 'efficacy-down'])).min(1),
  risk: text.nullable(),
  /** Kinds of advice as the source flags them; the actions say the same more closely. */
  flags: z.string().regex(/^[ADO]*$/),
  guideline: z.string().regex(/^PA\d+$/),
  pmid: z.array(z.string().regex(/^\d{5,9}$/)),
  year: z.number().int().nullable(),
  asof: z.string().regex(/^\d{4}-\d{2}$/),
  cpic_level: z.record(text, text).optional(),
  superseded: z.enum(['partly', 'unknown']).optional(),
  /** What was read of the text: all (`seen`), a part, or nothing. */
  seen: z
    .string()
    .regex(/^(not seen|.*\bseen\b.*)$/)
    .optional(),
  note: text.optional(),
})
export type Recommendation = Readonly<z.output<typeof recommendation>>

const facts = z.strictObject({ facts: lines })

const special = z.strictObject({
  _meta: z.strictObject({ about: text, sources: lines }),
  warfarin: z.strictObject({
    source: z.literal('CPIC'),
    guideline: text,
    pmid: lines,
    genes: lines,
    cpic_level: text,
    verified: text,
    facts: lines,
    seen: lines,
    recalled: lines,
  }),
  peginterferon_ribavirin: z.strictObject({
    source: z.literal('CPIC'),
    guideline: text,
    genes: lines,
    variant: text,
    facts: lines,
    note: text,
  }),
  'CYP2C19_*17_position': facts,
  pretest_alerts: facts.extend({ must_test_before_use: z.record(text, text), must_test_verified: text }),
})
export type Special = Readonly<z.output<typeof special>>

const range = z.tuple([text, z.union([z.number(), text]).nullable(), z.union([z.number(), text]).nullable()])
const anything = z.unknown().optional()

const geneLogic = z.strictObject({
  method: z.enum(['function-pair', 'activity-score', 'allele-presence', 'genotype']),
  pairs: z.record(text, text).optional(),
  ranges: z.array(range).optional(),
  alleles: lines.optional(),
  ehr_priority: z.record(text, z.enum(['normal', 'priority']).nullable()).optional(),
  verified: z.object({ table: text, diplotypes: z.number(), mismatches: z.number() }).optional(),
  /** Words for people, read once; what the program needs of them stands in `build-genes.ts`. */
  special: anything,
  note: anything,
  notes: anything,
  score: anything,
  result: anything,
  hemizygous: anything,
  classes: anything,
  variant: anything,
  update_2026: anything,
  verified_note: anything,
})
export type GeneLogic = Readonly<z.output<typeof geneLogic>>

const phenotypeLogic = z.strictObject({
  about: anything,
  source: anything,
  totals: anything,
  codes: anything,
  multi_gene: anything,
  genes: z.record(text, geneLogic),
})

const refuse = (file: string, line: number | null, error: z.ZodError): never => {
  const reasons = error.issues.map(({ path, message }) => `${path.map(String).join('.') || 'the row'}: ${message}`)
  throw new TableError(file, line, reasons.join('; '))
}

const parse = <S extends z.ZodType>(schema: S, file: string, line: number | null, value: unknown): z.output<S> => {
  const result = schema.safeParse(value)
  return result.success ? result.data : refuse(file, line, result.error)
}

const whoAndWhat = ({ src, drug, genes, when, population, guideline, asof, actions }: Recommendation): string =>
  JSON.stringify([src, drug, genes, when, population ?? null, guideline, asof, actions])

/** @throws TableError naming file, line and member; also for a row that stands twice */
export const parseRecommendations = (file: string, rows: readonly JsonLine[]): Recommendation[] => {
  const seen = new Map<string, number>()
  return rows.map(({ line, value }) => {
    const row = parse(recommendation, file, line, value)
    const before = seen.get(whoAndWhat(row))
    if (before !== undefined) throw new TableError(file, line, `the same statement as line ${before}`)
    seen.set(whoAndWhat(row), line)
    return row
  })
}

/** @throws TableError */
export const parseSpecial = (file: string, value: unknown): Special => parse(special, file, null, value)

/** @throws TableError */
export const parsePhenotypeLogic = (file: string, value: unknown): Readonly<Record<string, GeneLogic>> =>
  parse(phenotypeLogic, file, null, value).genes
