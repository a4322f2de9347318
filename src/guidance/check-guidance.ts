import { parseAction } from './parse-action.ts'
import type { ParsedRules } from './parsed-rules.ts'
import { keysOfGene } from './producible-keys.ts'
import type { Problem } from './read-rule-files.ts'
import type { RuleFile } from './rule-schemas.ts'

type Row = RuleFile<'guidance'>['rows'][number]
/** What a row is checked against. */
type Known = {
  readonly actions: ReadonlySet<string>
  readonly genes: ReadonlySet<string>
  readonly otherGenes: ReadonlySet<string>
  readonly canProduce: (gene: string, key: string) => boolean
}

const unique = (items: readonly string[]): string[] => [...new Set(items)]

const percentProblems = (action: string): string[] =>
  [...action.matchAll(/(\d+(?:\.\d+)?)%/g)]
    .map(([, number]) => Number(number))
    .filter((percent) => percent < 1 || percent > 500)
    .map((percent) => `${percent}% is outside 1% to 500% of the usual dose`)

const actionProblems = (row: Row, known: Known): string[] =>
  row.actions.flatMap((action) => {
    try {
      const { code } = parseAction(action)
      if (code === 'see-source') return [`"${action}" was not read and must not be an action`]
      return known.actions.has(code) ? percentProblems(action) : [`unknown action code "${code}"`]
    } catch {
      return [`"${action}" does not follow the grammar of actions`]
    }
  })

const geneProblems = (row: Row, known: Known): string[] => [
  ...row.genes
    .filter((gene) => !known.genes.has(gene) && !(row.standing === 'listed' && known.otherGenes.has(gene)))
    .map((gene) => `unknown gene "${gene}"`),
  ...unique(row.when.flatMap((entry) => Object.keys(entry)))
    .filter((gene) => !row.genes.includes(gene))
    .map((gene) => `"when" names ${gene}, which is not among the row's genes`),
]

/** Rows that are off may hold keys that no table produces; that is often why they are off. */
const keyProblems = (row: Row, known: Known): string[] =>
  row.standing === 'off'
    ? []
    : row.when.flatMap((entry) =>
        Object.entries(entry).flatMap(([gene, keys]) =>
          keys
            .filter((key) => known.genes.has(gene) && !known.canProduce(gene, key))
            .map((key) => `no ${gene} result has the key "${key}"`),
        ),
      )

const standingProblems = (row: Row): string[] => {
  if (row.standing === 'off') return row.note === undefined ? ['a row that is off must say why in its note'] : []
  if (row.standing === 'listed') return row.actions.length + row.when.length > 0 ? ['a listed row has no actions and no genotypes'] : []
  return row.actions.length === 0 || row.when.length === 0 ? ['advice needs actions and genotypes'] : []
}

/** A place in a label is told on every card of the drug: it must be one that somebody read. */
const labelProblems = (row: Row): string[] => {
  if (row.label === undefined) return []
  if (row.source !== 'FDA') return ['only rows of the FDA stand in a US label']
  return row.read === undefined || row.standing !== 'advice' ? ['a place in the label needs advice and the copy that was read'] : []
}

const CHECKS: readonly ((row: Row, known: Known) => string[])[] = [
  actionProblems,
  geneProblems,
  keyProblems,
  standingProblems,
  labelProblems,
]

/** Same source, same people, same words: stated twice by mistake. */
const statementOf = (row: Row): string =>
  JSON.stringify([row.source, row.drug, row.genes, row.when, row.population, row.actions, row.guideline.id, row.tier, row.standing])

const fileProblems = (file: string, content: RuleFile<'guidance'>, rules: ParsedRules): Problem[] => {
  const drug = rules.drugs.ingredients.find((row) => row.name === content.drug)
  const at = (row: string, problem: string): Problem => ({ file, row, problem })
  const statements = new Set<string>()
  return [
    ...(drug === undefined ? [at('drug', `unknown drug "${content.drug}"`)] : []),
    ...(drug !== undefined && drug.rxcui !== content.rxcui
      ? [at('rxcui', `${content.rxcui} here, ${drug.rxcui} in drugs/ingredients.json`)]
      : []),
    ...content.rows.flatMap((row) => {
      const statement = statementOf(row)
      const twice = statements.has(statement)
      statements.add(statement)
      return [
        ...(row.drug === content.drug ? [] : [at(row.id, `the row is about "${row.drug}", the file about "${content.drug}"`)]),
        ...(row.id.startsWith(`${row.source.toLowerCase()}/`)
          ? []
          : [at(row.id, `the id does not start with ${row.source.toLowerCase()}/`)]),
        ...(twice ? [at(row.id, 'the same statement stands in this file twice')] : []),
      ]
    }),
  ]
}

const idProblems = (rules: ParsedRules): Problem[] => {
  const seen = new Set([...rules.guidance.values()].flatMap((content) => content.retired ?? []))
  return [...rules.guidance].flatMap(([file, content]) =>
    content.rows.flatMap((row) => {
      const taken = seen.has(row.id)
      seen.add(row.id)
      return taken ? [{ file, row: row.id, problem: 'this id is taken or retired' }] : []
    }),
  )
}

const drugFileProblems = (rules: ParsedRules): Problem[] => {
  const seen = new Map<string, string>()
  return [...rules.guidance].flatMap(([file, content]) => {
    const first = seen.get(content.drug)
    seen.set(content.drug, first ?? file)
    return first === undefined ? [] : [{ file, row: 'drug', problem: `${content.drug} already has ${first}` }]
  })
}

const memberOf = (table: unknown, member: string): unknown =>
  table !== null && typeof table === 'object' ? (table as Record<string, unknown>)[member] : undefined // a table of another room, read with care

const symbolsIn = (table: unknown): ReadonlySet<string> => {
  const rows = memberOf(table, 'rows')
  return new Set(Array.isArray(rows) ? rows.map((row) => String(memberOf(row, 'symbol'))) : [])
}

/** Guidance rows against genes, drugs and actions, and against each other. */
export const checkGuidance = (rules: ParsedRules): Problem[] => {
  const keys = new Map([...rules.genes.values()].map((gene) => [gene.symbol, keysOfGene(gene)]))
  const known: Known = {
    actions: new Set(rules.actions.rows.map((row) => row.code)),
    genes: new Set(keys.keys()),
    otherGenes: symbolsIn(rules.tables.get('other-genes')),
    canProduce: (gene, key) => keys.get(gene)?.(key) ?? false,
  }
  return [
    ...idProblems(rules),
    ...drugFileProblems(rules),
    ...[...rules.guidance].flatMap(([file, content]) => [
      ...fileProblems(file, content, rules),
      ...content.rows.flatMap((row) => CHECKS.flatMap((check) => check(row, known)).map((problem) => ({ file, row: row.id, problem }))),
    ]),
  ]
}
