import type { Action, DrugAssessment, Finding } from '../contract/findings.ts'
import type { ActionWords, Wording } from './wording.ts'

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
const small = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1)

const SHARE = /^[\d.-]+%$/

/** `50%` is always a share of the usual dose (see `rules/actions.json`). */
const amountWords = (amount: string, wording: Wording): string =>
  wording.values.get(amount) ?? (SHARE.test(amount) ? `${amount} of the usual dose` : amount)

const SIGN = /^(<=|>=|<|>)\s*/

const SIGNED: Readonly<Record<string, (amount: string) => string>> = {
  '<=': (amount) => `no more than ${amount}`,
  '<': (amount) => `less than ${amount}`,
  '>=': (amount) => `${amount} or more`,
  '>': (amount) => `more than ${amount}`,
}

const valueWords = (value: string | undefined, wording: Wording): string => {
  if (value === undefined) return 'another dose'
  const amount = amountWords(value.replace(SIGN, ''), wording)
  return SIGNED[SIGN.exec(value)?.[1] ?? '']?.(amount) ?? amount
}

/** An upper limit after `keep`: `at 20 mg/day or less`, `below 20 mg/day`. */
const limitWords = (value: string | undefined, wording: Wording): string => {
  if (value === undefined) return 'within the stated limit'
  const amount = amountWords(value.replace(SIGN, ''), wording)
  return /^<(?!=)/.test(value) ? `below ${amount}` : `at ${amount} or less`
}

/** The same limit as a sentence of its own: `Do not exceed 20 mg/day`, `Stay below 20 mg/day`. */
const ceilingWords = (value: string | undefined, wording: Wording): string =>
  /^<(?!=)/.test(value ?? '')
    ? `Stay ${limitWords(value, wording)}`
    : `Do not exceed ${value === undefined ? 'the stated limit' : amountWords(value.replace(SIGN, ''), wording)}`

/** Lists of names get their blanks, ages their unit. */
const tidy = (detail: string): string => detail.replaceAll(/,(?=\S)/g, ', ').replaceAll(/\b(\d+) y\b/g, '$1 years')

/** Words for an action: those for this detail alone, else those of its code. */
const wordsOf = (action: Action, wording: Wording): ActionWords | undefined =>
  (action.detail === undefined ? undefined : wording.actions.get(`${action.code}(${action.detail})`)) ?? wording.actions.get(action.code)

const detailOf = (action: Action, wording: Wording): string | undefined =>
  action.detail === undefined ? undefined : tidy(wordsOf(action, wording)?.details?.[action.detail] ?? action.detail)

const fill = (template: string, action: Action, drug: string, wording: Wording): string => {
  const detail = detailOf(action, wording)
  return template
    .replaceAll('{Drug}', () => capital(drug))
    .replaceAll('{drug}', () => drug)
    .replaceAll('{value}', () => valueWords(action.value, wording))
    .replaceAll('{limit}', () => limitWords(action.value, wording))
    .replaceAll('{Ceiling}', () => ceilingWords(action.value, wording))
    .replaceAll('{named}', () => (detail ? `: ${detail}` : ''))
    .replaceAll('{plain}', () => detail ?? '')
    .replace(/\{detailOr: ([^}]+)\}/, (_all, otherwise: string) => ` ${detail ?? otherwise}`)
    .replaceAll('{detail}', () => (detail ? ` (${detail})` : ''))
}

/** `for depression`, `otherwise`, `if liver enzymes rise`. */
const whenWords = (condition: string | undefined, wording: Wording): string =>
  wording.when.get(condition ?? '') ?? `if ${condition ?? 'it applies'}`

const prefixOf = ({ kind, text }: NonNullable<Action['condition']>, wording: Wording): string =>
  kind === 'if'
    ? `${capital(whenWords(text, wording))}: `
    : (wording.conditions.get(kind) ?? '').replace('{text}', () => text ?? 'as the source says')

/** A caution warns of a dose and sets no limit: the same order may keep a limit and be the dose that is warned of. */
const AT_HAND: { readonly [kind in 'limit' | 'caution']: { readonly [state in NonNullable<Action['atHand']>['state']]: string } } = {
  limit: { within: ', within the limit', over: ', above the limit' },
  caution: { within: ': that dose is not reached', over: ': that dose' },
}

const SENTENCES = new WeakMap<Wording, WeakMap<Action, { readonly drug: string; readonly text: string }>>()

/** What an action of the rules says of a drug is the same for every patient: worded once. */
const sentenceOf = (action: Action, drug: string, wording: Wording): string => {
  const said = SENTENCES.get(wording) ?? new WeakMap<Action, { readonly drug: string; readonly text: string }>()
  SENTENCES.set(wording, said)
  const known = said.get(action)
  if (known?.drug === drug) return known.text
  const text = fill(wordsOf(action, wording)?.text ?? action.code, action, drug, wording)
  said.set(action, { drug, text })
  return text
}

const bareSentence = (action: Action, drug: string, wording: Wording): string => {
  const own = sentenceOf(action, drug, wording)
  return action.atHand
    ? `${own} Ordered: ${action.atHand.because}${AT_HAND[action.code === 'caution' ? 'caution' : 'limit'][action.atHand.state]}.`
    : own
}

/** One action as a sentence for the detail. */
export const actionSentence = (action: Action, drug: string, wording: Wording): string => {
  const sentence = bareSentence(action, drug, wording)
  return action.condition ? prefixOf(action.condition, wording) + small(sentence) : sentence
}

/** All that a finding asks for: what stands under the same condition is one sentence. */
export const adviceSentences = ({ actions, drug }: Finding, wording: Wording): string[] => {
  const groups: { prefix: string; sentences: string[] }[] = []
  for (const action of actions) {
    if (action.code === 'see-source') continue
    const prefix = action.condition ? prefixOf(action.condition, wording) : ''
    const last = groups.at(-1)
    const sentence = bareSentence(action, drug.name, wording)
    if (last && prefix !== '' && last.prefix === prefix) last.sentences.push(sentence)
    else groups.push({ prefix, sentences: [sentence] })
  }
  return groups.map(({ prefix, sentences }) =>
    prefix === '' ? sentences.join(' ') : `${prefix}${sentences.map((one) => small(one.replace(/\.$/, ''))).join('; ')}.`,
  )
}

/** Whether the drug is ordered now or taken already: a source's words about a start do not fit the latter. */
type About = DrugAssessment['about']

const headOf = (action: Action, about: About, wording: Wording): string | undefined => {
  const words = wordsOf(action, wording)
  return about === 'medicine' ? (words?.taken ?? words?.head) : words?.head
}

/** Limits of one kind that hold for different forms or ages: `at 30 mg/day or less (tablets) or 22 mg/day (drops)`. */
const moreOfTheSame = (action: Action, actions: readonly Action[], wording: Wording): string => {
  const others = actions.filter((other) => other !== action && other.code === action.code && other.value && !other.condition)
  if (others.length === 0) return ''
  const said = (one: Action) => (one.detail === undefined ? '' : ` (${detailOf(one, wording)})`)
  return `${said(action)}${others.map((other) => `, or ${valueWords(other.value, wording)}${said(other)}`).join('')}`
}

const openHead = (action: Action, open: readonly Action[], finding: Finding, about: About, wording: Wording): string => {
  const head = fill(headOf(action, about, wording) ?? '', action, finding.drug.name, wording)
  const branches = new Set(open.map((one) => one.condition?.text))
  return `${head} ${whenWords(action.condition?.text, wording)}${branches.size > 1 ? ' (else see detail)' : ''}`
}

/** The first unconditional action that amounts to what the finding does: it speaks in the summary. */
export const firmAction = (finding: Finding, about: About, wording: Wording): Action | undefined =>
  finding.actions.find(
    (action) => !action.condition && headOf(action, about, wording) && wordsOf(action, wording)?.as === finding.consequence,
  )

/**
 * The clause that opens the summary: the first unconditional action that amounts to what the finding does. Where all depends on a
 * condition that the record leaves open, the clause names the condition; what holds only later never speaks for the finding.
 */
export const headline = (finding: Finding, about: About, wording: Wording): string => {
  const speaking = finding.actions.filter((action) => headOf(action, about, wording))
  const plain = speaking.filter((action) => !action.condition)
  const serious = (actions: readonly Action[]) => actions.find((action) => wordsOf(action, wording)?.as === finding.consequence)
  const firm = firmAction(finding, about, wording)
  const open = speaking.filter((action) => action.condition?.kind === 'if')
  // `otherwise` cannot open a sentence: then the branch that names its condition does.
  const named = open.filter((action) => action.condition?.text !== 'other')
  const opened = firm ? undefined : (serious(named) ?? (serious(open) ? (named[0] ?? serious(open)) : undefined))
  if (opened)
    return openHead(
      opened,
      finding.actions.filter((action) => action.condition?.kind === 'if'),
      finding,
      about,
      wording,
    )
  const action = firm ?? plain[0] ?? speaking[0]
  if (!action) return `Review ${finding.drug.name}`
  return fill(headOf(action, about, wording) ?? '', action, finding.drug.name, wording) + moreOfTheSame(action, plain, wording)
}
