import { z } from 'zod'
import type { Ingredient } from '../contract/facts.ts'
import { readShared } from './shared-file.ts'

const name = z.string().min(1)
/** RxNorm ingredient; null where no source that was read gives one. The medicine is then found by name. */
const rxcui = z.string().regex(/^\d+$/).nullable()
const member = z.strictObject({ name, rxcui, source: z.string() })

const says = z.string().min(1)
/** The source forbids the drug, or advises against it: that warns. */
const forbids = z.literal(true).optional()

/** What a source says of the dose below a kidney function. mL/min; of an eGFR, mL/min/1.73 m². */
const kidneyThreshold = z
  .strictObject({
    name,
    rxcui,
    measure: z.enum(['creatinine-clearance', 'egfr']),
    /** One of the two: below it, or at it and below. */
    below: z.number().positive().optional(),
    atMost: z.number().positive().optional(),
    says,
    forbids,
    /** Only for a first order, or only for a drug in use. */
    order: z.enum(['first', 'again']).optional(),
    /** mg/day that the source allows there: an order within it is not spoken of. */
    within: z.number().positive().optional(),
    source: z.string(),
  })
  .refine(({ below, atMost }) => (below === undefined) !== (atMost === undefined), 'either below or atMost')

const onDialysis = z.strictObject({ name, rxcui, measure: z.literal('dialysis'), says, forbids, source: z.string() })

export const medicineClassesSchema = z.strictObject({
  about: z.string().min(1),
  asOf: z.string().regex(/^\d{4}-\d{2}-\d{2}$/),
  /** Where a row was read. `secondary`: in a copy, or in a text that quotes it. */
  sources: z.record(z.string(), z.strictObject({ says: z.string().min(1), url: z.url(), secondary: z.boolean() })),
  classes: z.record(
    z.string().regex(/^[a-z][a-z0-9-]*$/),
    z.strictObject({
      label: z.string().min(1),
      note: z.string().min(1).optional(),
      /** Classes that are part of this one. */
      includes: z.array(z.string()).min(1).optional(),
      members: z.array(member),
    }),
  ),
  kidneyDosing: z.array(z.union([kidneyThreshold, onDialysis])),
  liverDosing: z.array(
    z.strictObject({ name, rxcui, childPugh: z.array(z.enum(['A', 'B', 'C'])).min(1), says, forbids, source: z.string() }),
  ),
})

type File = z.output<typeof medicineClassesSchema>
export type ClassMember = File['classes'][string]['members'][number]
export type MedicineClass = {
  readonly id: string
  readonly label: string
  readonly note?: string
  readonly members: readonly ClassMember[]
}

/** Classes of medicines, shared by models and services. */
export type MedicineClasses = {
  readonly classes: ReadonlyMap<string, MedicineClass>
  readonly kidneyDosing: File['kidneyDosing']
  readonly liverDosing: File['liverDosing']
  readonly sources: File['sources']
}

export const NO_CLASSES: MedicineClasses = { classes: new Map(), kidneyDosing: [], liverDosing: [], sources: {} }

/** By RxNorm code where both have one, by name otherwise. */
export const isMember = (one: Pick<ClassMember, 'name' | 'rxcui'>, { name: other, rxcui: code }: Ingredient): boolean =>
  one.rxcui !== null && code !== null ? one.rxcui === code : one.name === other.toLowerCase()

const membersOf = (file: File, id: string, within: readonly string[] = []): ClassMember[] => {
  const one = file.classes[id]
  if (!one || within.includes(id)) return []
  const all = [...one.members, ...(one.includes ?? []).flatMap((part) => membersOf(file, part, [...within, id]))]
  return [...new Map(all.map((row) => [row.name, row])).values()]
}

const problemsOf = (file: File): string[] => {
  const rows = [...Object.values(file.classes).flatMap(({ members }) => members), ...file.kidneyDosing, ...file.liverDosing]
  const codes = new Map<string, string | null>()
  return [
    ...rows
      .filter(({ source }) => !Object.hasOwn(file.sources, source))
      .map((row) => `${row.name} names the source ${row.source}, which is not there`),
    ...rows.flatMap((row) => {
      const known = codes.get(row.name)
      codes.set(row.name, row.rxcui)
      return known === undefined || known === row.rxcui ? [] : [`${row.name} has two RxNorm codes`]
    }),
    ...Object.entries(file.classes).flatMap(([id, { includes = [], members }]) => [
      ...includes.filter((part) => !Object.hasOwn(file.classes, part)).map((part) => `class ${id} includes ${part}, which is not there`),
      ...(membersOf(file, id).length === 0 ? [`class ${id} has no member`] : []),
      ...members
        .filter((one, n) => members.findIndex((other) => other.name === one.name) !== n)
        .map((one) => `class ${id} has ${one.name} twice`),
    ]),
  ]
}

/** `medicine-classes.json` of the folder of models; none where it has none. @throws AttuneError `model-invalid` */
export const readMedicineClasses = async (modelsDir: string): Promise<MedicineClasses> => {
  const file = await readShared(modelsDir, 'medicine-classes.json', medicineClassesSchema, problemsOf)
  if (file === null) return NO_CLASSES
  const classes = Object.entries(file.classes).map(([id, { label, note }]): [string, MedicineClass] => [
    id,
    { id, label, ...(note ? { note } : {}), members: membersOf(file, id) },
  ])
  return { classes: new Map(classes), kidneyDosing: file.kidneyDosing, liverDosing: file.liverDosing, sources: file.sources }
}

/** Members that the drugs of the rules do not know by that code and name: a misspelt one would never be found in a record. */
export const unknownMembers = (
  { classes, kidneyDosing, liverDosing }: MedicineClasses,
  ingredient: (name: string) => Ingredient | null,
): string[] => {
  const rows = [...[...classes.values()].flatMap(({ members }) => members), ...kidneyDosing, ...liverDosing]
  const wrong = rows.filter((row) => {
    const known = ingredient(row.name)
    return known === null || known.name !== row.name || known.rxcui !== row.rxcui
  })
  return [...new Set(wrong.map((row) => `${row.name} (${row.rxcui ?? 'no code'}) is not a drug of the rules by that name and code`))]
}
