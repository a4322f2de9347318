import type { TestFirstTable } from './guidance-tables.ts'
import { prepareGuidance } from './prepare.ts'
import type { Knowledge, SwitchedRow } from './rules.ts'

/** Rules that somebody has switched: the id of a row, or a drug and a gene with a space between; and the words that stand in the answer. */
export type RuleSwitch = SwitchedRow & { readonly subject: string }

/** Whether a rule of that name is among these: a switch that names nothing would be a switch that does nothing. */
export const rowsOf = (subject: string, knowledge: Knowledge): string[] => {
  const { testFirst } = prepareGuidance(knowledge).tables
  const guidance = [...knowledge.guidance.values()].flat()
  return [
    ...guidance.filter((row) => row.id === subject || row.genes.some((gene) => subject === `${row.drug} ${gene}`)).map(({ id }) => id),
    ...testFirst.rows.filter((row) => isNamed(row, subject, testFirst)).map(({ id }) => id),
  ]
}

const isNamed = ({ id, drugs, tests }: TestFirstTable['rows'][number], subject: string, table: TestFirstTable): boolean =>
  id === subject || drugs.some((drug) => tests.some((test) => subject === `${drug} ${table.tests[test]?.gene}`))

/** Off goes before shadow: a rule that is both says nothing anywhere. */
const strongerFirst = (switches: readonly RuleSwitch[]): RuleSwitch[] =>
  [...switches].sort((one, other) => Number(one.use === 'shadow') - Number(other.use === 'shadow'))

/** The same knowledge without the advice of switched rows; where one of them would have spoken, that is said. */
export const withSwitched = (knowledge: Knowledge, switches: readonly RuleSwitch[]): Knowledge => {
  if (switches.length === 0) return knowledge
  const switched = new Map<string, SwitchedRow>()
  for (const { subject, use, words } of strongerFirst(switches))
    for (const row of rowsOf(subject, knowledge)) if (!switched.has(row)) switched.set(row, { use, words })
  return Object.freeze({ ...knowledge, switched })
}
