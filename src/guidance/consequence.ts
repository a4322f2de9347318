import type { Action, Consequence, Finding } from '../contract/findings.ts'
import { oncePerPair } from '../once-per.ts'
import type { ActionRule } from './rules.ts'

const ORDER: readonly Consequence[] = ['contraindicated', 'avoid', 'alternative', 'dose', 'caution', 'monitor', 'standard', 'none']

export const seriousness = (consequence: Consequence): number => ORDER.indexOf(consequence)

const mostSerious = (consequences: readonly Consequence[]): Consequence | null =>
  [...consequences].sort((a, b) => seriousness(a) - seriousness(b))[0] ?? null

/** A limit that the dose at hand already keeps asks for nothing. */
const consequenceOf = (action: Action, rules: ReadonlyMap<string, ActionRule>): Consequence =>
  action.atHand?.state === 'within' ? 'standard' : (rules.get(action.code)?.consequence ?? 'caution')

/** Actions that come after `or` by their code. */
const SECOND_CHOICE = new Set(['or-alternative'])

/** A caution beside the usual dose is a remark for later, unless the dose at hand is the one that it warns of. */
const isRemark = (worst: Consequence, actions: readonly Action[], rules: ReadonlyMap<string, ActionRule>): boolean =>
  worst === 'caution' &&
  actions.some((action) => rules.get(action.code)?.consequence === 'standard') &&
  !actions.some((action) => action.atHand?.state === 'over')

/** Several open branches that each ask for another drug or dose: whichever holds, the order changes. */
const openChange = (actions: readonly Action[], rules: ReadonlyMap<string, ActionRule>): Consequence | null => {
  const texts = [...new Set(actions.flatMap(({ condition }) => (condition?.kind === 'if' ? [condition.text] : [])))]
  const branches = texts.map((text) =>
    mostSerious(
      actions.filter(({ condition }) => condition?.kind === 'if' && condition.text === text).map((action) => consequenceOf(action, rules)),
    ),
  )
  const changes = branches.filter((branch) => branch !== null && seriousness(branch) <= seriousness('dose'))
  return branches.length > 1 && changes.length === branches.length ? mostSerious(changes.filter((branch) => branch !== null)) : null
}

/**
 * What a row amounts to: the most serious of what it says without a condition.
 * Where everything depends on a condition that the record could not decide, the most serious of those.
 * What holds only later (`if-used`, `if-no-response`, `or` …) never decides alone. Weighed once for the rules' own lists of actions.
 */
export const weighActions = oncePerPair((rules: ReadonlyMap<string, ActionRule>, actions: readonly Action[]): Consequence => {
  const of = (chosen: readonly Action[]) => mostSerious(chosen.map((action) => consequenceOf(action, rules)))
  const first = actions.filter((action) => action.condition === undefined && !SECOND_CHOICE.has(action.code))
  const plain = of(first)
  const either = openChange(actions, rules)
  if (either !== null && (plain === null || seriousness(either) < seriousness(plain))) return either
  if (plain !== null && plain !== 'none') return isRemark(plain, first, rules) ? 'monitor' : plain
  const second = of(actions.filter((action) => action.condition === undefined && SECOND_CHOICE.has(action.code)))
  if (second !== null) return second
  const open = of(actions.filter((action) => action.condition?.kind === 'if'))
  return open ?? plain ?? 'none'
})

/** Kinds of advice, coarse enough that a difference is one that a prescriber would act on. */
const KIND: Readonly<Record<Consequence, string | null>> = {
  contraindicated: 'another drug',
  avoid: 'another drug',
  alternative: 'another drug',
  dose: 'another dose',
  caution: 'caution or monitoring',
  monitor: 'caution or monitoring',
  standard: 'no change',
  none: null,
}

/** How the sources differ, in one sentence; null when they agree or only one speaks. */
export const describeDisagreement = (findings: readonly Finding[]): string | null => {
  const kinds = new Map<string, string>()
  const speaking = findings.filter((finding) => finding.kind === 'guidance' && KIND[finding.consequence] !== null)
  for (const source of new Set(speaking.map((finding) => finding.source))) {
    const own = speaking.filter((finding) => finding.source === source)
    const decided = own.filter((finding) => finding.population?.state !== 'undecided')
    const worst = mostSerious((decided.length > 0 ? decided : own).map((finding) => finding.consequence))
    const kind = worst === null ? null : KIND[worst]
    if (kind) kinds.set(source, kind)
  }
  if (new Set(kinds.values()).size < 2) return null
  return `${[...kinds].map(([source, kind]) => `${source}: ${kind}`).join('; ')}.`
}
