import { isLoinc, isSnomedConcept } from '../terminology/check-digits.ts'
import type { ParsedRules } from './parsed-rules.ts'
import type { Problem } from './read-rule-files.ts'

/** Members of the tables of other rooms that hold names or codes of ours, and what must be true of each. */
type Known = { readonly drugs: ReadonlySet<string>; readonly genes: ReadonlySet<string>; readonly sources: ReadonlySet<string> }
type Check = { readonly member: string; readonly tables: readonly string[]; readonly wrong: (value: string, known: Known) => string | null }

const HAND_KEPT = ['alternatives', 'drug-classes', 'moments', 'populations', 'test-first']
const unknownDrug = (name: string, known: Known): string | null => (known.drugs.has(name) ? null : `unknown drug "${name}"`)

const noConcept = (code: string): string | null => (isSnomedConcept(code) ? null : `"${code}" is not a valid SNOMED CT concept`)

const CHECKS: readonly Check[] = [
  { member: 'drugs', tables: HAND_KEPT, wrong: unknownDrug },
  ...['ingredients', 'members', 'parts'].map((member) => ({ member, tables: HAND_KEPT, wrong: unknownDrug })),
  { member: 'drug', tables: ['alternatives', 'moments'], wrong: unknownDrug },
  ...['names', 'unless'].map((member) => ({ member, tables: ['moments'], wrong: unknownDrug })),
  { member: 'gene', tables: HAND_KEPT, wrong: (name, known) => (known.genes.has(name) ? null : `unknown gene "${name}"`) },
  { member: 'snomed', tables: HAND_KEPT, wrong: noConcept },
  ...['pregnant', 'notPregnant'].map((member) => ({ member, tables: ['alternatives'], wrong: noConcept })),
  { member: 'code', tables: ['drug-classes'], wrong: noConcept },
  {
    member: 'loinc',
    tables: ['alternatives'],
    wrong: (code) => (isLoinc(code) ? null : `"${code}" is not a valid LOINC code`),
  },
]

const textsOf = (value: unknown): string[] =>
  typeof value === 'string'
    ? [value]
    : Array.isArray(value)
      ? value.filter((member) => typeof member === 'string')
      : value !== null && typeof value === 'object'
        ? Object.keys(value)
        : []

const walk = (value: unknown, path: string, visit: (member: string, value: unknown, path: string) => Problem[]): Problem[] => {
  if (value === null || typeof value !== 'object') return []
  return Object.entries(value).flatMap(([member, child]) => [
    ...visit(member, child, `${path}.${member}`),
    ...walk(child, `${path}.${member}`, visit),
  ])
}

const tableProblems = (name: string, table: unknown, known: Known): Problem[] =>
  walk(table, '', (member, value, path) =>
    CHECKS.filter((check) => check.member === member && check.tables.includes(name)).flatMap((check) =>
      textsOf(value).flatMap((text) => {
        const problem = check.wrong(text, known)
        return problem === null ? [] : [{ file: `${name}.json`, row: path.slice(1), problem }]
      }),
    ),
  )

const sourceProblems = (name: string, table: unknown, known: Known): Problem[] => {
  const source = table !== null && typeof table === 'object' && 'source' in table ? table.source : undefined
  return typeof source === 'string' && !known.sources.has(source)
    ? [{ file: `${name}.json`, row: 'source', problem: `unknown source "${source}"` }]
    : []
}

/** Products that alternatives are offered as stand in the product table under the same words. */
const productProblems = (rules: ParsedRules): Problem[] => {
  const names = new Map(rules.drugs.products.map((product) => [product.rxcui, product.name]))
  return walk(rules.tables.get('alternatives'), '', (member, value, path) => {
    if (member !== 'product' || value === null || typeof value !== 'object' || !('code' in value) || !('display' in value)) return []
    const problem =
      names.get(String(value.code)) === value.display
        ? null
        : `product ${String(value.code)} is not "${String(value.display)}" in drugs/products.json`
    return problem === null ? [] : [{ file: 'alternatives.json', row: path.slice(1), problem }]
  })
}

/** Names and codes in the tables that other rooms keep by hand. */
export const checkTables = (rules: ParsedRules): Problem[] => {
  const known: Known = {
    drugs: new Set(rules.drugs.ingredients.map((row) => row.name)),
    genes: new Set([...rules.genes.values()].map((gene) => gene.symbol)),
    sources: new Set(rules.sources.rows.map((row) => row.id)),
  }
  return [
    ...[...rules.tables].flatMap(([name, table]) => [...tableProblems(name, table, known), ...sourceProblems(name, table, known)]),
    ...productProblems(rules),
  ]
}
