import { z } from 'zod'
import { AttuneError } from '../errors.ts'

const text = z.string().min(1)
const coding = z.strictObject({ system: text, code: text })
const cited = z.strictObject({ label: text, where: text, url: z.url({ protocol: /^https$/ }) })
const limit = z.int().positive().nullable()
const sign = z.enum(['<', '<=', '>', '>='])

const ranges = z.strictObject({
  target: z.strictObject({ low: z.int().positive(), high: z.int().positive() }),
  rows: z.array(z.strictObject({ id: text, label: text, low: limit, high: limit })).min(3),
  source: text,
})

const schema = z.strictObject({
  about: text,
  unitFactor: z.strictObject({ mgPerDlPerMmolPerL: z.number().positive(), because: text }),
  sources: z.record(text, cited),
  window: z.strictObject({ days: z.int().positive(), activePercent: z.number().positive().max(100), source: text }),
  gmi: z.strictObject({ intercept: z.number(), perMgPerDl: z.number(), source: text }),
  variation: z.strictObject({ id: text, label: text, sign, limit: z.number().positive(), source: text }),
  tight: z.strictObject({ id: text, label: text, low: z.int().positive(), high: z.int().positive(), source: text }),
  ranges: z.strictObject({ standard: ranges, pregnancy: ranges }),
  targets: z
    .array(
      z.strictObject({
        id: z.enum(['adults', 'older', 'pregnancy-1']),
        label: text,
        ranges: z.enum(['standard', 'pregnancy']),
        source: text,
        rows: z.array(z.strictObject({ id: text, label: text, of: z.array(text).min(1), sign, limit: z.number().positive() })).min(1),
      }),
    )
    .min(1),
  people: z.strictObject({
    adultFrom: z.int(),
    olderFrom: z.strictObject({ age: z.int(), source: text, because: text }),
    type1: z.array(coding).min(1),
    type2: z.array(coding).min(1),
    icd10: z.strictObject({ type1: text, type2: text }),
    pregnancy: z.strictObject({
      loinc: text,
      pregnant: z.array(text).min(1),
      notPregnant: z.array(text).min(1),
      days: z.int().positive(),
      from: z.int(),
      below: z.int(),
      source: text,
    }),
  }),
  curve: z.strictObject({
    everyMinutes: z.int().positive(),
    withinMinutes: z.int().positive(),
    fewest: z.int().positive(),
    percentiles: z.array(z.number().min(0).max(100)).min(1),
    source: text,
    because: text,
  }),
  beyond: z.strictObject({ because: text }),
})

export type CgmRules = Readonly<z.output<typeof schema>>
export type GlucoseRanges = CgmRules['ranges']['standard']

/** Ranges must meet without gap or overlap from the highest to the lowest, so that every reading has one place. */
const rangeProblems = (name: string, { rows, target }: GlucoseRanges): string[] => {
  const joints = rows
    .slice(1)
    .flatMap((row, at) => (row.high !== null && rows[at]?.low === row.high + 1 ? [] : [`${row.id} does not meet the range above it`]))
  const open = rows[0]?.high === null && rows.at(-1)?.low === null ? [] : ['the outermost ranges are not open']
  const own = rows.some((row) => row.low === target.low && row.high === target.high) ? [] : ['no range is the target range']
  return [...joints, ...open, ...own].map((problem) => `ranges.${name}: ${problem}`)
}

const problemsOf = (rules: CgmRules): string[] => {
  const named = [
    rules.window,
    rules.gmi,
    rules.variation,
    rules.tight,
    rules.curve,
    rules.people.olderFrom,
    ...rules.targets,
    ...Object.values(rules.ranges),
  ]
  return [
    ...rangeProblems('standard', rules.ranges.standard),
    ...rangeProblems('pregnancy', rules.ranges.pregnancy),
    ...named.flatMap(({ source }) => (Object.hasOwn(rules.sources, source) ? [] : [`unknown source "${source}"`])),
    ...rules.targets.flatMap((set) => {
      const ids = rules.ranges[set.ranges].rows.map(({ id }) => id)
      return set.rows.flatMap(({ id, of }) => of.filter((one) => !ids.includes(one)).map((one) => `${set.id}/${id}: no range "${one}"`))
    }),
  ]
}

/** `rules/cgm.json`, checked. @throws AttuneError `rules-invalid` with every problem named. */
export const readCgmRules = (raw: unknown): CgmRules => {
  const read = schema.safeParse(raw)
  if (!read.success) throw new AttuneError('rules-invalid', `cgm.json: ${z.prettifyError(read.error)}`)
  const problems = problemsOf(read.data)
  if (problems.length > 0) throw new AttuneError('rules-invalid', `cgm.json: ${problems.join('; ')}`)
  return read.data
}
