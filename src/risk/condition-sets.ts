import { z } from 'zod'
import { readShared } from './shared-file.ts'

/** Beginnings of words (lower case); of several, all have to be there. */
export const words = z.string().regex(/^[a-z]+( [a-z]+)*$/)
/** ICD-10 without the point, and with everything below it; `=` at the end for this code alone. */
export const icd10Code = z.string().regex(/^[A-Z]\d[0-9A-Z]{0,5}=?$/)

export const conditionSetsSchema = z.strictObject({
  about: z.string().min(1),
  asOf: z.string().regex(/^\d{4}-\d{2}-\d{2}$/),
  /** `secondary`: read in a copy, or in a text that quotes it. */
  sources: z.record(z.string(), z.strictObject({ says: z.string().min(1), url: z.url(), secondary: z.boolean() })),
  sets: z.record(
    z.string().regex(/^[a-z][a-z0-9-]*$/),
    z.strictObject({
      label: z.string().min(1),
      note: z.string().min(1).optional(),
      /** `seen`: code and display were found together in a public repository. */
      snomed: z.array(z.strictObject({ code: z.string().regex(/^\d{6,18}$/), display: z.string().min(1), seen: z.boolean() })),
      icd10: z.array(icd10Code),
      /** ICD-10 codes that leave it open whether the condition is one. */
      icd10open: z.array(icd10Code).optional(),
      words: z.array(words).min(1),
      /** SNOMED CT codes of other conditions that are named so: family history of it, or its absence. */
      others: z.array(z.strictObject({ code: z.string().regex(/^\d{6,18}$/), display: z.string().min(1), seen: z.boolean() })).optional(),
      sources: z.array(z.string()).min(1),
    }),
  ),
})

type File = z.output<typeof conditionSetsSchema>
export type ConditionSets = { readonly sets: ReadonlyMap<string, File['sets'][string]>; readonly sources: File['sources'] }

export const NO_SETS: ConditionSets = { sets: new Map(), sources: {} }

const twice = (codes: readonly string[]): string[] => [...new Set(codes.filter((code, n) => codes.indexOf(code) !== n))]

const problemsOf = ({ sets, sources }: File): string[] =>
  Object.entries(sets).flatMap(([id, set]) => [
    ...set.sources.filter((one) => !Object.hasOwn(sources, one)).map((one) => `${id} names the source ${one}, which is not there`),
    ...twice([...set.snomed.map(({ code }) => code), ...set.icd10, ...(set.icd10open ?? [])]).map((code) => `${id} has ${code} twice`),
    ...(set.snomed.length + set.icd10.length === 0 ? [`${id} has no code`] : []),
  ])

/** `condition-sets.json` of the folder of models; none where it has none. @throws AttuneError `model-invalid` */
export const readConditionSets = async (modelsDir: string): Promise<ConditionSets> => {
  const file = await readShared(modelsDir, 'condition-sets.json', conditionSetsSchema, problemsOf)
  return file === null ? NO_SETS : { sets: new Map(Object.entries(file.sets)), sources: file.sources }
}
