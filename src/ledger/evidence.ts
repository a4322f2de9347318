import { createHash, type Hash } from 'node:crypto'
import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { DecisionRecord } from '../contract/decision.ts'
import { inOneGo, type Slices } from '../slices.ts'
import { canonicalJson } from './canonical.ts'
import type { EntryKind } from './chain.ts'
import { readRecord, recordOf } from './packed-record.ts'
import type { LedgerTables } from './tables.ts'

type Db = Kysely<LedgerTables>

/** A row as it is sealed: every column as text, in the order of `COLUMNS`. */
export type SealedRow = readonly (string | null)[]

/** Tables whose rows are evidence. */
export type EvidenceTable =
  | 'decision'
  | 'card'
  | 'concern'
  | 'prediction'
  | 'feedback'
  | 'review'
  | 'shadow_call'
  | 'outcome'
  | 'model_switch'
  | 'practice_switch'
  | 'rules_order'

export type Rows = Partial<Record<EvidenceTable, readonly SealedRow[]>>

/** Columns of each table, all of them (a record in either form is one); `instant` and `day` are read in one form whatever the session's settings. */
type Form = 'instant' | 'day' | 'number' | 'text' | 'record'
const COLUMNS: Readonly<Record<EvidenceTable, readonly (readonly [name: string, form?: Form])[]>> = {
  decision: [['seq', 'number'], ['id'], ['at', 'instant'], ['tenant'], ['service'], ['outcome'], ['patient_key'], ['record', 'record']],
  card: [['tenant'], ['card'], ['decision']],
  concern: [['tenant'], ['card'], ['patient_key'], ['user_key'], ['facts']],
  prediction: [
    ['decision'],
    ['tenant'],
    ['at', 'instant'],
    ['model'],
    ['version'],
    ['sha256'],
    ['state'],
    ['variant'],
    ['value', 'number'],
    ['unit'],
    ['inputs'],
    ['mode'],
  ],
  feedback: [['id'], ['at', 'instant'], ['tenant'], ['card'], ['outcome'], ['digest'], ['record']],
  review: [['seq', 'number'], ['id'], ['at', 'instant'], ['tenant'], ['patient_key'], ['kind'], ['record']],
  shadow_call: [['decision'], ['at', 'instant']],
  outcome: [
    ['seq', 'number'],
    ['tenant'],
    ['decision'],
    ['model'],
    ['variant'],
    ['outcome', 'number'],
    ['known_on', 'day'],
    ['received', 'instant'],
    ['client'],
  ],
  model_switch: [['seq', 'number'], ['at', 'instant'], ['model'], ['use'], ['by'], ['because']],
  practice_switch: [['seq', 'number'], ['at', 'instant'], ['kind'], ['subject'], ['tenant'], ['use'], ['by'], ['because']],
  rules_order: [['seq', 'number'], ['at', 'instant'], ['folder'], ['by']],
}

export const EVIDENCE_TABLES = Object.keys(COLUMNS) as EvidenceTable[]
const SORTED_TABLES = EVIDENCE_TABLES.toSorted()

/** An instant as the database tells it: in UTC, to the microsecond. What is no instant the database refuses by itself. */
const instant = (text: string): string => {
  const time = Date.parse(text)
  return Number.isNaN(time) ? text : new Date(time).toISOString().replace('Z', '000Z')
}

/** A row about to be stored, in the form in which it will be read again. */
export const sealedRow = (table: EvidenceTable, row: Readonly<Record<string, unknown>>): SealedRow =>
  COLUMNS[table].map(([name, form]) => {
    const value = row[name]
    if (value === null || value === undefined) return null
    return form === 'instant' ? instant(String(value)) : String(value)
  })

/** Code units of a text that are sealed at once: less than a millisecond. */
const PART = 65_536

const isHighSurrogate = (unit: number): boolean => unit >= 0xd800 && unit < 0xdc00

/** A text in parts; two halves of a character stay together. */
function* partsOf(text: string): Generator<string, undefined> {
  for (let from = 0; from < text.length; ) {
    const end = from + PART
    const to = isHighSurrogate(text.charCodeAt(end - 1)) ? end + 1 : end
    yield text.slice(from, to)
    from = to
  }
}

const inQuotes = (text: string): string => JSON.stringify(text).slice(1, -1)

/** A row is JSON within a text of JSON: its quotes are escaped, and what they hold is twice. */
function* sealRow(row: SealedRow, seal: Hash): Slices<void> {
  for (const [at, cell] of row.entries()) {
    seal.update(at === 0 ? '"[' : ',')
    if (cell === null) seal.update('null')
    else if (cell.length <= PART) seal.update(inQuotes(JSON.stringify(cell)))
    else {
      seal.update('\\"')
      for (const part of partsOf(cell)) {
        seal.update(inQuotes(inQuotes(part)))
        yield
      }
      seal.update('\\"')
    }
  }
  seal.update(']"')
}

const textsOf = (rows: readonly SealedRow[]): string[] =>
  rows
    .map((row) => canonicalJson(row))
    .sort() // by code units
    .map((text) => JSON.stringify(text))

/**
 * Digest of the rows of an entry, in whatever order they come: of the canonical JSON of their tables, each with the canonical JSON of its
 * rows as sorted texts. It is put together as it is sealed, since a record may have megabytes.
 */
export function* digestRowsInSlices(rows: Rows): Slices<string> {
  const seal = createHash('sha256')
  let before = '{'
  for (const table of SORTED_TABLES) {
    const [first, ...others] = rows[table] ?? []
    if (first === undefined) continue
    seal.update(`${before}"${table}":[`)
    before = ','
    if (others.length === 0) yield* sealRow(first, seal)
    else seal.update(textsOf([first, ...others]).join())
    seal.update(']')
    yield
  }
  return seal.update(before === '{' ? '{}' : '}').digest('hex')
}

/** The same at once, for who has nobody waiting. */
export const digestRows = (rows: Rows): string => inOneGo(digestRowsInSlices(rows))

const COLUMN_FORMS: Readonly<Record<Form, (column: RawBuilder<unknown>) => RawBuilder<unknown>>> = {
  instant: (column) => sql`to_char(${column} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`,
  day: (column) => sql`${column}::text`,
  number: (column) => column,
  record: () => recordOf('t'),
  text: (column) => column,
}

const selected = (table: EvidenceTable): RawBuilder<unknown> =>
  sql.join(COLUMNS[table].map(([name, form = 'text'], at) => sql`${COLUMN_FORMS[form](sql.ref(`t.${name}`))} as ${sql.ref(`c${at}`)}`))

type Found = Readonly<Record<string, unknown>> & { readonly ref: string }

const asRow = (table: EvidenceTable, found: Found): SealedRow =>
  COLUMNS[table].map(([, form], at) => {
    const value = found[`c${at}`]
    if (value === null || value === undefined) return null
    return form === 'record' ? readRecord(String(value)) : String(value)
  })

type ByRef = ReadonlyMap<string, readonly SealedRow[]>

const grouped = (table: EvidenceTable, found: readonly Found[]): ByRef => {
  const byRef = new Map<string, SealedRow[]>()
  for (const one of found) (byRef.get(one.ref) ?? byRef.set(one.ref, []).get(one.ref))?.push(asRow(table, one))
  return byRef
}

const NUMBER = /^\d{1,18}$/

/** Rows of a table by the column that entries refer to. */
const byColumn = async (db: Db, table: EvidenceTable, column: string, refs: readonly string[]): Promise<ByRef> => {
  const fit = column === 'seq' ? refs.filter((ref) => NUMBER.test(ref)) : refs // an entry that was damaged may name anything
  const keys = sql`jsonb_array_elements_text(${JSON.stringify(fit)}::jsonb)`
  const wanted = column === 'seq' ? sql`select (${keys})::bigint` : sql`select ${keys}`
  const { rows } = await sql<Found>`select t.${sql.ref(column)}::text as ref, ${selected(table)} from ${sql.table(table)} t
    where t.${sql.ref(column)} in (${wanted})`.execute(db)
  return grouped(table, rows)
}

const predictions = async (db: Db, mode: 'shown' | 'shadow', refs: readonly string[]): Promise<ByRef> => {
  const { rows } = await sql<Found>`select t.decision as ref, ${selected('prediction')} from prediction t
    where t.decision in (select jsonb_array_elements_text(${JSON.stringify(refs)}::jsonb)) and (t.mode = 'shadow') = ${mode === 'shadow'}`.execute(
    db,
  )
  return grouped('prediction', rows)
}

type CardOf = { readonly ref: string; readonly tenant: string; readonly card: string }

/** The cards that a record names: their rows are looked for under that name, whatever decision they say they are of. */
const cardsOf = ([ref, [row]]: readonly [string, readonly SealedRow[]]): CardOf[] => {
  try {
    const { tenant, cards, traces } = JSON.parse(row?.at(-1) ?? '{}') as Pick<DecisionRecord, 'tenant' | 'cards' | 'traces'>
    const named = new Set([...cards.map(({ uuid }) => uuid), ...traces.map(({ card }) => card)])
    return [...named].map((card) => ({ ref, tenant, card }))
  } catch {
    return [] // a record that was damaged; its digest says so
  }
}

const byCard = async (db: Db, table: 'card' | 'concern', cards: readonly CardOf[]): Promise<ByRef> => {
  if (cards.length === 0) return new Map()
  const { rows } = await sql<Found>`select w.ref, ${selected(table)}
    from jsonb_to_recordset(${JSON.stringify(cards)}::jsonb) as w(ref text, tenant text, card text)
    join ${sql.table(table)} t on t.tenant = w.tenant and t.card = w.card`.execute(db)
  return grouped(table, rows)
}

type Parts = Partial<Record<EvidenceTable, ByRef>>

const readDecisions = async (db: Db, refs: readonly string[]): Promise<Parts> => {
  const decision = await byColumn(db, 'decision', 'id', refs)
  const cards = [...decision].flatMap(cardsOf)
  return {
    decision,
    card: await byCard(db, 'card', cards),
    concern: await byCard(db, 'concern', cards),
    prediction: await predictions(db, 'shown', refs),
  }
}

/** How the rows of each kind of entry are found. Kinds that are not here say all in their body. */
const READERS: Partial<Record<EntryKind, (db: Db, refs: readonly string[]) => Promise<Parts>>> = {
  decision: readDecisions,
  feedback: async (db, refs) => ({ feedback: await byColumn(db, 'feedback', 'id', refs) }),
  review: async (db, refs) => ({ review: await byColumn(db, 'review', 'id', refs) }),
  shadow: async (db, refs) => ({
    shadow_call: await byColumn(db, 'shadow_call', 'decision', refs),
    prediction: await predictions(db, 'shadow', refs),
  }),
  outcome: async (db, refs) => ({ outcome: await byColumn(db, 'outcome', 'seq', refs) }),
  switch: async (db, refs) => ({ model_switch: await byColumn(db, 'model_switch', 'seq', refs) }),
  practice: async (db, refs) => ({ practice_switch: await byColumn(db, 'practice_switch', 'seq', refs) }),
  rules: async (db, refs) => ({ rules_order: await byColumn(db, 'rules_order', 'seq', refs) }),
}

/** The rows of entries of one kind, as the database holds them now, by the entry's ref. */
export const readRows = async (db: Db, kind: EntryKind, refs: readonly string[]): Promise<ReadonlyMap<string, Rows>> => {
  const reader = READERS[kind]
  if (!reader || refs.length === 0) return new Map()
  const parts = await reader(db, refs)
  return new Map(
    refs.map((ref) => [
      ref,
      Object.fromEntries(
        Object.entries(parts).flatMap(([table, byRef]) => {
          const rows = byRef.get(ref) ?? []
          return rows.length > 0 ? [[table, rows]] : []
        }),
      ),
    ]),
  )
}
