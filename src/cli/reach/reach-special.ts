import { z } from 'zod'
import { AttuneError } from '../../errors.ts'
import type { Knowledge } from '../../guidance/rules.ts'
import type { RowReach } from './reach-rows.ts'
import type { EntryReach } from './reach-tables.ts'
import { orderOf, runTrial, saidOf } from './trial.ts'

const text = z.string().min(1)
/** The part of `rules/special.json` that says what became of each fact. */
const specialSchema = z.object({
  entries: z.array(z.strictObject({ id: text, fact: text, rows: z.array(text).min(1).optional(), off: text.optional() })),
  tests: z.array(z.strictObject({ id: text, drug: text, test: text, gene: text, off: text.optional() })),
})
type Special = z.output<typeof specialSchema>

const proveEntry = ({ id, fact, rows, off }: Special['entries'][number], reached: ReadonlySet<string>): EntryReach => {
  if (off !== undefined) return { entry: `${id} "${fact}"`, as: 'off', reasons: [off], silent: [] }
  const lost =
    rows === undefined ? ['neither rows nor a reason'] : rows.filter((row) => !reached.has(row)).map((row) => `${row} is not reached`)
  return { entry: `${id} "${fact}"`, as: 'used', reasons: rows ?? [], silent: lost }
}

/** A patient without a result for the gene must be asked for the test when the drug is ordered. */
const proveTest = ({ id, drug, gene, off }: Special['tests'][number], knowledge: Knowledge): EntryReach => {
  const order = orderOf(drug, knowledge)
  const said = order && saidOf(drug, runTrial({ order, results: {}, extra: {} }, knowledge))?.testFirst
  if (said?.genes.some((test) => test.gene === gene))
    return { entry: id, as: 'used', reasons: [`${said.source}, ${said.demand}`], silent: [] }
  return off === undefined
    ? { entry: id, as: 'off', reasons: [], silent: [`an order of ${drug} does not ask for ${gene}, and no reason is given`] }
    : { entry: id, as: 'off', reasons: [off], silent: [] }
}

/**
 * What became of the facts that stand outside the tables.
 * @throws AttuneError `rules-invalid` when `special.json` does not have the shape that the generator writes
 */
export const reachSpecial = (rows: readonly RowReach[], knowledge: Knowledge): EntryReach[] => {
  const parsed = specialSchema.safeParse(knowledge.tables.get('special'))
  if (!parsed.success) throw new AttuneError('rules-invalid', `special.json: ${z.prettifyError(parsed.error)}`)
  const reached = new Set(rows.filter((row) => row.reached).map((row) => row.row))
  return [...parsed.data.entries.map((entry) => proveEntry(entry, reached)), ...parsed.data.tests.map((test) => proveTest(test, knowledge))]
}
