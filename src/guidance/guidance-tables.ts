import { z } from 'zod'
import { AttuneError } from '../errors.ts'
import {
  type AlternativesTable,
  alternativesSchema,
  citation,
  type DrugClasses,
  danglingClasses,
  drugClassesSchema,
  evidenceNamed,
  evidenceSchema,
} from './alternatives/table.ts'

/**
 * The tables of `rules/` that this room reads beside the guidance rows: populations.json, test-first.json, alternatives.json, drug-classes.json.
 * Checked strictly once per knowledge; an error stops the start.
 */
const populationSchema = z.strictObject({
  label: z.string().min(1),
  rule: z.discriminatedUnion('kind', [
    /** Completed years: `from` inclusive, `below` exclusive. */
    z.strictObject({ kind: z.literal('age'), from: z.number().optional(), below: z.number().optional() }),
    z.strictObject({ kind: z.literal('age-or-weight'), from: z.number(), overKg: z.number() }),
    /** Matches on any of the evidence; `others` are the indications which, when found alone, rule it out. */
    z.strictObject({
      kind: z.literal('indication'),
      any: z.array(z.string()).min(1),
      unless: z.array(z.string()).default([]),
      others: z.array(z.string()).default([]),
    }),
    z.strictObject({
      kind: z.literal('exposure'),
      drugs: z.array(z.string()).min(1),
      months: z.number().positive(),
      state: z.enum(['naive', 'over']),
    }),
    /** No record can decide it; dropped when the other population matches. */
    z.strictObject({ kind: z.literal('ask'), dropWhen: z.string().optional() }),
  ]),
  ...citation,
})

/** A medicine that modifies the enzyme; `absent` turns the question round. */
const modifierRule = z.strictObject({
  kind: z.literal('modifier'),
  enzymes: z.array(z.string()).min(1),
  strengths: z.array(z.enum(['strong', 'moderate', 'weak'])).min(1),
  absent: z.boolean().default(false),
})

const conditionSchema = z.strictObject({
  rule: z.discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('evidence'),
      any: z.array(z.string()).min(1),
      /** Evidence which, found without any of the above, means that the condition does not hold. */
      deniedBy: z.array(z.string()).default([]),
    }),
    /** Outside the ages but under `openBelow` it stays open: the condition has another half. */
    z.strictObject({ kind: z.literal('age'), from: z.number().optional(), below: z.number().optional(), openBelow: z.number().optional() }),
    modifierRule,
    /** All of them at once. */
    z.strictObject({ kind: z.literal('all'), of: z.array(modifierRule).min(2) }),
  ]),
  ...citation,
})

/** Rows of one source whose key holds two kinds of genotype; the functions of the two alleles tell them apart. */
const genotypeLimitSchema = z.strictObject({
  guidance: z.enum(['CPIC', 'DPWG', 'FDA']),
  gene: z.string(),
  key: z.string(),
  action: z.string(),
  normalAllele: z.boolean(),
  ...citation,
})

const populationsSchema = z.strictObject({
  about: z.string(),
  source: z.string(),
  evidence: z.record(z.string(), evidenceSchema),
  populations: z.record(z.string(), populationSchema),
  conditions: z.record(z.string(), conditionSchema),
  genotypeLimits: z.array(genotypeLimitSchema),
})

const testFirstSchema = z.strictObject({
  about: z.string(),
  source: z.string(),
  tests: z.record(
    z.string(),
    z.strictObject({
      gene: z.string(),
      /** Allele stem for genes that are tested allele by allele: `*57:01`. */
      allele: z.string().optional(),
      text: z.string().min(1),
      coding: z.strictObject({ system: z.url(), code: z.string(), display: z.string() }).nullable(),
      /** Further LOINC codes under which the test may stand in an order. */
      loinc: z.array(z.string()).default([]),
      basis: z.string().min(1),
    }),
  ),
  rows: z.array(
    z.strictObject({
      id: z.string().min(1),
      drugs: z.array(z.string()).min(1),
      tests: z.array(z.string()).min(1),
      source: z.enum(['CPIC', 'DPWG', 'FDA', 'EMA']),
      demand: z.enum(['required', 'recommended', 'consider']),
      /** Whom the source limits its request to, where the record does not decide it: in a few words for the headline, and in full. */
      limit: z.strictObject({ short: z.string().min(1), text: z.string().min(1) }).optional(),
      basis: z.string().min(1),
      url: z.url(),
      year: z.number().int().nullable(),
      /** Silent when the same drug has been taken for longer, where the source says that it is then tolerated. */
      silentAfterMonths: z.number().positive().optional(),
      /** Only a course that is still in use counts as tolerated: the source asks again before a restart. */
      inUse: z.boolean().default(false),
      minMgPerDay: z.number().positive().optional(),
      verified: z.boolean(),
      note: z.string().optional(),
    }),
  ),
})

export type Evidence = Readonly<z.output<typeof evidenceSchema>>
export type Population = Readonly<z.output<typeof populationSchema>>
export type ConditionRule = Readonly<z.output<typeof conditionSchema>>['rule']
export type GenotypeLimit = Readonly<z.output<typeof genotypeLimitSchema>>
export type TestFirstTable = Readonly<z.output<typeof testFirstSchema>>
export type TestFirstRow = TestFirstTable['rows'][number]
export type GuidanceTables = {
  readonly populations: Readonly<z.output<typeof populationsSchema>>
  readonly testFirst: TestFirstTable
  readonly alternatives: AlternativesTable
  readonly classes: DrugClasses
}

/** Names of evidence sets that a table mentions but does not define. */
const danglingEvidence = (tables: GuidanceTables): string[] => {
  const { evidence, populations, conditions } = tables.populations
  const used = [
    ...Object.values(populations).flatMap(({ rule }) => (rule.kind === 'indication' ? [...rule.any, ...rule.unless, ...rule.others] : [])),
    ...Object.values(conditions).flatMap(({ rule }) => (rule.kind === 'evidence' ? [...rule.any, ...rule.deniedBy] : [])),
    ...evidenceNamed(tables.alternatives),
  ]
  return [...new Set(used.filter((name) => !(name in evidence)))]
}

const danglingTests = ({ testFirst }: GuidanceTables): string[] =>
  testFirst.rows.flatMap((row) => row.tests.filter((test) => !(test in testFirst.tests)).map((test) => `${row.id}: ${test}`))

/** The sets of evidence of both tables under one roof; a name that both use would hide one of them. */
const withEvidence = (tables: GuidanceTables): GuidanceTables => ({
  ...tables,
  populations: { ...tables.populations, evidence: { ...tables.populations.evidence, ...tables.alternatives.evidence } },
})

const sharedEvidence = ({ populations, alternatives }: GuidanceTables): string[] =>
  Object.keys(alternatives.evidence).filter((name) => name in populations.evidence)

/**
 * The tables, parsed.
 * @throws AttuneError `rules-invalid` naming file and member of every problem.
 */
export const readGuidanceTables = (raw: ReadonlyMap<string, unknown>): GuidanceTables => {
  const problems: string[] = []
  const parse = <S extends z.ZodType>(name: string, schema: S): z.output<S> | null => {
    const result = schema.safeParse(raw.get(name))
    if (result.success) return result.data
    problems.push(`${name}.json: ${z.prettifyError(result.error)}`)
    return null
  }
  const populations = parse('populations', populationsSchema)
  const testFirst = parse('test-first', testFirstSchema)
  const alternatives = parse('alternatives', alternativesSchema)
  const classes = parse('drug-classes', drugClassesSchema)
  if (populations && testFirst && alternatives && classes) {
    const parsed = { populations, testFirst, alternatives, classes }
    const tables = withEvidence(parsed)
    problems.push(...sharedEvidence(parsed).map((name) => `alternatives.json: evidence "${name}" also stands in populations.json`))
    problems.push(...danglingClasses(parsed).map((what) => `alternatives.json: ${what} is not in drug-classes.json`))
    problems.push(...danglingEvidence(tables).map((name) => `populations.json: evidence "${name}" is named but not defined`))
    problems.push(...danglingTests(tables).map((name) => `test-first.json: test of row ${name} is not defined`))
    if (problems.length === 0) return tables
  }
  throw new AttuneError('rules-invalid', problems.join('\n'))
}
