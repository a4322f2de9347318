import type { MomentAnswer } from '../../contract/moments.ts'
import { daysSince } from '../../terminology/dates.ts'
import type { Asked } from './ask.ts'
import { type MomentRow, type MomentRule, namesIn } from './moment-rows.ts'
import { estimatesIn, isNumber } from './numbers.ts'
import type { Situation, Subject } from './situation.ts'
import { decideAll } from './tests.ts'
import type { Verdict, View } from './verdict.ts'

type State = Pick<MomentAnswer, 'state' | 'code' | 'because'>

/** What a row came to: the rule that speaks, or why none does. `held`: what was found on the way; `open`: it is for this patient. */
export type Judged = State & { readonly rule: MomentRule | null; readonly held: readonly Verdict[]; readonly open: boolean }

const quiet = (state: 'silent' | 'not-computed', code: string, because: string, held: readonly Verdict[] = []): Judged => ({
  state,
  code,
  because,
  rule: null,
  held,
  open: false,
})

const rulesFor = (row: MomentRow, subject: Subject): MomentRule[] =>
  row.rules.filter(({ drugs }) => drugs === undefined || (subject !== null && drugs.includes(subject.drug.name.toLowerCase())))

/** What lacks to say the rule's sentences: a number that they name and that could not be computed. */
const unsaid = async (rule: MomentRule, { number }: View): Promise<Verdict | null> => {
  for (const name of namesIn(rule).filter((one) => one !== 'drug')) {
    const asked = await number(name)
    if (asked.state === 'none') return { is: 'unknown', because: asked.because }
  }
  return null
}

/** The first rule that holds; else what lacks for one of them; else that none is reached. */
const judgeRules = async (rules: readonly MomentRule[], view: View): Promise<Judged> => {
  let lacking: Verdict | null = null
  const reasons: string[] = []
  for (const rule of rules) {
    const { verdict, held } = await decideAll(rule.when, view)
    const open = verdict.is === 'yes' ? await unsaid(rule, view) : null
    if (verdict.is === 'yes' && open === null) return { state: 'speaks', code: 'speaks', because: verdict.because, rule, held, open: true }
    if (verdict.is !== 'no') lacking ??= open ?? verdict
    else reasons.push(verdict.because)
  }
  if (lacking) return quiet('not-computed', 'not-computed', lacking.because)
  if (rules.length === 0) return quiet('silent', 'beside-only', 'told only on a card that is there anyway')
  return quiet('silent', 'below-threshold', [...new Set(reasons)].join('; '))
}

/** An order for the skin, the eye or the ear: a row about what the drug does in the body is not for it. */
const isLocal = (subject: Subject, { situation: { facts } }: View): boolean =>
  facts.orders.some(({ ref, local }) => ref === subject?.ref && local === true)

/** Whether the row is for this patient at all, and then which of its rules speaks. */
export const judge = async (row: MomentRow, subject: Subject, view: View): Promise<Judged> => {
  if (isLocal(subject, view)) return quiet('silent', 'not-this-situation', 'what is ordered stays where it is put')
  const { verdict, held } = await decideAll(row.only ?? [], view)
  if (verdict.is === 'no') return quiet('silent', 'not-this-situation', verdict.because)
  if (verdict.is === 'unknown') return quiet('not-computed', 'not-computed', verdict.because)
  const judged = await judgeRules(rulesFor(row, subject), view)
  return { ...judged, held: [...held, ...judged.held], open: true }
}

/** What is known for longer than the row allows was there when the chart was opened before. */
export const isKnown = (
  { newWithinDays }: MomentRow,
  { state, held }: Judged,
  asked: readonly Asked[],
  { facts: { now } }: Situation,
): boolean => {
  if (state !== 'speaks' || newWithinDays === undefined) return false
  const facts = [
    ...held.flatMap((one) => (one.is === 'yes' ? one.facts : [])),
    ...estimatesIn(asked).flatMap(({ inputs }) => inputs.flatMap((input) => input.facts)),
  ]
  return !facts.some(({ date }) => date !== undefined && (daysSince(date, now) ?? Number.POSITIVE_INFINITY) <= newWithinDays)
}

export const knownBefore = ({ newWithinDays }: MomentRow): Judged =>
  quiet('silent', 'known-before', `nothing that it rests on is from the last ${newWithinDays} days`)

/** Told beside other advice only with a number; what lacks for it is said there, and is the reason of the silence where there is no card. */
export const besideOf = ({ beside }: MomentRow, { state, code, because }: Judged, asked: readonly Asked[]): State => {
  if (state !== 'silent' || code === 'not-this-situation' || !beside) return { state, code, because }
  if (asked.some(isNumber)) return { state: 'beside', code, because }
  const none = asked.filter((one) => one.state === 'none')
  const lacking = none.find((one) => one.applies)
  if (lacking) return { state: 'not-computed', code: 'not-computed', because: lacking.because }
  return none[0] ? { state, code: 'not-this-situation', because: none[0].because } : { state, code, because }
}
