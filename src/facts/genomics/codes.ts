import { z } from 'zod'
import { AttuneError } from '../../errors.ts'

const words = z.array(z.string().min(1))
const states = z.enum(['not-performed', 'pending', 'no-call', 'indeterminate', 'unread-document'])

/** `words` are found inside longer ones, `short` only as whole words. */
const organ = z.strictObject({ codes: words, words, short: words })

const schema = z.strictObject({
  about: z.string(),
  source: z.string(),
  roles: z.strictObject({ genotype: words, haplotype: words, variant: words, implication: words, gene: words, study: words, none: words }),
  components: z.strictObject({
    gene: words,
    finding: words,
    sourceClass: words,
    hgvs: words,
    zygosity: words,
    reference: words,
    alternate: words,
    sequence: words,
    position: words,
    phase: words,
    build: words,
  }),
  /** Answers of the component `build`. */
  builds: z.record(z.string(), z.string()),
  reports: words,
  /** LOINC of an enzyme's measured activity -> gene. */
  enzymeActivity: z.record(z.string(), z.string()),
  /** In the name of a test: it measures an enzyme. */
  activityWords: words,
  /** What a laboratory calls an activity below normal. */
  lowActivity: words,
  perGene: z.record(z.string(), z.string()),
  presence: z.record(z.string(), z.strictObject({ gene: z.string(), allele: z.string() })),
  misprints: words,
  answers: z.record(
    z.string(),
    z.strictObject({
      term: z.string().optional(),
      legacy: z.boolean().optional(),
      presence: z.enum(['positive', 'negative']).optional(),
      state: states.optional(),
      priority: z.boolean().optional(),
      somatic: z.boolean().optional(),
    }),
  ),
  conditions: z.record(z.string(), z.strictObject({ gene: z.string(), term: z.string().optional(), diplotype: z.string().optional() })),
  absent: z.record(z.string(), states),
  phenotypes: z.array(
    z.strictObject({ term: z.string(), words, genes: words.optional(), legacy: z.boolean().optional(), short: z.boolean().optional() }),
  ),
  states: z.array(z.strictObject({ state: states, words })),
  negations: words,
  doubts: words,
  /** Right behind a genotype or a phenotype, at the end of the clause: it is taken back. */
  takenBack: words,
  /** Anywhere in a result: what it says cannot be told. */
  unclear: words,
  /** From here to the end of the clause a text speaks of no finding of the patient: a case, an example, a range. */
  hypothetical: words,
  relatives: words,
  /** In the words of an order: talk about a test, not the test. */
  noTests: words,
  presenceWords: z.strictObject({ positive: words, negative: words }),
  genotypeWords: words,
  /** Nouns of phenotypes, where the test's name has them and its value only the adjective. */
  phenotypeNouns: words,
  otherWords: words,
  /** Behind a number in a text: a measured activity, not a genotype. */
  activityUnits: words,
  reportWords: words,
  transplants: z.strictObject({
    stemCell: organ,
    liver: organ,
    transfusion: z.strictObject({ words, not: words }),
    autologous: words,
    notYet: words,
    denied: words,
  }),
  specimens: z.strictObject({ own: words, blood: words, tumour: words }),
  coverage: z.strictObject({ narrow: words, noCopyNumber: words, tested: words, untested: words }),
})

export type GenomicCodes = Readonly<z.output<typeof schema>>
/** Why a result holds no finding. */
export type FindingState = z.output<typeof states>

/**
 * Codes and words of genomic results, from `rules/genomic-codes.json`.
 * @throws AttuneError `rules-invalid` with every problem named.
 */
export const readGenomicCodes = (raw: unknown): GenomicCodes => {
  const result = schema.safeParse(raw)
  if (!result.success) throw new AttuneError('rules-invalid', `genomic-codes: ${z.prettifyError(result.error)}`)
  return result.data
}
