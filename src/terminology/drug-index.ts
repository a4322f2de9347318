import type { DrugIdentity, Ingredient } from '../contract/facts.ts'
import type { Coding } from '../contract/lineage.ts'
import { systemOf } from './code-systems.ts'
import type { DrugMap } from './drug-map.ts'
import type { CodeRow, DrugRow, DrugTables } from './drug-tables.ts'
import { findNames, indexNames, type NameIndex } from './drug-text.ts'
import type { DrugIndex, Product } from './drugs.ts'
import { indexProducts } from './product-search.ts'
import { remembering } from './remember.ts'
import { makeSiteLookups, type SiteLookups } from './site-lookups.ts'
import type { Statement } from './statement.ts'

type Lookups = {
  readonly byName: ReadonlyMap<string, DrugRow>
  readonly byRxcui: ReadonlyMap<string, DrugRow>
  readonly byAtc: ReadonlyMap<string, readonly string[]>
  readonly products: ReadonlyMap<string, Product>
  readonly codes: ReadonlyMap<string, CodeRow>
  readonly text: NameIndex<readonly string[]>
  readonly combinations: readonly DrugRow[]
  readonly site: SiteLookups | null
}

/** Ingredient names that a drug row stands for: its parts when it is a combination, itself otherwise. */
const partsOf = (row: DrugRow): readonly string[] => row.components ?? [row.name]

const brandOf = (product: Product): string | null => /\[([^\]]+)\]\s*$/.exec(product.name)?.[1] ?? null

/** Names, other names and brands; a brand of several products stands for all of their ingredients. */
const textNames = (tables: DrugTables): (readonly [string, readonly string[], boolean])[] => {
  const names = new Map<string, readonly string[]>()
  for (const product of tables.products) {
    const brand = brandOf(product)?.toLowerCase()
    if (brand !== undefined) names.set(brand, [...new Set([...(names.get(brand) ?? []), ...product.ingredients])])
  }
  for (const row of tables.ingredients)
    for (const brand of row.brands) if (!names.has(brand.toLowerCase())) names.set(brand.toLowerCase(), partsOf(row))
  const common = tables.ingredients.filter((row) => row.noText)
  for (const row of tables.ingredients)
    for (const name of row.noText ? [] : [row.name, ...(row.also ?? [])]) names.set(name.toLowerCase(), partsOf(row))
  return [
    ...[...names].map(([name, parts]) => [name, parts, false] as const),
    ...common.map((row) => [row.name, partsOf(row), true] as const),
  ]
}

const atcCodes = (rows: readonly DrugRow[]): Map<string, readonly string[]> => {
  const codes = new Map<string, readonly string[]>()
  for (const row of rows) for (const code of row.atc) codes.set(code, [...(codes.get(code) ?? []), ...partsOf(row)])
  return codes
}

const makeLookups = (tables: DrugTables, map: DrugMap | null): Lookups => ({
  byName: new Map(tables.ingredients.flatMap((row) => [row.name, ...(row.also ?? [])].map((name) => [name, row] as const))),
  byRxcui: new Map(tables.ingredients.flatMap((row) => (row.rxcui === null ? [] : [[row.rxcui, row] as const]))),
  byAtc: atcCodes(tables.ingredients),
  products: new Map(tables.products.map((product) => [product.rxcui, product])),
  codes: new Map(tables.codes.map((row) => [row.rxcui, row])),
  text: indexNames(textNames(tables)),
  combinations: tables.ingredients.filter((row) => row.components !== undefined),
  site: map === null ? null : makeSiteLookups(map, tables.ingredients),
})

const rxnormStatement = (code: string, lookups: Lookups): Statement | null => {
  const product = lookups.products.get(code)
  if (product !== undefined) return { how: 'rxnorm-product', names: product.ingredients }
  const row = lookups.byRxcui.get(code)
  if (row !== undefined) return { how: 'rxnorm-ingredient', names: partsOf(row) }
  const other = lookups.codes.get(code)
  if (other === undefined) return lookups.site?.ofRxcui(code) ?? null
  return { how: other.kind !== 'SCDC' ? 'rxnorm-ingredient' : 'rxnorm-product', names: other.ingredients }
}

const codeStatement = (coding: Coding, lookups: Lookups): Statement | null => {
  const system = systemOf(coding)
  const code = coding.code.trim()
  if (system === 'other') return null
  if (system === 'rxnorm') return rxnormStatement(code, lookups)
  const names = system === 'atc' ? lookups.byAtc.get(code.toUpperCase()) : undefined
  return names === undefined ? (lookups.site?.ofOther(system, code) ?? null) : { how: 'atc', names }
}

/** Characters of the longest text that is searched for a drug: many times the longest name of a product in our tables. */
const LONGEST_NAME = 10_000

const asName = (text: string | null | undefined): string => (text === null || text === undefined || text.length > LONGEST_NAME ? '' : text)

const textStatement = (text: string | null | undefined, lookups: Lookups): Statement | null => {
  const names = [...new Set(findNames(asName(text), lookups.text).flat())]
  return names.length === 0 ? null : { how: 'text', names }
}

const isPartOf = (part: readonly string[], whole: readonly string[]): boolean => part.every((name) => whole.includes(name))

/** Two statements name different drugs when neither holds the other: `codeine` against `acetaminophen / codeine` agree. */
const disagree = (statements: readonly Statement[]): boolean =>
  statements.some((left, at) =>
    statements.slice(at + 1).some((right) => !isPartOf(left.names, right.names) && !isPartOf(right.names, left.names)),
  )

/** Combination rows all of whose parts are there; those `withOthers` need a further substance. */
const combinationsOf = (names: readonly string[], lookups: Lookups): string[] =>
  lookups.combinations
    .filter((row) => isPartOf(row.components ?? [], names) && (row.withOthers !== true || names.length > (row.components?.length ?? 0)))
    .map((row) => row.name)
    .filter((name) => !names.includes(name))

const ORDER = ['rxnorm-product', 'rxnorm-ingredient', 'atc', 'ndc', 'snomed', 'text'] as const

const whyUnmapped = (codings: readonly Coding[], text: string | null): string => {
  if (codings.length === 0 && (text ?? '').trim() === '') return 'the order names no drug'
  if ([text, ...codings.map(({ display }) => display)].some((words) => (words?.length ?? 0) > LONGEST_NAME))
    return `a text of more than ${LONGEST_NAME} characters is no name of a drug and was not searched for one`
  const coded = codings.map((coding) => `${systemOf(coding) === 'other' ? 'other' : systemOf(coding)} code ${coding.code}`)
  if (coded.length === 0) return 'the order has no code, and its text names no drug known here'
  return `${coded.join(', ')} not in the tables, and the text names no drug known here`
}

const toIngredient = (name: string, lookups: Lookups): Ingredient => {
  const row = lookups.byName.get(name)
  return { name: row?.name ?? name, rxcui: row?.rxcui ?? lookups.site?.rxcuiOf(name) ?? null }
}

type Named = { readonly codings: readonly Coding[]; readonly text: string | null }

const identify = ({ codings, text }: Named, lookups: Lookups): DrugIdentity => {
  const label =
    [text, ...codings.map((coding) => coding.display), ...codings.map((coding) => coding.code)].find(
      (word) => (word ?? '').trim() !== '',
    ) ?? ''
  const texts = [...new Set([text, ...codings.map((coding) => coding.display)])]
  const own = [...codings.map((coding) => codeStatement(coding, lookups)), ...texts.map((words) => textStatement(words, lookups))].filter(
    (statement) => statement !== null,
  )
  const statements = own.length > 0 ? own : texts.flatMap((words) => lookups.site?.ofText(asName(words)) ?? [])
  const names = [...new Set(statements.flatMap((statement) => statement.names))]
  const how = ORDER.find((way) => statements.some((statement) => statement.how === way))
  if (how === undefined)
    return { text: label, codings, ingredients: [], how: 'none', flags: ['unmapped'], unmapped: whyUnmapped(codings, text) }
  return {
    text: label,
    codings,
    ingredients: [...names, ...combinationsOf(names, lookups)].map((name) => toIngredient(name, lookups)),
    how,
    flags: [...(disagree(statements) ? (['medication-conflict'] as const) : []), ...(names.length > 1 ? (['combination'] as const) : [])],
  }
}

/** The same drugs are ordered again and again: what a drug's codes and name stand for is kept by these. */
const rememberDrugs = (lookups: Lookups): DrugIndex['identify'] => {
  const known = remembering((words) => identify(JSON.parse(words), lookups))
  return ({ codings, text }) => ({ ...known(JSON.stringify({ codings, text })), codings })
}

/** Length of an ATC code's chemical subgroup, its fourth level. */
const LEVEL_4 = 5

const atcGroups = (tables: DrugTables): ReadonlyMap<string, readonly string[]> => {
  const groups = new Map<string, Set<string>>()
  for (const { name, atc, components } of tables.ingredients)
    for (const code of components ? [] : atc)
      (groups.get(code.slice(0, LEVEL_4)) ?? groups.set(code.slice(0, LEVEL_4), new Set()).get(code.slice(0, LEVEL_4)))?.add(name)
  return new Map([...groups].map(([code, names]) => [code, [...names].sort()]))
}

const largestGroup = (row: DrugRow | undefined, groups: ReadonlyMap<string, readonly string[]>) =>
  [...new Set((row?.atc ?? []).map((code) => code.slice(0, LEVEL_4)))]
    .map((code) => ({ code, names: groups.get(code) ?? [] }))
    .sort((a, b) => b.names.length - a.names.length)[0] ?? null

/**
 * Drug codes and names -> ingredients, from the tables of `rules/drugs` and, for what these do not know, a site's own drug map. Exact: a
 * part of a word is never a match.
 */
export const makeDrugIndex = (tables: DrugTables, map: DrugMap | null = null): DrugIndex => {
  const lookups = makeLookups(tables, map)
  const products = indexProducts(tables.products)
  const groups = atcGroups(tables)
  const find = (nameOrRxcui: string): DrugRow | undefined => {
    const key = nameOrRxcui.trim().toLowerCase()
    const viaCode = lookups.codes.get(key)
    return (
      lookups.byName.get(key) ??
      lookups.byRxcui.get(key) ??
      (viaCode?.ingredients.length === 1 ? lookups.byName.get(viaCode.ingredients[0] ?? '') : undefined)
    )
  }
  return {
    identify: rememberDrugs(lookups),
    ingredient: (nameOrRxcui) => {
      const row = find(nameOrRxcui)
      if (row !== undefined) return { name: row.name, rxcui: row.rxcui }
      const names = lookups.site?.ofRxcui(nameOrRxcui.trim())?.names ?? []
      return names.length === 1 && names[0] !== undefined ? toIngredient(names[0], lookups) : null
    },
    atcGroup: (name) => largestGroup(find(name), groups),
    products: (ingredient) => products.ofIngredient(find(ingredient)?.name ?? ingredient.toLowerCase()),
    product: (rxcui) => lookups.products.get(rxcui) ?? lookups.site?.product(rxcui) ?? null,
    search: products.search,
  }
}
