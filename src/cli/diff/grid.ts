import { prepareGuidance } from '../../guidance/prepare.ts'
import type { GuidanceRow, Knowledge } from '../../guidance/rules.ts'
import { anyResult, resultsFor } from '../reach/gene-results.ts'
import { both, decidableConditions, type Extra, recordFor, recordUnder } from '../reach/record-sketches.ts'
import type { Results } from '../reach/trial.ts'

/** One order of one made-up patient. */
export type GridPoint = { readonly drug: string; readonly results: Results; readonly extra: Extra }

/** More patients for one entry of a row would only repeat what its words differ in. */
const MOST_PER_ENTRY = 60

/** The first result for each word of each gene, in every combination. */
const resultsOf = (entry: GuidanceRow['when'][number], { genes }: Knowledge): Results[] =>
  Object.entries(entry).reduce<Results[]>(
    (made, [gene, words]) => {
      const table = genes.get(gene)
      const results = new Set(table ? words.flatMap((word) => resultsFor(table, word).slice(0, 1)) : [])
      return made.flatMap((one) => [...results].map((result) => ({ ...one, [gene]: result }))).slice(0, MOST_PER_ENTRY)
    },
    [{}],
  )

const populationExtra = (row: GuidanceRow, knowledge: Knowledge): Extra => {
  const { tables } = prepareGuidance(knowledge)
  const population = tables.populations.populations[row.population ?? '']
  return (population && recordFor(population, tables)) ?? {}
}

/** The patients of a row: every word, then the first of them under each condition that a record can decide. */
const ofRow = (row: GuidanceRow, knowledge: Knowledge): GridPoint[] => {
  const { tables, actions } = prepareGuidance(knowledge)
  const extra = populationExtra(row, knowledge)
  const all = row.when.flatMap((entry) => resultsOf(entry, knowledge))
  const [first] = all
  const conditions = decidableConditions(actions.get(row.id) ?? [], tables).flatMap((text) => {
    const condition = tables.populations.conditions[text]
    const met = condition && recordUnder(condition.rule, tables, knowledge.modifiers)
    return met ? [both(extra, met)] : []
  })
  return [
    ...all.map((results) => ({ drug: row.drug, results, extra })),
    ...(first === undefined ? [] : conditions.map((one) => ({ drug: row.drug, results: first, extra: one }))),
  ]
}

/** Each inhibitor and inducer beside a drug whose advice depends on the gene. */
const ofModifiers = (knowledge: Knowledge): GridPoint[] =>
  knowledge.modifiers.flatMap((row) => {
    const table = knowledge.genes.get(row.enzyme)
    const result = table ? anyResult(table) : null
    const drug = [...knowledge.guidance].find(
      ([name, rows]) => name !== row.drug && rows.some(({ standing, genes }) => standing === 'advice' && genes.includes(row.enzyme)),
    )?.[0]
    return result === null || drug === undefined ? [] : [{ drug, results: { [row.enzyme]: result }, extra: { medicines: [row.drug] } }]
  })

const ofKnowledge = (knowledge: Knowledge): GridPoint[] => [
  ...[...knowledge.guidance.values()]
    .flat()
    .filter((row) => row.standing === 'advice')
    .flatMap((row) => ofRow(row, knowledge)),
  ...[...knowledge.guidance.keys()].map((drug) => ({ drug, results: {}, extra: {} })),
  ...ofModifiers(knowledge),
]

/** A grid of results and drugs made from the rules themselves, from both sets, so that what only one of them knows is tried too. */
export const gridOf = (before: Knowledge, after: Knowledge): GridPoint[] => [
  ...new Map([...ofKnowledge(before), ...ofKnowledge(after)].map((point) => [JSON.stringify(point), point])).values(),
]
