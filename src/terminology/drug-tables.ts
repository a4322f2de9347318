import type { Product } from './drugs.ts'

/** One row of `rules/drugs/ingredients.json`. */
export type DrugRow = {
  /** Lower case; the name under which guidance and modifiers know the drug. */
  readonly name: string
  /** RxNorm ingredient; null where no source gives it. */
  readonly rxcui: string | null
  /** Where the code was read, when it was not in the row's own source. */
  readonly rxcuiSource?: string
  /** Other names for the same substance. */
  readonly also?: readonly string[]
  /** The drug is a combination of these ingredients. */
  readonly components?: readonly string[]
  /** Stands for its component only when other substances are there too. */
  readonly withOthers?: boolean
  /** Too common a word to be looked for in text. */
  readonly noText?: boolean
  readonly atc: readonly string[]
  readonly brands: readonly string[]
  /** Brands of the source that belong to another drug; never matched. */
  readonly setAside?: readonly string[]
  readonly clinpgx: string | null
  readonly drugbank: string | null
  readonly cpicLevel?: { readonly [gene: string]: string }
  readonly from: 'guidance' | 'modifier' | 'alternative' | 'component' | 'product' | 'pair' | 'other'
  readonly source: string
  readonly note?: string
}

/** One row of `rules/drugs/codes.json`: an RxNorm code that is neither ingredient nor product in our tables. */
export type CodeRow = {
  readonly rxcui: string
  /** PIN precise ingredient (salt), MIN several ingredients, SCDC component (drug and strength). */
  readonly kind: 'PIN' | 'MIN' | 'SCDC'
  readonly name: string
  readonly ingredients: readonly string[]
  readonly source: string
}

export type DrugTables = {
  readonly ingredients: readonly DrugRow[]
  readonly products: readonly Product[]
  readonly codes: readonly CodeRow[]
}
