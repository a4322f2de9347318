import { z } from 'zod'

/**
 * Shape of `rules/alternatives.json` and `rules/drug-classes.json`: what is checked before a replacement is offered.
 * Both are kept by hand and checked strictly at load.
 */
export const citation = { source: z.string().min(1), url: z.url({ protocol: /^https?$/ }) }

const result = z.enum(['exclude', 'caution'])

/** Whether a patient has something that a label speaks of. Ages and weights: `from` inclusive, `below` exclusive. */
const checkRule = z.discriminatedUnion('kind', [
  /** `current`: what is resolved or has an end date does not count. */
  z.strictObject({ kind: z.literal('condition'), any: z.array(z.string()).min(1), current: z.boolean().default(false) }),
  z.strictObject({ kind: z.literal('age'), from: z.number().optional(), below: z.number().optional() }),
  z.strictObject({ kind: z.literal('weight'), belowKg: z.number() }),
  /** Clearance in mL/min. */
  z.strictObject({ kind: z.literal('kidney'), below: z.number() }),
  /** `daysAfter`: a medicine that ended so few days ago still counts. */
  z.strictObject({
    kind: z.literal('medicine'),
    ingredients: z.array(z.string()).default([]),
    classes: z.array(z.string()).default([]),
    daysAfter: z.number().int().positive().optional(),
    /** Only where more milligrams a day are taken than this; a daily dose that cannot be computed keeps the question open. */
    aboveMgPerDay: z.number().positive().optional(),
  }),
  z.strictObject({
    kind: z.literal('modifier'),
    enzymes: z.array(z.string()).min(1),
    modifier: z.enum(['inhibitor', 'inducer']),
    strengths: z.array(z.enum(['strong', 'moderate', 'weak'])).min(1),
  }),
  /** An allergy to another drug of a class. */
  z.strictObject({ kind: z.literal('allergy'), class: z.string() }),
  /** The source was read and sets no limit. */
  z.strictObject({ kind: z.literal('no-limit') }),
])

/** What every replacement is asked about; where a row has no check of a topic, the card says that it was not checked. */
export const TOPICS = ['conditions', 'age', 'kidney function', 'liver function', 'interactions'] as const

const checkSchema = z.strictObject({
  what: z.string().min(1),
  topic: z.enum([...TOPICS, 'weight', 'allergies']),
  rule: checkRule,
  result,
  because: z.string().min(1),
  ...citation,
})

/** A first dose that the source gives for everyone of these ages with this reason for treatment. */
const startSchema = z.strictObject({
  mgPerDose: z.number().positive(),
  timesPerDay: z.number().int().positive(),
  from: z.number(),
  below: z.number(),
  for: z.array(z.string()).min(1),
  ...citation,
})

/** One thing that a label names: the checks that answer it, or why none does. */
const labelItem = z.union([
  z.strictObject({ says: z.string().min(1), by: z.array(z.string()).min(1) }),
  z.strictObject({ says: z.string().min(1), unchecked: z.string().min(1) }),
])

/** A part of the label. `none`: it was read, and holds nothing. */
const labelPart = z
  .strictObject({ items: z.array(labelItem).default([]), none: z.string().min(1).optional(), ...citation })
  .refine(({ items, none }) => (items.length === 0) === (none !== undefined), 'needs either items or the words that there are none')

/** All four, or the drug is never recommended: a part that nobody read is no part without warnings. */
const labelSchema = z.strictObject({
  allergies: labelPart,
  duplicates: labelPart,
  boxedWarning: labelPart,
  contraindications: labelPart,
})

/** Checks that every replacement gets without a row of its own. */
const ALWAYS_CHECKED = ['genes', 'allergies', 'duplicates', 'pregnancy']

/** Checks that a label names and that are not made: a misspelt one would be taken for answered. */
const unmadeChecks = (label: z.output<typeof labelSchema> | undefined, checks: readonly { readonly what: string }[]): string[] => {
  const made = new Set([...ALWAYS_CHECKED, ...checks.map(({ what }) => what)])
  return Object.values(label ?? {}).flatMap(({ items }) =>
    items.flatMap((item) => ('by' in item ? item.by : [])).filter((name) => !made.has(name)),
  )
}

const drugSchema = z
  .strictObject({
    /** Ingredients of a combination; each is looked for in genes, allergies and medicines. */
    parts: z.array(z.string()).min(2).optional(),
    product: z.strictObject({ code: z.string(), display: z.string(), ...citation }).optional(),
    /** Why no product can be ordered with one click. */
    noProduct: z.string().min(1).optional(),
    start: startSchema.optional(),
    pregnancy: z.strictObject({ result, because: z.string().min(1), ...citation }).optional(),
    /** Empty where no label was read; then nothing fits. */
    checks: z.array(checkSchema),
    /** What its label warns of and what answers it: only with all of it answered is the drug recommended. */
    label: labelSchema.optional(),
  })
  .refine((row) => (row.product === undefined) !== (row.noProduct === undefined), 'needs either a product or the reason why there is none')
  .superRefine(({ label, checks }, context) => {
    for (const name of unmadeChecks(label, checks))
      context.addIssue({ code: 'custom', path: ['label'], message: `no check "${name}" is made` })
  })

/** Words of an action that are no drug name: another spelling, a drug for one indication only, or a class. */
const phraseSchema = z.union([
  z.strictObject({ drug: z.string(), onlyFor: z.string().optional() }),
  z.strictObject({ because: z.string().min(1) }),
])

export const evidenceSchema = z.strictObject({
  label: z.string().min(1),
  /** SNOMED CT codes, each listed; no descendants are inferred. */
  snomed: z.array(z.string().regex(/^\d{6,18}$/)).default([]),
  /** ICD-10-CM categories or codes without dot; a code counts when it starts with one of them. */
  icd10: z.array(z.string().regex(/^[A-Z][0-9A-Z]*$/)).default([]),
  ...citation,
})

export const alternativesSchema = z.strictObject({
  about: z.string(),
  source: z.string(),
  pregnancy: z.strictObject({
    any: z.array(z.string()).min(1),
    /** Ages at which a pregnancy is asked about. */
    from: z.number(),
    below: z.number(),
    /** Observation of the pregnancy status, its answers, and for how many days an answer "not pregnant" counts. */
    status: z.strictObject({ loinc: z.string(), pregnant: z.array(z.string()), notPregnant: z.array(z.string()), days: z.number() }),
    ...citation,
  }),
  /** For how many days a measured kidney function is fresh: only then can it say that function is not below a limit. */
  kidneyFunction: z.strictObject({ days: z.number().int().positive(), because: z.string().min(1) }),
  /** Age from which a row without an age limit for children holds. */
  adults: z.strictObject({ from: z.number().positive(), because: z.string().min(1) }),
  /** Diagnoses that stand for a clearance below a limit where no laboratory value does. */
  kidneyStages: z.array(z.strictObject({ evidence: z.string(), below: z.number(), ...citation })),
  evidence: z.record(z.string(), evidenceSchema),
  phrases: z.record(z.string(), phraseSchema),
  drugs: z.record(z.string(), drugSchema),
})

const classSchema = z.strictObject({
  label: z.string().min(1),
  /** Drugs of the class that the rules know; empty for classes that are only recognised in a list of allergies. */
  members: z.array(z.string()),
  /** Whether its members are what a prescriber compares with each other: the smallest such class of a drug is shown beside it. */
  compare: z.boolean().default(false),
  /** How an allergy to the whole class is written: SNOMED CT concepts, and words in its name. */
  allergy: z
    .strictObject({ snomed: z.array(z.string().regex(/^\d{6,18}$/)).default([]), names: z.array(z.string()).default([]) })
    .optional(),
  /** What an allergy to one member means for the others. */
  crossReaction: z.strictObject({ result, because: z.string().min(1), ...citation }).optional(),
  /** What taking one member means for ordering another. */
  duplicate: z.strictObject({ result, because: z.string().min(1), ...citation }).optional(),
  ...citation,
})

export const drugClassesSchema = z.strictObject({
  about: z.string(),
  source: z.string(),
  /** SNOMED CT concepts that say that there is no allergy. */
  noAllergy: z.array(z.strictObject({ code: z.string(), display: z.string() })),
  classes: z.record(z.string(), classSchema),
})

export type AlternativesTable = Readonly<z.output<typeof alternativesSchema>>
export type AlternativeRow = AlternativesTable['drugs'][string]
export type AlternativeCheck = AlternativeRow['checks'][number]
export type CheckRule = AlternativeCheck['rule']
export type DrugClasses = Readonly<z.output<typeof drugClassesSchema>>
export type DrugClass = DrugClasses['classes'][string]

type Tables = { readonly alternatives: AlternativesTable; readonly classes: DrugClasses }

const classesOf = (rule: CheckRule): readonly string[] =>
  rule.kind === 'medicine' ? rule.classes : rule.kind === 'allergy' ? [rule.class] : []

/** Classes that a check names and the table of classes does not hold. */
export const danglingClasses = ({ alternatives, classes }: Tables): string[] =>
  Object.entries(alternatives.drugs).flatMap(([drug, { checks }]) =>
    checks.flatMap(({ rule }) =>
      classesOf(rule)
        .filter((name) => !(name in classes.classes))
        .map((name) => `${drug}: class "${name}"`),
    ),
  )

/** Sets of evidence that the table of alternatives names. */
export const evidenceNamed = ({ drugs, pregnancy, kidneyStages, phrases }: AlternativesTable): string[] => [
  ...Object.values(drugs).flatMap(({ checks, start }) => [
    ...checks.flatMap(({ rule }) => (rule.kind === 'condition' ? rule.any : [])),
    ...(start?.for ?? []),
  ]),
  ...pregnancy.any,
  ...kidneyStages.map(({ evidence }) => evidence),
  ...Object.values(phrases).flatMap((phrase) => ('onlyFor' in phrase && phrase.onlyFor !== undefined ? [phrase.onlyFor] : [])),
]
