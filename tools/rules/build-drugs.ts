import { setAsideBrands } from './brand-check.ts'
import { drugsOfPairs } from './build-pairs.ts'
import { EXTRA_COMBINATIONS, EXTRA_DRUGS, EXTRA_PRODUCTS, NAMES, SINGLE_CODES } from './extra-drugs.ts'
import { baseName, brandOf, substancesOf } from './product-names.ts'
import { cell, type Row, readTable } from './read-tables.ts'
import { writeRules } from './write-rules.ts'

export type Drug = {
  name: string
  rxcui: string | null
  /** Where the code was read, when it was not in the row's own source. */
  rxcuiSource?: string
  /** Other names for the same substance, found as whole words in text. */
  also?: readonly string[]
  components?: readonly string[]
  /** The row stands for the component together with other substances only. */
  withOthers?: true
  atc: readonly string[]
  brands: readonly string[]
  /** Brands that the source lists but that are a different drug's name or brand; never matched. */
  setAside?: readonly string[]
  clinpgx: string | null
  drugbank: string | null
  cpicLevel?: Readonly<Record<string, string>>
  /** The name is too common a word to be looked for in text. */
  noText?: true
  from: 'guidance' | 'modifier' | 'alternative' | 'component' | 'product' | 'pair' | 'other'
  source: string
  note?: string
}

export type ProductRow = { rxcui: string; tty: 'SCD' | 'SBD'; name: string; ingredients: readonly string[]; source?: string }

const listOf = (text: string, separator: string | RegExp): string[] =>
  text
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part !== '')

const rxcuiOf = (text: string): string | null => (/^\d+$/.test(text) ? text : null)

const levelsOf = (text: string): Record<string, string> | undefined => {
  const pairs = listOf(text, ';').map((part) => part.split(':').map((word) => word.trim()))
  return pairs.length === 0 ? undefined : Object.fromEntries(pairs)
}

const guidanceDrug = (row: Row): Drug => {
  const components = listOf(cell(row, 'components'), '+')
  const levels = levelsOf(cell(row, 'cpic_level'))
  const name = cell(row, 'drug')
  return {
    name,
    rxcui: components.length > 1 ? null : rxcuiOf(cell(row, 'rxcui_ingredient')),
    ...(NAMES[name] === undefined ? {} : { also: NAMES[name] }),
    ...(components.length === 0 ? {} : { components }),
    ...(name.endsWith(', combinations') ? { withOthers: true as const } : {}),
    atc: listOf(cell(row, 'atc'), ','),
    brands: listOf(cell(row, 'brands'), ';'),
    clinpgx: cell(row, 'clinpgx_id') || null,
    drugbank: cell(row, 'drugbank') || null,
    ...(levels === undefined ? {} : { cpicLevel: levels }),
    from: 'guidance',
    source: 'drugs',
  }
}

const plain = (name: string, rxcui: string | null, from: Drug['from'], source: string): Drug => ({
  name,
  rxcui,
  ...(NAMES[name] === undefined ? {} : { also: NAMES[name] }),
  atc: [],
  brands: [],
  clinpgx: null,
  drugbank: null,
  from,
  source,
})

/** Codes of combination rows: `3289+9068` beside `dextromethorphan+quinidine`, only where both lists are of one length. */
const componentDrugs = (rows: readonly Row[]): Drug[] =>
  rows.flatMap((row) => {
    const names = listOf(cell(row, 'components'), '+')
    const codes = listOf(cell(row, 'rxcui_ingredient'), '+')
    const paired = names.length === codes.length && names.length > 1
    return names.map((name, index) => plain(name, paired ? (codes[index] ?? null) : (SINGLE_CODES[name] ?? null), 'component', 'drugs'))
  })

const mergeDrugs = (drugs: readonly Drug[]): Map<string, Drug> => {
  const merged = new Map<string, Drug>()
  for (const drug of drugs) {
    const known = merged.get(drug.name)
    if (known === undefined) merged.set(drug.name, drug)
    else if (known.rxcui === null && drug.rxcui !== null)
      merged.set(drug.name, { ...known, rxcui: drug.rxcui, ...(known.source === drug.source ? {} : { rxcuiSource: drug.source }) })
  }
  return merged
}

/** Substances in the name; a name that holds only a brand falls back to the ingredient the table states. */
const ingredientsOf = (name: string, stated: string, known: ReadonlySet<string>): string[] => {
  const found = [...new Set(substancesOf(name).map((substance) => baseName(substance, known)))]
  if (found.includes(stated)) return found
  return found.length === 1 ? [stated] : [stated, ...found]
}

const readProducts = (reference: string, known: ReadonlySet<string>): ProductRow[] => {
  const current = readTable(reference, 'rxnorm_products.tsv').map((row) => ({
    rxcui: cell(row, 'rxcui'),
    tty: cell(row, 'tty') as ProductRow['tty'], // checked at load
    name: cell(row, 'strength_and_form'),
    ingredients: ingredientsOf(cell(row, 'strength_and_form'), cell(row, 'ingredient'), known),
  }))
  const seen = new Set(current.map((product) => product.rxcui))
  const older = readTable(reference, 'rxnorm_products_more.tsv').map((row) => ({
    rxcui: cell(row, 'rxcui'),
    tty: cell(row, 'tty') as ProductRow['tty'], // checked at load
    name: cell(row, 'name'),
    ingredients: [...new Set(listOf(cell(row, 'ingredients'), '+').map((name) => baseName(name, known)))],
  }))
  return [...current, ...older.filter((product) => !seen.has(product.rxcui)), ...EXTRA_PRODUCTS].sort(
    (left, right) => Number(left.rxcui) - Number(right.rxcui),
  )
}

/** Brands of products whose name holds the brand in place of the substance (`Wakix 4.45 MG Oral Tablet`). */
const bareBrands = (products: readonly ProductRow[]): Map<string, string[]> => {
  const brands = new Map<string, string[]>()
  for (const product of products) {
    const [substance, ...more] = substancesOf(product.name)
    const [ingredient] = product.ingredients
    if (product.tty !== 'SBD' || brandOf(product.name) !== null || substance === undefined || ingredient === undefined || more.length > 0)
      continue
    if (!substance.startsWith(ingredient))
      brands.set(ingredient, [...new Set([...(brands.get(ingredient) ?? []), product.name.replace(/ \d.*/, '')])])
  }
  return brands
}

const byName = (left: { name: string }, right: { name: string }): number => (left.name < right.name ? -1 : left.name > right.name ? 1 : 0)

/** Things of the modifier table that are no drug a product could hold. */
export const NOT_DRUGS: ReadonlySet<string> = new Set(['smoking', 'oral contraceptives'])

/** @returns the drugs with guidance by name, and counts for the report. */
export const buildDrugs = (
  reference: string,
  rulesDir: string,
): { drugs: ReadonlyMap<string, Drug>; ingredients: number; products: number; setAside: number } => {
  const table = readTable(reference, 'drugs.tsv')
  const modifiers = readTable(reference, 'phenoconversion.tsv').filter((row) => !NOT_DRUGS.has(cell(row, 'drug')))
  const ingredientCodes = readTable(reference, 'rxnorm_products.tsv').map((row) =>
    plain(cell(row, 'ingredient'), rxcuiOf(cell(row, 'ingredient_rxcui')), 'product', 'rxnorm-products'),
  )
  const named = mergeDrugs([
    ...table.map(guidanceDrug),
    ...modifiers.map((row) => plain(cell(row, 'drug'), rxcuiOf(cell(row, 'rxcui')), 'modifier', 'phenoconversion')),
    ...componentDrugs(table),
    ...EXTRA_DRUGS.map((extra) => plain(extra.name, extra.rxcui, extra.from, extra.source)),
    ...Object.entries(EXTRA_COMBINATIONS).map(([name, components]) => ({
      ...plain(name, null, 'alternative', 'recommendations'),
      components,
    })),
    ...ingredientCodes,
  ])
  for (const { name, rxcui } of drugsOfPairs(reference)) if (!named.has(name)) named.set(name, plain(name, rxcui, 'pair', 'cpic-pairs'))
  const products = readProducts(reference, new Set(named.keys()))
  const all = mergeDrugs([
    ...named.values(),
    ...products.flatMap((product) => product.ingredients.map((name) => plain(name, null, 'product', 'rxnorm-products'))),
  ])
  const brandsOfProducts = new Map(
    products.flatMap((product) => (brandOf(product.name) === null ? [] : [[brandOf(product.name) ?? '', product.ingredients] as const])),
  )
  for (const [name, brands] of bareBrands(products)) {
    const drug = all.get(name)
    if (drug !== undefined) all.set(name, { ...drug, brands: [...new Set([...drug.brands, ...brands])] })
  }
  const potassium = all.get('potassium')
  if (potassium !== undefined) all.set('potassium', { ...potassium, noText: true })
  const checked = setAsideBrands([...all.values()].sort(byName), brandsOfProducts)
  writeRules(rulesDir, 'drugs/ingredients.json', {
    about:
      "Every substance that guidance, modifiers, alternatives, CPIC pairs or products name. rxcui: RxNorm ingredient; null where no source read here gives it. setAside: brands of the source that are another drug's name or brand, never matched.",
    sources: ['drugs', 'phenoconversion', 'cpic-pairs', 'rxnorm-products', 'rxnorm-products-2018'],
    rows: checked,
  })
  writeRules(rulesDir, 'drugs/products.json', {
    about:
      'RxNorm clinical (SCD) and branded (SBD) drugs. Ingredients are base substances read from the names. The larger part is a snapshot of 2018-04: newer products are missing and some codes are retired today. Rows with a source of their own name it.',
    sources: ['rxnorm-products', 'rxnorm-products-2018'],
    rows: products,
  })
  return {
    drugs: new Map(checked.map((drug) => [drug.name, drug])),
    ingredients: checked.length,
    products: products.length,
    setAside: checked.reduce((sum, drug) => sum + (drug.setAside?.length ?? 0), 0),
  }
}
