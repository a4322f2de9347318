import type { CardTrace } from '../contract/cards.ts'
import { appLink, finish, SUMMARY_LIMIT, type Writing, type Written } from './card-parts.ts'
import { concernExtension } from './concern-mark.ts'
import { bulletList, escapeText, joinSections, listWords, section } from './markdown.ts'

const URGENCY = { critical: 0, warning: 1, info: 2 } as const

/** The same sentence about several orders is one line. */
const linesOf = (rest: readonly Written[]): string[] => {
  const times = new Map<string, number>()
  for (const { card } of rest) times.set(card.summary, (times.get(card.summary) ?? 0) + 1)
  return [...times].map(([summary, count]) => escapeText(count === 1 ? summary : `${summary} (${count} orders)`))
}

/** As many names as the summary has room for; the list in the detail is whole. */
const headWords = (count: number, drugs: readonly string[]): string => {
  const whole = `${count} more to read: ${listWords(drugs)}`
  if (whole.length <= SUMMARY_LIMIT) return whole
  const room = (names: readonly string[]): string =>
    `${count} more to read: ${names.join(', ')} and ${drugs.length - names.length} other drugs`
  const fitting = drugs.findIndex((_, at) => room(drugs.slice(0, at + 1)).length > SUMMARY_LIMIT)
  return fitting > 0 ? room(drugs.slice(0, fitting)) : `${count} more to read, about ${drugs.length} drugs`
}

const SECTIONS = [
  ['warning', 'Warnings'],
  ['info', 'For information'],
] as const

const summaryCard = (rest: readonly Written[], shown: number, writing: Writing): Written => {
  const uuid = writing.newUuid()
  const drugs = [...new Set(rest.flatMap(({ trace }) => trace.concerns.flatMap(({ drug }) => drug ?? [])))]
  const concerns = rest.flatMap(({ trace }) => trace.concerns)
  const card = finish(
    {
      summary: headWords(rest.length, drugs),
      detail: joinSections([
        escapeText(
          `This answer is limited to ${writing.policy.maxCards} cards, most serious first${shown > 0 ? `; ${shown} stand beside this one` : ''}. What the others say, in one line each:`,
        ),
        ...SECTIONS.map(([indicator, title]) =>
          section(title, bulletList(linesOf(rest.filter(({ card: one }) => one.indicator === indicator)))),
        ),
        escapeText('To see each of them in full, with its reasons and suggestions, select or sign these orders in smaller groups.'),
      ]),
      indicator: rest.some(({ card: one }) => one.indicator === 'warning') ? 'warning' : 'info',
      links: [appLink(null, null, uuid, writing)],
    },
    uuid,
    [],
    writing,
    false,
  )
  const traces = rest.map(({ trace }) => trace)
  const trace: CardTrace = {
    card: uuid,
    concern: 'summary',
    order: null,
    drug: null,
    findings: traces.flatMap(({ findings }) => findings),
    facts: [...new Set(traces.flatMap(({ facts }) => facts))].sort(),
    rows: [...new Set(traces.flatMap(({ rows }) => rows))],
    concerns,
  }
  return { card: { ...card, ...concernExtension(concerns, writing.seal) }, trace }
}

/**
 * Most serious first, at most `maxCards`: the last card then sums up what is left over. Critical cards, and those that tell a binding
 * label's boxed warning or contraindication, all stay, however many there are.
 * The summary has no override reasons: who has not read a concern has not overridden it.
 */
export const limitCards = (written: readonly Written[], writing: Writing): Written[] => {
  const sorted = [...written].sort((a, b) => URGENCY[a.card.indicator] - URGENCY[b.card.indicator])
  const { maxCards } = writing.policy
  if (sorted.length <= maxCards) return sorted
  const critical = sorted.filter(({ card }) => card.indicator === 'critical').length
  const shown = Math.max(critical, maxCards - 1)
  const rest = sorted.slice(shown).filter(({ binding }) => !binding)
  if (rest.length === 0) return sorted
  const kept = [...sorted.slice(0, shown), ...sorted.slice(shown).filter(({ binding }) => binding)]
  return [...kept, summaryCard(rest, kept.length, writing)]
}
