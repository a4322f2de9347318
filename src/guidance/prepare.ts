import type { Action, GuidanceSource } from '../contract/findings.ts'
import { type GuidanceTables, readGuidanceTables, type TestFirstRow } from './guidance-tables.ts'
import { splitRows } from './own-inhibitors.ts'
import { parseAction } from './parse-action.ts'
import type { GuidanceRow, Knowledge } from './rules.ts'

/** Rows of one source on one set of genes: they are matched together. */
export type RowGroup = {
  readonly source: GuidanceSource
  readonly genes: readonly string[]
  readonly rows: readonly GuidanceRow[]
  /** Those that are looked up by the inherited genotype: they tell themselves what an inhibitor of the enzyme changes. */
  readonly inherited: readonly GuidanceRow[]
  /** All others, which are looked up by what medicines make of the genotype. */
  readonly acting: readonly GuidanceRow[]
}

/** What knowledge says of one drug, sorted for use. */
export type DrugGuidance = {
  readonly groups: readonly RowGroup[]
  readonly listed: readonly GuidanceRow[]
  /** Rows whose text was not read: never advice, but their silence is said. */
  readonly unread: readonly RowGroup[]
  /** Rows that somebody has switched: no advice, and where they would have spoken that is said. */
  readonly switched: readonly RowGroup[]
  readonly genes: readonly string[]
}

export type Prepared = {
  readonly tables: GuidanceTables
  readonly drugs: ReadonlyMap<string, DrugGuidance>
  readonly actions: ReadonlyMap<string, readonly Action[]>
  /** Rows that ask for a test before the first dose, by drug. */
  readonly testFirst: ReadonlyMap<string, readonly TestFirstRow[]>
}

type Split = (rows: readonly GuidanceRow[]) => Pick<RowGroup, 'inherited' | 'acting'>

const groupRows = (rows: readonly GuidanceRow[], split: Split): RowGroup[] => {
  const groups = new Map<string, { source: GuidanceSource; genes: readonly string[]; rows: GuidanceRow[] }>()
  for (const row of rows) {
    const genes = [...row.genes].sort()
    const key = `${row.source} ${genes.join('+')}`
    const group = groups.get(key) ?? { source: row.source, genes, rows: [] }
    group.rows.push(row)
    groups.set(key, group)
  }
  return [...groups.values()].map((group) => ({ ...group, ...split(group.rows) }))
}

const sortRows = (rows: readonly GuidanceRow[], isSwitched: (row: GuidanceRow) => boolean, split: Split): DrugGuidance => {
  const speaking = rows.filter((row) => row.standing === 'advice')
  const advice = speaking.filter((row) => !isSwitched(row))
  const listed = rows.filter((row) => row.standing === 'listed')
  const off = rows.filter((row) => row.standing === 'off')
  return {
    groups: groupRows(advice, split),
    listed,
    unread: groupRows(off, split),
    switched: groupRows(speaking.filter(isSwitched), split),
    genes: [...new Set(speaking.flatMap((row) => row.genes))].sort(),
  }
}

const byDrug = (rows: readonly TestFirstRow[]): Map<string, TestFirstRow[]> => {
  const found = new Map<string, TestFirstRow[]>()
  for (const row of rows) for (const drug of new Set(row.drugs)) found.set(drug, [...(found.get(drug) ?? []), row])
  return found
}

const prepare = (knowledge: Knowledge): Prepared => {
  const rows = [...knowledge.guidance.values()].flat()
  const tables = readGuidanceTables(knowledge.tables)
  const actions = new Map(
    rows.filter((row) => row.standing === 'advice').map((row) => [row.id, row.actions.map((text) => parseAction(text))]),
  )
  const isSwitched = ({ id }: GuidanceRow): boolean => knowledge.switched?.has(id) === true
  const split: Split = (some) => splitRows(some, { actions, tables })
  return {
    tables,
    drugs: new Map([...knowledge.guidance].map(([drug, own]) => [drug, sortRows(own, isSwitched, split)])),
    actions,
    testFirst: byDrug(tables.testFirst.rows),
  }
}

const PREPARED = new WeakMap<Knowledge, Prepared>()

/**
 * Knowledge sorted for matching; made once per knowledge.
 * @throws AttuneError `rules-invalid` when one of this room's tables is not valid: call it at start, so that the start stops.
 */
export const prepareGuidance = (knowledge: Knowledge): Prepared => {
  const known = PREPARED.get(knowledge)
  if (known) return known
  const made = prepare(knowledge)
  PREPARED.set(knowledge, made)
  return made
}
