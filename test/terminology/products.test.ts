import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { drugs, tables } from './drug-tables.ts'

const RXNORM = 'http://www.nlm.nih.gov/research/umls/rxnorm'
const sorted = (names: Iterable<string>): string => [...names].sort().join(' + ')
const ofCode = (rxcui: string) => drugs.identify({ codings: [{ system: RXNORM, code: rxcui }], text: null })
const ofText = (text: string) => drugs.identify({ codings: [], text })
const named = (identity: ReturnType<typeof ofCode>): string => sorted(identity.ingredients.map(({ name }) => name))

/** Guidance has rows for some combinations: these stand beside their parts. */
const combinations = new Set(tables.ingredients.filter(({ components }) => components !== undefined).map(({ name }) => name))
/** What was found beyond the stated ingredients, combinations left aside, and what was not found of them. */
const differences = (found: readonly string[], stated: readonly string[]): string[] => [
  ...stated.filter((name) => !found.includes(name)),
  ...found.filter((name) => !stated.includes(name) && !combinations.has(name)),
]

describe('every product of the tables', () => {
  it('is there: those of both RxNorm tables, and the alternatives', () => {
    expect(tables.products.length).toBeGreaterThanOrEqual(3138)
  })

  it('leads by its code alone to exactly its ingredients', () => {
    const names = (rxcui: string) => ofCode(rxcui).ingredients.map(({ name }) => name)
    const wrong = tables.products.filter(({ rxcui, ingredients }) => differences(names(rxcui), ingredients).length > 0)
    expect(wrong.map(({ rxcui, name }) => `${rxcui} ${name}`)).toEqual([])
  })

  it('leads by its name alone to the same ingredients as by its code', () => {
    const wrong = tables.products.filter(({ rxcui, name }) => named(ofText(name)) !== named(ofCode(rxcui)))
    expect(wrong.map(({ rxcui, name }) => `${rxcui} ${name}`)).toEqual([])
  })

  it('leads by code and name together to the same, without a conflict', () => {
    const wrong = tables.products.filter(({ rxcui, name }) => {
      const both = drugs.identify({ codings: [{ system: RXNORM, code: rxcui, display: name }], text: name })
      return named(both) !== named(ofCode(rxcui)) || both.flags.includes('medication-conflict')
    })
    expect(wrong.map(({ rxcui, name }) => `${rxcui} ${name}`)).toEqual([])
  })

  it('of several ingredients is flagged as a combination, and no other is', () => {
    const wrong = tables.products.filter(
      ({ rxcui, ingredients }) => ofCode(rxcui).flags.includes('combination') !== new Set(ingredients).size > 1,
    )
    expect(wrong.map(({ rxcui, name }) => `${rxcui} ${name}`)).toEqual([])
  })

  it('a brand alone leads to all ingredients of its products, whatever strength stands beside it', () => {
    const brands = new Map<string, Set<string>>()
    for (const { name, ingredients } of tables.products) {
      const brand = /\[([^\]]+)\]\s*$/.exec(name)?.[1]
      if (brand !== undefined) brands.set(brand, new Set([...(brands.get(brand) ?? []), ...ingredients]))
    }
    expect(brands.size).toBeGreaterThan(500)
    const wrong = [...brands].filter(([brand, ingredients]) => {
      const found = ofText(`${brand} 40mg`).ingredients.map(({ name }) => name)
      return [...ingredients].some((name) => !found.includes(name))
    })
    expect(wrong.map(([brand, ingredients]) => `${brand}: ${sorted(ingredients)}, found ${named(ofText(brand))}`)).toEqual([])
  })
})

const reference = process.env.ATTUNE_REFERENCE
const rowsOf = (file: string): Record<string, string>[] => {
  const lines = readFileSync(join(reference ?? '', file), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
  const header = lines[0]?.split('\t') ?? []
  return lines.slice(1).map((line) => Object.fromEntries(line.split('\t').map((cell, at) => [header[at] ?? '', cell])))
}

describe.skipIf(reference === undefined)('every row of the source tables (needs ATTUNE_REFERENCE)', () => {
  it('of the first table leads to the ingredient that it states', () => {
    const rows = rowsOf('rxnorm_products.tsv')
    expect(rows.length).toBe(1384)
    const wrong = rows.filter(
      ({ rxcui = '', ingredient_rxcui }) => !ofCode(rxcui).ingredients.some((one) => one.rxcui === ingredient_rxcui),
    )
    expect(wrong.map(({ rxcui, ingredient, strength_and_form }) => `${rxcui} ${ingredient}: ${strength_and_form}`)).toEqual([])
  })

  it('of the second table leads to as many substances as it states, the matched drug among them', () => {
    const rows = rowsOf('rxnorm_products_more.tsv')
    expect(rows.length).toBe(1752)
    const wrong = rows.filter(({ rxcui = '', match = '' }) => {
      const found = ofCode(rxcui).ingredients.map(({ name }) => name)
      return !found.some((name) => name === match || match.includes(name) || name.includes(match))
    })
    expect(wrong.map(({ rxcui, match, name }) => `${rxcui} ${match}: ${name}`)).toEqual([])
  })
})
