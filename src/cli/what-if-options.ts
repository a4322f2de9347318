import type { WhatIf, WhatIfChange, WhatIfPoint } from '../contract/risk.ts'
import { say, UsageError } from './verb.ts'

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)$/

const wordOf = (text: string): number | string => (NUMBER.test(text) ? Number(text) : text)

const changeOf = (name: string, text: string): WhatIfChange => {
  if (text.includes('|')) return { values: text.split('|').map(wordOf) }
  const parts = text.split(':')
  if (parts.length === 1 && text !== '') return { values: [wordOf(text)] }
  const [low, high, step] = parts
  if (low && high && parts.length <= 3 && parts.every((part) => NUMBER.test(part)))
    return { low: Number(low), high: Number(high), ...(step === undefined ? {} : { step: Number(step) }) }
  throw new UsageError(
    `--what-if takes name=low:high:step, name=low:high or name=value|value, with commas between inputs; not ${name}=${text}.`,
  )
}

/** `sbp=120:160:10,smoking=0|1` */
export const readChanges = (text: string): Readonly<Record<string, WhatIfChange>> =>
  Object.fromEntries(
    text.split(',').map((one) => {
      const [name = '', ...rest] = one.split('=')
      return [name.trim(), changeOf(name.trim(), rest.join('=').trim())]
    }),
  )

const show = (values: Readonly<Record<string, number | string>>): string =>
  Object.entries(values)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ')

const bandOf = ({ band }: WhatIfPoint): string => (band ? `: ${band}` : '')

export const showWhatIf = (answer: WhatIf): void => {
  if (answer.state === 'refused') {
    say(`${answer.title}: not computed`)
    for (const { because } of answer.because) say(`  ${because}`)
    return
  }
  const number = (value: number | null): string => (value === null ? 'no meaning' : `${value.toFixed(2)} ${answer.unit}`)
  say(`${answer.title}: ${answer.label}`)
  say(`  ${number(answer.asGiven.value).padStart(14)}  as given (${show(answer.asGiven.values)})${bandOf(answer.asGiven)}`)
  for (const point of answer.points) say(`  ${number(point.value).padStart(14)}  ${show(point.values)}${bandOf(point)}`)
  say(`  ${answer.says}`)
  for (const limit of answer.limits) say(`  ${limit}`)
}
