import type { CardChange, CardsDiff } from './diff-cards.ts'
import type { ItemChange } from './diff-items.ts'

type Words = Readonly<Record<string, unknown>>

const isWords = (value: unknown): value is Words => value !== null && typeof value === 'object' && !Array.isArray(value)

/** `CYP2C19 PM or IM + CYP2D6 0.0`: who a row is about. */
const whenWords = (when: unknown): string =>
  Array.isArray(when)
    ? when
        .map((entry) =>
          Object.entries(isWords(entry) ? entry : {})
            .map(([gene, keys]) => `${gene} ${Array.isArray(keys) ? keys.join(' or ') : keys}`)
            .join(' + '),
        )
        .join('; ')
    : valueWords(when)

/** A value as a pharmacist reads it: no quotes, no braces where a list or a text will do. */
const valueWords = (value: unknown): string => {
  if (value === null || value === undefined) return 'nothing'
  if (typeof value === 'string') return value
  if (Array.isArray(value) && value.every((one) => typeof one !== 'object')) return value.length === 0 ? 'nothing' : value.join('; ')
  if (isWords(value) && Object.values(value).every((one) => one === null || typeof one !== 'object'))
    return Object.entries(value)
      .map(([name, one]) => `${name} ${valueWords(one)}`)
      .join(', ')
  return JSON.stringify(value)
}

const fieldWords = (field: string, value: unknown): string => (field === 'when' ? whenWords(value) : valueWords(value))

/** Drug, genes, source, population and strength of a guidance row, beside its id. */
const aboutRow = ({ drug, genes, source, population, strength, tier }: Words): string =>
  [drug, valueWords(genes), source, population, strength ?? tier].filter((part) => part !== undefined && part !== null).join(', ')

const whole = ({ section, item }: ItemChange): string =>
  section === 'guidance'
    ? `${whenWords(item.when)}: ${valueWords(item.actions)}`
    : Object.entries(item)
        .filter(([name]) => !['id', 'about'].includes(name))
        .map(([name, value]) => `${name} ${valueWords(value)}`)
        .join(', ')

const short = (text: string): string => (text.length > 400 ? `${text.slice(0, 399)}…` : text)

const changeLines = (change: ItemChange): string[] => {
  const { kind, id, section, item, fields } = change
  const name = section === 'guidance' ? `${id} (${aboutRow(item)})` : id
  if (kind !== 'changed') return [`  ${kind} ${name}: ${short(whole(change))}`]
  return [
    `  changed ${name}`,
    ...fields.map(({ field, from, to }) => `    ${field}: ${short(fieldWords(field, from))} -> ${short(fieldWords(field, to))}`),
  ]
}

const sectionLines = (changes: readonly ItemChange[]): string[] => {
  const sections = [...new Set(changes.map(({ section }) => section))]
  return sections.flatMap((section) => {
    const own = changes.filter((change) => change.section === section)
    const count = (kind: ItemChange['kind']): number => own.filter((change) => change.kind === kind).length
    return [
      '',
      `${section}: ${count('added')} added, ${count('removed')} removed, ${count('changed')} changed`,
      ...own.flatMap(changeLines),
    ]
  })
}

const cardWords = (card: CardChange['from']): string => (card === null ? 'no card' : `[${card.indicator}] ${card.summary}`)

/** The same change in several patients is one line, with the first of them. */
const cardLines = (changes: readonly CardChange[]): string[] => {
  const groups = new Map<string, { change: CardChange; count: number }>()
  for (const change of changes) {
    const key = JSON.stringify([change.drug, change.kind, change.from, change.to])
    const known = groups.get(key)
    if (known) known.count += 1
    else groups.set(key, { change, count: 1 })
  }
  return [...groups.values()].flatMap(({ change, count }) => [
    `  ${WORDS[change.kind]}: ${change.patient}${count > 1 ? ` and ${count - 1} more` : ''}`,
    ...(change.kind === 'detail'
      ? [`    ${cardWords(change.to)}`]
      : [`    was ${cardWords(change.from)}`, `    now ${cardWords(change.to)}`]),
  ])
}

const WORDS: Readonly<Record<CardChange['kind'], string>> = {
  added: 'new card',
  gone: 'card gone',
  indicator: 'weight changed',
  summary: 'summary changed',
  detail: 'detail or suggestions changed',
}

const cohortLines = (title: string, { patients, cards, changes }: CardsDiff): string[] => {
  const count = (kind: CardChange['kind']): number => changes.filter((change) => change.kind === kind).length
  return [
    '',
    `${title}: ${patients} patients, ${cards.before} cards before, ${cards.after} after: ${count('added')} new, ${count('gone')} gone, ${count('indicator')} of other weight, ${count('summary')} with another summary, ${count('detail')} with another detail`,
    ...cardLines(changes),
  ]
}

export type RulesDiff = {
  readonly before: string
  readonly after: string
  readonly rules: readonly ItemChange[]
  /** Null where both folders hold the same bytes: their cards cannot differ. */
  readonly sandbox: CardsDiff | null
  readonly grid: CardsDiff | null
}

export const sayDiff = ({ before, after, rules, sandbox, grid }: RulesDiff): string[] => [
  `Before ${before}`,
  `After  ${after}`,
  ...(rules.length === 0 ? ['', 'The rules are the same.'] : sectionLines(rules)),
  ...(sandbox ? cohortLines('Sandbox patients', sandbox) : []),
  ...(grid ? cohortLines('Grid of results and drugs', grid) : []),
]
