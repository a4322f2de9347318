import type { AcceptedConflict, DrugMap } from './drug-map.ts'
import type { DrugRow, DrugTables } from './drug-tables.ts'
import { namesInRules, rulesByName } from './site-lookups.ts'

/** How a map and the rules fit together. */
export type MapComparison = {
  /** Codes that both know and take for different drugs, where a drug of the rules is concerned. Sorted by code. */
  readonly conflicts: readonly AcceptedConflict[]
  /** Codes that both know and whose other substances differ in name only: `magnesium` against `magnesium hydroxide`. The rules' stay. */
  readonly otherwiseNamed: number
  /** Ingredients that the release calls by a name which the rules do not know: to be looked at by a person. */
  readonly renamed: readonly AcceptedConflict[]
  /** Codes that both know and take for the same drug. */
  readonly agreeing: number
  /** Drugs of the rules that the release knows by no code and no name: orders for them are found by the rules' own codes and names only. */
  readonly notInRelease: readonly string[]
  readonly drugs: number
}

/** A substance that guidance, modifiers or alternatives speak of; others only fill the names of products. */
const matters = (row: DrugRow): boolean => row.from !== 'product' && row.components === undefined

const isSubset = (part: readonly string[], whole: readonly string[]): boolean => part.every((name) => whole.includes(name))

/** RxNorm codes of the rules with their ingredients. */
const codesOfRules = ({ ingredients, products, codes }: DrugTables): (readonly [string, readonly string[]])[] => [
  ...ingredients.flatMap((row) => (row.rxcui === null || row.components !== undefined ? [] : [[row.rxcui, [row.name]] as const])),
  ...products.map((product) => [product.rxcui, product.ingredients] as const),
  ...codes.map((row) => [row.rxcui, row.ingredients] as const),
]

/** Compares every code that both know. A conflict is a difference in a drug that the rules speak of, not in the name of a filler. */
export const compareMap = (map: DrugMap, tables: DrugTables): MapComparison => {
  const inRules = namesInRules(map, tables.ingredients)
  const speaksOf = new Set(tables.ingredients.filter(matters).map((row) => row.name))
  const nameOf = (rxcui: string): string => inRules.get(rxcui) ?? map.ingredients.get(rxcui)?.toLowerCase() ?? rxcui
  const byName = rulesByName(tables.ingredients)
  const renamed: AcceptedConflict[] = []
  const ofRelease = (rxcui: string, [rules = '']: readonly string[]): readonly string[] | null => {
    const name = map.ingredients.get(rxcui)
    if (name === undefined) return map.codes.get(rxcui)?.ingredients.map(nameOf) ?? null
    const known = byName.get(name.toLowerCase())
    if (known === undefined) renamed.push({ rxcui, rules, release: name })
    return [known ?? nameOf(rxcui)]
  }
  const conflicts: AcceptedConflict[] = []
  let [agreeing, otherwiseNamed] = [0, 0]
  for (const [rxcui, rules] of codesOfRules(tables)) {
    const release = ofRelease(rxcui, rules)
    if (release === null) continue
    const drugs = (names: readonly string[]) => names.filter((name) => speaksOf.has(name))
    if (isSubset(rules, release) && isSubset(release, rules)) agreeing += 1
    else if (isSubset(drugs(rules), release) && isSubset(drugs(release), rules)) otherwiseNamed += 1
    else conflicts.push({ rxcui, rules: [...rules].sort().join(' / '), release: [...release].sort().join(' / ') })
  }
  const found = new Set(inRules.values())
  return {
    conflicts: conflicts.sort((left, right) => Number(left.rxcui) - Number(right.rxcui)),
    otherwiseNamed,
    renamed,
    agreeing,
    notInRelease: tables.ingredients.filter((row) => matters(row) && !found.has(row.name)).map((row) => row.name),
    drugs: speaksOf.size,
  }
}

const sayConflict = ({ rxcui, rules, release }: AcceptedConflict): string =>
  `${rxcui} is ${rules} in the rules and ${release} in the release`

/** Conflicts in words, a line each, so that a person can decide. */
export const sayConflicts = (conflicts: readonly AcceptedConflict[]): string => conflicts.map(sayConflict).join('\n')

/** Conflicts that the site did not accept when the map was made: of these rules, or of a newer version of them. */
export const notAccepted = ({ conflicts }: MapComparison, map: DrugMap): readonly AcceptedConflict[] => {
  const accepted = new Set(map.accepted.map(sayConflict))
  return conflicts.filter((conflict) => !accepted.has(sayConflict(conflict)))
}
