import type { Silence } from '../contract/cards.ts'
import type { PatientFacts } from '../contract/facts.ts'
import { appLink, finish, type Writing, type Written } from './card-parts.ts'
import { escapeText } from './markdown.ts'

/** Said of each order that was not assessed because there were too many. */
export const LEFT: Silence = { about: 'orders', code: 'too-many', because: 'more orders came in this call than are assessed in one' }

/** What the prescriber sees when a call holds more orders than are assessed in one. No setting takes it away, and no limit on cards. */
export const ordersLeftNotice = ({ orders, ordersLeft = [] }: PatientFacts, writing: Writing): Written[] => {
  if (ordersLeft.length === 0) return []
  const uuid = writing.newUuid()
  const assessed = orders.length
  const card = finish(
    {
      summary: `Not assessed: ${ordersLeft.length} of the ${assessed + ordersLeft.length} orders of this call. No warning about them does not mean that they are safe.`,
      detail: escapeText(
        `Only ${assessed} orders of this call were assessed, those that are selected first, in the order in which they came. The others were not looked at, nor what they would change in the effect of these. To have them assessed, select or sign them in smaller groups.`,
      ),
      indicator: 'warning',
      links: [appLink(null, null, uuid, writing)],
    },
    uuid,
    [],
    writing,
    false,
  )
  return [{ card, trace: { card: uuid, concern: 'notice', order: null, drug: null, findings: [], facts: [], rows: [], concerns: [] } }]
}
