import type { Assessment } from '../contract/findings.ts'
import type { Gap } from '../contract/lineage.ts'
import { appLink, finish, trace, type Writing, type Written } from './card-parts.ts'
import { asClause, bulletList, escapeText, joinSections, section } from './markdown.ts'

type Entry = Assessment['orders'][number]

const noticeOf = (
  card: { readonly summary: string; readonly detail: string; readonly indicator: 'info' | 'warning' },
  concern: 'not-assessed' | 'notice',
  order: string | null,
  writing: Writing,
): Written => {
  const uuid = writing.newUuid()
  const finished = finish({ ...card, links: [appLink(null, order, uuid, writing)] }, uuid, [], writing, false)
  return { card: finished, trace: { ...trace(finished, concern, null, []), order } }
}

/** What of the orders could not be read, so that nobody can say what drug it is. */
const unreadOf = (assessment: Assessment): Gap[] => [
  ...assessment.orders.flatMap(({ order, gaps }) => (order.drug.nameless ? gaps.filter(({ code }) => code === 'unmapped') : [])),
  ...assessment.gaps.filter(({ about, code }) => about === 'orders' && code === 'unreadable'),
]

/** One card for all orders whose drug could not be read; an order that names a drug not known here is none of them. */
const unreadOrders = (assessment: Assessment, writing: Writing): Written[] => {
  const unread = unreadOf(assessment)
  const [first] = unread
  if (!first || !writing.policy.notAssessed) return []
  const what = unread.length === 1 ? 'the drug of 1 order' : `the drugs of ${unread.length} orders`
  const card = {
    summary: `Not assessed: ${what} could not be read, because ${asClause(first.because)}`,
    detail: joinSections([
      escapeText('No warning here does not mean that it is safe: what is ordered was not compared with any genetic result.'),
      section(
        'Not assessed',
        bulletList([...new Set(unread.map(({ resource, because }) => escapeText(`${resource ?? 'order'}: ${because}`)))]),
      ),
    ]),
    indicator: 'info' as const,
  }
  return [noticeOf(card, 'not-assessed', null, writing)]
}

/** An order whose code and text name different drugs, of which one has guidance: whichever is given, the order is to be put right first. */
const namesTwo = ({ order, drugs, gaps }: Entry): boolean =>
  order.drug.flags.includes('medication-conflict') &&
  gaps.some(({ code }) => code === 'conflict') &&
  drugs.some(({ about, state }) => about === 'order' && state !== 'no-guidance')

const conflictNotice = ({ order }: Entry, writing: Writing): Written => {
  const drugs = order.drug.ingredients.map(({ name }) => name).join(', ')
  const card = {
    summary: `Correct the order: its code and its text name different drugs (${drugs})`,
    detail: joinSections([
      escapeText(
        `The order reads: ${order.drug.text}. Its code and its text do not mean the same drug, so which one will be given is not known.`,
      ),
      section(
        'What to do',
        bulletList([escapeText('Enter the order again with the drug that is meant.'), escapeText(`Both were looked at: ${drugs}.`)]),
      ),
    ]),
    indicator: 'warning' as const,
  }
  return noticeOf(card, 'notice', order.ref, writing)
}

/** What is to be said of the orders themselves, before any guidance. */
export const orderNotices = (assessment: Assessment, writing: Writing): Written[] => [
  ...assessment.orders.filter(namesTwo).map((entry) => conflictNotice(entry, writing)),
  ...unreadOrders(assessment, writing),
]
