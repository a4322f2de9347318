import type { MomentAnswer, MomentBenefit, MomentNumber, MomentOffer } from '../../contract/moments.ts'
import { oncePer } from '../../once-per.ts'
import { besideOf, isKnown, judge, knownBefore } from './judge.ts'
import type { MomentRow, MomentRule } from './moment-rows.ts'
import { estimatesIn, isNumber, lackingIn, openNumbers, orderedDose } from './numbers.ts'
import type { Situation, Subject } from './situation.ts'
import { decideAll } from './tests.ts'
import type { View } from './verdict.ts'

/** Numbers that are shown whatever the rules need, where their condition holds. */
const askTheRest = async ({ asks, sums = [] }: MomentRow, view: View): Promise<void> => {
  for (const { name } of sums) await view.number(name)
  for (const ask of asks) {
    const wanted = ask.if === undefined ? ask.always === true : (await decideAll(ask.if, view)).verdict.is === 'yes'
    if (wanted) await view.number(ask.name)
  }
}

const isTaken = (group: string, { held, moments }: Situation): boolean =>
  held.some(({ draft, drug }) => !draft && drug.ingredients.some((one) => moments.isOf(group, one)))

const benefitOf = ({ benefit }: MomentRow, numbers: readonly MomentNumber[], situation: Situation): MomentBenefit | null => {
  const number = benefit && numbers.find(({ name }) => name === benefit.of)
  if (!number || isTaken(benefit.unlessTaking, situation)) return null
  const fewer = (ratio: number): number => number.value * (1 - ratio)
  return { says: benefit.says, fewer: fewer(benefit.ratio), fewerLow: fewer(benefit.high), fewerHigh: fewer(benefit.low) }
}

/** One of two ingredients does not stand for the product: what is taken with an opioid in one film reverses nothing. */
const heldAlone = oncePer(
  ({ held }: Situation): ReadonlySet<string> =>
    new Set(held.flatMap(({ drug }) => (drug.ingredients.length === 1 ? drug.ingredients.map(({ name }) => name.toLowerCase()) : []))),
)

const offersOf = (row: MomentRow, rule: MomentRule | null, situation: Situation): MomentOffer[] => {
  if (rule === null) return []
  const names = heldAlone(situation)
  return (row.offers ?? [])
    .filter(({ unless }) => !unless.some((name) => names.has(name)))
    .map(({ unless: _unless, source: _source, ...offer }) => offer)
}

const linkOf = ({ label, year, where, url }: MomentRule['source']) => ({
  label: [[label, year].filter(Boolean).join(' '), where].filter(Boolean).join(', '),
  url,
})

const sourcesOf = (row: MomentRow, rule: MomentRule | null, numbers: readonly MomentNumber[]): MomentAnswer['sources'] => {
  const sums = (row.sums ?? []).filter(({ name }) => numbers.some((one) => one.name === name))
  const benefit = row.benefit && numbers.length > 0 ? [row.benefit.source] : []
  const used = [...(rule ? [rule.source] : []), ...sums.map(({ source }) => source), ...benefit]
  return [...new Map(used.map((source) => [source.url, linkOf(source)])).values()]
}

/** One row, for one order, one discharge or one opened chart. Never throws for what a record holds. */
export const answerMoment = async (row: MomentRow, subject: Subject, situation: Situation): Promise<MomentAnswer> => {
  const numbers = openNumbers(row, situation)
  const view: View = { situation, subject, number: numbers.number }
  const judged = await judge(row, subject, view)
  if (judged.open) await askTheRest(row, view)
  const asked = await numbers.all()
  const ended = isKnown(row, judged, asked, situation) ? knownBefore(row) : judged
  const { rule } = ended
  const known = asked.filter(isNumber).map((one) => one.number)
  const told = ended.held.flatMap((one) => (one.is === 'yes' && one.tells ? [{ words: one.because, facts: one.facts }] : []))
  return {
    moment: row.id,
    at: row.at,
    title: row.title,
    ...besideOf(row, ended, asked),
    rule: rule?.id ?? null,
    indicator: rule?.indicator ?? 'info',
    headline: rule?.headline ?? null,
    brief: rule?.brief ?? null,
    advice: rule?.advice ?? [],
    numbers: known,
    benefit: benefitOf(row, known, situation),
    estimates: estimatesIn(asked),
    lacking: lackingIn(row, asked),
    explained: row.explained,
    found: [...orderedDose(known, subject, situation), ...told, ...numbers.found],
    sources: sourcesOf(row, rule, known),
    offers: offersOf(row, rule, situation),
    overrideReasons: row.overrideReasons ?? [],
    limits: row.limits,
  }
}

/** All rows that concern an order of a drug. */
export const answerOrder = (subject: NonNullable<Subject>, situation: Situation): Promise<MomentAnswer[]> =>
  Promise.all(situation.moments.forDrug(subject.drug).map((row) => answerMoment(row, subject, situation)))

/** Rows that are about the patient and not about an order. */
export const answerAll = (rows: readonly MomentRow[], situation: Situation): Promise<MomentAnswer[]> =>
  Promise.all(rows.map((row) => answerMoment(row, null, situation)))
