import { z } from 'zod'
import { AttuneError } from '../errors.ts'
import { makePhraseTree, type PhraseTree } from './phrase-tree.ts'

const text = z.string().min(1)
const language = z.enum(['en', 'de'])

/** What a trigger says of the targets in its scope. `pseudo` looks like a trigger and is none; `end` ends the scope of others. */
const MEANINGS = ['negated', 'uncertain', 'affirmed', 'historical', 'hypothetical', 'family', 'other', 'pseudo', 'end'] as const

const triggerRow = z.strictObject({
  means: z.enum(MEANINGS),
  language,
  /** Which side of the words it speaks about; `both` for marks. Not used by `pseudo` and `end`. */
  direction: z.enum(['forward', 'backward', 'both']).default('forward'),
  /** Words of the scope; without it, to the end of the sentence or to a word that ends it. */
  scope: z.number().int().positive().optional(),
  /** Only where nothing but a comma or the end of the sentence follows: `Fever: no`. */
  last: z.boolean().optional(),
  /** Backward over commas as well: `fever, chills and cough were denied`. */
  list: z.boolean().optional(),
  /** For `end`: what it ends; everything when not given. */
  ends: z.array(z.enum(MEANINGS)).optional(),
  /** Phrases; `<class>` stands for each word of a class, `?` behind it for none as well. */
  terms: z.array(text).min(1),
  source: text,
})

const contextSchema = z.strictObject({
  about: text,
  asOf: text,
  sources: z.record(
    text,
    z.strictObject({
      title: text,
      pmid: z
        .string()
        .regex(/^\d{5,9}$/)
        .optional(),
      url: z.url(),
      note: text.optional(),
    }),
  ),
  classes: z.record(text, z.array(text).min(1)),
  abbreviations: z.array(text),
  rows: z.array(triggerRow).min(1),
  sections: z.array(
    z.strictObject({
      id: z.string().regex(/^[a-z-]+$/),
      sets: z.strictObject({
        person: z.enum(['family']).optional(),
        time: z.enum(['historical', 'hypothetical']).optional(),
      }),
      headings: z.array(text).min(1),
      source: text,
    }),
  ),
})

const targetsSchema = z.strictObject({
  about: text,
  basis: text,
  asOf: text,
  /** Ingredient names of the drug tables that are also plain words, so that they would be found where nobody means them. */
  notMedicines: z.array(text),
  rows: z.array(
    z.strictObject({
      id: z.string().regex(/^[a-z0-9-]+$/),
      kind: z.enum(['condition', 'symptom', 'allergy', 'habit']),
      label: text,
      /** Set of models/condition-sets.json that means the same; for the reader of the table, and held by a test. */
      set: text.optional(),
      terms: z.array(text).min(1),
      german: z.array(text).default([]),
    }),
  ),
})

type Meaning = (typeof MEANINGS)[number]

export type TriggerRule = {
  readonly means: Meaning
  readonly direction: 'forward' | 'backward' | 'both'
  readonly scope: number | null
  readonly last: boolean
  readonly list: boolean
  readonly ends: ReadonlySet<Meaning> | null
  readonly source: string
}

export type Section = {
  readonly id: string
  readonly person: 'family' | null
  readonly time: 'historical' | 'hypothetical' | null
}

export type Target = {
  readonly id: string
  readonly label: string
  readonly kind: 'condition' | 'symptom' | 'medicine' | 'allergy' | 'habit'
}

/** All that the reader knows, compiled once. */
export type NoteTables = {
  readonly triggers: { readonly [code in 'en' | 'de']: PhraseTree<TriggerRule> }
  readonly targets: PhraseTree<Target>
  readonly sections: PhraseTree<Section>
  readonly abbreviations: ReadonlySet<string>
}

/** A possessive stays with its word: `<relative>'s`. */
const SLOT = /<([a-z-]+)>(\?)?('s)?\s*/

/** `in <det>? <relative>` as every phrase that it stands for. */
const spellOut = (term: string, classes: Readonly<Record<string, readonly string[]>>): string[] => {
  const [slot, name, optional, possessive = ''] = SLOT.exec(term) ?? []
  if (slot === undefined || name === undefined) return [term.trim()]
  const words = classes[name]
  if (!words) throw new AttuneError('rules-invalid', `notes-context.json: the class ${name} is not defined`)
  return [...words, ...(optional ? [''] : [])].flatMap((word) =>
    spellOut(term.replace(slot, word === '' ? '' : `${word}${possessive} `), classes),
  )
}

const parse = <S extends z.ZodType>(name: string, schema: S, raw: ReadonlyMap<string, unknown>): z.output<S> => {
  const result = schema.safeParse(raw.get(name))
  if (result.success) return result.data
  throw new AttuneError('rules-invalid', `${name}.json: ${z.prettifyError(result.error)}`)
}

type ContextTable = z.output<typeof contextSchema>

const checkSources = ({ rows, sections, sources }: ContextTable): void => {
  const unknown = [...rows, ...sections].map(({ source }) => source).filter((source) => !(source in sources))
  if (unknown.length > 0)
    throw new AttuneError('rules-invalid', `notes-context.json: source ${[...new Set(unknown)].join(', ')} is not listed`)
}

const triggersOf = ({ rows, classes }: ContextTable, code: 'en' | 'de'): PhraseTree<TriggerRule> =>
  makePhraseTree(
    rows
      .filter((row) => row.language === code)
      .flatMap((row) => {
        const rule: TriggerRule = {
          means: row.means,
          direction: row.direction,
          scope: row.scope ?? null,
          last: row.last ?? false,
          list: row.list ?? false,
          ends: row.ends ? new Set(row.ends) : null,
          source: row.source,
        }
        return row.terms.flatMap((term) => spellOut(term, classes)).map((phrase): [string, TriggerRule] => [phrase, rule])
      }),
  )

/** Shorter names of drugs are words of other meaning too often. */
const SHORTEST_DRUG = 5

/**
 * The reader's tables, checked strictly; names of drugs are those of the drug tables.
 * @throws AttuneError `rules-invalid`
 */
export const readNoteTables = (raw: ReadonlyMap<string, unknown>): NoteTables => {
  const context = parse('notes-context', contextSchema, raw)
  checkSources(context)
  const targets = parse('notes-targets', targetsSchema, raw)
  const spared = new Set(targets.notMedicines)
  const drugs = [...new Set(parse('drug-names', z.array(text), raw))].filter(
    (name) => name.length >= SHORTEST_DRUG && !spared.has(name.toLowerCase()),
  )
  return {
    triggers: { en: triggersOf(context, 'en'), de: triggersOf(context, 'de') },
    // A row of ours goes before a drug of the same words.
    targets: makePhraseTree<Target>([
      ...targets.rows.flatMap(({ id, kind, label, terms, german }) =>
        [...terms, ...german].map((term): [string, Target] => [term, { id, kind, label }]),
      ),
      ...drugs.map((name): [string, Target] => [name, { id: `medicine-${name.toLowerCase()}`, kind: 'medicine', label: name }]),
    ]),
    sections: makePhraseTree(
      context.sections.flatMap(({ id, sets, headings }) =>
        headings.map((heading): [string, Section] => [heading, { id, person: sets.person ?? null, time: sets.time ?? null }]),
      ),
    ),
    abbreviations: new Set(context.abbreviations),
  }
}
