import { z } from 'zod'
import { knownBy } from '../model-folder.ts'

/** Layout of `rules/moments.json`. Unknown keys are errors: a misspelt threshold must not pass for one that is absent. */

const url = z.url({ protocol: /^https$/ })
const name = z.string().regex(/^[a-z][a-z0-9_]*$/)
const coding = z.strictObject({ system: z.string().min(1), code: z.string().min(1), display: z.string().optional() })
const words = z.array(z.string().regex(/^[a-z]+( [a-z]+)*$/)).min(1)

/** Where it was read: paper, guideline or label, its year, and the table or section. */
const source = z.strictObject({ label: z.string().min(1), year: z.number().int().nullable(), where: z.string().min(1).optional(), url })

/** What may decide whether a row is for this patient, and whether it speaks. */
const test = z.discriminatedUnion('is', [
  /** A number of the row against the source's threshold. */
  z.strictObject({
    is: z.literal('number'),
    of: name,
    below: z.number().optional(),
    atMost: z.number().optional(),
    atLeast: z.number().optional(),
    above: z.number().optional(),
  }),
  /** A measurement of the record as an input of a model reads it: codes, unit, freshness, range. */
  z.strictObject({
    is: z.literal('measured'),
    model: z.string(),
    input: z.string(),
    atMost: z.number().optional(),
    atLeast: z.number().optional(),
    above: z.number().optional(),
  }),
  /** The latest value stands above an earlier one: by the ratio within days, or by the step (in the input's unit) within hours. */
  z.strictObject({
    is: z.literal('rising'),
    model: z.string(),
    input: z.string(),
    ratio: z.number().gt(1),
    days: z.number().positive(),
    step: z.number().positive(),
    hours: z.number().positive(),
  }),
  /** More is ordered than that; an order whose daily dose is not known may be more. */
  z.strictObject({ is: z.literal('ordering'), aboveMgPerDay: z.number().positive() }),
  /** A class of a score (Child-Pugh B), by the id that the model gives it. */
  z.strictObject({ is: z.literal('band'), of: name, in: z.array(z.string()).min(1) }),
  /** Another medicine in use, or another order of the same call (not with `inUse`), of a class in `models/medicine-classes.json`. */
  z.strictObject({ is: z.literal('taking'), class: z.string(), says: z.string().min(1), inUse: z.literal(true).optional() }),
  /** The ordered drug is of a class. */
  z.strictObject({ is: z.literal('ordered'), class: z.string() }),
  /** A condition of the record, by sets of `models/condition-sets.json` or own codes. */
  z.strictObject({
    is: z.enum(['condition', 'no-condition']),
    label: z.string().min(1),
    ...knownBy,
    ever: z.boolean(),
    /** Of `no-condition`: what is unclear does not keep the rule from speaking. */
    unclear: z.literal('speaks').optional(),
  }),
  /** A procedure that is ordered or in preparation: ServiceRequest, or Procedure with the status `preparation`. */
  z.strictObject({ is: z.literal('planned'), label: z.string().min(1), codes: z.array(coding).min(1), words }),
  z.strictObject({ is: z.literal('age'), atLeast: z.number().int().optional(), below: z.number().int().optional() }),
  z.strictObject({ is: z.literal('sex'), sex: z.enum(['female', 'male']) }),
  /** The ordered drug is not among the medicines in use: it is being started. */
  z.strictObject({ is: z.literal('starting') }),
  /** The ordered drug is among the medicines in use. */
  z.strictObject({ is: z.literal('continuing') }),
  /** The number was computed, and the patient is of its population. */
  z.strictObject({ is: z.literal('computed'), of: name }),
  /** The number is for this patient, and an input of it lacks. */
  z.strictObject({ is: z.literal('lacking'), of: name }),
])

const ask = z.strictObject({
  name,
  model: z.string(),
  question: z.string(),
  /** Output of the model's variants; the first one when not said. */
  output: z.string().optional(),
  says: z.string().min(1),
  /** Asked for also when no rule needs it, so that it can be shown. */
  always: z.boolean().optional(),
  /** Asked for only then. */
  if: z.array(test).min(1).optional(),
})

/** A daily amount over all members of a table, each by its factor (milligrams of one drug for another). */
const sum = z.strictObject({
  name,
  says: z.string().min(1),
  unit: z.string(),
  factors: z
    .array(
      z.strictObject({
        drug: z.string(),
        factor: z.number().positive(),
        /** Of a patch: for each microgram an hour, and not for milligrams a day. */
        per: z.literal('ug/h').optional(),
      }),
    )
    .min(1),
  /** Class of drugs that should have a factor: one without leaves the sum open. */
  class: z.string(),
  source,
})

const offer = z.strictObject({
  label: z.string().min(1),
  product: z.strictObject({ system: z.string(), code: z.string(), display: z.string().min(1) }),
  /** What the order is called; the product keeps the words of its code system. */
  text: z.string().min(1),
  dosage: z.string().min(1),
  route: z.strictObject({ system: z.string(), code: z.string(), display: z.string().min(1) }),
  /** One dose, and what is dispensed, in UCUM units. */
  dose: z.strictObject({ value: z.number().positive(), unit: z.string() }),
  dispense: z.strictObject({ value: z.number().positive(), unit: z.string(), code: z.string() }),
  asNeeded: z.boolean(),
  reason: z.string().min(1),
  source,
  /** Not offered when a medicine of these is in use or ordered. */
  unless: z.array(z.string()).min(1),
})

const rule = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]+$/),
  /** Only for orders of these drugs; everyone of the row when not said. */
  drugs: z.array(z.string()).min(1).optional(),
  /** All must hold. */
  when: z.array(test).min(1),
  /** A model or a guideline informs; only a label's contraindication warns. */
  basis: z.enum(['model', 'guideline', 'label']),
  indicator: z.enum(['info', 'warning']),
  headline: z.string().min(1),
  /** For the summary of a card that speaks of something else first. */
  brief: z.string().min(1),
  advice: z.array(z.string().min(1)).min(1),
  source,
})

/** The number that a measure of the table is held against, and its name in a sentence. */
const measure = z.strictObject({ of: name, says: z.string().min(1) })

/** Sentences for one row of a table; `forbidden` is the headline where the source forbids the drug. */
const dosingWords = {
  headline: z.string().min(1),
  forbidden: z.string().min(1),
  brief: z.string().min(1),
  advice: z.string().min(1),
}

/** Turns a table of label statements into rules: one for each drug and threshold, the strictest first. */
const dosing = z.discriminatedUnion('table', [
  z.strictObject({
    table: z.literal('kidney'),
    /** The number that each measure of the table is held against. */
    measures: z.strictObject({ egfr: measure, 'creatinine-clearance': measure }),
    ...dosingWords,
    /** On dialysis no equation holds: what the table says of it, else that. */
    dialysis: z.strictObject({ when: z.array(test).min(1), otherwise: z.string().min(1), ...dosingWords }),
  }),
  z.strictObject({
    table: z.literal('liver'),
    of: name,
    ...dosingWords,
  }),
])

const row = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]*$/),
  title: z.string().min(1),
  /** `order`: order-select and order-sign; `discharge`: encounter-discharge; `chart`: patient-view. */
  at: z.enum(['order', 'discharge', 'chart']),
  why: z.string().min(1),
  /** Whose orders it looks at: classes of `models/medicine-classes.json`, single drugs, and the drugs of `dosing`. */
  of: z
    .strictObject({
      classes: z.array(z.string()).optional(),
      names: z.array(z.string()).optional(),
      /** All drugs of `kidneyDosing`. */
      kidneyDosing: z.literal(true).optional(),
    })
    .optional(),
  /** A rule for each row of a table of doses in `models/medicine-classes.json`. */
  dosing: dosing.optional(),
  /** All must hold, or there is nothing to look at. */
  only: z.array(test).min(1).optional(),
  asks: z.array(ask),
  sums: z.array(sum).optional(),
  rules: z.array(rule),
  /** Offered with every rule that speaks. */
  offers: z.array(offer).min(1).optional(),
  /** At the opened chart: speaks only while one of its facts is as new as that; what is known for longer was told. */
  newWithinDays: z.number().int().positive().optional(),
  /** Told on a card about the same drug that is there anyway, when no rule speaks. */
  beside: z.boolean(),
  /** Relative effect of the treatment in trials, applied to one of the numbers. */
  benefit: z
    .strictObject({
      of: name,
      /** Not told while one of this class is in use: the estimate holds its effect. */ unlessTaking: z.string(),
      ratio: z.number(),
      low: z.number(),
      high: z.number(),
      says: z.string().min(1),
      source,
    })
    .optional(),
  overrideReasons: z.array(z.string()).min(1).optional(),
  /** Whether the card tells what weighs most in the estimates. */
  explained: z.boolean(),
  limits: z.string().min(1),
})

export const momentsSchema = z.strictObject({ about: z.string(), moments: z.array(row) })

export type MomentRow = z.output<typeof row>
export type MomentDosing = z.output<typeof dosing>
export type MomentRule = z.output<typeof rule>
export type MomentAsk = z.output<typeof ask>
export type MomentSum = z.output<typeof sum>
export type MomentTest = z.output<typeof test>
const NAMED = /\{([a-z][a-z0-9_]*)(?:\.band)?\}/g

/** Names that the sentences of a rule are to be filled with; `drug` is one. */
export const namesIn = ({ headline, brief, advice }: MomentRule): string[] =>
  [headline, brief, ...advice].flatMap((text) => [...text.matchAll(NAMED)].map(([, found]) => found ?? ''))

export type TestOf<K extends MomentTest['is']> = Extract<MomentTest, { is: K }>
