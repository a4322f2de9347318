/** What the card's link handed over: the drug in hand, its order and the card. Written by `cards/`, carried by the EHR. */
export type AppContext = {
  readonly drug: { readonly rxcui?: string; readonly text?: string } | null
  readonly order: string | null
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

/** Not every EHR keeps appContext, and some hand it on as an object: whatever is not understood counts as absent. */
export const readAppContext = (value: unknown): AppContext => {
  const context = parse(value)
  if (typeof context !== 'object' || context === null || !('v' in context) || context.v !== 1) return NOTHING
  return {
    drug: drugOf('drug' in context ? context.drug : null),
    order: textOf('order' in context ? context.order : null),
    card: textOf('card' in context ? context.card : null),
  }
}
