import { z } from 'zod'
import { AGGREGATE_NAMES } from './aggregate.ts'
import { icd10Code, words } from './condition-sets.ts'

/** Layout of a folder under `models/`. Unknown keys are errors: a misspelt limit must not pass for one that is absent. */

const inputValue = z.union([z.number(), z.string(), z.null()])
const coding = z.strictObject({
  system: z.string().min(1),
  code: z.string().min(1),
  display: z.string().optional(),
  /** Whether code and display were found together in a public FHIR repository. */
  seen: z.boolean(),
})
/** Without a code, a medicine is found by its name. */
const ingredient = z.strictObject({ rxcui: z.string().regex(/^\d+$/).nullable(), name: z.string().min(1) })
const range = z.strictObject({ low: z.number(), high: z.number() })

/** What a condition is known by: sets of condition-sets.json, and own codes and words. Filled from the sets when the folder is loaded. */
export const knownBy = {
  sets: z.array(z.string()).default([]),
  codes: z.array(coding).default([]),
  icd10: z.array(icd10Code).default([]),
  icd10open: z.array(icd10Code).default([]),
  /** A condition named so under an unknown code is unclear, and never counted as absent. */
  words: z.array(words).default([]),
  /** Codes of other conditions that are named so. */
  others: z.array(coding).default([]),
}
/** One bound, the value itself in it or not. */
const bound = z.union([
  z.strictObject({ above: z.number() }),
  z.strictObject({ from: z.number() }),
  z.strictObject({ below: z.number() }),
  z.strictObject({ upTo: z.number() }),
])

/** Medicines: classes of medicine-classes.json, and own ingredients. Filled from the classes when the folder is loaded. */
const medicines = { classes: z.array(z.string()).default([]), ingredients: z.array(ingredient).default([]) }

/** What happens when the record does not hold the input. Nothing is imputed: `default` is a term that the source itself has for it. */
const missing = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('refuse') }),
  z.strictObject({ do: z.literal('default'), value: inputValue, effect: z.string().min(1) }),
  /** The model was trained with this input missing: its columns say so (NaN, or an indicator of missing). */
  z.strictObject({ do: z.literal('mask'), effect: z.string().min(1) }),
])

/**
 * A what-if may ask for other values of this input: one that care or the person can change. Age, sex, race and genotype never are;
 * nor are medicines that mark the illness they are taken for. A judgement, so it names its source.
 */
const modifiable = z.union([
  z.strictObject({ low: z.number(), high: z.number(), step: z.number().positive(), source: z.string().min(1) }),
  z.strictObject({ values: z.array(z.union([z.number(), z.string()])).min(2), source: z.string().min(1) }),
])

const common = {
  name: z.string().regex(/^[a-z][a-z0-9_]*$/),
  label: z.string().min(1),
  /** UCUM for measurements, `years` for age, empty for categories. */
  unit: z.string(),
  missing,
  /** Quantity that several inputs describe (first, last, mean of one series): reasons and missing inputs are told once for it. */
  quantity: z.string().min(1).optional(),
  modifiable: modifiable.optional(),
  /** HTI-1 class of sensitive data, when the input is one. */
  sensitive: z.string().optional(),
  note: z.string().optional(),
}

const inputSpec = z.discriminatedUnion('kind', [
  z.strictObject({ ...common, kind: z.literal('age'), range }),
  /** Sex as the record has it -> value of the input. Any other entry (other, unknown) is not guessed. */
  z.strictObject({ ...common, kind: z.literal('sex'), values: z.strictObject({ female: inputValue, male: inputValue }) }),
  z.strictObject({
    ...common,
    kind: z.literal('measurement'),
    from: z.array(z.enum(['vitals', 'labs', 'lifestyle'])).min(1),
    /** `units`: the only ones that may stand with this code, where its scale is another than that of the input. */
    codes: z.array(coding.extend({ units: z.array(z.string().min(1)).min(1).optional() })).min(1),
    /** `latest`: the newest value, which must not be contradicted by others of its day. All others: of every value in `window`. */
    aggregate: z.enum(['latest', ...AGGREGATE_NAMES]),
    /** Hours before now, `from` further back than `to`; for all but `latest`. */
    window: z.strictObject({ from: z.number().positive(), to: z.number().nonnegative() }).optional(),
    /** Of each value, where `range` is that of the aggregate (slope, count, sum). Absent: `range` is that of each value too. */
    each: range.optional(),
    /** Older values are not used. */
    freshDays: z.number().int().positive(),
    /** From other units, where UCUM alone does not know the analyte: value x factor + offset. */
    convert: z.array(z.strictObject({ from: z.string().min(1), factor: z.number(), offset: z.number().optional() })).optional(),
    /** Values of one day that differ by more than this share contradict each other. */
    agreeWithin: z.number().positive(),
    range,
  }),
  z.strictObject({
    ...common,
    kind: z.literal('race'),
    categories: z.record(z.string(), z.strictObject({ codes: z.array(coding), texts: z.array(z.string()) })),
    /** Value for any other or for several recorded races. */
    otherwise: z.string(),
  }),
  z.strictObject({
    ...common,
    kind: z.literal('genotype'),
    gene: z.string().min(1),
    /** Diplotype or key of the gene call -> value of the input. */
    values: z.record(z.string(), z.string()),
    /** Said when the patient's genotype is not one of `values`; the equation is then not used. */
    outside: z.string().min(1),
  }),
  z.strictObject({
    ...common,
    kind: z.literal('medicine'),
    ...medicines,
    /** Draft orders of the same visit count too. */
    orders: z.boolean(),
    /** Other active medicines that make "none of these" unclear: those not recognised, or any (the list is not complete). */
    others: z.enum(['unrecognised', 'any']).optional(),
  }),
  /** 1 when the record has such a condition, 0 when the conditions were read to their end and none is. */
  z.strictObject({
    ...common,
    kind: z.literal('condition'),
    ...knownBy,
    /** Conditions of the past count too (a stroke that was). */
    ever: z.boolean(),
    /** An acute illness: begun more days ago than this and never closed, it is unclear. One without a date counts. */
    acuteDays: z.number().int().positive().optional(),
    /** A list of conditions without it says nothing: then the missing rule decides, and not 0. */
    silence: z.literal('unknown').optional(),
  }),
  /**
   * Relatives by blood with one of these conditions, counted; those of other degrees are not. 0 only when the history of a relative of
   * `zeroNeeds` is complete and holds none: no family history at all says nothing. A relative who is only called so is unclear.
   */
  z.strictObject({
    ...common,
    kind: z.literal('relatives'),
    ...knownBy,
    /** Relationships by their codes, and by their words where there is no code; `one`: there is only one such relative. */
    counted: z
      .array(z.strictObject({ label: z.string().min(1), codes: z.array(coding).min(1), words: z.array(z.string()), one: z.boolean() }))
      .min(1),
    /** Relationships that leave the sex open: they count when the entry says that the relative is of this sex. */
    openSex: z.strictObject({ sex: z.enum(['female', 'male']), codes: z.array(coding) }),
    /** Other relationships, which do not count. */
    notCounted: z.strictObject({ codes: z.array(coding), words: z.array(z.string()) }),
    zeroNeeds: z.string().min(1),
    /** Said of the patient: some relative has it, and not who. Beside a count of 0 that is a contradiction. */
    mentioned: z.strictObject(knownBy),
    range,
  }),
  /** Procedures that were done, by day. None on record says nothing: then the missing rule decides. */
  z.strictObject({ ...common, kind: z.literal('procedures'), codes: z.array(coding).min(1), words: z.array(words), range }),
  /** Group of origin: race, ethnicity and country of birth as recorded. Several groups at once, or none, are `otherwise`. */
  z.strictObject({
    ...common,
    kind: z.literal('origin'),
    groups: z
      .array(
        z.strictObject({
          /** The model's group; without one, what these codes leave open. */
          value: z.string().min(1).optional(),
          because: z.string().min(1).optional(),
          codes: z.array(coding).min(1),
          /** Wider codes that say nothing more beside one of these. */
          covers: z.array(coding).default([]),
          /** Whoever is of this group is of no other. */
          decides: z.literal(true).optional(),
          /** Born in one of these countries, as records write them in lower case. */
          bornIn: z.array(z.string()).optional(),
          /** Born in a country that is known and none of these. */
          notBornIn: z.array(z.string()).optional(),
        }),
      )
      .min(1),
    /** Recorded as not known: as if it were not recorded. */
    unknown: z.array(coding),
    otherwise: z.string(),
  }),
  /** A number that was read before, and so much more: the age to which a risk runs. */
  z.strictObject({ ...common, kind: z.literal('later'), input: z.string(), add: z.number(), range }),
  /** One thing that records tell in several ways: inputs of this file, named before. Those that are there have to agree. */
  z.strictObject({
    ...common,
    kind: z.literal('agreed'),
    parts: z.array(z.string()).min(2),
    values: z.array(inputValue).min(2),
    /** The value that something on record without a grade contradicts. */
    none: inputValue.optional(),
  }),
  /**
   * Grade of a condition: by its own code, or by the severity that is recorded with it. Refuted within `freshDays` is `none`. A condition
   * without a grade is there and not graded; no such condition on the list says nothing.
   */
  z.strictObject({
    ...common,
    kind: z.literal('grade'),
    ...knownBy,
    severities: z.array(coding.extend({ value: z.string() })),
    none: z.string(),
    grades: z.array(z.string()).min(1),
    freshDays: z.number().int().positive(),
  }),
  /** 0 when the record has none of the conditions; with one of them it has to be given. */
  z.strictObject({ ...common, kind: z.literal('only-with-condition'), ...knownBy, ever: z.boolean(), because: z.string().min(1) }),
  /** Number of different medicines of these, active or drafts of the same visit. */
  z.strictObject({
    ...common,
    kind: z.literal('medicine-count'),
    ...medicines,
    orders: z.boolean(),
    range,
    /** From this number on, medicines that were not recognised change nothing. */
    enough: z.number().int().positive(),
  }),
  /** 1 when one of the parts is so, 0 when none is; parts are inputs of this file, named before. A part that is unclear leaves it unclear. */
  z.strictObject({ ...common, kind: z.literal('any'), parts: z.array(z.string()).min(2) }),
  /** 1 when a number, an input of this file that is named before, is beyond one of the bounds; 0 when it is not. */
  z.strictObject({ ...common, kind: z.literal('beyond'), input: z.string(), bounds: z.array(bound).min(1) }),
  /** 0 when none of the medicines is taken; with one of them it has to be given. */
  z.strictObject({ ...common, kind: z.literal('only-with'), ...medicines, orders: z.boolean(), because: z.string().min(1) }),
  /** Points for conditions, added up. Of a row and the rows that outrank it, only the highest that is met counts. */
  z.strictObject({
    ...common,
    kind: z.literal('points'),
    rows: z
      .array(
        z.strictObject({
          label: z.string().min(1),
          ...knownBy,
          points: z.number().positive(),
          outrankedBy: z.array(z.string()).optional(),
        }),
      )
      .min(1),
    ever: z.boolean(),
    /** From this number on, conditions that are unclear change nothing. */
    enough: z.number().positive(),
    range,
  }),
  /** Calendar days of the stay in context. */
  z.strictObject({ ...common, kind: z.literal('stay-days'), range }),
  /** What codes of the stay in context say: `urgency` (priority, source of admission, type), `service`, or `discharge` (where to). */
  z.strictObject({
    ...common,
    kind: z.literal('stay-coded'),
    member: z.enum(['urgency', 'service', 'discharge']),
    answers: z.array(coding.extend({ value: z.union([z.literal(0), z.literal(1), z.string()]) })).min(1),
    /** Parts of the service's name that mean 1. */
    words: z.array(z.string().regex(/^[a-z]+$/)),
  }),
  /** 1 when a procedure was done during the stay in context. */
  z.strictObject({ ...common, kind: z.literal('stay-procedure') }),
  /** Stays or visits of these kinds in the months before the stay in context. */
  z.strictObject({ ...common, kind: z.literal('encounters-before'), kinds: z.array(coding).min(1), months: z.number().positive(), range }),
  /** A coded answer, for example smoking status. */
  z.strictObject({
    ...common,
    kind: z.literal('answer'),
    from: z.array(z.enum(['vitals', 'labs', 'lifestyle'])).min(1),
    codes: z.array(coding).min(1),
    answers: z.array(coding.extend({ value: z.union([z.number(), z.string()]) })).min(1),
    freshDays: z.number().int().positive(),
  }),
  /** A number that another model of this installation gives. */
  z.strictObject({ ...common, kind: z.literal('computed'), model: z.string(), variant: z.string(), range }),
  /** Number of effect alleles (0, 1, 2) at one place of the genome. */
  z.strictObject({
    ...common,
    kind: z.literal('dosage'),
    build: z.enum(['GRCh37', 'GRCh38']),
    /** Plain name: `6`. */
    chrom: z.string().min(1),
    pos: z.number().int().positive(),
    rsid: z
      .string()
      .regex(/^rs\d+$/)
      .nullable(),
    effect: z.string().regex(/^[ACGT]+$/),
    other: z.string().regex(/^[ACGT]+$/),
  }),
  /** Not read from the record in this release: it has to be given. */
  z.strictObject({
    ...common,
    kind: z.literal('asked'),
    range: range.optional(),
    /** A count or a class: between two whole numbers it has no meaning. */
    whole: z.literal(true).optional(),
    values: z.array(inputValue).min(1).optional(),
    because: z.string().min(1),
  }),
])

export const featuresSchema = z.strictObject({ inputs: z.array(inputSpec).min(1) })

const place = {
  term: z.string(),
  input: z.string(),
  /** In place of a missing value: a number, with an indicator column that says that it is missing, or NaN where the graph takes it. */
  ifMissing: z.union([z.number(), z.literal('nan')]).optional(),
}

const column = z.discriminatedUnion('as', [
  z.strictObject({ ...place, as: z.literal('number') }),
  z.strictObject({ ...place, as: z.literal('decade') }),
  /** How many of the limits the value is above: a number of which the training data had only these classes. */
  z.strictObject({ ...place, as: z.literal('steps'), above: z.array(z.number()).min(1) }),
  z.strictObject({ ...place, as: z.literal('indicator'), equals: z.array(inputValue).min(1) }),
])

const condition = z.record(z.string(), z.array(inputValue).min(1))

/** One ONNX file. Variants may share it; a variant asks for its own outputs only. */
const graph = z.strictObject({
  file: z.string().regex(/^[\w.-]+\.onnx$/),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  irVersion: z.number().int(),
  opset: z.number().int(),
  input: z.strictObject({ name: z.string(), type: z.literal('float64'), columns: z.array(column).min(1) }),
  /** Contributions are counted from this person, whose values also fill the columns that a variant does not use. */
  reference: z.record(z.string(), inputValue),
  /** Inputs in which the reference person is as the patient is (sex), so that they have no contribution. */
  sameAsPatient: z.array(z.string()),
})

/** A figure with its interval where one was computed. */
const figure = z.strictObject({ value: z.number(), low: z.number().optional(), high: z.number().optional() })

/** A site's correction of a probability, from its own patients (`attune models validate --recalibrate`), with what it did on the half that it was not fitted to. */
const recalibration = z.strictObject({
  intercept: z.number(),
  slope: z.number().positive(),
  method: z.enum(['intercept', 'intercept-and-slope']),
  date: z.string(),
  /** The version that was corrected. */
  of: z.strictObject({ version: z.string(), sha256: z.string() }),
  data: z.strictObject({
    site: z.string().nullable(),
    sha256: z.string(),
    months: z.strictObject({ from: z.string(), to: z.string() }).nullable(),
    fittedPeople: z.number().int().positive(),
    fittedEvents: z.number().int().positive(),
  }),
  heldOut: z.strictObject({
    people: z.number().int().positive(),
    events: z.number().int().positive(),
    before: z.record(z.string(), figure),
    after: z.record(z.string(), figure),
  }),
})

const country = z.string().regex(/^[A-Z]{2}$/)

const output = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9_]*$/),
  label: z.string().min(1),
  /** Entry of the file of numbers (an equation, a set of trees) that gives `raw`, the scale on which contributions add up. */
  basis: z.string(),
  /** Formula of `raw`. */
  value: z.string().min(1),
  unit: z.string(),
  /** Countries (ISO 3166-1) it is for. At a site in one of them, the outputs that are for it come first. */
  countries: z.union([z.strictObject({ in: z.array(country).min(1) }), z.strictObject({ notIn: z.array(country).min(1) })]).optional(),
  /** Computed for vectors, never shown (a percentage whose calibration is not known). */
  hidden: z.literal(true).optional(),
  /** What `raw` is measured in. */
  scale: z.string().min(1),
  /** At or below this the raw output has no meaning and the estimate is refused. */
  rawAbove: z.number().optional(),
  recalibration: recalibration.optional(),
  typical: range.extend({ says: z.string().min(1) }).optional(),
  /** What a study saw in people with this value, shown with it as that study's and never as the person's own chance. */
  observed: z
    .strictObject({
      label: z.string().min(1),
      unit: z.string().min(1),
      source: z.string().min(1),
      /** Read in a text that quotes the study. */
      secondary: z.boolean(),
      rows: z.array(range.extend({ value: z.number() })).min(1),
    })
    .optional(),
  /** In rising order; the first whose `below` is above the value. The last has none. */
  bands: z
    .array(z.strictObject({ below: z.number().optional(), id: z.string().min(1), label: z.string().min(1) }))
    .min(2)
    .optional(),
  /**
   * The bands are where a class-conditional (Mondrian) conformal prediction stands: of either class at most the share `alpha` falls
   * outside the values that are credible for it. In the band `abstain` the model decides for neither.
   */
  conformal: z
    .strictObject({
      alpha: z.number().gt(0).lt(0.5),
      abstain: z.string().min(1),
      /** People whose scores set the limits, none of whom the scoring had seen. */
      on: z.string().min(1),
      people: z.number().int().positive(),
      events: z.number().int().positive(),
    })
    .optional(),
})

const variant = z.strictObject({
  id: z.string().min(1),
  label: z.string().min(1),
  /** Question that it answers. Variants of one question are alternatives, in order of preference. */
  question: z.string(),
  graph: z.string(),
  /** The first is the estimate; the others are shown with it. */
  outputs: z.array(output).min(1),
  /** Not computed for anyone, and why; its vectors still run. */
  off: z.string().min(1).optional(),
  needsAnyOf: z
    .strictObject({ inputs: z.array(z.string()).min(1), atLeast: z.number().int().positive().optional(), because: z.string().min(1) })
    .optional(),
  /** Narrower than the range of the input itself. */
  valid: z.array(range.extend({ input: z.string(), says: z.string().min(1) })).optional(),
  /** Inputs whose numbers, where they are known, may not fall in this order (an age at first birth is not above the age). */
  inOrder: z.array(z.strictObject({ inputs: z.array(z.string()).min(2), says: z.string().min(1) })).optional(),
  /** Inputs that it does without where they are not known. Where the record has a result of one that no variant can take, it is not used either. */
  leavesOut: z.array(z.string()).min(1).optional(),
  /** For comparison with the chosen one where it can be computed; chosen only where nothing else is asked for. */
  beside: z.boolean().optional(),
  /** The variant is not used when the condition holds, unless the gene's result says that these alleles were tested. */
  unless: z
    .array(
      z.strictObject({
        when: condition,
        input: z.string(),
        gene: z.string(),
        tested: z.array(z.string()).min(1),
        because: z.string().min(1),
        source: z.string().min(1),
      }),
    )
    .optional(),
  /** Whom the variant is not for, by values of its inputs, and what is then said. */
  notFor: z.array(z.strictObject({ when: condition, says: z.string().min(1) })).optional(),
  referenceSays: z.string().min(1),
  /** The same equation with one input left at its missing term, shown for comparison (for example without race). */
  without: z.array(z.strictObject({ input: z.string(), value: inputValue, label: z.string().min(1) })),
})

/** A condition that a question presumes (`present`), or that rules it out (`absent`: known disease, dialysis), with what is then said. */
const circumstance = z.strictObject({
  has: z.enum(['present', 'absent']),
  label: z.string().min(1),
  ...knownBy,
  ever: z.boolean(),
  otherwise: z.string().min(1),
})

const intervalRow = z.strictObject({
  group: z.string(),
  label: z.string(),
  /** Any of these conditions; empty = everyone. */
  when: z.array(condition),
  n: z.number().int().positive(),
  quantiles: z.record(z.string(), z.number()),
  maePerWeek: z.number(),
  biasPerWeek: z.number(),
  within20Percent: z.number(),
  r2: z.number(),
})

/** How a number is made, and with that the file that holds the numbers (src/risk/kinds.ts). */
const MODEL_KINDS = ['equation', 'trees', 'network', 'polygenic', 'external'] as const
export type ModelKind = (typeof MODEL_KINDS)[number]

/** How a learned model did on people it had not seen; one row per group. A figure that a small group does not allow is left out, and said. */
const performanceRow = z.strictObject({
  /** Data that it was measured on. */
  on: z.string().min(1),
  /** `all`, or what divides the groups: sex, age, race. */
  by: z.string().min(1),
  group: z.string().min(1),
  n: z.number().int().positive(),
  events: z.number().int().nonnegative(),
  /** `auroc`, `auprc`, `brier`, `slope`, `intercept`, `eo` (expected by observed), `ece`, `coverage`. */
  figures: z.record(z.string(), figure),
  note: z.string().optional(),
})

/** What a learned model was made from, so that it can be made again. */
const training = z.strictObject({
  data: z.string().min(1),
  dataSha256: z.string().regex(/^[0-9a-f]{64}$/),
  split: z.string().min(1),
  seed: z.number().int(),
  /** Folder of the recipe, and the one command that runs it. */
  recipe: z.string().min(1),
  library: z.string().min(1),
  rows: z.number().int().positive(),
  events: z.number().int().positive(),
  people: z.number().int().positive(),
  /** How the score was made a probability, on which part of the data, and its figures. */
  calibration: z.strictObject({ method: z.string().min(1), on: z.string().min(1), figures: z.record(z.string(), z.number()) }),
  /** Inputs whose sign medicine fixes, with the reason. */
  monotone: z.array(z.strictObject({ input: z.string(), direction: z.enum(['rising', 'falling']), because: z.string().min(1) })),
})

/** Shares of the reference people in bins: one share more than there are edges, a value on an edge counts above it. They add up to 1. */
const distribution = z
  .strictObject({ edges: z.array(z.number()), shares: z.array(z.number().nonnegative()).min(2) })
  .refine(({ edges, shares }) => shares.length === edges.length + 1, 'one share more than edges')
  .refine(({ edges }) => edges.every((edge, n) => n === 0 || edge > (edges[n - 1] ?? edge)), 'edges rise')
  .refine(({ shares }) => Math.abs(shares.reduce((sum, share) => sum + share, 0) - 1) < 1e-6, 'shares add up to 1')

/** What monitoring in production compares with (docs/monitoring.md). A model without it is compared with its own first weeks at the site. */
const monitoring = z.strictObject({
  /** Whose distribution it is, in words, and how many they were. */
  on: z.string().min(1),
  n: z.number().int().positive(),
  /** By name of a numeric input: its distribution where it was known, and the share of people in whom it was not. */
  inputs: z.record(z.string(), distribution.safeExtend({ missing: z.number().min(0).max(1) })),
  /** By variant: distribution of the estimate, in its unit. */
  scores: z.record(z.string(), distribution),
})

export const manifestSchema = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]*$/),
  /** A site's own version has a suffix: `1.1.0-site`. */
  version: z.string().regex(/^\d+\.\d+\.\d+(-[0-9a-z]+(-[0-9a-z]+)*)?$/),
  name: z.string().min(1),
  title: z.string().min(1),
  citation: z.string().min(1),
  licence: z.string().min(1),
  kind: z.enum(MODEL_KINDS),
  standing: z.enum(['published', 'research']),
  /** Drugs whose order makes this model speak. */
  drugs: z.array(ingredient),
  /** What the variants answer, each with its title. */
  questions: z
    .array(
      z.strictObject({
        id: z.string(),
        title: z.string().min(1),
        when: z.array(circumstance).optional(),
        /** Asked of this sex only, by the record. */
        sex: z.strictObject({ is: z.enum(['female', 'male']), otherwise: z.string().min(1) }).optional(),
      }),
    )
    .min(1),
  /** Of a learned model. */
  training: training.optional(),
  performance: z.array(performanceRow).min(1).optional(),
  monitoring: monitoring.optional(),
  /** Whether the numbers were read in their source or made by an independent implementation, and what is open. */
  verified: z.strictObject({ state: z.enum(['independent', 'source', 'partly', 'recalled']), says: z.string().min(1) }),
  graphs: z.array(graph).min(1),
  variants: z.array(variant).min(1),
  intervals: z
    .strictObject({
      level: z.number().gt(0).lt(1),
      low: z.string(),
      high: z.string(),
      rule: z.string(),
      basis: z.string().min(1),
      /** Formula of a bound from `value` and `quantile`, where residuals are on another scale than the model's own. */
      bound: z.string().min(1).optional(),
      variants: z.record(z.string(), z.array(intervalRow).min(1)),
      /** Variants without residuals, and what is said of that. */
      none: z.record(z.string(), z.string().min(1)).optional(),
    })
    .optional(),
  population: z.strictObject({
    limits: z.array(z.strictObject({ input: z.string(), low: z.number().optional(), high: z.number().optional(), says: z.string() })),
    statements: z.array(z.string()),
  }),
  /** Said when the drug itself is already an active medicine. */
  alreadyTaken: z.string().optional(),
  limits: z.array(z.string()).min(1),
  vectors: z.strictObject({
    /** Names under which vector files know this model. */
    names: z.array(z.string()).min(1),
    /** Of several models with one name: the one whose vectors have these inputs. */
    when: z.record(z.string(), z.string()).optional(),
    /** Vectors give these inputs as one list under this name, in this order. */
    list: z.strictObject({ name: z.string(), inputs: z.array(z.string()).min(1) }).optional(),
    /** Name of an expected number -> variant and output; `{input}` stands for the value of that input of the vector. */
    expected: z.record(
      z.string(),
      z.strictObject({
        variant: z.string(),
        output: z.string(),
        read: z.enum(['raw', 'value', 'band']),
        /** The vector's unit by ours: 0.01 where it has a share and the output per cent. */ factor: z.number().positive().optional(),
      }),
    ),
    tolerance: z.number().nonnegative(),
  }),
})

/** A number, or a formula of numbers where the paper prints one: `ln(0.9938)`. */
const constant = z.union([z.number(), z.string()])
const layer = z.strictObject({ intercept: constant, terms: z.record(z.string(), constant) })

export const coefficientsSchema = z.strictObject({
  id: z.string(),
  citation: z.string().min(1),
  /** Where the numbers were read, and against what they were held. */
  taken: z.string().optional(),
  /** Names for formulas over the columns and over definitions before them. */
  definitions: z.record(z.string(), z.string()).optional(),
  /** A term is a formula over columns and definitions. `strata`: one table each, switched on by a formula that is 1 or 0. */
  equations: z.record(z.string(), z.union([layer, z.strictObject({ strata: z.record(z.string(), layer) })])),
})

/** Also the layout of vector files from elsewhere, so further keys are let through. */
export const vectorsSchema = z.object({
  model: z.string().min(1),
  vectors: z
    .array(
      z.object({
        id: z.string(),
        inputs: z.record(z.string(), z.unknown()),
        expected: z.record(z.string(), z.unknown()),
        tolerance: z.number().nonnegative(),
      }),
    )
    .min(1),
})

/** The 31 source attributes that 45 CFR 170.315(b)(11)(iv) asks for predictive interventions, by group and number. */
const ATTRIBUTE_GROUPS = {
  details_and_output: 4,
  purpose: 4,
  out_of_scope: 2,
  development_and_inputs: 4,
  fairness_process: 2,
  external_validation_process: 4,
  quantitative_performance: 5,
  ongoing_maintenance: 4,
  update_schedule: 2,
} as const
export const SOURCE_ATTRIBUTES: readonly string[] = Object.entries(ATTRIBUTE_GROUPS).flatMap(([group, count]) =>
  Array.from({ length: count }, (_, index) => `${group}.${index + 1}`),
)

export const cardSchema = z.strictObject({
  model: z.string(),
  version: z.string(),
  asOf: z.string(),
  attributes: z.array(z.strictObject({ id: z.string(), label: z.string().min(1), text: z.string().min(1) })),
  /** What the CHAI card asks for beyond the attributes. Absent: the project's own words (governance/chai-card.ts); a site's model says it all. */
  chai: z
    .strictObject({
      developerContact: z.string().min(1),
      globalAvailability: z.string().min(1),
      clinicalRiskLevel: z.string().min(1),
      stakeholdersConsulted: z.string().min(1),
      patientConsentOrDisclosure: z.string().min(1),
    })
    .optional(),
})

export type KnownBy = { readonly [K in keyof typeof knownBy]: z.output<(typeof knownBy)[K]> }
export type InputSpec = z.output<typeof inputSpec>
export type InputSpecOf<K extends InputSpec['kind']> = Extract<InputSpec, { kind: K }>
export type Column = z.output<typeof column>
export type Condition = z.output<typeof condition>
export type Variant = z.output<typeof variant>
export type IntervalRow = z.output<typeof intervalRow>
export type Manifest = z.output<typeof manifestSchema>
export type Coefficients = z.output<typeof coefficientsSchema>
export type Circumstance = z.output<typeof circumstance>
export type Graph = z.output<typeof graph>
export type OutputSpec = z.output<typeof output>
export type VectorFile = z.output<typeof vectorsSchema>
export type ModelCard = z.output<typeof cardSchema>

/** Value of one input of a model; null stands for the model's own "missing" term, never for zero. */
export type InputValue = z.output<typeof inputValue>
export type Values = Readonly<Record<string, InputValue>>
