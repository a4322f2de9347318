import type { ParsedRules } from './parsed-rules.ts'
import type { Problem } from './read-rule-files.ts'

/** Keys that stand more than once. */
const repeated = (keys: readonly string[]): string[] => {
  const seen = new Set<string>()
  return keys.filter((key) => seen.size === seen.add(key).size)
}

const INGREDIENTS = 'drugs/ingredients.json'

const ingredientProblems = ({ drugs }: ParsedRules): Problem[] => {
  const names = new Set(drugs.ingredients.map((row) => row.name))
  const codes = drugs.ingredients.flatMap((row) => (row.rxcui === null ? [] : [row.rxcui]))
  const at = (row: string, problem: string): Problem => ({ file: INGREDIENTS, row, problem })
  return [
    ...repeated(drugs.ingredients.flatMap((row) => [row.name, ...(row.also ?? [])])).map((name) => at(name, 'two drugs have this name')),
    ...repeated(codes).map((code) => at(code, 'two drugs have this RxNorm code')),
    ...drugs.ingredients.filter((row) => row.name !== row.name.toLowerCase()).map((row) => at(row.name, 'names are written in lower case')),
    ...drugs.ingredients.flatMap((row) =>
      (row.components ?? []).filter((part) => !names.has(part)).map((part) => at(row.name, `unknown component "${part}"`)),
    ),
  ]
}

const productProblems = ({ drugs }: ParsedRules): Problem[] => {
  const names = new Set(drugs.ingredients.map((row) => row.name))
  const tables = [
    { file: 'drugs/products.json', rows: drugs.products },
    { file: 'drugs/codes.json', rows: drugs.codes },
  ]
  const all = tables.flatMap(({ file, rows }) => rows.map((row) => ({ file, rxcui: row.rxcui })))
  const twice = new Set(repeated([...drugs.ingredients.flatMap((row) => row.rxcui ?? []), ...all.map((row) => row.rxcui)]))
  return [
    ...all.filter((row) => twice.has(row.rxcui)).map(({ file, rxcui }) => ({ file, row: rxcui, problem: 'this RxNorm code stands twice' })),
    ...tables.flatMap(({ file, rows }) =>
      rows.flatMap((row) =>
        row.ingredients
          .filter((name) => !names.has(name))
          .map((name) => ({ file, row: row.rxcui, problem: `unknown ingredient "${name}"` })),
      ),
    ),
  ]
}

const modifierProblems = ({ drugs, modifiers }: ParsedRules): Problem[] => {
  const codes = new Map(drugs.ingredients.map((row) => [row.name, row.rxcui]))
  const file = 'phenoconversion.json'
  const keyOf = (row: (typeof modifiers.rows)[number]): string => `${row.enzyme} ${row.kind} ${row.drug}`
  return [
    ...repeated(modifiers.rows.map(keyOf)).map((key) => ({ file, row: key, problem: 'stands twice' })),
    ...modifiers.rows.flatMap((row) => {
      const at = (problem: string): Problem => ({ file, row: keyOf(row), problem })
      if (modifiers.notDrugs.includes(row.drug)) return row.verified === 'seen' ? [at('a row about no drug cannot be used')] : []
      if (!codes.has(row.drug)) return [at(`unknown drug "${row.drug}"`)]
      return row.rxcui !== null && codes.get(row.drug) !== row.rxcui
        ? [at(`RxNorm ${row.rxcui} here, ${codes.get(row.drug)} in ${INGREDIENTS}`)]
        : []
    }),
  ]
}

/** Ingredients, products, further codes and modifiers against each other. */
export const checkDrugs = (rules: ParsedRules): Problem[] => [
  ...ingredientProblems(rules),
  ...productProblems(rules),
  ...modifierProblems(rules),
]
