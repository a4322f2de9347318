import type { DraftInHand } from '../../../src/contract/profile.ts'

/** What the card's link handed over: the drug in hand, its order and the card. Written by `cards/`, carried by the EHR. */
export type AppContext = {
  readonly drug: { readonly rxcui?: string; readonly text?: string } | null
  readonly order: string | null
  /** What the draft says besides its drug; absent where the link did not carry it. */
  readonly draft?: DraftInHand
  readonly card: string | null
}

const NOTHING: AppContext = { drug: null, order: null, card: null }

const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' && value.length <= 200 ? value : null)

const parse = (value: unknown): unknown => {
  if (typeof value !== 'string') return value
  try {
    return JSON.parse(value)
  } catch {
    return null
  }
}

const drugOf = (value: unknown): AppContext['drug'] => {
  if (typeof value !== 'object' || value === null) return null
  const rxcui = textOf('rxcui' in value ? value.rxcui : null)
  const text = textOf('text' in value ? value.text : null)
  return rxcui === null && text === null ? null : { ...(rxcui === null ? {} : { rxcui }), ...(text === null ? {} : { text }) }
}

const amountOf = (value: unknown): number | null => (typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : null)

const doseOf = (value: unknown): DraftInHand['dose'] => {
  if (typeof value !== 'object' || value === null) return undefined
  const part = (name: string): unknown => (value as { readonly [member: string]: unknown })[name] // an object of unknown members
  const [mgPerDose, timesPerDay, text] = [amountOf(part('mgPerDose')), amountOf(part('timesPerDay')), textOf(part('text'))]
  return {
    ...(mgPerDose === null ? {} : { mgPerDose }),
    ...(timesPerDay === null ? {} : { timesPerDay }),
    ...(text === null ? {} : { text }),
    prn: part('prn') === true,
  }
}

const reasonOf = (value: unknown): NonNullable<DraftInHand['reasons']> => {
  if (typeof value !== 'object' || value === null) return []
  const code = textOf('code' in value ? value.code : null)
  const display = textOf('display' in value ? value.display : null)
  const system = textOf('system' in value ? value.system : null) ?? ''
  return code === null ? [] : [{ system, code, ...(display === null ? {} : { display }) }]
}

/** A part that is not understood is left out: the drug is assessed all the same. */
const draftOf = (value: unknown): DraftInHand | null => {
  if (typeof value !== 'object' || value === null) return null
  const dose = doseOf('dose' in value ? value.dose : null)
  const reasons = 'reasons' in value && Array.isArray(value.reasons) ? value.reasons.slice(0, 10).flatMap(reasonOf) : []
  return dose || reasons.length > 0 ? { ...(dose ? { dose } : {}), ...(reasons.length > 0 ? { reasons } : {}) } : null
}

/** Not every EHR keeps appContext, and some hand it on as an object: whatever is not understood counts as absent. */
export const readAppContext = (value: unknown): AppContext => {
  const context = parse(value)
  if (typeof context !== 'object' || context === null || !('v' in context) || context.v !== 1) return NOTHING
  const draft = draftOf('draft' in context ? context.draft : null)
  return {
    drug: drugOf('drug' in context ? context.drug : null),
    order: textOf('order' in context ? context.order : null),
    ...(draft ? { draft } : {}),
    card: textOf('card' in context ? context.card : null),
  }
}
