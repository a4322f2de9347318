import { ndc11 } from './code-systems.ts'
import type { DrugMap, MapSystem } from './drug-map.ts'
import type { DrugRow } from './drug-tables.ts'
import { indexNames, nameAtStart } from './drug-text.ts'
import type { Product } from './drugs.ts'
import type { Statement } from './statement.ts'

/** What a site's drug map says, in the names of `rules/drugs` where these know the substance, in lower case otherwise. */
export type SiteLookups = {
  readonly ofRxcui: (code: string) => Statement | null
  readonly ofOther: (system: MapSystem, code: string) => Statement | null
  /** Only a text that begins with a name of the map: deeper in a text, its tens of thousands of names would be found by chance. */
  readonly ofText: (text: string) => Statement[]
  readonly rxcuiOf: (name: string) => string | null
  readonly product: (rxcui: string) => Product | null
}

/** Names and other names in `rules/drugs`, lower case, of single substances. */
export const rulesByName = (rows: readonly DrugRow[]): ReadonlyMap<string, string> =>
  new Map(
    rows
      .filter((row) => row.components === undefined)
      .flatMap((row) => [row.name, ...(row.also ?? [])].map((name) => [name.toLowerCase(), row.name] as const)),
  )

/** RxNorm ingredient -> name in `rules/drugs`: by code, by name or other name, or because the rules' code is a salt of it. */
export const namesInRules = (map: Pick<DrugMap, 'ingredients' | 'codes'>, rows: readonly DrugRow[]): ReadonlyMap<string, string> => {
  const single = rows.filter((row) => row.components === undefined)
  const byName = rulesByName(rows)
  const names = new Map<string, string>()
  for (const [rxcui, name] of map.ingredients) {
    const known = byName.get(name.toLowerCase())
    if (known !== undefined) names.set(rxcui, known)
  }
  for (const row of single) if (row.rxcui !== null && map.ingredients.has(row.rxcui)) names.set(row.rxcui, row.name)
  for (const row of single) {
    const salt = row.rxcui === null ? undefined : map.codes.get(row.rxcui)
    const [base, ...more] = salt?.ingredients ?? []
    if (salt?.tty === 'PIN' && base !== undefined && more.length === 0 && !names.has(base)) names.set(base, row.name)
  }
  return names
}

const INGREDIENT_KINDS: ReadonlySet<string> = new Set(['IN', 'PIN', 'MIN'])
const isProduct = (tty: string): tty is Product['tty'] => tty === 'SCD' || tty === 'SBD'

/** Shorter names than this are found in texts by chance. */
const SHORTEST = 4

export const makeSiteLookups = (map: DrugMap, rows: readonly DrugRow[]): SiteLookups => {
  const inRules = namesInRules(map, rows)
  const nameOf = (rxcui: string): string => inRules.get(rxcui) ?? map.ingredients.get(rxcui)?.toLowerCase() ?? rxcui
  const codeOf = new Map([...map.ingredients.keys()].map((rxcui) => [nameOf(rxcui), rxcui]))
  const namesOf = (rxcuis: readonly string[]): string[] => [...new Set(rxcuis.map(nameOf))]
  const texts = [
    ...[...map.codes.values()].flatMap(({ tty, name, ingredients }) =>
      tty === 'BN' || tty === 'PIN' ? [[name, namesOf(ingredients)] as const] : [],
    ),
    ...[...map.ingredients].map(([rxcui, name]) => [name, [nameOf(rxcui)]] as const),
  ].filter(([name]) => name.length >= SHORTEST)
  const textIndex = indexNames(new Map(texts.map(([name, names]) => [name.toLowerCase(), names])))

  const ofRxcui = (code: string): Statement | null => {
    if (map.ingredients.has(code)) return { how: 'rxnorm-ingredient', names: [nameOf(code)] }
    const found = map.codes.get(code)
    if (found === undefined) return null
    return { how: INGREDIENT_KINDS.has(found.tty) ? 'rxnorm-ingredient' : 'rxnorm-product', names: namesOf(found.ingredients) }
  }
  return {
    ofRxcui,
    ofOther: (system, code) => {
      const key = system === 'ndc' ? ndc11(code) : system === 'atc' ? code.toUpperCase() : code
      const rxcuis = key === null ? undefined : map.others[system].get(key)
      return rxcuis === undefined ? null : { how: system, names: [...new Set(rxcuis.flatMap((one) => ofRxcui(one)?.names ?? []))] }
    },
    ofText: (text) => {
      const names = nameAtStart(text, textIndex)
      return names === null ? [] : [{ how: 'text', names }]
    },
    rxcuiOf: (name) => codeOf.get(name) ?? null,
    product: (rxcui) => {
      const found = map.codes.get(rxcui)
      return found !== undefined && isProduct(found.tty)
        ? { rxcui, tty: found.tty, name: found.name, ingredients: namesOf(found.ingredients) }
        : null
    },
  }
}
