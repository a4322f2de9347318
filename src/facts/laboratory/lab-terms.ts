import { z } from 'zod'
import { AttuneError } from '../../errors.ts'
import { isLoinc } from '../../terminology/check-digits.ts'
import type { ConvertOptions } from '../../terminology/units.ts'

const words = z.array(z.string().min(1))
const title = z.strictObject({ en: z.string().min(1), de: z.string().min(1) })
const cited = { source: z.string().min(1), url: z.string().url() }

const groupsSchema = z.strictObject({
  about: z.string(),
  source: z.string(),
  atomicWeights: z.strictObject({ ...cited, values: z.record(z.string(), z.number().positive()) }),
  groups: z.array(z.strictObject({ id: z.string(), title, models: words.default([]), ...cited })),
  analytes: z.array(
    z.strictObject({
      id: z.string(),
      group: z.string(),
      codes: words.min(1),
      formula: z.string().optional(),
      molarMass: z.number().positive().optional(),
      charge: z.number().int().positive().optional(),
      notConverted: z.string().optional(),
    }),
  ),
})

const omicsSchema = z.strictObject({
  about: z.string(),
  source: z.string(),
  kinds: z.array(
    z.strictObject({
      id: z.string(),
      title,
      codes: z.array(z.strictObject({ system: z.string(), code: z.string(), display: z.string() })),
      words,
      ...cited,
    }),
  ),
})

type Groups = z.infer<typeof groupsSchema>
type AnalyteRow = Groups['analytes'][number]

/** What `rules/lab-groups.json` and `rules/omics.json` say, indexed. */
export type LabTerms = {
  readonly groups: Groups['groups']
  readonly kinds: z.infer<typeof omicsSchema>['kinds']
  /** Row of a LOINC code. */
  readonly byLoinc: ReadonlyMap<string, AnalyteRow>
  /** Kind of a code, under `system|code`. */
  readonly byCode: ReadonlyMap<string, string>
}

/** The group of results that no row names. */
export const OTHER = 'other'

const massOf = (formula: string, weights: Readonly<Record<string, number>>): number | null => {
  let sum = 0
  for (const [, element = '', count] of formula.matchAll(/([A-Z][a-z]?)(\d*)/g)) {
    const weight = weights[element]
    if (weight === undefined) return null
    sum += weight * Number(count || 1)
  }
  return sum
}

/** A molar mass is believed only when it follows from its formula. */
const massProblem = (row: AnalyteRow, weights: Readonly<Record<string, number>>): string[] => {
  if (row.formula === undefined && row.molarMass === undefined) return []
  const mass = row.formula === undefined ? null : massOf(row.formula, weights)
  const same = mass !== null && row.molarMass !== undefined && Math.abs(mass - row.molarMass) <= 0.001
  return same ? [] : [`lab-groups: the molar mass of ${row.id} does not follow from its formula`]
}

const twice = (values: readonly string[], what: string): string[] =>
  values.filter((value, at) => values.indexOf(value) !== at).map((value) => `${what}: ${value} stands twice`)

const problemsOf = ({ groups, analytes, atomicWeights }: Groups): string[] => {
  const known = new Set(groups.map(({ id }) => id))
  return [
    ...twice(
      groups.map(({ id }) => id),
      'lab-groups: group',
    ),
    ...twice(
      analytes.map(({ id }) => id),
      'lab-groups: analyte',
    ),
    ...twice(
      analytes.flatMap(({ codes }) => codes),
      'lab-groups: code',
    ),
    ...(known.has(OTHER) ? [] : [`lab-groups: there is no group ${OTHER}`]),
    ...analytes.filter(({ group }) => !known.has(group)).map(({ id, group }) => `lab-groups: ${id} names the unknown group ${group}`),
    ...analytes.flatMap(({ codes }) => codes.filter((code) => !isLoinc(code)).map((code) => `lab-groups: ${code} fails its check digit`)),
    ...analytes.flatMap((row) => massProblem(row, atomicWeights.values)),
  ]
}

const parse = <T>(schema: z.ZodType<T>, table: unknown, name: string): T => {
  const read = schema.safeParse(table)
  if (read.success) return read.data
  throw new AttuneError(
    'rules-invalid',
    `${name}: ${read.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ')}`,
  )
}

const READ = new WeakMap<object, LabTerms>()

/**
 * Checks and indexes both tables; called once at start, so that wrong rules stop the start. Null where the tables are not there, as for
 * calling from files.
 * @throws AttuneError `rules-invalid` with every problem listed
 */
export const labTerms = (tables: ReadonlyMap<string, unknown>): LabTerms | null => {
  const known = READ.get(tables)
  if (known) return known
  if (!tables.has('lab-groups') || !tables.has('omics')) return null
  const groups = parse(groupsSchema, tables.get('lab-groups'), 'lab-groups')
  const { kinds } = parse(omicsSchema, tables.get('omics'), 'omics')
  const problems = problemsOf(groups)
  if (problems.length > 0) throw new AttuneError('rules-invalid', problems.join('\n'))
  const made: LabTerms = {
    groups: groups.groups,
    kinds,
    byLoinc: new Map(groups.analytes.flatMap((row) => row.codes.map((code) => [code, row] as const))),
    byCode: new Map(kinds.flatMap(({ id, codes }) => codes.map(({ system, code }) => [`${system}|${code}`, id] as const))),
  }
  READ.set(tables, made)
  return made
}

export const convertOptions = (row: AnalyteRow | undefined): ConvertOptions => ({
  ...(row?.molarMass === undefined ? {} : { molarMass: row.molarMass }),
  ...(row?.charge === undefined ? {} : { charge: row.charge }),
})
