import { z } from 'zod'
import { AttuneError } from '../errors.ts'

const phrase = z.strictObject({
  head: z.string().optional(),
  taken: z.string().optional(),
  as: z.string().optional(),
  text: z.string(),
  details: z.record(z.string(), z.string()).optional(),
})

const wordingSchema = z.strictObject({
  _meta: z.unknown(),
  actions: z.record(z.string(), phrase),
  values: z.record(z.string(), z.string()),
  when: z.record(z.string(), z.string()),
  conditions: z.record(z.string(), z.string()),
  effects: z.record(z.string(), z.string()),
  risks: z.record(
    z.string(),
    z.strictObject({
      grave: z.union([z.boolean(), z.array(z.string())]),
      by: z.record(z.string(), z.string()).optional(),
      words: z.string().optional(),
    }),
  ),
  overrideReasons: z.array(z.strictObject({ code: z.string(), display: z.string() })).min(1),
  overrideSystem: z.string(),
})

/** `grave`: life-threatening or irreversible, always or with one of these effects. `by`: which half of the phrase an effect means. */
type RiskWords = {
  readonly grave: boolean | readonly string[]
  readonly by?: { readonly [effect: string]: string } | undefined
  /** How the phrase reads; absent: as it stands. */
  readonly words?: string | undefined
}

/** `head`: clause of the summary; `as`: what it amounts to; `text`: sentence of the detail; `details`: our words for what stands in brackets. */
export type ActionWords = {
  readonly head?: string | undefined
  /** The clause where the drug is taken already; absent: the same as `head`. */
  readonly taken?: string | undefined
  readonly as?: string | undefined
  readonly text: string
  readonly details?: { readonly [detail: string]: string } | undefined
}

/** How cards speak: `rules/wording.json`, checked. */
export type Wording = {
  /** By action code, or by code and detail: `avoid(standard dose)`. */
  readonly actions: ReadonlyMap<string, ActionWords>
  /** Doses that are not a number with a unit. */
  readonly values: ReadonlyMap<string, string>
  /** Conditions of `if(...)` as they stand in a sentence. */
  readonly when: ReadonlyMap<string, string>
  readonly conditions: ReadonlyMap<string, string>
  readonly effects: ReadonlyMap<string, string>
  readonly risks: ReadonlyMap<string, RiskWords>
  readonly overrideReasons: readonly { readonly code: string; readonly system: string; readonly display: string }[]
}

/**
 * @param raw content of `rules/wording.json`
 * @param actionCodes every action code that rules use; each must have words
 * @throws AttuneError `rules-invalid`
 */
export const readWording = (raw: unknown, actionCodes: Iterable<string>): Wording => {
  const parsed = wordingSchema.safeParse(raw)
  if (!parsed.success) throw new AttuneError('rules-invalid', `wording.json: ${z.prettifyError(parsed.error)}`)
  const actions = new Map(Object.entries(parsed.data.actions))
  const wordless = [...actionCodes].filter((code) => !actions.has(code))
  if (wordless.length > 0) throw new AttuneError('rules-invalid', `wording.json: no words for the actions ${wordless.join(', ')}`)
  return {
    actions,
    values: new Map(Object.entries(parsed.data.values)),
    when: new Map(Object.entries(parsed.data.when)),
    conditions: new Map(Object.entries(parsed.data.conditions)),
    effects: new Map(Object.entries(parsed.data.effects)),
    risks: new Map(Object.entries(parsed.data.risks)),
    overrideReasons: parsed.data.overrideReasons.map((reason) => ({ ...reason, system: parsed.data.overrideSystem })),
  }
}
