import type { OverridesBy, OverridesReport, OverridesRow, Share } from '../../contract/insight.ts'
import type { CardCount, OverrideWord } from '../../ledger/override-counts.ts'
import { wilson } from '../services/control-limits.ts'

export const shareOf = (count: number, of: number): Share => {
  const interval = wilson({ count, of })
  return interval === null ? null : { value: count / of, ...interval }
}

type About = Pick<CardCount, 'tenant' | 'service' | 'concern' | 'drug' | 'rows' | 'week'>
type Group = Pick<OverridesRow, 'tenant' | 'service' | 'subject' | 'drug'>

const anyRow = ({ rows, concern }: About): readonly string[] => (rows.length > 0 ? rows : [`concern ${concern}`])

/** To which groups a card belongs. One that rests on several rows belongs to each of them. */
const GROUPS: Readonly<Record<OverridesBy, (card: About) => readonly Group[]>> = {
  rule: (card) => anyRow(card).map((subject) => ({ tenant: card.tenant, service: card.service, subject, drug: card.drug })),
  drug: ({ tenant, service, drug, concern }) => [{ tenant, service, subject: drug ?? `concern ${concern}`, drug }],
  service: ({ tenant, service }) => [{ tenant, service, subject: '', drug: null }],
  site: ({ tenant }) => [{ tenant, service: '', subject: '', drug: null }],
  week: ({ tenant, week }) => [{ tenant, service: '', subject: week, drug: null }],
}

const group = <T extends About>(cards: readonly T[], groupsOf: (card: About) => readonly Group[]) => {
  const groups = new Map<string, { readonly group: Group; readonly cards: T[] }>()
  for (const card of cards)
    for (const one of groupsOf(card)) {
      const key = JSON.stringify([one.tenant, one.service, one.subject])
      const there = groups.get(key)
      if (there) there.cards.push(card)
      else groups.set(key, { group: one, cards: [card] })
    }
  return groups
}

const count = (cards: readonly CardCount[], is: (card: CardCount) => boolean = () => true): number =>
  cards.reduce((total, card) => (is(card) ? total + card.n : total), 0)

/** A code is a client's text: only our own are shown, unless the site lets comments be read. */
const codeOf = ({ code }: OverrideWord, known: ReadonlySet<string>, comments: boolean): string => {
  if (code === null) return 'uncoded'
  return comments || known.has(code) ? code : 'other'
}

const ranked = (words: readonly OverrideWord[], known: ReadonlySet<string>, comments: boolean): OverridesRow['reasons'] => {
  const byCode = new Map<string, number>()
  for (const word of words) byCode.set(codeOf(word, known, comments), (byCode.get(codeOf(word, known, comments)) ?? 0) + 1)
  return [...byCode].map(([code, n]) => ({ code, n })).sort((a, b) => b.n - a.n || (a.code < b.code ? -1 : 1))
}

const MOST_COMMENTS = 50

const rowOf = (
  of: Group,
  cards: readonly CardCount[],
  words: readonly OverrideWord[],
  { known, comments }: OverridesMaterial,
): OverridesRow => {
  const shown = count(cards)
  const [accepted, overridden] = [
    count(cards, ({ outcome }) => outcome === 'accepted'),
    count(cards, ({ outcome }) => outcome === 'overridden'),
  ]
  return {
    ...of,
    shown,
    accepted,
    overridden,
    ignored: shown - accepted - overridden,
    acceptRate: shareOf(accepted, shown),
    overrideRate: shareOf(overridden, shown),
    changedAfter: { n: count(cards, ({ after }) => after === 'changed'), of: count(cards, ({ after }) => after !== null) },
    repeated: count(cards, ({ repeated }) => repeated),
    reasons: ranked(words, known, comments),
    ...(comments ? { comments: words.flatMap(({ comment }) => comment ?? []).slice(-MOST_COMMENTS) } : {}),
  }
}

/** Everything a report is made from; the making is pure. */
export type OverridesMaterial = {
  readonly now: Date
  readonly since: Date
  readonly until: Date
  readonly by: OverridesBy
  readonly sandbox: boolean
  readonly comments: boolean
  /** Codes of our own reasons. */
  readonly known: ReadonlySet<string>
  readonly cards: readonly CardCount[]
  readonly words: readonly OverrideWord[]
}

const ALL: Group = { tenant: '', service: '', subject: '', drug: null }

export const makeOverridesReport = (material: OverridesMaterial): OverridesReport => {
  const { now, since, until, by, sandbox, comments, cards, words } = material
  const said = group(words, GROUPS[by])
  const rows = [...group(cards, GROUPS[by])].map(([key, one]) => rowOf(one.group, one.cards, said.get(key)?.cards ?? [], material))
  const order =
    by === 'week'
      ? (a: OverridesRow, b: OverridesRow) => (a.subject < b.subject ? -1 : 1)
      : (a: OverridesRow, b: OverridesRow) => b.shown - a.shown
  return {
    asOf: now.toISOString(),
    since: since.toISOString(),
    until: until.toISOString(),
    by,
    sandbox,
    comments,
    all: cards.length === 0 ? null : rowOf(ALL, cards, words, material),
    rows: rows.sort((a, b) => order(a, b) || (a.subject < b.subject ? -1 : 1)),
  }
}
