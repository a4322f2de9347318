import type { MomentAnswer, MomentBenefit, MomentNumber, MomentOffer } from '../../contract/moments.ts'
import type { RiskEstimate } from '../../contract/risk.ts'
import { daysSince } from '../../terminology/dates.ts'
import { type Asked, readAsked } from './ask.ts'
import { dailySum } from './daily-sum.ts'
import type { MomentRow, MomentRule, MomentSum } from './moment-rows.ts'
import type { Situation, Subject } from './situation.ts'
import { decideAll, type Verdict, type View } from './tests.ts'

type Found = MomentAnswer['found'][number]

/** The sum as a number of the row. Where a member could not be counted it is at least so much, and below a threshold not known. */
const readSum = (sum: MomentSum, situation: Situation): { asked: Asked; found: Found[] } => {
  const { value, open, words, facts } = dailySum(sum, situation)
  const found = words === '' ? [] : [{ words: `${sum.says}: ${words}`, facts }]
  if (words === '' && open.length > 0)
    return { asked: { state: 'none', because: `Not counted: ${open.join('; ')}.`, applies: true, estimate: null }, found }
  const by = open.length === 0 ? sum.source.label : `${sum.source.label}; not counted: ${open.join('; ')}`
  const says = open.length === 0 ? sum.says : `${sum.says}, at least`
  return {
    asked: { state: 'number', number: { name: sum.name, says, value, unit: sum.unit, by }, fits: true, bandId: null, estimate: null },
    found,
  }
}

/** Numbers of one row, each computed when first asked for. */
const openNumbers = (row: MomentRow, situation: Situation) => {
  const made = new Map<string, Promise<Asked>>()
  const found: Found[] = []
  const compute = async (name: string): Promise<Asked> => {
    const sum = row.sums?.find((one) => one.name === name)
    if (sum) {
      const read = readSum(sum, situation)
      found.push(...read.found)
      return read.asked
    }
    const ask = row.asks.find((one) => one.name === name)
    if (!ask) return { state: 'none', because: `${name} is not asked for.`, applies: false, estimate: null }
    return readAsked(ask, await situation.estimate(ask.model, ask.question), situation.models)
  }
  return {
    found,
    number: (name: string): Promise<Asked> => {
      const known = made.get(name) ?? compute(name)
      made.set(name, known)
      return known
    },
    all: async (): Promise<Asked[]> => Promise.all(made.values()),
  }
}

const rulesFor = (row: MomentRow, subject: Subject): MomentRule[] =>
  row.rules.filter(({ drugs }) => drugs === undefined || (subject !== null && drugs.includes(subject.drug.name.toLowerCase())))

/** Numbers that are shown whatever the rules need, where their condition holds. */
const askTheRest = async ({ asks, sums = [] }: MomentRow, view: View): Promise<void> => {
  for (const { name } of sums) await view.number(name)
  for (const ask of asks) {
    if (ask.if !== undefined ? (await decideAll(ask.if, view)).verdict.is === 'yes' : ask.always === true) await view.number(ask.name)
  }
}

const isNumber = (asked: Asked): asked is Extract<Asked, { state: 'number' }> => asked.state === 'number'

const benefitOf = ({ benefit }: MomentRow, numbers: readonly MomentNumber[]): MomentBenefit | null => {
  const number = benefit && numbers.find(({ name }) => name === benefit.of)
  if (!number) return null
  const fewer = (ratio: number): number => number.value * (1 - ratio)
  return { says: benefit.says, fewer: fewer(benefit.ratio), fewerLow: fewer(benefit.high), fewerHigh: fewer(benefit.low) }
}

const offersOf = (row: MomentRow, rule: MomentRule | null, { held }: Situation): MomentOffer[] => {
  if (rule === null) return []
  const names = new Set(held.flatMap(({ drug }) => drug.ingredients.map(({ name }) => name.toLowerCase())))
  return (row.offers ?? [])
    .filter(({ unless }) => !unless.some((name) => names.has(name)))
    .map(({ label, product, dosage, asNeeded, reason }) => ({ label, product, dosage, asNeeded, reason }))
}

const linkOf = ({ label, year, where, url }: { label: string; year: number | null; where?: string | undefined; url: string }) => ({
  label: [[label, year].filter(Boolean).join(' '), where].filter(Boolean).join(', '),
  url,
})

const sourcesOf = (row: MomentRow, rule: MomentRule | null, numbers: readonly MomentNumber[]): MomentAnswer['sources'] => {
  const sums = (row.sums ?? []).filter(({ name }) => numbers.some((one) => one.name === name))
  const used = [
    ...(rule ? [rule.source] : []),
    ...sums.map(({ source }) => source),
    ...(row.benefit && numbers.length > 0 ? [row.benefit.source] : []),
  ]
  return [...new Map(used.map((source) => [source.url, linkOf(source)])).values()]
}

type Ended = Pick<MomentAnswer, 'state' | 'code' | 'because'> & { readonly rule: MomentRule | null; readonly held: readonly Verdict[] }

const NOTHING = { rule: null, held: [] } as const

/** The first rule that holds; else what lacks for one of them; else that none is reached. */
const judge = async (rules: readonly MomentRule[], view: View): Promise<Ended> => {
  let lacking: Verdict | null = null
  const reasons: string[] = []
  for (const rule of rules) {
    const { verdict, held } = await decideAll(rule.when, view)
    if (verdict.is === 'yes') return { state: 'speaks', code: 'speaks', because: verdict.because, rule, held }
    if (verdict.is === 'unknown') lacking ??= verdict
    else reasons.push(verdict.because)
  }
  if (lacking) return { state: 'not-computed', code: 'not-computed', because: lacking.because, ...NOTHING }
  const because = [...new Set(reasons)].join('; ') || 'told only on a card that is there anyway'
  return { state: 'silent', code: rules.length > 0 ? 'below-threshold' : 'beside-only', because, ...NOTHING }
}

/** One row, for one order, one discharge or one opened chart. Never throws for what a record holds. */
export const answerMoment = async (row: MomentRow, subject: Subject, situation: Situation): Promise<MomentAnswer> => {
  const { found, number, all } = openNumbers(row, situation)
  const view: View = { situation, subject, number }
  const gate = await decideAll(row.only ?? [], view)
  const rules = rulesFor(row, subject)
  const judged: Ended =
    gate.verdict.is === 'yes'
      ? await judge(rules, view)
      : gate.verdict.is === 'no'
        ? { state: 'silent', code: 'not-this-situation', because: gate.verdict.because, ...NOTHING }
        : { state: 'not-computed', code: 'not-computed', because: gate.verdict.because, ...NOTHING }
  if (gate.verdict.is === 'yes') await askTheRest(row, view)
  const asked = await all()
  const ended = staleEnd(row, judged, [...gate.held, ...judged.held], asked, situation) ?? judged
  const numbers = asked.filter(isNumber).map((one) => one.number)
  const told = [...(row.only ? gate.held : []), ...ended.held].filter((one) => one.is === 'yes' && one.tells)
  return {
    moment: row.id,
    title: row.title,
    ...stateOf(row, ended, asked),
    rule: ended.rule?.id ?? null,
    indicator: ended.rule?.indicator ?? 'info',
    headline: ended.rule?.headline ?? null,
    brief: ended.rule?.brief ?? null,
    advice: ended.rule?.advice ?? [],
    numbers,
    benefit: benefitOf(row, numbers),
    estimates: estimatesIn(asked),
    found: [...told.flatMap((one) => (one.is === 'yes' ? [{ words: one.because, facts: one.facts }] : [])), ...found],
    sources: sourcesOf(row, ended.rule, numbers),
    offers: offersOf(row, ended.rule, situation),
    overrideReasons: row.overrideReasons ?? [],
    limits: row.limits,
  }
}

/** Told beside other advice only with a number; what lacks for it is said there, and is the reason of the silence where there is no card. */
const stateOf = (
  row: MomentRow,
  { state, code, because }: Ended,
  asked: readonly Asked[],
): Pick<MomentAnswer, 'state' | 'code' | 'because'> => {
  if (state !== 'silent' || code === 'not-this-situation' || !row.beside) return { state, code, because }
  if (asked.some(isNumber)) return { state: 'beside', code, because }
  const lacking = asked.find((one) => one.state === 'none' && one.applies)
  if (lacking?.state === 'none') return { state: 'not-computed', code: 'not-computed', because: lacking.because }
  const refused = asked.find((one) => one.state === 'none')
  return { state, code, because: refused?.state === 'none' ? refused.because : because }
}

/** Nothing that the row rests on is new: it was there when the chart was opened before. */
const staleEnd = (
  { newWithinDays }: MomentRow,
  { state }: Ended,
  held: readonly Verdict[],
  asked: readonly Asked[],
  { facts: { now } }: Situation,
): Ended | null => {
  if (state !== 'speaks' || newWithinDays === undefined) return null
  const facts = [
    ...held.flatMap((one) => (one.is === 'yes' ? one.facts : [])),
    ...estimatesIn(asked).flatMap(({ inputs }) => inputs.flatMap((input) => input.facts)),
  ]
  const isNew = facts.some(({ date }) => date !== undefined && (daysSince(date, now) ?? Number.POSITIVE_INFINITY) <= newWithinDays)
  const because = `nothing that it rests on is from the last ${newWithinDays} days`
  return isNew ? null : { state: 'silent', code: 'known-before', because, ...NOTHING }
}

const estimatesIn = (asked: readonly Asked[]): RiskEstimate[] => [
  ...new Set(asked.flatMap(({ estimate }) => (estimate === null ? [] : [estimate]))),
]

/** All rows that concern an order of a drug. */
export const answerOrder = (subject: NonNullable<Subject>, situation: Situation): Promise<MomentAnswer[]> =>
  Promise.all(situation.moments.forDrug(subject.drug).map((row) => answerMoment(row, subject, situation)))

/** Rows that are about the patient and not about an order. */
export const answerAll = (rows: readonly MomentRow[], situation: Situation): Promise<MomentAnswer[]> =>
  Promise.all(rows.map((row) => answerMoment(row, null, situation)))
