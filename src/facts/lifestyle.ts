import { z } from 'zod'
import type { Measurement, PatientIdentity } from '../contract/facts.ts'
import type { SocialTopic, SurveyScore } from '../contract/person.ts'
import { AttuneError } from '../errors.ts'

const text = z.string().min(1)
const coded = { system: z.url(), code: text }

const topicsSchema = z.strictObject({
  about: text,
  basis: text,
  asOf: text,
  topics: z.array(z.strictObject({ id: text, label: text, german: text, codes: z.array(z.strictObject(coded)).min(1) })),
})

const surveysSchema = z.strictObject({
  about: text,
  basis: text,
  asOf: text,
  rows: z.array(
    z.strictObject({
      ...coded,
      short: text,
      title: text,
      from: z.number(),
      to: z.number(),
      bands: z.array(z.strictObject({ from: z.number(), to: z.number(), word: text, sex: z.enum(['female', 'male']).optional() })),
      source: z.strictObject({
        title: text,
        pmid: z
          .string()
          .regex(/^\d{5,9}$/)
          .optional(),
        url: z.url({ protocol: /^https$/ }),
      }),
    }),
  ),
})

const parse = <S extends z.ZodType>(name: string, schema: S, tables: ReadonlyMap<string, unknown>): z.output<S> | null => {
  if (!tables.has(name)) return null
  const result = schema.safeParse(tables.get(name))
  if (result.success) return result.data
  throw new AttuneError('rules-invalid', `${name}.json: ${z.prettifyError(result.error)}`)
}

export type LifestyleTables = {
  readonly topics: z.output<typeof topicsSchema>['topics']
  readonly surveys: z.output<typeof surveysSchema>['rows']
}

const known = new WeakMap<ReadonlyMap<string, unknown>, LifestyleTables>()

/**
 * rules/social-history.json and rules/surveys.json, checked once per knowledge.
 * @throws AttuneError `rules-invalid`
 */
export const lifestyleTables = (tables: ReadonlyMap<string, unknown>): LifestyleTables => {
  const before = known.get(tables)
  if (before) return before
  const read = {
    topics: parse('social-history', topicsSchema, tables)?.topics ?? [],
    surveys: parse('surveys', surveysSchema, tables)?.rows ?? [],
  }
  known.set(tables, read)
  return read
}

type Coded = { readonly system: string; readonly code: string }

const has = ({ codes }: Measurement, wanted: readonly Coded[]): boolean =>
  codes.some((one) => wanted.some(({ system, code }) => system === one.system && code === one.code))

/** Every answer under one topic; those that no row names stand together at the end. Totals of questionnaires stand on their own. */
export const sortByTopic = (answers: readonly Measurement[], { topics, surveys }: LifestyleTables): SocialTopic[] => {
  if (answers.length === 0) return []
  const left = answers.filter((one) => !has(one, surveys))
  const taken = new Set<string>()
  const sorted = topics.map(({ id, label, german, codes }) => {
    const entries = left.filter((one) => !taken.has(one.ref) && has(one, codes)).map(({ ref }) => ref)
    for (const ref of entries) taken.add(ref)
    return { id, label, german, entries }
  })
  const rest = left.filter(({ ref }) => !taken.has(ref)).map(({ ref }) => ref)
  return [...sorted, { id: 'other', label: 'Other answers', german: 'Weitere Angaben', entries: rest }].filter(
    ({ entries }) => entries.length > 0,
  )
}

const bandOf = (score: number, row: LifestyleTables['surveys'][number], sex: PatientIdentity['sex'] | null): SurveyScore['band'] => {
  if (score < row.from || score > row.to)
    return { because: `The score lies outside the range of this questionnaire (${row.from} to ${row.to}).` }
  const bySex = row.bands.some((band) => band.sex !== undefined)
  const band = row.bands.find((one) => score >= one.from && score <= one.to && (one.sex === undefined || one.sex === sex))
  if (!band)
    return {
      because: bySex ? 'What the score means depends on the sex, which the record does not give.' : 'No part of the range is named for it.',
    }
  const { title, pmid, url } = row.source
  return { word: band.word, source: { title, url, ...(pmid === undefined ? {} : { pmid }) } }
}

/** Recorded totals, as recorded. A total that is no plain number is left where it is, among the other answers of the record. */
export const readSurveys = (
  answers: readonly Measurement[],
  { surveys }: LifestyleTables,
  sex: PatientIdentity['sex'] | null,
): SurveyScore[] =>
  answers.flatMap((answer) => {
    const row = surveys.find((one) => has(answer, [one]))
    const { value } = answer
    if (!row || value.kind !== 'quantity' || value.comparator !== undefined) return []
    const { short, title, from, to } = row
    return [{ ref: answer.ref, short, title, score: value.value, from, to, band: bandOf(value.value, row, sex), lineage: answer.lineage }]
  })
