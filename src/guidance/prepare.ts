import type { Action, GuidanceSource } from '../contract/findings.ts'
import { type GuidanceTables, readGuidanceTables } from './guidance-tables.ts'
import { parseAction } from './parse-action.ts'
import type { GuidanceRow, Knowledge } from './rules.ts'

/** Rows of one source on one set of genes: they are matched together. */
export type RowGroup = { readonly source: GuidanceSource; readonly genes: readonly string[]; readonly rows: readonly GuidanceRow[] }

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
}

const groupRows = (rows: readonly GuidanceRow[]): RowGroup[] => {
  const groups = new Map<string, { source: GuidanceSource; genes: readonly string[]; rows: GuidanceRow[] }>()
  for (const row of rows) {
    const genes = [...row.genes].sort()
    const key = `${row.source} ${genes.join('+')}`
    const group = groups.get(key) ?? { source: row.source, genes, rows: [] }
    group.rows.push(row)
    groups.set(key, group)
  }
  return [...groups.values()]
}

const sortRows = (rows: readonly GuidanceRow[], isSwitched: (row: GuidanceRow) => boolean): DrugGuidance => {
  const speaking = rows.filter((row) => row.standing === 'advice')
  const advice = speaking.filter((row) => !isSwitched(row))
  const listed = rows.filter((row) => row.standing === 'listed')
  const off = rows.filter((row) => row.standing === 'off')
  return {
    groups: groupRows(advice),
    listed,
    unread: groupRows(off),
    switched: groupRows(speaking.filter(isSwitched)),
    genes: [...new Set(speaking.flatMap((row) => row.genes))].sort(),
  }
}

const prepare = (knowledge: Knowledge): Prepared => {
  const rows = [...knowledge.guidance.values()].flat()
  return {
    tables: readGuidanceTables(knowledge.tables),
    drugs: new Map([...knowledge.guidance].map(([drug, own]) => [drug, sortRows(own, ({ id }) => knowledge.switched?.has(id) === true)])),
    actions: new Map(rows.filter((row) => row.standing === 'advice').map((row) => [row.id, row.actions.map((text) => parseAction(text))])),
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
