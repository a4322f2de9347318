import type { Action } from './models/action.ts'
import { add } from './models/add.ts'
import { combine } from './models/combine.ts'
import { exportModels } from './models/export.ts'
import { list } from './models/list.ts'
import { monitor } from './models/monitor.ts'
import { create } from './models/new.ts'
import { outcomes } from './models/outcomes.ts'
import { reload } from './models/reload.ts'
import { off, on, shadow } from './models/switch.ts'
import { validate } from './models/validate.ts'
import { verify } from './models/verify.ts'
import { UsageError, type Verb } from './verb.ts'

/** One more thing to do with models: a file in `models/` and its line here. */
const ACTIONS: Readonly<Record<string, Action>> = {
  list,
  verify,
  new: create,
  add,
  validate,
  combine,
  monitor,
  outcomes,
  off,
  on,
  shadow,
  reload,
  export: exportModels,
}

const known = Object.keys(ACTIONS)
const either = [known.slice(0, -1).join(', '), known.at(-1)].join(' or ')

/** What it does stands below its first line, then its options. */
const useOf = ({ usage, summary }: Action): string => {
  const [first, ...options] = usage.split('\n')
  return [first, `           ${summary}`, ...options.map((line) => `           ${line.trimStart()}`)].join('\n')
}

export const models: Verb = {
  name: 'models',
  summary: `Risk models: ${known.join(', ')}`,
  usage: Object.values(ACTIONS).map(useOf).join('\n       '),
  options: Object.assign({}, ...Object.values(ACTIONS).map(({ options }) => options)),
  run: async ({ values, positionals: [name, ...rest] }) => {
    const action = Object.hasOwn(ACTIONS, name ?? '') ? ACTIONS[name ?? ''] : undefined
    if (!action) throw new UsageError(`Say what to do: ${either}.`)
    const foreign = Object.keys(values).find((option) => option !== 'json' && !Object.hasOwn(action.options, option))
    if (foreign !== undefined) throw new UsageError(`models ${name} has no option --${foreign}.`)
    try {
      return await action.run({ values, positionals: rest })
    } catch (error) {
      if (!(error instanceof UsageError)) throw error
      process.stderr.write(`${error.message}\n\nUsage: ${action.usage}\n`)
      return 2
    }
  },
}
