import { z } from 'zod'
import type { Ingredient } from '../../contract/facts.ts'
import { AttuneError } from '../../errors.ts'
import { type ClassMember, isMember } from '../medicine-classes.ts'
import type { Models } from '../registry.ts'
import { takeConditions } from '../share.ts'
import { dosingRules } from './dosing-rules.ts'
import { measurementOf } from './measured.ts'
import { type MomentRow, type MomentTest, momentsSchema, namesIn } from './moment-rows.ts'

/** Rows of `rules/moments.json`, checked against the models, the classes and the words for overrides. */
export type Moments = {
  readonly all: readonly MomentRow[]
  /** Rows that concern an order of this drug; most drugs have none. */
  forDrug(drug: Ingredient): readonly MomentRow[]
  readonly discharge: readonly MomentRow[]
  readonly chart: readonly MomentRow[]
  /** Whether a drug is of a class. */
  isOf(group: string, drug: Ingredient): boolean
}

/** What the rows may name. */
export type MomentTerms = { readonly models: Models; readonly overrideReasons: readonly { readonly code: string }[] }

const testsOf = (row: MomentRow): MomentTest[] => [
  ...(row.only ?? []),
  ...row.asks.flatMap((ask) => ask.if ?? []),
  ...row.rules.flatMap((rule) => rule.when),
]

const namesOf = ({ asks, sums = [] }: MomentRow): string[] => [...asks, ...sums].map((one) => one.name)

const namedBy = (test: MomentTest): string[] => ('of' in test ? [test.of] : [])

/** Names in the sentences and tests of a row that no number of it has. */
const openNames = (row: MomentRow): string[] => {
  const known = new Set(['drug', ...namesOf(row)])
  return [...row.rules.flatMap(namesIn), ...testsOf(row).flatMap(namedBy), ...(row.benefit ? [row.benefit.of] : [])].filter(
    (one) => !known.has(one),
  )
}

/** A model that is not here is said at the moment itself; one that is here must have what the row asks for. */
const askProblems = ({ asks }: MomentRow, models: Models): string[] =>
  asks.flatMap(({ model, question, output }) => {
    const found = models.get(model)
    if (!found) return []
    const variants = found.variants.filter(({ spec }) => spec.question === question)
    if (variants.length === 0) return [`the model ${model} has no question ${question}`]
    const lacking = output === undefined ? [] : variants.filter(({ spec }) => !spec.outputs.some(({ id }) => id === output))
    return lacking.map(({ spec }) => `the model ${model}/${spec.id} has no output ${output}`)
  })

/** A test of a measurement needs an input of that kind, of a model that is here. */
const inputProblems = (row: MomentRow, models: Models): string[] =>
  testsOf(row).flatMap((test) => {
    if (test.is !== 'measured' && test.is !== 'rising') return []
    const model = models.get(test.model)
    if (!model) return []
    return measurementOf(model, test.input) ? [] : [`the model ${test.model} has no measurement ${test.input}`]
  })

const groupsOf = (row: MomentRow): string[] => [
  ...(row.of?.classes ?? []),
  ...(row.sums ?? []).map((sum) => sum.class),
  ...(row.benefit ? [row.benefit.unlessTaking] : []),
  ...testsOf(row).flatMap((test) => (test.is === 'taking' || test.is === 'ordered' ? [test.class] : [])),
]

const isAboutDrugs = ({ of: drugs, dosing }: MomentRow): boolean => drugs !== undefined || dosing !== undefined

const rowProblems = (row: MomentRow, { models, overrideReasons }: MomentTerms): string[] => {
  const reasons = new Set(overrideReasons.map(({ code }) => code))
  const { classes } = models.medicineClasses
  return [
    ...((row.at === 'order') === isAboutDrugs(row) ? [] : ['drugs belong to orders, and only to them']),
    ...groupsOf(row).flatMap((group) => (classes.has(group) ? [] : [`there is no class ${group} in medicine-classes.json`])),
    ...openNames(row).map((one) => `no number is called ${one}`),
    ...askProblems(row, models),
    ...inputProblems(row, models),
    ...row.rules
      .filter(({ basis, indicator }) => indicator === 'warning' && basis !== 'label')
      .map(({ id }) => `${id}: only a label warns`),
    ...(row.overrideReasons ?? []).filter((code) => !reasons.has(code)).map((code) => `wording.json has no override reason ${code}`),
  ].map((problem) => `${row.id}: ${problem}`)
}

const isCondition = (test: MomentTest): test is Extract<MomentTest, { is: 'condition' | 'no-condition' }> =>
  test.is === 'condition' || test.is === 'no-condition'

/** With the codes of the sets that its tests name, and a rule for each row of the table of doses that it names. */
const resolve = (row: MomentRow, { medicineClasses, conditionSets }: Models): MomentRow => {
  const take = (test: MomentTest): MomentTest =>
    isCondition(test) ? takeConditions(`moments.json: ${row.id}`, test, { conditions: conditionSets }) : test
  const rules = [...(row.dosing === undefined ? [] : dosingRules(row.dosing, medicineClasses)), ...row.rules]
  return {
    ...row,
    ...(row.only ? { only: row.only.map(take) } : {}),
    asks: row.asks.map((ask) => (ask.if ? { ...ask, if: ask.if.map(take) } : ask)),
    rules: rules.map((rule) => ({ ...rule, when: rule.when.map(take) })),
  }
}

const membersOf = ({ of: drugs, dosing, rules }: MomentRow, { classes, kidneyDosing }: Models['medicineClasses']): ClassMember[] => {
  const named = [
    ...(drugs?.names ?? []),
    ...(drugs?.kidneyDosing ? kidneyDosing.map(({ name }) => name) : []),
    ...(dosing === undefined ? [] : rules.flatMap((rule) => rule.drugs ?? [])),
  ]
  return [
    ...named.map((name) => ({ name, rxcui: null, source: '' })),
    ...(drugs?.classes ?? []).flatMap((group) => classes.get(group)?.members ?? []),
  ]
}

/** Rows by the name of the drug: the only thing that an order outside of all classes costs. */
const byName = (rows: readonly MomentRow[], models: Models): ReadonlyMap<string, readonly MomentRow[]> => {
  const found = new Map<string, MomentRow[]>()
  for (const row of rows)
    for (const name of new Set(membersOf(row, models.medicineClasses).map((member) => member.name)))
      found.set(name, [...(found.get(name) ?? []), row])
  return found
}

/**
 * @param raw content of `rules/moments.json`; none: no moments
 * @throws AttuneError `rules-invalid` with every problem
 */
export const readMoments = (raw: unknown, terms: MomentTerms): Moments => {
  const parsed = momentsSchema.safeParse(raw ?? { about: '', moments: [] })
  if (!parsed.success) throw new AttuneError('rules-invalid', `moments.json: ${z.prettifyError(parsed.error)}`)
  const { models } = terms
  const moments = parsed.data.moments.map((row) => resolve(row, models))
  const ids = moments.map(({ id }) => id)
  const problems = [
    ...ids.filter((id, at) => ids.indexOf(id) !== at).map((id) => `${id} stands twice`),
    ...moments.flatMap((row) => rowProblems(row, terms)),
  ]
  if (problems.length > 0) throw new AttuneError('rules-invalid', problems.map((problem) => `moments.json: ${problem}`).join('\n'))
  const rows = byName(moments, models)
  const { classes } = models.medicineClasses
  return Object.freeze({
    all: moments,
    forDrug: ({ name }: Ingredient) => rows.get(name.toLowerCase()) ?? [],
    discharge: moments.filter(({ at }) => at === 'discharge'),
    chart: moments.filter(({ at }) => at === 'chart'),
    isOf: (group: string, drug: Ingredient) => classes.get(group)?.members.some((member) => isMember(member, drug)) ?? false,
  })
}
