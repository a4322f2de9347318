import { z } from 'zod'
import type { SecondaryFindingGene, VariantFacts } from '../../../contract/variants.ts'
import { AttuneError } from '../../../errors.ts'
import type { GeneDefinitions } from '../../../pgx/calling/definitions.ts'
import { bare } from '../bare.ts'

const text = z.string().min(1)
const codes = z.array(text).min(1)
const classes = z.enum(['pathogenic', 'likely-pathogenic', 'uncertain', 'likely-benign', 'benign'])
const month = z.string().regex(/^\d{4}-\d{2}$/)
const pmid = z.string().regex(/^\d{7,8}$/)

const termsSchema = z.strictObject({
  about: text,
  asOf: month,
  roles: z.strictObject({ variant: codes, implication: codes, study: codes }),
  components: z.strictObject({
    gene: codes,
    coding: codes,
    protein: codes,
    genomic: codes,
    id: codes,
    zygosity: codes,
    source: codes,
    frequency: codes,
    significance: codes,
    condition: codes,
    inheritance: codes,
  }),
  classes: z.record(text, classes),
  classWords: z.array(z.tuple([text, classes])).min(1),
  /** Words beside which the words of a class do not name one: "not pathogenic", "conflicting". */
  classDoubts: z.array(text).min(1),
  presence: z.record(text, z.enum(['present', 'absent', 'no-call'])),
  origins: z.record(text, z.enum(['germline', 'somatic'])),
  zygosities: z.record(text, text),
  polygenic: codes,
  ancestry: codes,
  accessions: z.record(z.string().regex(/^chr([1-9]|1\d|2[0-2]|X|Y)$/), z.string().regex(/^NC_\d{6}\.\d+$/)),
})

const edition = z.string().regex(/^\d\.\d$/)

const listSchema = z.strictObject({
  about: text,
  list: z.strictObject({ version: edition, year: z.number().int(), pmid, url: z.url(), citation: text, asOf: month, licence: text }),
  editions: z.record(edition, z.strictObject({ year: z.number().int(), pmid })),
  rows: z
    .array(
      z.strictObject({
        gene: z.string().regex(/^[A-Z][A-Z0-9-]{1,14}$/),
        condition: text,
        inheritance: z.enum(['AD', 'AR', 'XL']),
        since: edition,
        verified: z.enum(['seen', 'recalled']),
      }),
    )
    .min(1),
})

type List = z.output<typeof listSchema>

/** Codes and words of variant-level results, and the genes of the list for secondary findings. */
export type VariantTerms = {
  readonly codes: Readonly<z.output<typeof termsSchema>>
  readonly secondary: ReadonlyMap<string, SecondaryFindingGene>
  /** The same genes, sorted. */
  readonly secondaryGenes: readonly string[]
  readonly list: VariantFacts['list']
  /** Definitions of alleles by position, by gene. */
  readonly definitions: ReadonlyMap<string, GeneDefinitions>
}

const refuse = (problem: string): never => {
  throw new AttuneError('rules-invalid', problem)
}

const parse = <T>(schema: z.ZodType<T>, name: string, raw: unknown): T => {
  const result = schema.safeParse(raw)
  return result.success ? result.data : refuse(`${name}: ${z.prettifyError(result.error)}`)
}

/** Each gene once, each edition known: what no schema can say. */
const checkList = ({ rows, editions, list }: List): void => {
  const seen = new Set<string>()
  for (const { gene, since } of rows) {
    if (seen.has(gene)) refuse(`acmg-sf: ${gene} stands twice`)
    if (!editions[since]) refuse(`acmg-sf: ${gene} names edition ${since}, which is not listed`)
    seen.add(gene)
  }
  if (!editions[list.version]) refuse(`acmg-sf: edition ${list.version} is not listed`)
}

const SUFFIX = '.variants'

const compile = (tables: ReadonlyMap<string, unknown>): VariantTerms => {
  const list = parse(listSchema, 'acmg-sf', tables.get('acmg-sf'))
  checkList(list)
  const { version, year, pmid: paper, url } = list.list
  const shown = list.rows.filter(({ verified }) => verified === 'seen')
  const secondary = new Map(
    shown.map(({ gene, condition, inheritance, since }): [string, SecondaryFindingGene] => [
      gene,
      { condition, inheritance, since, list: { version, year, pmid: paper } },
    ]),
  )
  const definitions = [...tables].flatMap(
    ([name, table]): [string, GeneDefinitions][] =>
      name.endsWith(SUFFIX) ? [[name.slice(0, -SUFFIX.length), table as GeneDefinitions]] : [], // checked when the rules were loaded
  )
  return {
    codes: bare(parse(termsSchema, 'variant-terms', tables.get('variant-terms'))),
    secondary,
    secondaryGenes: [...secondary.keys()].sort(),
    list: { version, year, pmid: paper, url, genes: shown.length, unverified: list.rows.length - shown.length },
    definitions: new Map(definitions),
  }
}

const COMPILED = new WeakMap<object, VariantTerms>()

/**
 * Checks and compiles the tables; kept with the tables it was made from. Called once at start, so that wrong rules stop the start.
 * @throws AttuneError `rules-invalid`
 */
export const variantTerms = ({ tables }: { readonly tables: ReadonlyMap<string, unknown> }): VariantTerms => {
  const known = COMPILED.get(tables)
  if (known) return known
  const made = compile(tables)
  COMPILED.set(tables, made)
  return made
}
