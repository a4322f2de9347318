import type { Lineage } from '../../contract/lineage.ts'
import { oncePer } from '../../once-per.ts'
import { readCondition } from '../read-condition.ts'
import { medicinesWereRead } from '../read-medicine.ts'
import { measured, rising } from './measured.ts'
import type { MomentTest, TestOf } from './moment-rows.ts'
import type { Situation } from './situation.ts'
import { boundWords, isWithin, no, unknown, type Verdict, type View, yes } from './verdict.ts'

const plain = (value: number): string => String(Number(value.toPrecision(3)))

/** `Tisdale score 8: 7 and more`; what is not for this patient is a no, what lacks is not known. */
const compare = async (test: TestOf<'number'>, { number }: View): Promise<Verdict> => {
  const asked = await number(test.of)
  if (asked.state === 'none') return asked.applies ? unknown(asked.because) : no(asked.because)
  const { says, value, unit } = asked.number
  const bound = boundWords(test)
  const holds = isWithin(value, test)
  const words = `${says} ${plain(value)}${unit.startsWith('{') ? '' : ` ${unit}`}`
  if (!holds && asked.partial && value < (test.atLeast ?? Number.NEGATIVE_INFINITY))
    return unknown(`${words}, and not all could be counted`)
  return holds ? yes(`${words} (threshold: ${bound})`) : no(`${words}; a card from the threshold on: ${bound}`)
}

const band = async ({ of, in: bands }: TestOf<'band'>, { number }: View): Promise<Verdict> => {
  const asked = await number(of)
  if (asked.state === 'none') return asked.applies ? unknown(asked.because) : no(asked.because)
  const words = `${asked.number.says} ${asked.bandId ?? 'without a class'}`
  return asked.bandId !== null && bands.includes(asked.bandId) ? yes(words) : no(`${words}; a card for ${bands.join(' and ')}`)
}

const computed = async ({ of }: TestOf<'computed'>, { number }: View): Promise<Verdict> => {
  const asked = await number(of)
  if (asked.state === 'none') return asked.applies ? unknown(asked.because) : no(asked.because)
  return asked.fits ? yes(`${asked.number.says} could be computed`) : no(`the patient is not of the population of ${asked.number.by}`)
}

const lacking = async ({ of }: TestOf<'lacking'>, { number }: View): Promise<Verdict> => {
  const asked = await number(of)
  return asked.state === 'none' && asked.applies ? yes(asked.because) : no('nothing lacks')
}

type HeldOfClass = {
  readonly ref: string
  readonly draft: boolean
  readonly name: string
  readonly lineage: Lineage
  readonly unclear: boolean
}

const byClass = oncePer((_: Situation) => new Map<string, readonly HeldOfClass[]>())

/** Medicines and drafts of a class, looked for once and not for each order again. */
const heldOf = (group: string, situation: Situation): readonly HeldOfClass[] => {
  const known = byClass(situation).get(group)
  if (known) return known
  const found = situation.held.flatMap(({ ref, draft, drug, lineage, unclear }) =>
    drug.ingredients.filter((one) => situation.moments.isOf(group, one)).map(({ name }) => ({ ref, draft, name, lineage, unclear })),
  )
  byClass(situation).set(group, found)
  return found
}

const taking = ({ class: group, says, inUse }: TestOf<'taking'>, { situation, subject }: View): Verdict => {
  const all = heldOf(group, situation).filter(({ ref, draft }) => ref !== subject?.ref && !(inUse && draft))
  const found = all.filter(({ unclear }) => !unclear)
  if (found.length > 0)
    return yes(
      `${says} beside it: ${[...new Set(found.map(({ name }) => name))].join(', ')}`,
      found.map(({ lineage }) => lineage),
      true,
    )
  if (all.length > 0)
    return unknown(`${says}: the record does not say whether this is taken: ${[...new Set(all.map(({ name }) => name))].join(', ')}`)
  return medicinesWereRead(situation.facts)
    ? no(`no ${says} beside it`)
    : unknown(`${says}: the list of medicines could not be read to its end`)
}

const askOf = oncePer(({ is, unclear: _, ...by }: TestOf<'condition' | 'no-condition'>) => ({
  name: is,
  unit: '',
  kind: 'condition' as const,
  missing: { do: 'refuse' as const },
  ...by,
}))

const condition = (test: TestOf<'condition' | 'no-condition'>, { situation }: View): Verdict => {
  const { label, unclear } = test
  const reading = readCondition(askOf(test), situation.facts)
  if (reading.state === 'unusable') return unclear === 'speaks' ? yes(`no ${label} that is sure`) : unknown(reading.gap.because)
  const has = reading.value === 1
  if (has === (test.is === 'condition')) return has ? yes(label, reading.input.facts, true) : yes(`no ${label}`)
  return no(has ? `${label} is on record` : `${label} is not among the conditions`)
}

const REQUEST_QUERY = /^(ServiceRequest|Procedure)\b/

const planned = ({ label, codes, words }: TestOf<'planned'>, { situation: { facts } }: View): Verdict => {
  const ahead = [
    ...facts.requests.map(({ ref, name, codes: own, ordered }) => ({
      name,
      own,
      lineage: { resource: ref, ...(ordered === undefined ? {} : { date: ordered }) },
    })),
    ...facts.procedures.filter(({ status }) => status === 'preparation').map(({ name, codes: own, lineage }) => ({ name, own, lineage })),
  ]
  const found = ahead.filter(
    ({ name, own }) =>
      own.some(({ system, code }) => codes.some((wanted) => wanted.system === system && wanted.code === code)) ||
      words.some((word) => name.toLowerCase().includes(word)),
  )
  if (found.length > 0)
    return yes(
      `${label}: ${found.map(({ name }) => name).join(', ')}`,
      found.map(({ lineage }) => lineage),
      true,
    )
  const asked = facts.questions.filter(({ query }) => REQUEST_QUERY.test(query))
  const wasRead = asked.length > 1 && asked.every(({ state }) => state === 'answered' || state === 'empty')
  return wasRead
    ? no(`${label}: none ordered and none in preparation`)
    : unknown(`${label}: orders and procedures could not be read to their end`)
}

const age = ({ atLeast, below }: TestOf<'age'>, { situation: { facts } }: View): Verdict => {
  const years = facts.patient?.ageYears ?? null
  if (years === null) return unknown('The age is not known.')
  const holds = (atLeast === undefined || years >= atLeast) && (below === undefined || years < below)
  return holds ? yes(`age ${years} years`) : no(`the age is ${years} years`)
}

const sex = ({ sex: wanted }: TestOf<'sex'>, { situation: { facts } }: View): Verdict => {
  const own = facts.patient?.sex ?? null
  if (own === null || own === 'unknown') return unknown('The sex is not recorded.')
  return own === wanted ? yes(own) : no(`the record says ${own}`)
}

const starting = (_: TestOf<'starting'>, { situation, subject }: View): Verdict => {
  const { facts } = situation
  if (subject === null) return no('nothing is ordered')
  const known = facts.medicines.find(
    ({ state, drug }) => state === 'active' && drug.ingredients.some(({ name }) => name === subject.drug.name),
  )
  if (known) return no(`${subject.drug.name} is in use already`)
  const perhaps = situation.held.some(({ unclear, drug }) => unclear && drug.ingredients.some(({ name }) => name === subject.drug.name))
  if (perhaps) return yes(`the record does not say whether ${subject.drug.name} is taken already, so it counts as a start`)
  return medicinesWereRead(facts)
    ? yes(`${subject.drug.name} is not in use yet`)
    : unknown('The list of medicines could not be read to its end.')
}

const continuing = (test: TestOf<'continuing'>, view: View): Verdict => {
  const first = starting({ ...test, is: 'starting' }, view)
  if (first.is === 'unknown') return first
  return first.is === 'yes' ? no(first.because) : yes(first.because)
}

const ordering = ({ aboveMgPerDay }: TestOf<'ordering'>, { situation: { facts }, subject }: View): Verdict => {
  const order = facts.orders.find(({ ref }) => ref === subject?.ref)
  const daily = order?.dose.mgPerDay ?? null
  if (daily === null) return yes('the ordered daily dose is not known')
  return daily > aboveMgPerDay ? yes(`${plain(daily)} mg/day are ordered`) : no(`${plain(daily)} mg/day are within ${aboveMgPerDay} mg/day`)
}

const ordered = ({ class: group }: TestOf<'ordered'>, { situation, subject }: View): Verdict =>
  subject !== null && situation.moments.isOf(group, subject.drug)
    ? yes(`${subject.drug.name} is ordered`)
    : no('no threshold of a source is about this drug')

const TESTS: { readonly [K in MomentTest['is']]: (test: TestOf<K>, view: View) => Verdict | Promise<Verdict> } = {
  number: compare,
  band,
  computed,
  lacking,
  taking,
  condition: condition as (test: TestOf<'condition'>, view: View) => Verdict,
  'no-condition': condition as (test: TestOf<'no-condition'>, view: View) => Verdict,
  planned,
  age,
  sex,
  starting,
  continuing,
  ordering,
  ordered,
  measured,
  rising,
}

const decide = (test: MomentTest, view: View): Verdict | Promise<Verdict> =>
  (TESTS[test.is] as (test: MomentTest, view: View) => Verdict | Promise<Verdict>)(test, view) // table and union walk together

/** All of them: a no decides, then what is not known. The cheap ones come first in the rows, so that no model runs in vain. */
export const decideAll = async (tests: readonly MomentTest[], view: View): Promise<{ verdict: Verdict; held: readonly Verdict[] }> => {
  const held: Verdict[] = []
  let open: Verdict | null = null
  for (const test of tests) {
    const verdict = await decide(test, view)
    if (verdict.is === 'no') return { verdict, held }
    if (verdict.is === 'unknown') open ??= verdict
    else held.push(verdict)
  }
  return { verdict: open ?? yes(held.map(({ because }) => because).join('; ')), held }
}
