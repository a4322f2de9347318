import type { Thinking } from '../../engine.ts'
import type { CohortMember, DiffCard } from './cohort.ts'
import { isSame } from './diff-items.ts'

/** What changed in one card of one synthetic patient, the weightiest change first. */
export type CardChange = {
  readonly patient: string
  readonly drug: string
  readonly kind: 'added' | 'gone' | 'indicator' | 'summary' | 'detail'
  readonly from: Pick<DiffCard, 'indicator' | 'summary'> | null
  readonly to: Pick<DiffCard, 'indicator' | 'summary'> | null
}

export type CardsDiff = {
  readonly patients: number
  readonly cards: { readonly before: number; readonly after: number }
  readonly changes: readonly CardChange[]
}

const kindOf = (from: DiffCard, to: DiffCard): CardChange['kind'] | null => {
  if (from.indicator !== to.indicator) return 'indicator'
  if (from.summary !== to.summary) return 'summary'
  return isSame(from, to) ? null : 'detail'
}

const brief = (card: DiffCard | undefined): CardChange['from'] => (card ? { indicator: card.indicator, summary: card.summary } : null)

/** Cards of one drug are compared in their order: there is one card per order and concern. */
const compare = (patient: string, before: readonly DiffCard[], after: readonly DiffCard[]): CardChange[] =>
  [...new Set([...before, ...after].map(({ drug }) => drug))].flatMap((drug) => {
    const old = before.filter((card) => card.drug === drug)
    const now = after.filter((card) => card.drug === drug)
    return Array.from({ length: Math.max(old.length, now.length) }, (_, at): CardChange[] => {
      const [from, to] = [old[at], now[at]]
      const kind = from && to ? kindOf(from, to) : from ? 'gone' : 'added'
      return kind === null ? [] : [{ patient, drug, kind, from: brief(from), to: brief(to) }]
    }).flat()
  })

/** Cards of a cohort under two sets of rules. `tell` hears how many patients are done. */
export const diffCards = async (
  cohort: readonly CohortMember[],
  before: Thinking,
  after: Thinking,
  tell: (done: number) => void,
): Promise<CardsDiff> => {
  const changes: CardChange[] = []
  const cards = { before: 0, after: 0 }
  for (const [at, member] of cohort.entries()) {
    const [old, now] = [await member.cardsUnder(before), await member.cardsUnder(after)]
    cards.before += old.length
    cards.after += now.length
    changes.push(...compare(member.name, old, now))
    tell(at + 1)
  }
  return { patients: cohort.length, cards, changes }
}
