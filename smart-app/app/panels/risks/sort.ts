import type { Gap } from '../../../../src/contract/lineage.ts'
import type { RiskEstimate } from '../../../../src/contract/risk.ts'
import type { Why } from './texts.ts'

type Refused = Extract<RiskEstimate, { state: 'refused' }>

/** What a card and its line in the overview are known by. */
export const keyOf = ({ model, title }: RiskEstimate): string => `${model.id} ${title}`

const rank = (estimate: RiskEstimate): number => {
  if (estimate.general !== true) return estimate.state === 'estimated' ? 0 : 1
  return estimate.state === 'estimated' && estimate.chance ? 2 : 3
}

/** The drug in hand, then chances from high to low, then the others by name: stated above the list (`TEXT.order`). */
export const inOrder = (estimates: readonly RiskEstimate[]): RiskEstimate[] =>
  [...estimates].sort((a, b) => {
    const ranks = rank(a) - rank(b)
    if (ranks !== 0) return ranks
    if (a.state === 'estimated' && b.state === 'estimated' && a.chance && b.chance) return b.value - a.value
    return a.title.localeCompare(b.title)
  })

/** Of the person, without a number: told in one list. A drug in hand that has none keeps its own card. */
export const isFolded = (estimate: RiskEstimate): estimate is Refused => estimate.state === 'refused' && estimate.general === true

const WHYS: { readonly [code in Gap['code']]?: Why } = {
  'not-asked': 'ruled-out',
  stale: 'stale',
  'out-of-range': 'range',
  conflict: 'unclear',
  indeterminate: 'unclear',
  undecided: 'unclear',
  unmapped: 'unclear',
  'unit-unknown': 'unclear',
  unavailable: 'unavailable',
  timeout: 'unavailable',
  'not-authorized': 'unavailable',
  unreadable: 'unavailable',
}

export const whyOf = ({ because, model, inputs }: Refused): Why => {
  const [first] = because
  if (!first) return 'unavailable'
  const isInput = first.about === 'inputs' || inputs.some(({ name }) => name === first.about)
  if (first.code === 'not-asked' && isInput && first.about !== model.id) return 'given'
  return WHYS[first.code] ?? 'missing'
}

const ORDER: readonly Why[] = ['missing', 'stale', 'range', 'unclear', 'given', 'unavailable', 'ruled-out']

/** Refusals by what they have in common, those that something could be done about first. */
export const groupsOf = (refused: readonly Refused[]): { readonly why: Why; readonly estimates: readonly Refused[] }[] =>
  ORDER.map((why) => ({ why, estimates: refused.filter((one) => whyOf(one) === why) })).filter(({ estimates }) => estimates.length > 0)
