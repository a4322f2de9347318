import type { Action } from '../contract/findings.ts'

/** `if(condition):`, `if-used:`, `if-chronic(over 12 weeks):`, `or:` — then code, value and words in brackets. */
const GRAMMAR =
  /^(?:(if(?:-[a-z-]+)?|or)(?:\(([^()]+)\))?:)?([a-z][a-z-]*)(?:(=|<=|>=|<|>)([^()]+))?(?:\(([^()]*(?:\([^()]*\)[^()]*)*)\))?$/

/**
 * One action of a rule, taken apart. A plain `=` is dropped from the value; limits keep their sign.
 * @throws TypeError when the text does not follow the grammar of `rules/actions.json`.
 * @example parseAction('if-used:max<20 mg/day') // { condition: { kind: 'if-used' }, code: 'max', value: '<20 mg/day' }
 */
export const parseAction = (text: string): Action => {
  const match = GRAMMAR.exec(text)
  const code = match?.[3]
  if (match === null || code === undefined) throw new TypeError(`not an action: ${text}`)
  const [, kind, condition, , sign, value, detail] = match
  return {
    code,
    ...(value === undefined ? {} : { value: sign === '=' ? value : `${sign}${value}` }),
    ...(detail === undefined ? {} : { detail }),
    ...(kind === undefined ? {} : { condition: { kind, ...(condition === undefined ? {} : { text: condition }) } }),
  }
}

/** The text that `parseAction` reads. */
export const formatAction = ({ code, value, detail, condition }: Action): string => {
  const prefix = condition === undefined ? '' : `${condition.kind}${condition.text === undefined ? '' : `(${condition.text})`}:`
  const amount = value === undefined ? '' : /^[<>]/.test(value) ? value : `=${value}`
  return `${prefix}${code}${amount}${detail === undefined ? '' : `(${detail})`}`
}
