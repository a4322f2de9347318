import type { RawFiles } from '../../guidance/read-rule-files.ts'

type Json = Readonly<Record<string, unknown>>

/** One thing that a reader of the rules would look up by its name: a row, an allele, a drug, a population. */
export type RuleItem = {
  /** What kind of thing it is: `guidance`, `alleles`, `phenotypes`, `alternatives` … */
  readonly section: string
  readonly id: string
  readonly members: Json
}

const isObject = (value: unknown): value is Json => value !== null && typeof value === 'object' && !Array.isArray(value)

/** Members that together name a row of a table, the first set that the row has. */
const NAMES: readonly (readonly string[])[] = [
  ['id'],
  ['enzyme', 'kind', 'drug'],
  ['gene', 'drug'],
  ['guidance', 'gene', 'key', 'action'],
  ['rxcui', 'name'],
  ['code', 'use'],
  ['code'],
  ['symbol'],
  ['name'],
  ['pos'],
]

const nameOf = (row: Json, at: number): string => {
  const names = NAMES.find((members) => members.every((member) => row[member] !== undefined && row[member] !== null))
  return names ? names.map((member) => String(row[member])).join(' ') : `no. ${at + 1}`
}

/** Rows under their names; rows alike in name are told apart by their order. */
const rowsAs = (section: string, rows: readonly unknown[]): RuleItem[] => {
  const seen = new Map<string, number>()
  return rows.map((row, at) => {
    const members = isObject(row) ? row : { value: row }
    const name = nameOf(members, at)
    const count = (seen.get(name) ?? 0) + 1
    seen.set(name, count)
    return { section, id: count === 1 ? name : `${name} (${count})`, members }
  })
}

const geneItems = ({ alleles, pairs, ranges, phenotypes, ...rest }: Json, file: string): RuleItem[] => {
  const gene = String(rest.symbol ?? file)
  const under = (section: string, value: unknown): RuleItem[] =>
    isObject(value)
      ? Object.entries(value).map(([name, one]) => ({ section, id: `${gene} ${name}`, members: isObject(one) ? one : { is: one } }))
      : []
  return [
    ...under('alleles', alleles),
    ...under('phenotypes', phenotypes),
    ...under('function pairs', pairs),
    ...(ranges === undefined ? [] : [{ section: 'score ranges', id: gene, members: { ranges } }]),
    { section: 'genes', id: gene, members: rest },
  ]
}

const guidanceItems = ({ rows, ...header }: Json, file: string): RuleItem[] => [
  ...(Array.isArray(rows) ? rowsAs('guidance', rows) : []),
  { section: 'guidance files', id: String(header.drug ?? file), members: header },
]

/** Tables of rows, tables of named things, and single values: whatever a file holds becomes an item. */
const plainItems = (content: unknown, file: string): RuleItem[] => {
  const section = file.replace(/\.json$/, '').replace(/^.*\//, '')
  if (!isObject(content)) return [{ section, id: section, members: { content } }]
  const single: Record<string, unknown> = {}
  const items = Object.entries(content).flatMap(([member, value]): RuleItem[] => {
    if (Array.isArray(value) && value.some(isObject)) return rowsAs(member === 'rows' ? section : `${section}: ${member}`, value)
    if (isObject(value) && Object.values(value).some(isObject))
      return Object.entries(value).map(([name, one]) => ({
        section: `${section}: ${member}`,
        id: name,
        members: isObject(one) ? one : { is: one },
      }))
    single[member] = value
    return []
  })
  return Object.keys(single).length === 0 ? items : [...items, { section, id: 'the file', members: single }]
}

const itemsOf = (file: string, content: unknown): RuleItem[] => {
  if (isObject(content) && file.startsWith('guidance/')) return guidanceItems(content, file)
  if (isObject(content) && /^genes\/[A-Z0-9-]+\.json$/.test(file)) return geneItems(content, file)
  const variants = /^genes\/([A-Z0-9-]+)\.variants\.json$/.exec(file)?.[1]
  return variants === undefined
    ? plainItems(content, file)
    : plainItems(content, file).map((item) => ({
        ...item,
        section: item.section.replace(`${variants}.variants`, 'allele definitions'),
        id: `${variants} ${item.id}`,
      }))
}

/** Every item of the rules by section and name. Nothing of any file is left out: what has no name of its own belongs to its file. */
export const ruleItems = ({ files }: RawFiles): ReadonlyMap<string, RuleItem> =>
  new Map([...files].flatMap(([file, content]) => itemsOf(file, content).map((item) => [`${item.section}\n${item.id}`, item] as const)))
